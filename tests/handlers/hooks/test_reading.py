"""What the four kinds of body say; and what they do not say is told by name."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.errors import Invalid
from db.states import CloseReason, Priority
from db.webhooks import Kind
from handlers.hooks import alertmanager, github, mapping, sentry
from handlers.hooks.receiving import Delivery, understand
from handlers.hooks.signals import Unreadable
from tests.handlers.hooks.bodies import ALERTS, GITHUB_ISSUE, SENTRY_ALERT, SENTRY_ISSUE, SENTRY_METRIC

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def test_an_alert_says_what_burns_how_badly_and_since_when() -> None:
    firing, resolved = alertmanager.read(ALERTS)
    assert (firing.title, firing.priority, firing.is_open) == (
        "Disk of db-1 is 95 % full",
        Priority.URGENT,
        True,
    )
    assert firing.key == "7f2a81c3b9d0e4f6"
    assert firing.at == datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    assert "mountpoint: /var" in firing.description
    assert "https://runbooks.example/disk" in firing.description
    assert (resolved.is_open, resolved.title) == (False, "HighLatency on web-2")
    assert resolved.at == datetime(2026, 11, 2, 8, 20, tzinfo=UTC)


def test_alerts_without_a_fingerprint_are_told_apart_by_their_labels() -> None:
    body = copy.deepcopy(ALERTS)
    for alert in body["alerts"]:
        del alert["fingerprint"]
    first, second = alertmanager.read(body)
    assert first.key != second.key
    assert alertmanager.read(body)[0].key == first.key


def test_a_github_issue_is_read_as_it_stands_in_the_delivery() -> None:
    (signal,) = github.read(GITHUB_ISSUE, {"x-github-event": "issues"})
    assert (signal.title, signal.labels, signal.is_open) == (
        "Crash on start",
        ("bug", "good first issue"),
        True,
    )
    assert signal.external_ref == "acme/app#12"
    closed = copy.deepcopy(GITHUB_ISSUE)
    closed["issue"] |= {"state": "closed", "state_reason": "not_planned"}
    (signal,) = github.read(closed, {"x-github-event": "issues"})
    assert (signal.is_open, signal.reason) == (False, CloseReason.NOT_PLANNED)
    (signal,) = github.read(GITHUB_ISSUE | {"action": "deleted"}, {})
    assert not signal.is_open
    assert github.read({"zen": "Keep it logically awesome."}, {"x-github-event": "ping"}) == []


def test_sentry_issues_and_alerts_are_read() -> None:
    headers = {"sentry-hook-timestamp": "1793606400"}
    (issue,) = sentry.read(SENTRY_ISSUE, headers | {"sentry-hook-resource": "issue"})
    assert (issue.key, issue.is_open, issue.priority) == ("issue:1170820242", True, Priority.HIGH)
    assert issue.external_ref == "APP-1"
    (resolved,) = sentry.read(SENTRY_ISSUE | {"action": "resolved"}, headers)
    assert (resolved.is_open, resolved.reason) == (False, CloseReason.COMPLETED)
    (alert,) = sentry.read(SENTRY_ALERT, headers | {"sentry-hook-resource": "event_alert"})
    assert alert.key == issue.key
    (metric,) = sentry.read(SENTRY_METRIC, headers | {"sentry-hook-resource": "metric_alert"})
    assert (metric.title, metric.priority) == ("Critical: Error rate", Priority.URGENT)
    assert sentry.read({"action": "created", "data": {}}, {"sentry-hook-resource": "installation"}) == []


def test_any_json_is_read_by_paths_with_defaults() -> None:
    rules = mapping.parse(
        '{"title": "$.alert.name", "key": "alert.tags[1].id", "status": "alert.state",'
        ' "priority": {"path": "alert.sev", "default": "low"}, "labels": {"default": ["ops"]}}'
    )
    body = {"alert": {"name": "Queue is long", "state": "OK", "tags": [{"id": 1}, {"id": 2}]}}
    (signal,) = mapping.read(body, rules)
    assert (signal.title, signal.key, signal.is_open) == ("Queue is long", "2", False)
    assert (signal.priority, signal.labels) == (Priority.LOW, ("ops",))


def test_without_a_mapping_the_usual_names_serve() -> None:
    (signal,) = mapping.read({"title": "T" * 300, "status": "firing", "at": 1793606400}, {})
    assert len(signal.title) == 255
    assert signal.key is None
    assert signal.at is not None


@pytest.mark.parametrize(
    ("body", "code", "what"),
    [
        ({"name": "x"}, "no-title", "title"),
        ({"title": "x", "status": "wobbly"}, "no-status", "wobbly"),
        ({"title": "x", "priority": "loud"}, "no-priority", "loud"),
        ({"title": "x", "at": "yesterday"}, "no-time", "yesterday"),
        (["x"], "no-title", "title"),
    ],
)
def test_what_any_json_lacks_is_named(body: Any, code: str, what: str) -> None:
    with pytest.raises(Unreadable) as caught:
        mapping.read(body, {})
    assert (caught.value.code, caught.value.what) == (code, what)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "mapping_json"),
        ("[]", "mapping_json"),
        ('{"titel": "x"}', "mapping_field"),
        ('{"title": "a..b"}', "mapping_path"),
        ('{"title": 3}', "mapping_path"),
        ('{"title": {"path": "a", "fallback": 1}}', "mapping_path"),
        ("[" * 3000, "mapping_json"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(text: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        mapping.parse(text)
    assert [(each.field, each.code) for each in caught.value.errors] == [("mapping", code)]


def test_a_body_nested_deeper_than_it_can_be_written_down_is_named() -> None:
    hook = cast("Any", SimpleNamespace(kind=Kind.GENERIC, mapping={}))
    body = b'{"title": "x", "description": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    with pytest.raises(Unreadable) as caught:
        understand(hook, Delivery(headers={}, body=body))
    assert caught.value.code == "no-json"


@given(value=json_values, at=st.integers(0, 40))
def test_no_body_of_a_known_shape_crashes_a_reader(value: Any, at: int) -> None:
    """Whatever stands at any one place, it is read or named, never an error of ours."""
    for body, read in (
        (ALERTS, alertmanager.read),
        (GITHUB_ISSUE, lambda body: github.read(body, {})),
        (SENTRY_ISSUE, lambda body: sentry.read(body, {})),
        (SENTRY_ALERT, lambda body: sentry.read(body, {})),
        (SENTRY_METRIC, lambda body: sentry.read(body, {})),
        (
            {"title": "x", "status": "open", "labels": ["a"], "at": 1, "key": "k"},
            lambda b: mapping.read(b, {}),
        ),
    ):
        changed = _with(body, at, value)
        try:
            signals = read(changed)
        except Unreadable:
            continue
        assert all(1 <= len(signal.title) <= 255 for signal in signals)


def _with(body: Any, at: int, value: Any) -> Any:
    """The body with the value at its `at`-th place, counted through."""
    changed = copy.deepcopy(body)
    places: list[tuple[Any, Any]] = []

    def walk(part: Any) -> None:
        items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
        for name, inner in items:
            places.append((part, name))
            walk(inner)

    walk(changed)
    holder, name = places[at % len(places)]
    holder[name] = value
    return changed
