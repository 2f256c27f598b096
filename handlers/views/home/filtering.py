"""The form that narrows Home's lists: choices for what is asked for most, and the query language for the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from db.query import Query
from db.query.terms import Choice, ChoiceField, Labels
from db.states import Priority, Status
from handlers.views.blocks import (
    Json,
    input_block,
    modal,
    multi_external_select,
    multi_static_select,
    option,
    text_input,
)
from handlers.views.home.state import FILTER_MAX, State, read_filter
from handlers.views.issue_form import LABELS_ACTION
from handlers.views.states import priority_option, status_word
from handlers.words import Words

CALLBACK: Final = "home_filter_form"
STATUS: Final = "status"
PRIORITY: Final = "priority"
LABELS: Final = "labels"
MORE: Final = "query"
_LABELS_MAX: Final = 10


def form(state: State, words: Words) -> Json:
    query = read_filter(state.filter)
    statuses = [
        option(status_word(each, None, words), each.value) for each in (Status.OPEN, Status.IN_PROGRESS)
    ]
    statuses.append(option(words.plain("home-filter-closed"), Status.CLOSED.value))
    priorities = [priority_option(each, words) for each in Priority]
    chosen, rest = _taken_apart(query)
    labels = [option(name, name) for name in chosen[LABELS]]
    blocks = [
        input_block(
            words.plain("home-filter-status"),
            multi_static_select(
                STATUS, words.plain("home-filter-any"), statuses, initial=_among(statuses, chosen[STATUS])
            ),
            STATUS,
            optional=True,
        ),
        input_block(
            words.plain("field-priority"),
            multi_static_select(
                PRIORITY,
                words.plain("home-filter-any"),
                priorities,
                initial=_among(priorities, chosen[PRIORITY]),
            ),
            PRIORITY,
            optional=True,
        ),
        input_block(
            words.plain("field-labels"),
            multi_external_select(
                LABELS_ACTION, words.plain("home-filter-any"), initial=labels, most=_LABELS_MAX
            ),
            LABELS,
            optional=True,
        ),
        input_block(
            words.plain("home-filter-query"),
            text_input(
                MORE, placeholder=words.plain("home-filter-query-placeholder"), initial=rest, most=FILTER_MAX
            ),
            MORE,
            optional=True,
            hint=words.plain("home-filter-query-hint"),
        ),
    ]
    return modal(
        CALLBACK,
        words.plain("home-filter-title"),
        blocks,
        submit=words.plain("home-filter-submit"),
        close=words.plain("form-cancel"),
        metadata=replace(state, said=None, cursor=None).metadata(),
    )


def _among(options: list[Json], values: tuple[str, ...]) -> list[Json]:
    return [each for each in options if each["value"] in values]


def _taken_apart(query: Query) -> tuple[dict[str, tuple[str, ...]], str]:
    """What the choices of the form say, and the rest as text. Only the first term of each kind fits a choice."""
    chosen: dict[str, tuple[str, ...]] = {STATUS: (), PRIORITY: (), LABELS: ()}
    rest = []
    for term in query.terms:
        name = None
        values: tuple[str, ...] = ()
        if isinstance(term, Choice) and term.field in (ChoiceField.STATUS, ChoiceField.PRIORITY):
            name, values = str(term.field), term.values
        elif isinstance(term, Labels) and len(term.names) <= _LABELS_MAX:
            name, values = LABELS, term.names
        fits = name != STATUS or set(values) <= {each.value for each in Status}
        if name is None or term.negated or chosen[name] or not fits:
            rest.append(term.text())
        else:
            chosen[name] = values
    if query.sort:
        rest.append(query.sort.text())
    return chosen, " ".join(rest)


def read(view: Mapping[str, Any]) -> tuple[Query, str]:
    """The choices as a query, and the text that was typed."""
    values = view["state"]["values"]
    statuses = _chosen(values, STATUS, STATUS)
    priorities = _chosen(values, PRIORITY, PRIORITY)
    labels = _chosen(values, LABELS, LABELS_ACTION)
    terms = (
        *((Choice(field=ChoiceField.STATUS, values=statuses),) if statuses else ()),
        *((Choice(field=ChoiceField.PRIORITY, values=priorities),) if priorities else ()),
        *((Labels(names=labels),) if labels else ()),
    )
    return Query(terms=terms), str(values[MORE][MORE].get("value") or "").strip()


def _chosen(values: Mapping[str, Any], block_id: str, action_id: str) -> tuple[str, ...]:
    return tuple(str(each["value"]) for each in values[block_id][action_id].get("selected_options") or ())
