from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.query import Query, QueryError, Sort, SortKey, parse
from db.query.moments import WORDS, Span
from db.query.terms import (
    Choice,
    ChoiceField,
    DateField,
    EmptyField,
    Labels,
    People,
    PersonField,
    Presence,
    RefField,
    Refs,
    Text,
    When,
)
from db.query.words import CHOICES, FIELDS, OTHER_NAMES

EVERYTHING = (
    "status:open assignee:@ada label:bug -label:ui priority:high,urgent created:>2026-01-01 updated:<7d "
    'due:overdue reporter:me no:assignee "exact words" sort:updated'
)


def test_reads_every_kind_of_term() -> None:
    assert parse(EVERYTHING) == Query(
        terms=(
            Choice(field=ChoiceField.STATUS, values=("open",)),
            People(field=PersonField.ASSIGNEE, names=("ada",)),
            Labels(names=("bug",)),
            Labels(names=("ui",), negated=True),
            Choice(field=ChoiceField.PRIORITY, values=("high", "urgent")),
            When(field=DateField.CREATED, spans=(Span(op=">", moment="2026-01-01"),)),
            When(field=DateField.UPDATED, spans=(Span(op="<", moment="7d"),)),
            When(field=DateField.DUE, spans=(Span(op="in", moment="overdue"),)),
            People(field=PersonField.REPORTER, names=("me",)),
            Presence(fields=(EmptyField.ASSIGNEE,)),
            Text(words="exact words", exact=True),
        ),
        sort=Sort(key=SortKey.UPDATED),
    )


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("is:open", "status:open,in-progress"),
        ("is:closed", "status:closed"),
        ("is:mine is:unassigned", "assignee:me no:assignee"),
        ("is:overdue", "due:overdue"),
        ("has:label,comment", "has:label,comment"),
        ("-has:due", "-has:due"),
        ("STATUS: In-Progress", "status:in-progress"),
        ("status:done,wontfix", "status:completed,not-planned"),
        ("priority:P1", "priority:high"),
        ("created:this week", "created:this-week"),
        ("updated:>3 days ago", "updated:>3d"),
        ("created:2026Q1..2026-06", "created:2026-Q1..2026-06"),
        ("created:..yesterday", "created:..yesterday"),
        ("assignee:<@u12ab|Ada L>,nobody", 'assignee:"<@U12AB>",none'),
        ("tag:“needs review”", 'label:"needs review"'),
        ("owner:me by:me", "assignee:me reporter:me"),
        ("sort:created-asc", "sort:-created"),
        ("sort:key", "sort:key"),
        ("key:ldg-007,#12", "key:LDG-7,12"),
        ("label:none", "no:label"),
        ("- -- http://a.b/c 12:30 std::map", "-- http://a.b/c 12:30 std::map"),
        ("created:&gt;2026-01-01", "created:>2026-01-01"),
        ("label:bug AND status:open and timeout", "label:bug status:open and timeout"),
        ("to be OR not to be (again)", "to be OR not to be (again)"),
        ('label:bug "OR" "(" f(x)', 'label:bug "OR" "(" f(x)'),
        ("login or label:bug", "login or label:bug"),
        ("label:f(x) login :( )", 'label:"f(x)" login :( )'),
        ("label:bug login NOT", "label:bug login NOT"),
    ],
)
def test_says_the_same_in_canonical_words(typed: str, canonical: str) -> None:
    assert parse(typed).text() == canonical
    assert parse(canonical).text() == canonical


