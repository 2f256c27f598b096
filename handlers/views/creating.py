"""The create form, and what is said once an issue exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.access import Actor
from db.issues import Issue, Written
from db.people import Person
from handlers.views import issue_form
from handlers.views.blocks import Json, actions, button, context, given, modal, option, section, truncate
from handlers.views.cards import ASSIGN_ME, EDIT, More, is_open, title_block
from handlers.views.confirming import undo_button
from handlers.views.people import mention
from handlers.views.replies import OFFER_CREATE, Reply
from handlers.views.states import day, priority_of
from handlers.words import Mrkdwn, Words, code, escape

CALLBACK = "issue_create"
SHORTCUT = "issue_new"
POST_HERE = "issue_post_here"
DUPLICATES = "duplicates"


def form(fields: issue_form.Fields, words: Words, *, metadata: Json, channel_id: str | None) -> Json:
    blocks = issue_form.field_blocks(fields, words, dispatch=True)
    if channel_id and channel_id[0] in "CG":
        blocks.append(issue_form.post_block(words, on=True))
    return modal(
        CALLBACK,
        words.plain("create-form-title"),
        blocks,
        submit=words.plain("create-form-submit"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def with_duplicates(
    opened: Mapping[str, Any], found: Sequence[Issue], words: Words, prefix: str
) -> Json | None:
    """The form with likely duplicates under its title; None where it shows the right ones already."""
    ids = [str(block.get("block_id") or "") for block in opened["blocks"]]
    kept = [block for block, id_ in zip(opened["blocks"], ids, strict=True) if not id_.startswith(DUPLICATES)]
    block_id = ":".join([DUPLICATES, *(str(issue.number) for issue in found)])
    shown = [id_ for id_ in ids if id_.startswith(DUPLICATES)]
    if shown == ([block_id] if found else []):
        return None
    if found:
        lines = (f"• *{issue.key(prefix)}* {escape(truncate(issue.title, 120))}" for issue in found)
        text = Mrkdwn("\n".join([words("create-duplicates"), *lines]))
        kept.insert(1, context(text) | {"block_id": block_id})
    return given(opened) | {"blocks": kept}


def created(
    written: Written,
    words: Words,
    prefix: str,
    assignee: Person | None,
    creator: Actor,
    *,
    form: bool = False,
) -> Reply:
    """`creator` alone reads it. `form`: a form can have posted the card, so that there is no need to offer it."""
    issue = written.issue
    key = issue.key(prefix)
    value = str(issue.issue_id)
    elements = []
    theirs = assignee is not None and assignee.person_id == creator.person_id
    if not theirs and is_open(More.ASSIGN_ME, creator):
        elements.append(button(words.plain("button-assign-me"), ASSIGN_ME, value))
    if is_open(More.EDIT, creator):
        elements.append(button(words.plain("button-edit"), EDIT, value))
    if not form:
        elements.append(button(words.plain("button-post-here"), POST_HERE, value))
    if written.change_id is not None:
        elements.append(undo_button(written.change_id, words))
    text = words("created-again" if written.repeated else "created", key=key, title=issue.title)
    facts = _facts(issue, words, assignee)
    blocks = [
        section(words("created-head")),
        title_block(key, issue.title),
        *([context(facts)] if facts else []),
        *([actions(*elements, block_id=f"created:{value}:{issue.version}")] if elements else []),
    ]
    return Reply(text=text, blocks=blocks)


def _facts(issue: Issue, words: Words, assignee: Person | None) -> Mrkdwn:
    facts = []
    if assignee is not None:
        facts.append(words("card-assignee", who=mention(assignee, words)))
    if issue.priority.word != "none":
        facts.append(priority_of(issue.priority, words))
    if issue.due_on:
        facts.append(words("card-due", date=day(issue.due_on, words)))
    facts += [code(label) for label in issue.labels]
    return Mrkdwn("  ·  ".join(facts))


def unreadable(problems: Sequence[Mrkdwn], words: Words, command: str) -> Reply:
    lines = [words("oneline-not-created"), *(f"• {problem}" for problem in problems)]
    lines.append(words("oneline-example", command=command))
    return Reply(text=Mrkdwn("\n".join(lines)))


def too_long(title: str, words: Words) -> Reply:
    """Offers the form with the beginning of the title in it: what was typed can be shortened there."""
    text = words("oneline-too-long", count=len(title))
    offer = button(words.plain("button-open-form"), OFFER_CREATE, title[:2000])
    return Reply(text=text, blocks=[section(text), actions(offer)])


def label_options(known: Sequence[str], wanted: str, words: Words) -> list[Json]:
    folded = wanted.lower()
    matching = sorted(
        (name for name in known if folded in name.lower()),
        key=lambda name: (not name.lower().startswith(folded), name.lower()),
    )
    options = [option(name, name) for name in matching[:99]]
    if wanted and folded not in (name.lower() for name in known):
        options.append(option(words.plain("form-new-label", label=wanted), wanted))
    return options


def names(found: Sequence[Person]) -> str:
    """A few of several people."""
    return ", ".join(person.name for person in found[:5])
