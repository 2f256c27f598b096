"""What a person sees of an import: what the file holds, how far it is, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from db.importing import reasons
from db.importing.inspecting import Inspection
from db.importing.mapping import NEW_PERSON, Existing
from db.importing.mapping import Mapping as ColumnMapping
from db.importing.problems import Reason, RowProblem
from db.importing.undoing import Touched, UndoneImport
from db.imports import Import, State
from db.workspaces import Workspace
from handlers.views.blocks import Json, actions, button, confirm, context, input_block, modal, section
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, escape

START: Final = "import_start"
CHANGE: Final = "import_change"
CANCEL: Final = "import_cancel"
UNDO: Final = "import_undo"
UNDO_REST: Final = "import_undo_rest"
UPLOAD: Final = "import_upload"
FILE_BLOCK: Final = "import_file"

_FILE_ACTION: Final = "file"
_SHOWN: Final = 5
# What the details of a failed row are called.
_DETAILS: Final = (
    "cells",
    "columns",
    "count",
    "last_line",
    "length",
    "limit",
    "line",
    "opened",
    "order",
    "value",
)
_BAR: Final = 20
Shown = tuple[str, list[Json]]
_SEPARATORS: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def upload_form(words: Words, metadata: Json) -> Json:
    element: Json = {
        "type": "file_input",
        "action_id": _FILE_ACTION,
        "filetypes": ["csv", "tsv", "xlsx"],
        "max_files": 1,
    }
    hint = words.plain("import-form-hint")
    return modal(
        UPLOAD,
        words.plain("import-form-title"),
        [input_block(words.plain("import-form-file"), element, FILE_BLOCK, hint=hint)],
        submit=words.plain("import-form-submit"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read_upload(view: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The file that was given."""
    state = view["state"]["values"].get(FILE_BLOCK, {}).get(_FILE_ACTION, {})
    given: list[Mapping[str, Any]] = state.get("files") or []
    return given[0] if given else None


def as_it_stands(wanted: Import, words: Words, workspace: Workspace) -> Shown:
    """The message of an import in whatever state it is."""
    match wanted.state:
        case State.READING:
            return reading(wanted, words)
        case State.READY:
            return preview(wanted, words)
        case State.QUEUED | State.RUNNING:
            return running(wanted, wanted.progress, words)
        case State.CANCELLING:
            return _plain(words("import-cancelling", file=wanted.file_name))
        case State.DONE:
            return done(wanted, words)
        case State.CANCELLED:
            return _plain(words("import-cancelled", file=wanted.file_name))
        case State.FAILED:
            return failed(wanted, words)
        case State.UNDONE:
            return _plain(words("import-undone-already", file=wanted.file_name))


def _plain(text: Mrkdwn) -> Shown:
    return text, [section(text)]


def reading(wanted: Import, words: Words) -> Shown:
    text = words("import-reading", file=wanted.file_name)
    if wanted.attempts > 1:
        return text, [section(text), context(words("import-again", attempt=wanted.attempts))]
    return _plain(text)


def preview(wanted: Import, words: Words) -> Shown:
    survey, inspection, mapping = wanted.survey or {}, wanted.inspection, wanted.mapping
    assert inspection is not None
    assert mapping is not None
    good = survey["rows"] - survey["bad"]
    coming = good - survey["existing"] - survey["repeated"]
    if mapping.has_title:
        text = words("import-preview", file=wanted.file_name, rows=survey["rows"], coming=max(0, coming))
    else:
        text = words("import-preview-untitled", file=wanted.file_name)
    about = _about(inspection, words)
    blocks = [section(text), context(about, _columns(wanted, mapping, words))]
    blocks += _samples(survey, words)
    facts = _facts(survey, mapping, inspection, words)
    if facts:
        blocks.append(section("\n".join(facts)))
    blocks += _problems(wanted, survey, words)
    may_start = coming > 0 or (survey["existing"] and mapping.existing.value == "update")
    blocks.append(
        _buttons(wanted, words, may_start=bool(may_start) and mapping.has_title and not survey["ask_order"])
    )
    return text, blocks


def _about(inspection: Inspection, words: Words) -> Mrkdwn:
    format_ = words("import-format-" + inspection.format.value)
    if inspection.sheet is not None:
        return words(
            "import-preview-sheet", format=format_, sheet=inspection.sheet, others=inspection.other_sheets
        )
    separator = words("import-separator-" + _SEPARATORS.get(inspection.separator, "other"))
    return words("import-preview-format", format=format_, encoding=inspection.encoding, separator=separator)


def _columns(wanted: Import, mapping: ColumnMapping, words: Words) -> Mrkdwn:
    assert wanted.inspection is not None
    named = [
        f"{escape(name[:40])} → {words('import-field-' + field.value.replace('_', '-'))}"
        for name, field in zip(wanted.inspection.header, mapping.columns, strict=False)
        if field is not None
    ]
    shown = ", ".join(named[:25]) + (" …" if len(named) > 25 else "")
    left_out = len(wanted.inspection.header) - len(named)
    return words("import-preview-columns", columns=Mrkdwn(shown or "–"), left=left_out)


