"""Why a row failed, in words: for the column that is handed back with it, and for programs.

The reading process has no catalogue of messages, so these few stand here, in the languages of `handlers/locales`.
"""

from __future__ import annotations

from typing import Final

from db.importing.problems import Reason, RowProblem

_ENGLISH: Final[dict[Reason, str]] = {
    Reason.RAGGED: "This row has {cells} cells, the header has {columns}: is a separator inside a cell without quotes?",
    Reason.RAGGED_LINES: (
        "This row runs from line {line} to line {last_line} and has {cells} cells, the header has {columns}: "
        "a quote may not be closed where it should be"
    ),
    Reason.UNCLOSED_QUOTE: "The quote that opens on line {opened} is never closed; everything after it, up to line "
    "{last_line}, became one cell",
    Reason.NO_TITLE: "The title is empty",
    Reason.TITLE_TOO_LONG: "The title has {length} characters; at most {limit} fit",
    Reason.TEXT_TOO_LONG: "The description has {length} characters; at most {limit} fit",
    Reason.COMMENT_TOO_LONG: "A comment has {length} characters; at most {limit} fit",
    Reason.UNKNOWN_STATUS: "The status “{value}” is not known; say what it means under Change mapping, or use open, "
    "in progress, closed, completed or not planned",
    Reason.UNKNOWN_PRIORITY: "The priority “{value}” is not known; say what it means under Change mapping, or use "
    "urgent, high, medium, low or none",
    Reason.LABEL_TOO_LONG: "The label “{value}” has {length} characters; at most {limit} fit",
    Reason.TOO_MANY_LABELS: "There are {count} labels; at most {limit} fit",
    Reason.BAD_DATE: "“{value}” is not a date that can be read; 2026-03-31 always can",
    Reason.NO_SUCH_DAY: "“{value}” is a day that does not exist",
    Reason.OTHER_DATE_ORDER: "“{value}” does not fit: the other dates of this file are written {order}",
    Reason.REFERENCE_TOO_LONG: "The key has {length} characters; at most {limit} fit",
    Reason.PERSON_TOO_LONG: "A name has {length} characters; at most {limit} fit",
}
_GERMAN: Final[dict[Reason, str]] = {
    Reason.RAGGED: "Die Zeile hat {cells} Zellen, der Kopf {columns}: Steht ein Trennzeichen ohne Anführungszeichen "
    "in einer Zelle?",
    Reason.RAGGED_LINES: (
        "Die Zeile reicht von Zeile {line} bis Zeile {last_line} und hat {cells} Zellen, der Kopf {columns}: "
        "Vielleicht ist ein Anführungszeichen nicht geschlossen"
    ),
    Reason.UNCLOSED_QUOTE: "Das Anführungszeichen, das auf Zeile {opened} beginnt, wird nie geschlossen; alles danach "
    "bis Zeile {last_line} wurde zu einer Zelle",
    Reason.NO_TITLE: "Der Titel ist leer",
    Reason.TITLE_TOO_LONG: "Der Titel hat {length} Zeichen; höchstens {limit} passen",
    Reason.TEXT_TOO_LONG: "Die Beschreibung hat {length} Zeichen; höchstens {limit} passen",
    Reason.COMMENT_TOO_LONG: "Ein Kommentar hat {length} Zeichen; höchstens {limit} passen",
    Reason.UNKNOWN_STATUS: "Der Status „{value}“ ist nicht bekannt; unter „Zuordnung ändern“ lässt er sich erklären, "
    "oder open, in progress, closed, completed oder not planned verwenden",
    Reason.UNKNOWN_PRIORITY: "Die Priorität „{value}“ ist nicht bekannt; unter „Zuordnung ändern“ lässt sie sich "
    "erklären, oder urgent, high, medium, low oder none verwenden",
    Reason.LABEL_TOO_LONG: "Das Label „{value}“ hat {length} Zeichen; höchstens {limit} passen",
    Reason.TOO_MANY_LABELS: "Es sind {count} Labels; höchstens {limit} passen",
    Reason.BAD_DATE: "„{value}“ ist kein lesbares Datum; 2026-03-31 ist immer lesbar",
    Reason.NO_SUCH_DAY: "Den Tag „{value}“ gibt es nicht",
    Reason.OTHER_DATE_ORDER: "„{value}“ passt nicht: Die anderen Daten dieser Datei haben {order}",
    Reason.REFERENCE_TOO_LONG: "Der Schlüssel hat {length} Zeichen; höchstens {limit} passen",
    Reason.PERSON_TOO_LONG: "Ein Name hat {length} Zeichen; höchstens {limit} passen",
}
_ORDERS: Final = {
    "en": {"day-first": "day before month", "month-first": "month before day"},
    "de": {"day-first": "den Tag vor dem Monat", "month-first": "den Monat vor dem Tag"},
}
_LANGUAGES: Final = {"en": _ENGLISH, "de": _GERMAN}


def explain(problem: RowProblem, locale: str = "en") -> str:
    """One sentence that says what is wrong with the row and what would be right."""
    language = locale[:2] if locale[:2] in _LANGUAGES else "en"
    details = {**problem.details, "line": problem.line}
    if "order" in details:
        details["order"] = _ORDERS[language][details["order"]]
    return _LANGUAGES[language][problem.reason].format(**details)
