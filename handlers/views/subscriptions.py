"""Subscriptions: what they say in the channel, their form, and the list of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from db.ids import ChannelId, PersonId
from db.issues import Issue
from db.refusals import passing
from db.subscriptions import (
    BY_PERSON,
    QUERY_MAX,
    UNREADABLE,
    FollowUps,
    News,
    Subscription,
    SubscriptionDraft,
)
from handlers.views import refusals
from handlers.views.blocks import (
    MESSAGE_BLOCKS_MAX,
    Json,
    actions,
    button,
    checkboxes,
    context,
    header,
    input_block,
    modal,
    option,
    overflow,
    radio,
    section,
    text_input,
)
from handlers.views.excerpts import cut
from handlers.views.markdown import to_plain
from handlers.views.people import People, who
from handlers.views.replies import Reply
from handlers.views.states import status_of
from handlers.words import Mrkdwn, Words, code, escape

CALLBACK: Final = "subscription_form"
NEW: Final = "subscription_new"
MENU: Final = "subscription_menu"
RESUME: Final = "subscription_resume"

QUERY: Final = "query"
NEWS: Final = "news"
PLACE: Final = "place"

_LISTED: Final = 10
_EXCERPT: Final = 300

# -- what is said in the channel


def changed(issue: Issue, what: Mrkdwn, words: Words, prefix: str) -> Json:
    text = words("notice-changed", key=issue.key(prefix), title=issue.title, what=what)
    return {"text": text, "unfurl_links": False}


def commented(
    issue: Issue, author_id: PersonId | None, body: str, people: People, words: Words, prefix: str
) -> Json:
    author = who(author_id, people, words) if author_id else words("notice-a-program")
    head = words("notice-commented", who=author, key=issue.key(prefix), title=issue.title)
    excerpt = cut(body, _EXCERPT)
    text = Mrkdwn(f"{head}: {escape(to_plain(body)[:_EXCERPT])}")
    blocks = [section(head), *([excerpt] if excerpt else [])]
    return {"text": text, "blocks": blocks, "unfurl_links": False}


def summary(
    message_id: str,
    subscription: Subscription,
    issues: Sequence[Issue],
    people: People,
    words: Words,
    prefix: str,
) -> Json:
    """`message_id` says how many issues what happened to."""
    head = words(message_id, count=len(issues), query=query_of(subscription, words))
    lines = [_line(issue, people, words, prefix) for issue in issues[:_LISTED]]
    if len(issues) > _LISTED:
        lines.append(words("subscription-more", count=len(issues) - _LISTED))
    blocks = [section(head), section(Mrkdwn("\n".join(lines)))]
    return {"text": head, "blocks": blocks, "unfurl_links": False}


def deleted(issues: Sequence[Issue], words: Words, prefix: str) -> Json:
    """Of very many at once: which they were, without how they stand."""
    head = words("delete-done-many", count=len(issues))
    lines = [f"*{escape(each.key(prefix))}*  {escape(each.title)}" for each in issues[:_LISTED]]
    if len(issues) > _LISTED:
        lines.append(words("subscription-more", count=len(issues) - _LISTED))
    blocks = [section(head), section(Mrkdwn("\n".join(lines)))]
    return {"text": head, "blocks": blocks, "unfurl_links": False}


def _line(issue: Issue, people: People, words: Words, prefix: str) -> Mrkdwn:
    facts = f"{status_of(issue, words)}  ·  {who(issue.assignee_id, people, words)}"
    return Mrkdwn(f"*{escape(issue.key(prefix))}*  {escape(issue.title)}  ·  {facts}")


def stopped(subscription: Subscription, words: Words) -> Json:
    """For the owner: what is paused, why, and the way back."""
    for_now = subscription.paused_why in passing(subscription.channel_id)
    text = words(
        "subscription-stopped-for-now" if for_now else "subscription-stopped",
        query=query_of(subscription, words),
        channel=where(subscription),
        why=_why(subscription, words),
    )
    again = button(words.plain("subscription-resume"), RESUME, str(subscription.subscription_id))
    return {"text": text, "blocks": [section(text), actions(again)], "unfurl_links": False}


def unsaid(subscription: Subscription, key: str | None, error: str | None, words: Words) -> Json:
    """For the owner: what Slack did not take, and where it can be read. `key`: of the issue, where it is about one;
    without an `error` Slack could not be had."""
    text = words(
        "subscription-unsaid" if key is not None else "subscription-unsaid-news",
        key=key or "",
        channel=where(subscription),
        query=query_of(subscription, words),
        why=words("subscription-why-away") if error is None else refusals.why(error, words),
    )
    return {"text": text, "unfurl_links": False}


def where(subscription: Subscription) -> Mrkdwn:
    return Mrkdwn(f"<#{subscription.channel_id}>")


def query_of(subscription: Subscription, words: Words) -> Mrkdwn:
    return code(subscription.query) if subscription.query else words("subscription-everything")


def _why(subscription: Subscription, words: Words) -> Mrkdwn:
    match subscription.paused_why:
        case None:
            return Mrkdwn("")
        case reason if reason == UNREADABLE:
            return words("subscription-why-query")
        case reason:
            return refusals.why(reason, words)


# -- the form


def form(subscription: Subscription | None, words: Words, metadata: Json) -> Json:
    news = {each: option(words.plain(f"subscription-news-{each.value}"), each.value) for each in News}
    places = {each: option(words.plain(f"subscription-place-{each.value}"), each.value) for each in FollowUps}
    begun = subscription or SubscriptionDraft(channel_id=ChannelId(""), query="")
    return modal(
        CALLBACK,
        words.plain("subscription-title" if subscription is None else "subscription-title-edit"),
        [
            input_block(
                words.plain("subscription-query"),
                text_input(
                    QUERY, initial=begun.query, most=QUERY_MAX, placeholder="label:bug -status:closed"
                ),
                QUERY,
                optional=True,
                hint=words.plain("subscription-query-hint"),
            ),
            input_block(
                words.plain("subscription-news"),
                checkboxes(
                    NEWS,
                    list(news.values()),
                    initial=[news[each] for each in News if each in begun.news],
                ),
                NEWS,
            ),
            input_block(
                words.plain("subscription-place"),
                radio(PLACE, list(places.values()), initial=places[begun.place]),
                PLACE,
                hint=words.plain("subscription-place-hint"),
            ),
        ],
        submit=words.plain("form-save" if subscription else "subscription-create"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(view: Mapping[str, Any], channel_id: ChannelId) -> SubscriptionDraft:
    values = view["state"]["values"]
    chosen = values[NEWS][NEWS].get("selected_options") or ()
    return SubscriptionDraft(
        channel_id=channel_id,
        query=str(values[QUERY][QUERY].get("value") or ""),
        news=frozenset(News(each["value"]) for each in chosen),
        place=FollowUps(values[PLACE][PLACE]["selected_option"]["value"]),
    )


# -- the list


def saved(subscription: Subscription, words: Words) -> Reply:
    text = words("subscription-saved", channel=where(subscription), query=query_of(subscription, words))
    return Reply(text=text, blocks=[section(text, accessory=_menu(subscription, words))])


def removed(subscription: Subscription, words: Words) -> Reply:
    return Reply(text=words("subscription-removed", query=query_of(subscription, words)))


def choose(reply: Reply, words: Words) -> Reply:
    return replace(reply, blocks=[section(words("subscription-which")), *reply.blocks])


def listing(
    here: Sequence[Subscription], elsewhere: Sequence[Subscription], people: People, words: Words
) -> Reply:
    title = words("subscription-list")
    blocks: list[Json] = [header(words.plain("subscription-list"))]
    if not here:
        blocks.append(section(words("subscription-none")))
    for each in here:
        blocks += _row(each, people, words)
    if elsewhere:
        blocks.append(context(words("subscription-elsewhere")))
        for each in elsewhere:
            row = _row(each, people, words)
            if len(blocks) + len(row) < MESSAGE_BLOCKS_MAX:
                blocks += row
    blocks.append(actions(button(words.plain("subscription-new"), NEW, "new")))
    return Reply(text=title, blocks=blocks)


def _row(subscription: Subscription, people: People, words: Words) -> list[Json]:
    told = ", ".join(words(f"subscription-short-{each.value}") for each in News if each in subscription.news)
    facts = f"{where(subscription)}  ·  {told}  ·  {who(subscription.owner_id, people, words)}"
    text = Mrkdwn(f"{query_of(subscription, words)}\n{facts}")
    rows = [section(text, accessory=_menu(subscription, words))]
    if subscription.paused_why is not None:
        paused = words("subscription-paused")
        why = _why(subscription, words) if subscription.paused_why != BY_PERSON else ""
        again = button(words.plain("subscription-resume"), RESUME, str(subscription.subscription_id))
        rows.append(section(Mrkdwn(f"*{paused}* {why}".strip()), accessory=again))
    return rows


def _menu(subscription: Subscription, words: Words) -> Json:
    offered = ["edit", "delete"] if subscription.paused_why is not None else ["edit", "pause", "delete"]
    choices = [
        option(words.plain(f"subscription-{verb}"), f"{verb}:{subscription.subscription_id}")
        for verb in offered
    ]
    return overflow(MENU, choices)