def _samples(survey: Mapping[str, Any], words: Words) -> list[Json]:
    lines = []
    for sample in survey["samples"]:
        parts = [words("import-status-" + sample["status"].replace("_", "-"))]
        if sample["priority"] < 5:
            parts.append(words("import-priority-" + str(sample["priority"])))
        parts += [escape(text[:60]) for text in (sample["assignee"], *sample["labels"][:5]) if text]
        reference = f"{escape(sample['reference'][:40])} " if sample["reference"] else ""
        lines.append(f"• {reference}*{escape(sample['title'][:120])}*  {' · '.join(parts)}")
    return [section(Mrkdwn("\n".join(lines)))] if lines else []


def _facts(
    survey: Mapping[str, Any], mapping: ColumnMapping, inspection: Inspection, words: Words
) -> list[Mrkdwn]:
    facts = []
    if not mapping.has_title:
        facts.append(words("import-preview-no-title"))
    if inspection.guessed:
        facts.append(words("import-preview-guess", words=_few(list(inspection.accented))))
    if survey["ask_order"]:
        facts.append(words("import-preview-ask-order"))
    if survey["existing"]:
        facts.append(words("import-preview-existing-" + mapping.existing.value, count=survey["existing"]))
    if relinked := survey.get("relinked"):
        facts.append(words("import-preview-relinked", count=relinked))
    if survey["repeated"]:
        facts.append(words("import-preview-repeated", count=survey["repeated"]))
    facts += _links_left_out(survey, words)
    if survey["matched_count"] or survey["stranger_count"]:
        known = "new" if mapping.unmatched == NEW_PERSON else "nobody"
        facts.append(
            words(
                "import-preview-people", matched=survey["matched_count"], strangers=survey["stranger_count"]
            )
        )
        facts += _people_facts(survey, known, words)
    if survey["new_label_count"]:
        names = _few(survey["new_labels"])
        facts.append(words("import-preview-labels", count=survey["new_label_count"], names=names))
    if survey["comments"]:
        known_too = survey["existing"] and mapping.existing is Existing.UPDATE
        message = "import-preview-comments-new" if known_too else "import-preview-comments"
        facts.append(words(message, count=survey["comments"]))
    if survey["nuls"]:
        facts.append(words("import-preview-nuls", count=survey["nuls"]))
    return facts


def _links_left_out(survey: Mapping[str, Any], words: Words) -> list[Mrkdwn]:
    facts = []
    if circular := survey.get("circular"):
        facts.append(words("import-preview-circular", count=circular))
    if unlinked := survey.get("unlinked"):
        lines = survey["astray"]
        shown = ", ".join(map(str, lines[:_SHOWN])) + (" …" if len(lines) > _SHOWN else "")
        facts.append(words("import-preview-unlinked", count=unlinked, lines=shown))
    return facts


def _people_facts(survey: Mapping[str, Any], known: str, words: Words) -> list[Mrkdwn]:
    """Whom the file means where that is not plain: nobody is taken for somebody else unseen."""
    facts = []
    if guessed := survey.get("guessed"):
        pairs = [f"{name} → {who['name']}" for name, who in guessed.items()]
        facts.append(words("import-preview-guessed", names=_few(pairs)))
    ambiguous = survey.get("ambiguous") or {}
    if ambiguous:
        several = [f"{name} ({', '.join(names)})" for name, names in ambiguous.items()]
        facts.append(words("import-preview-ambiguous", count=len(ambiguous), names=_few(several, 120)))
    if survey["strangers"]:
        facts.append(words("import-preview-strangers-" + known, names=_few(survey["strangers"])))
    if survey.get("left"):
        facts.append(words("import-preview-left", names=_few(survey["left"])))
    if survey.get("left_out"):
        facts.append(words("import-preview-strangers-nobody", names=_few(survey["left_out"])))
    return facts


def _few(names: list[str], longest: int = 60) -> Mrkdwn:
    shown = ", ".join(escape(name[:longest]) for name in names[:8])
    return Mrkdwn(shown + (" …" if len(names) > 8 else ""))


def row_wording(words: Words) -> dict[str, str]:
    """The reasons why rows fail; what a row's details are called stays in braces."""
    given = {name: f"{{{name}}}" for name in _DETAILS}
    wording = {reason.value: words.plain(f"import-row-{reason.value}", **given) for reason in Reason}
    return wording | {order: words.plain(f"import-order-{order}") for order in ("day-first", "month-first")}


