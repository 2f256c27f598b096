"""The form in which a person says what the columns, words and people of a file mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final

from db.importing.columns import MANY, Field
from db.importing.dates import DateOrder
from db.importing.decoding import CHOICES, Encoding
from db.importing.inspecting import Inspection
from db.importing.mapping import NEW_PERSON, NOBODY, STATUS_CHOICES, Existing
from db.importing.mapping import Mapping as ColumnMapping
from db.imports import Import
from db.people import Person
from handlers.views.blocks import (
    Json,
    checkboxes,
    divider,
    external_select,
    input_block,
    modal,
    multi_static_select,
    option,
    radio,
    section,
    static_select,
)
from handlers.words import Words

CALLBACK: Final = "import_mapping"
PERSON: Final = "import_person"
TITLE_BLOCK: Final = "map_field:title"
ENCODING_BLOCK: Final = "map_encoding"

# What a person can choose a column for, in this order.
_FIELDS: Final = (
    Field.TITLE, Field.DESCRIPTION, Field.STATUS, Field.PRIORITY, Field.LABELS, Field.ASSIGNEE, Field.REPORTER,
    Field.CREATED, Field.UPDATED, Field.CLOSED, Field.DUE, Field.REFERENCE, Field.COMMENT, Field.PARENT,
    Field.DUPLICATE_OF,
)  # fmt: skip
_WORDS_MAX: Final = 15
_PEOPLE_MAX: Final = 15
_COLUMNS_MAX: Final = 99
_NONE: Final = "none"
_ACTION: Final = "choice"
_PRIORITY_NAMES: Final = {1: "urgent", 2: "high", 3: "medium", 4: "low", 5: "none"}


def mapping_form(wanted: Import, words: Words) -> Json:
    survey, mapping, inspection = wanted.survey or {}, wanted.mapping, wanted.inspection
    assert mapping is not None
    assert inspection is not None
    blocks = [section(words("import-map-intro", file=wanted.file_name))]
    # What is in doubt stands first: it is what the form was opened for.
    if inspection.guessed:
        blocks.append(_encoding_choice(inspection, words))
    blocks += [
        _status_choice(n, word, mapping, words) for n, word in enumerate(_words(survey, "unknown_statuses"))
    ]
    blocks += [
        _priority_choice(n, word, mapping, words)
        for n, word in enumerate(_words(survey, "unknown_priorities"))
    ]
    if survey.get("ask_order") or (mapping.order is not None and _has_dates(mapping)):
        blocks.append(_order_choice(mapping, words))
    blocks += _people_choices(survey, mapping, words)
    if len(blocks) > 1:
        blocks.append(divider())
    blocks += [_field_choice(field, mapping, inspection.header, words) for field in _FIELDS]
    blocks += [_existing_choice(mapping, words), _strict_choice(mapping, words)]
    if not inspection.guessed and inspection.sheet is None:
        blocks.append(_encoding_choice(inspection, words))
    return modal(
        CALLBACK,
        words.plain("import-map-title"),
        blocks,
        submit=words.plain("import-map-submit"),
        close=words.plain("form-cancel"),
        metadata={"i": str(wanted.import_id)},
    )


def _has_dates(mapping: ColumnMapping) -> bool:
    return any(field in mapping.columns for field in (Field.CREATED, Field.UPDATED, Field.CLOSED, Field.DUE))


def _encoding_choice(inspection: Inspection, words: Words) -> Json:
    options = [option(Encoding(name=name).shown, name) for name in CHOICES]
    initial = next((o for o in options if o["text"]["text"] == inspection.encoding), None)
    element = static_select(_ACTION, words.plain("import-map-encoding"), options, initial=initial)
    hint = (
        words.plain("import-map-encoding-hint", words=", ".join(inspection.accented))
        if inspection.accented
        else None
    )
    return input_block(words.plain("import-map-encoding"), element, ENCODING_BLOCK, optional=True, hint=hint)


def _words(survey: Mapping[str, Any], name: str) -> list[str]:
    return list(survey.get(name) or {})[:_WORDS_MAX]


def _field_choice(field: Field, mapping: ColumnMapping, header: tuple[str, ...], words: Words) -> Json:
    options = [
        option(
            f"{name or '–'} ({position + 1})" if header.count(name) > 1 or not name else name, str(position)
        )
        for position, name in enumerate(header[:_COLUMNS_MAX])
    ]
    chosen = [options[p] for p in mapping.positions(field) if p < len(options)]
    label = words.plain("import-field-" + field.value.replace("_", "-"))
    none = option(words.plain("import-map-none"), _NONE)
    placeholder = words.plain("import-map-column")
    if field in MANY:
        element = multi_static_select(_ACTION, placeholder, options, initial=chosen)
    else:
        element = static_select(_ACTION, placeholder, [none, *options], initial=chosen[0] if chosen else none)
    return input_block(label, element, f"map_field:{field.value}", optional=True)


def _status_choice(number: int, word: str, mapping: ColumnMapping, words: Words) -> Json:
    options = [
        option(words.plain("import-status-" + name.replace("_", "-")), name) for name in STATUS_CHOICES
    ]
    initial = next((o for o in options if o["value"] == mapping.statuses.get(word)), None)
    element = static_select(_ACTION, words.plain("import-map-meaning"), options, initial=initial)
    return input_block(
        words.plain("import-map-status", word=word), element, f"map_status:{number}", optional=True
    )


def _priority_choice(number: int, word: str, mapping: ColumnMapping, words: Words) -> Json:
    options = [option(words.plain("import-priority-" + str(value)), str(value)) for value in _PRIORITY_NAMES]
    initial = next((o for o in options if o["value"] == str(mapping.priorities.get(word))), None)
    element = static_select(_ACTION, words.plain("import-map-meaning"), options, initial=initial)
    return input_block(
        words.plain("import-map-priority", word=word), element, f"map_priority:{number}", optional=True
    )


def _order_choice(mapping: ColumnMapping, words: Words) -> Json:
    options = [option(words.plain("import-map-" + order.value), order.value) for order in DateOrder]
    initial = next((o for o in options if mapping.order and o["value"] == mapping.order.value), None)
    return input_block(words.plain("import-map-order"), radio(_ACTION, options, initial=initial), "map_order")


def _people_choices(survey: Mapping[str, Any], mapping: ColumnMapping, words: Words) -> list[Json]:
    names = _people_in_doubt(survey)
    if not names:
        return []
    options = [
        option(words.plain("import-map-people-new"), NEW_PERSON),
        option(words.plain("import-map-people-nobody"), NOBODY),
    ]
    initial = next(o for o in options if o["value"] == mapping.unmatched)
    blocks = [
        input_block(
            words.plain("import-map-people"), radio(_ACTION, options, initial=initial), "map_unmatched"
        )
    ]
    blocks += [_person_choice(name, survey, mapping, words) for name in names]
    return blocks


def _people_in_doubt(survey: Mapping[str, Any]) -> list[str]:
    """Those who fit several people, those who fit nobody, and those who are known by a handle alone."""
    groups = (
        survey.get(name) or () for name in ("ambiguous", "strangers", "left", "guessed", "chosen", "left_out")
    )
    return list(dict.fromkeys(name for group in groups for name in group))[:_PEOPLE_MAX]


def _person_block(name: str) -> str:
    """Named by what the file writes: between opening and sending the form the file may be read anew."""
    return "map_person:" + blake2b(name.encode(), digest_size=8).hexdigest()


def _person_choice(name: str, survey: Mapping[str, Any], mapping: ColumnMapping, words: Words) -> Json:
    choice = mapping.people.get(name)
    known = (survey.get("chosen") or {}).get(name) or (survey.get("guessed") or {}).get(name)
    initial = None
    if choice in (NEW_PERSON, NOBODY):
        initial = option(words.plain("import-map-people-" + choice), choice)
    elif known:
        initial = option(known["name"], known["id"])
    element = external_select(PERSON, words.plain("import-map-person-placeholder"), initial=initial)
    several = (survey.get("ambiguous") or {}).get(name)
    hint = words.plain("import-map-person-several", names=", ".join(several)) if several else None
    label = words.plain("import-map-person", name=name)
    return input_block(label, element, _person_block(name), optional=True, hint=hint)


def people_options(found: Sequence[Person], typed: str, words: Words) -> list[Json]:
    """Who a name of the file can be; people of the same name are told apart by their address."""
    names = Counter(person.name for person in found)
    options = [
        option(
            f"{person.name} ({person.email or words.plain('import-map-person-added')})"
            if names[person.name] > 1
            else person.name,
            str(person.person_id),
        )
        for person in found
    ]
    if typed:
        return options
    return [option(words.plain("import-map-people-" + c), c) for c in (NEW_PERSON, NOBODY)] + options


def _existing_choice(mapping: ColumnMapping, words: Words) -> Json:
    options = [
        option(words.plain("import-map-existing-" + choice.value), choice.value) for choice in Existing
    ]
    initial = next(o for o in options if o["value"] == mapping.existing.value)
    return input_block(
        words.plain("import-map-existing"), radio(_ACTION, options, initial=initial), "map_existing"
    )


def _strict_choice(mapping: ColumnMapping, words: Words) -> Json:
    options = [option(words.plain("import-map-strict"), "strict")]
    element = checkboxes(_ACTION, options, initial=options if mapping.all_or_nothing else [])
    return input_block(words.plain("import-map-failing"), element, "map_strict", optional=True)


def _chosen_people(values: Mapping[str, Any], wanted: Import) -> dict[str, str]:
    """By the names of the file: a person's id, to be added, or nobody."""
    picked = {
        name: values.get(_person_block(name), {}).get(PERSON, {}).get("selected_option")
        for name in _people_in_doubt(wanted.survey or {})
    }
    return {name: str(chosen["value"]) for name, chosen in picked.items() if chosen}


