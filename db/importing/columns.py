"""What a column can hold, and the names columns go by in other trackers, in English, German and French."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Field(StrEnum):
    REFERENCE = "reference"
    TITLE = "title"
    DESCRIPTION = "description"
    STATUS = "status"
    RESOLUTION = "resolution"
    CATEGORY = "category"
    PRIORITY = "priority"
    LABELS = "labels"
    ASSIGNEE = "assignee"
    REPORTER = "reporter"
    # User names or account ids of the two.
    ASSIGNEE_ID = "assignee_id"
    REPORTER_ID = "reporter_id"
    CREATED = "created"
    UPDATED = "updated"
    CLOSED = "closed"
    DUE = "due"
    COMMENT = "comment"
    DUPLICATE_OF = "duplicate_of"
    PARENT = "parent"
    URL = "url"
    # A number besides the key, by which some files name parents.
    TRACKER_ID = "tracker_id"
    # Columns that Lodge itself writes or reads back.
    ISSUE_ID = "issue_id"
    OLD_REFERENCE = "old_reference"
    FAILURE = "failure"


MANY: Final = frozenset({Field.LABELS, Field.COMMENT})

# The column that is added to the rows handed back; never part of what identifies a table or a row.
FAILURE_HEADER: Final = "lodge: why this row failed"

_NAMES: Final[dict[Field, tuple[str, ...]]] = {
    Field.REFERENCE: (
        "issue key", "key", "clé de ticket", "clé", "clef", "vorgangsschlüssel", "schlüssel", "ticket", "ticket id",
        "issue id", "iid", "number", "external ref", "external id", "nummer", "numéro", "no", "#",
    ),
    Field.TITLE: (
        "title", "summary", "name", "subject", "issue", "task", "task name", "zusammenfassung", "titel", "betreff",
        "aufgabe", "card name", "résumé", "titre", "sujet", "objet",
    ),
    Field.DESCRIPTION: (
        "description", "card description", "body", "details", "text", "content", "notes", "beschreibung", "inhalt",
        "contenu",
    ),
    Field.STATUS: ("status", "state", "list name", "zustand", "état", "statut"),
    Field.RESOLUTION: ("resolution", "lösung", "résolution", "reason", "close reason", "state reason", "statereason"),
    Field.CATEGORY: ("status category", "statuskategorie", "catégorie de statut", "catégorie d'état"),
    Field.PRIORITY: ("priority", "prio", "severity", "importance", "priorität", "priorité", "dringlichkeit"),
    Field.LABELS: (
        "labels", "label", "tags", "tag", "stichwörter", "stichworte", "étiquettes", "étiquette", "mots-clés",
    ),
    Field.ASSIGNEE: (
        "assignee", "assignees", "assigned to", "owner", "members", "zugewiesene person", "zugewiesen an", "bearbeiter",
        "zuständig", "responsable", "personne assignée", "attribution", "assigné à",
    ),
    Field.REPORTER: (
        "reporter", "author", "creator", "created by", "reported by", "autor", "ersteller", "melder", "gemeldet von",
        "rapporteur", "auteur", "créateur",
    ),
    Field.ASSIGNEE_ID: ("assignee id", "assignee username", "assignee account id"),
    Field.REPORTER_ID: ("reporter id", "reporter username", "reporter account id", "author id", "author username"),
    Field.CREATED: (
        "created", "created at", "created at (utc)", "createdat", "creation date", "created on", "date created",
        "opened", "erstellt", "erstellt am", "création", "créé", "créée", "date de création", "créé le",
    ),
    Field.UPDATED: (
        "updated", "updated at", "updated at (utc)", "updatedat", "modified", "last modified", "last updated",
        "aktualisiert", "geändert", "mise à jour", "mis à jour", "modifié",
    ),
    Field.CLOSED: (
        "closed", "closed at", "closed at (utc)", "closedat", "resolved", "completed", "completed at", "done at",
        "finished", "erledigt", "gelöst", "geschlossen", "résolu", "résolue", "fermé", "clos",
    ),
    Field.DUE: (
        "due date", "due", "due on", "deadline", "fälligkeitsdatum", "fällig am", "fällig", "échéance",
        "date d'échéance",
    ),
    Field.COMMENT: ("comment", "comments", "kommentar", "kommentare", "commentaire", "commentaires"),
    Field.DUPLICATE_OF: (
        "duplicate of", "outward issue link (duplicate)", "outward issue link (duplicates)",
        "ausgehende vorgangsverknüpfung (duplicate)", "lien de demande sortant (duplicate)",
    ),
    Field.PARENT: ("parent", "parent key", "parent issue", "parent iid", "parent id", "übergeordnet", "parent link"),
    Field.URL: ("url", "link", "web url"),
}  # fmt: skip


def fold(header: str) -> str:
    """A header as it is compared: case, accents, underscores and runs of spaces do not matter."""
    text = unicodedata.normalize("NFKD", header.replace("ß", "ss")).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(text.replace("_", " ").replace("’", "'").split())


_BY_NAME: Final = {fold(name): field for field, names in _NAMES.items() for name in names}
_FAILURE: Final = fold(FAILURE_HEADER)
_CUSTOM_FIELD: Final = re.compile(r"(?:custom field|benutzerdefiniertes feld|champs? personnalise)\b")


def guess(header: str) -> Field | None:
    """The field that a column of this name holds, in whatever tracker."""
    folded = fold(header)
    if folded == _FAILURE:
        return Field.FAILURE
    return None if _CUSTOM_FIELD.match(folded) else _BY_NAME.get(folded)