def _problems(wanted: Import, survey: Mapping[str, Any], words: Words) -> list[Json]:
    if not survey["bad"]:
        return []
    lines = [words("import-preview-bad", count=survey["bad"])]
    wording = row_wording(words)
    for data in survey["problems"][:_SHOWN]:
        problem = RowProblem.from_json(data)
        lines.append(
            words("import-preview-line", line=str(problem.line), why=reasons.explain(problem, wording))
        )
    if survey["bad"] > _SHOWN:
        lines.append(words("import-preview-more", count=survey["bad"] - _SHOWN))
    return [section(Mrkdwn("\n".join(lines)))]


def _buttons(wanted: Import, words: Words, *, may_start: bool) -> Json:
    value = str(wanted.import_id)
    start = [button(words.plain("import-button-start"), START, value, style="primary")] if may_start else []
    return actions(
        *start,
        button(words.plain("import-button-change"), CHANGE, value),
        button(words.plain("import-button-cancel"), CANCEL, value),
    )


def running(wanted: Import, progress: Mapping[str, Any], words: Words) -> Shown:
    survey = wanted.survey or {}
    total = progress.get("total") or max(1, int(survey.get("rows") or 1))
    done_rows = int(progress.get("done") or 0)
    reading_phase = progress.get("phase") != "writing"
    # Reading is the smaller part of the work.
    share = min(1.0, done_rows / total)
    share = share * 0.2 if reading_phase else 0.2 + share * 0.8
    seconds = float(progress.get("seconds") or 0)
    left = seconds / share - seconds if share > 0.02 else 0
    text = words("import-running", file=wanted.file_name)
    bar = Mrkdwn("▰" * round(share * _BAR) + "▱" * (_BAR - round(share * _BAR)))
    phase = words(
        "import-phase-reading" if reading_phase else "import-phase-writing", done=done_rows, total=total
    )
    blocks = [section(Mrkdwn(f"{text}\n{bar} {round(share * 100)} %"))]
    detail = [phase]
    if seconds > 1 and done_rows:
        detail.append(words("import-rate", rate=round(done_rows / seconds), left=_duration(left, words)))
    if wanted.attempts > 1:
        detail.append(words("import-again", attempt=wanted.attempts))
    blocks.append(context(*detail))
    blocks.append(actions(button(words.plain("import-button-cancel"), CANCEL, str(wanted.import_id))))
    return text, blocks


def _duration(seconds: float, words: Words) -> str:
    if seconds < 90:
        return words.plain("import-seconds", count=max(1, round(seconds)))
    return words.plain("import-minutes", count=round(seconds / 60))


def done(wanted: Import, words: Words) -> Shown:
    outcome = wanted.outcome or {}
    text = words("import-done", file=wanted.file_name, created=outcome["created"])
    told = (
        "updated", "existing", "repeated", "failed", "comments", "new_labels", "new_people", "unlinked", "circular",
    )  # fmt: skip
    facts = [
        words("import-done-" + name.replace("_", "-"), count=outcome[name])
        for name in told
        if outcome.get(name)
    ]
    blocks = [section(text)]
    if facts:
        blocks.append(context(*facts))
    updated = outcome.get("updated", 0)
    if wanted.change_id is not None and outcome["created"] + updated:
        sure = confirm(
            words.plain("import-undo-title"),
            words.plain("import-undo-text", count=outcome["created"], updated=updated),
            words.plain("button-undo"),
            words.plain("form-cancel"),
        )
        blocks.append(actions(button(words.plain("button-undo"), UNDO, str(wanted.import_id), confirm=sure)))
    return text, blocks


def failed(wanted: Import, words: Words) -> Shown:
    data = wanted.outcome or {}
    flaw = str(data.get("flaw", "gave-up"))
    details = {**(data.get("details") or {}), **data}
    arguments = {
        name: value if isinstance(value, str | int) else str(value)
        for name, value in details.items()
        if name not in ("details", "flaw") and value is not None
    }
    arguments.setdefault("line", 1)
    why = words("import-flaw-" + flaw, **arguments)
    text = words("import-failed", file=wanted.file_name, why=why)
    blocks = [section(text)]
    if wanted.inspection is not None:
        blocks.append(_buttons(wanted, words, may_start=False))
    return text, blocks


def touched(wanted: Import, found: Touched, words: Words, prefix: str) -> Reply:
    keys = ", ".join(f"{prefix}-{number}" for number in found.numbers)
    text = words("import-undo-touched", count=found.touched, keys=keys + (" …" if found.touched > 20 else ""))
    blocks = [section(text)]
    if found.untouched:
        label = words.plain("import-button-undo-rest", count=found.untouched)
        blocks.append(actions(button(label, UNDO_REST, str(wanted.import_id), style="danger")))
    return Reply(text=text, blocks=blocks)


def undone(wanted: Import, found: UndoneImport, words: Words) -> Shown:
    return _plain(
        words(
            "import-undone",
            file=wanted.file_name,
            removed=found.removed,
            reverted=found.reverted,
            left=found.left,
        )
    )


def failed_name(file_name: str) -> str:
    """What the file of rows handed back is called."""
    return f"{PurePath(file_name).stem or 'import'}-failed-rows.csv"