def read_mapping(view: Mapping[str, Any], wanted: Import) -> ColumnMapping:
    """The mapping that the form says."""
    assert wanted.mapping is not None
    values, mapping, survey = view["state"]["values"], wanted.mapping, wanted.survey or {}
    statuses = _chosen_words(values, "map_status", _words(survey, "unknown_statuses"))
    priorities = _chosen_words(values, "map_priority", _words(survey, "unknown_priorities"))
    order, existing = _selected(values, "map_order"), _selected(values, "map_existing")
    strict = values.get("map_strict", {}).get(_ACTION, {}).get("selected_options") or []
    return replace(
        mapping,
        columns=_read_columns(values, mapping),
        statuses={**mapping.statuses, **statuses},
        priorities={**mapping.priorities, **{word: int(value) for word, value in priorities.items()}},
        order=DateOrder(order) if order else mapping.order,
        people={**mapping.people, **_chosen_people(values, wanted)},
        unmatched=_selected(values, "map_unmatched") or mapping.unmatched,
        existing=Existing(existing) if existing else mapping.existing,
        all_or_nothing=bool(strict),
        encoding=_read_encoding(values, wanted) or mapping.encoding,
    )


def _read_encoding(values: Mapping[str, Any], wanted: Import) -> str | None:
    """One that is another than the file was read in: who leaves it as it stands has said nothing of it."""
    chosen = _selected(values, ENCODING_BLOCK)
    read = wanted.inspection.encoding if wanted.inspection else None
    return chosen if chosen in CHOICES and Encoding(name=chosen).shown != read else None


def _selected(values: Mapping[str, Any], block_id: str) -> str | None:
    chosen = values.get(block_id, {}).get(_ACTION, {}).get("selected_option")
    return None if chosen is None else str(chosen["value"])


def _chosen_words(values: Mapping[str, Any], prefix: str, shown: list[str]) -> dict[str, str]:
    chosen = {word: _selected(values, f"{prefix}:{number}") for number, word in enumerate(shown)}
    return {word: value for word, value in chosen.items() if value is not None}


def _read_columns(values: Mapping[str, Any], mapping: ColumnMapping) -> tuple[Field | None, ...]:
    """Columns that the form does not show keep what they hold."""
    columns: list[Field | None] = [
        None if column in _FIELDS and position < _COLUMNS_MAX else column
        for position, column in enumerate(mapping.columns)
    ]
    for field in _FIELDS:
        state = values.get(f"map_field:{field.value}", {}).get(_ACTION, {})
        chosen = state.get("selected_options") or [state.get("selected_option")]
        for each in chosen:
            if each and each["value"] != _NONE:
                columns[int(each["value"])] = field
    return tuple(columns)