@pytest.mark.parametrize(
    ("typed", "code", "position", "part", "suggestion"),
    [
        ("is:open statsu:open", "unknown_field", 8, "statsu", "status:open"),
        ("foo -status:opne", "unknown_value", 4, "opne", "-status:open"),
        ("priority:hgih", "unknown_value", 0, "hgih", "priority:high"),
        ("due:tomorow", "bad_date", 0, "tomorow", "due:tomorrow"),
        ("created:2026-02-30", "bad_date", 0, "2026-02-30", "created:2026-01-31"),
        ("updated:overdue", "bad_date", 0, "overdue", None),
        ('say "hello', "unclosed_quote", 4, '"hello', '"hello"'),
        ("label:", "missing_value", 0, "label:", None),
        ("sort:updated sort:due", "sorted_twice", 13, "sort:due", None),
        ("sort:deu", "unknown_value", 0, "deu", "sort:due"),
        ("parent:none", "bad_key", 0, "none", None),
        ("is:opened,mine", "unknown_value", 0, "mine", "is:mine"),
        ("label:bug OR label:ui", "no_or", 10, "OR", "label:bug,ui"),
        ("assignee:me or assignee:@ada", "no_or", 12, "or", "assignee:me,@ada"),
        ("label:bug OR priority:high", "no_or", 10, "OR", None),
        ("label:bug || -label:ui", "no_or", 10, "||", None),
        ("timeout ODER label:bug", "no_or", 8, "ODER", None),
        ("label:bug NOT status:closed", "no_not", 10, "NOT", "-status:closed"),
        ("not label:bug", "no_not", 0, "not", "-label:bug"),
        ("label:bug and not label:ui", "no_not", 14, "not", "-label:ui"),
        ("label:bug (priority:high", "no_brackets", 10, "(priority:high", None),
        ("-((label:bug sort:due", "no_brackets", 0, "-((label:bug", None),
        ("label:bug priority:high)", "no_brackets", 10, "priority:high)", None),
        ("label:bug ( login", "no_brackets", 10, "(", None),
    ],
)
def test_says_what_it_did_not_understand(
    typed: str, code: str, position: int, part: str, suggestion: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    error = caught.value
    assert (error.code, error.position, error.part, error.suggestion) == (code, position, part, suggestion)
    assert typed[error.position :].startswith(error.term)


def test_refuses_what_is_too_long() -> None:
    with pytest.raises(QueryError, match="too long"):
        parse("a " * 1_500)
    with pytest.raises(QueryError, match="too long"):
        parse("a " * 200)


words = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=12)
phrases = words.map(lambda text: " ".join(text.split())).filter(bool)
names = phrases.map(lambda text: text.removeprefix("@").strip()).filter(
    lambda text: text and not text.startswith(("@", "<@"))
)
moments = st.sampled_from([*WORDS, "7d", "12h", "2w", "3m", "1y", "2026-03-04", "2026-03", "2026", "2026-Q3"])
spans = st.one_of(
    st.builds(Span, op=st.sampled_from(["in", ">", ">=", "<", "<="]), moment=moments),
    st.builds(Span, op=st.just(".."), moment=moments, until=st.none() | moments),
    st.builds(Span, op=st.just(".."), moment=st.none(), until=moments),
)


def some(values: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(values, min_size=1, max_size=3, unique=True).map(tuple)


negated = st.booleans()
plain_words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=10)
terms = st.one_of(
    st.builds(Text, words=phrases, exact=st.just(True), negated=negated),
    st.builds(Text, words=plain_words, negated=negated),
    st.sampled_from(list(ChoiceField)).flatmap(
        lambda f: st.builds(
            Choice, field=st.just(f), values=some(st.sampled_from(CHOICES[f])), negated=negated
        )
    ),
    st.builds(Labels, names=some(phrases.filter(lambda n: n.casefold() != "none")), negated=negated),
    st.builds(When, field=st.sampled_from(list(DateField)), spans=some(spans), negated=negated),
    st.builds(
        Presence, fields=some(st.sampled_from(list(EmptyField))), present=st.booleans(), negated=negated
    ),
    st.builds(
        Refs,
        field=st.sampled_from([RefField.KEY, RefField.PARENT]),
        values=some(st.integers(0, 10**6).map(lambda n: f"LDG-{n}")),
        negated=negated,
    ),
    st.builds(
        People,
        field=st.sampled_from(list(PersonField)),
        names=some(st.sampled_from(["me", "none", "ada", "Ada L", "a@b.c", "<@U1>"])),
        negated=negated,
    ),
)
sorts = st.none() | st.builds(
    Sort, key=st.sampled_from([k for k in SortKey if k is not SortKey.RELEVANCE]), reverse=st.booleans()
)


@given(st.builds(Query, terms=st.lists(terms, max_size=6).map(tuple), sort=sorts))
def test_any_query_reads_back_as_itself(query: Query) -> None:
    assert parse(query.text()) == query


pieces = st.one_of(
    st.text(max_size=8),
    st.sampled_from([f"{name}:" for name in (*FIELDS, *OTHER_NAMES)]),
    st.sampled_from([" ", ",", '"', "-", "..", "<", "me", "open", "7d", "this week", "<@U1|x>", "“", "\\"]),
)


@settings(max_examples=500)
@given(st.lists(pieces, max_size=12).map("".join))
def test_whatever_is_typed_is_read_or_refused_and_what_is_read_reads_back(typed: str) -> None:
    try:
        query = parse(typed)
    except QueryError as error:
        refused_at = error.position
    else:
        refused_at = 0
        assert parse(query.text()) == query
    assert 0 <= refused_at <= len(typed)
