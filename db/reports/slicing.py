"""A query as slices of the open issues, for which sums are kept: of all, of each priority, of each label.

What is told by two labels is told by their sums and by the issues that have both, as by the principle of inclusion and
exclusion: https://en.wikipedia.org/wiki/Inclusion-exclusion_principle
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from db.query.resolving import Resolved
from db.query.terms import AnyTerm, Choice, ChoiceField, Labels
from db.rollups.spans import EVERYTHING, slice_of
from db.states import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The open issues that have two labels, each taken so many times."""

    labels: tuple[UUID, UUID]
    weight: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slices:
    """Each issue that is asked for is in these once, taken as often as their weights say, and every other one not at
    all. What is `left` has to be asked of their assignee and status."""

    weights: Mapping[UUID, int]
    shared: Shared | None
    left: Sequence[AnyTerm]


def slices(resolved: Resolved, left: Callable[[AnyTerm], bool]) -> Slices | None:
    """`left`: whether a term is one to be asked of an issue's assignee and status. None when slices do not tell."""
    terms = [term for term in resolved.query.terms if not left(term)]
    asked = [term for term in resolved.query.terms if left(term)]
    match terms:
        case []:
            return Slices(weights={EVERYTHING: 1}, shared=None, left=asked)
        case [Choice(field=ChoiceField.PRIORITY) as term]:
            named = {Priority[value.upper()] for value in term.values}
            chosen = [p for p in Priority if (p in named) is not term.negated]
            return Slices(weights={slice_of(p): 1 for p in chosen}, shared=None, left=asked)
        case _:
            labels = [term for term in terms if isinstance(term, Labels)]
            return _of_labels(labels, resolved, asked) if len(labels) == len(terms) else None


def _of_labels(terms: Sequence[Labels], resolved: Resolved, left: Sequence[AnyTerm]) -> Slices | None:
    labels = list(dict.fromkeys(resolved.labels[name] for term in terms for name in term.names))

    def chosen(*had: UUID) -> int:
        """1 where an issue with these labels of those, and no other of them, is asked for; else 0."""
        return int(
            all(
                term.negated is not any(resolved.labels[name] in had for name in term.names) for term in terms
            )
        )

    match labels:
        case [_]:
            shared = None
        case [one, other]:
            both = chosen(one, other) - chosen(one) - chosen(other) + chosen()
            shared = Shared(labels=(one, other), weight=both) if both else None
        case _:
            return None
    weights = {EVERYTHING: chosen(), **{label: chosen(label) - chosen() for label in labels}}
    # What is taken no times need not be read.
    weights = {slice_: weight for slice_, weight in weights.items() if weight}
    return Slices(weights=weights, shared=shared, left=left)
