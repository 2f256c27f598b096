"""What Slack's editor hands over is kept as Markdown, and shown in the editor again as it was."""

from __future__ import annotations

from itertools import chain, groupby
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.playground.blocks import check_message
from handlers.views.markdown import rich_text_block, to_rich_text
from handlers.views.rich_text import to_markdown

Json = dict[str, Any]

_SHOWN = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"])
# Letters that Markdown has a use for are much likelier here than elsewhere.
_LETTERS = st.text(
    st.one_of(_SHOWN, st.sampled_from("*_~`\\[]()<>-#!:.1@ \n")), min_size=1, max_size=20
).filter(lambda text: "://" not in text and "mailto:" not in text)
_STYLE = st.dictionaries(st.sampled_from(["bold", "italic", "strike"]), st.just(True), max_size=3)
_ID = st.text("ABCDEFGH0123456789", min_size=3, max_size=9)


def _styled(element: Json, style: Json) -> Json:
    return element | {"style": style} if style else element


_TEXT = st.builds(lambda text, style: _styled({"type": "text", "text": text}, style), _LETTERS, _STYLE)
_CODE = st.builds(
    lambda text, style: {"type": "text", "text": text, "style": style | {"code": True}},
    st.text(st.one_of(_SHOWN, st.sampled_from("*_`\\ ")), min_size=1, max_size=20),
    _STYLE,
)
_URL = st.builds(
    lambda host, path: f"https://{host}.example/{path}",
    st.text("abcxyz", min_size=1, max_size=8),
    st.text("abc/()?&=#._-~%", max_size=12),
)
_LABEL = st.text(st.one_of(_SHOWN, st.sampled_from("*[]()\\_")), min_size=1, max_size=12).filter(
    lambda text: text.strip() and "://" not in text
)
_LINK = st.one_of(
    st.builds(lambda url, label: {"type": "link", "url": url, "text": label}, _URL, _LABEL),
    _URL.map(lambda url: {"type": "link", "url": url}),
)
_MENTION = st.one_of(
    _ID.map(lambda name: {"type": "user", "user_id": f"U{name}"}),
    _ID.map(lambda name: {"type": "channel", "channel_id": f"C{name}"}),
    st.sampled_from(["tada", "+1", "ticket", "flag-de"]).map(lambda name: {"type": "emoji", "name": name}),
    st.integers(2, 6).map(lambda tone: {"type": "emoji", "name": "wave", "skin_tone": tone}),
    st.sampled_from(["here", "channel", "everyone"]).map(lambda name: {"type": "broadcast", "range": name}),
)
_INLINE = st.lists(st.one_of(_TEXT, _TEXT, _CODE, _LINK, _MENTION), min_size=1, max_size=6)
_SECTION = _INLINE.map(lambda inner: {"type": "rich_text_section", "elements": inner})
_LIST = st.builds(
    lambda style, indent, border, items: {
        "type": "rich_text_list",
        "style": style,
        "indent": indent,
        "border": border,
        "elements": items,
    },
    st.sampled_from(["bullet", "ordered"]),
    st.integers(0, 8),
    st.integers(0, 1),
    st.lists(_SECTION, min_size=1, max_size=4),
)
_QUOTE = _INLINE.map(lambda inner: {"type": "rich_text_quote", "elements": inner})
_CODE_BLOCK = st.builds(
    lambda text, border: {
        "type": "rich_text_preformatted",
        "border": border,
        "elements": [{"type": "text", "text": text}],
    },
    st.text(st.one_of(_SHOWN, st.sampled_from("`\n*>- ")), min_size=1, max_size=60),
    st.integers(0, 1),
)
_DOCUMENT = st.lists(st.one_of(_SECTION, _LIST, _QUOTE, _CODE_BLOCK), min_size=1, max_size=6)

Letter = tuple[str, frozenset[str]]


def _letters(elements: list[Json]) -> list[Letter]:
    """Each letter or mention with its style. Spaces say nothing of a style, and how many there are is not kept."""
    letters: list[Letter] = []
    for element in elements:
        style = frozenset(element.get("style") or ())
        match element["type"]:
            case "text":
                letters += [(letter, style) for letter in element["text"] if not letter.isspace()]
            case "broadcast":
                # Neutralised: the letters alone, which call nobody.
                letters += [(letter, style) for letter in f"@{element['range']}"]
            case "link":
                shown = element.get("text") or element["url"]
                link = style | {element["url"]}
                letters += [(letter, link) for letter in shown if not letter.isspace()]
            case kind:
                value = element.get("user_id") or element.get("channel_id") or element.get("name")
                letters.append((f"{kind} {value} {element.get('skin_tone')}", style))
    return letters


def _canonical(blocks: list[Json]) -> list[Any]:
    """Sections that follow each other are one text, and so are lists of one kind and depth one list."""
    flat: list[tuple[Any, Any]] = []
    for block in blocks:
        kind = block["type"]
        if kind == "rich_text_preformatted":
            code = "".join(part["text"] for part in block["elements"])
            # In a quote, spaces at the end of a line are not kept.
            flat.append((kind, "\n".join(map(str.rstrip, code.split("\n"))) if block.get("border") else code))
        elif kind == "rich_text_list":
            items = [_letters(item["elements"]) for item in block["elements"]]
            looks = (kind, block["style"], block.get("indent", 0), block.get("border", 0))
            flat += [(looks, item) for item in items if item]
        elif letters := _letters(block["elements"]):
            flat.append((kind, letters))
    joined: list[Any] = []
    for kind, group in groupby(flat, key=lambda each: each[0]):
        values = [value for _, value in group]
        joined.append((kind, list(chain(*values)) if kind == "rich_text_section" else values))
    return joined


def _shown(blocks: list[Json]) -> list[Json]:
    """Preformatted text of nothing but line ends shows nothing."""
    return [
        block
        for block in blocks
        if block["type"] != "rich_text_preformatted" or block["elements"][0]["text"].strip("\n")
    ]


@given(_DOCUMENT)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_everything_the_editor_can_make_comes_back(blocks: list[Json]) -> None:
    written = to_markdown({"type": "rich_text", "elements": blocks})
    again = to_rich_text(written)
    assert _canonical(again) == _canonical(_shown(blocks)), written


@given(_DOCUMENT)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_comes_back_is_valid_and_calls_nobody(blocks: list[Json]) -> None:
    block = rich_text_block(to_markdown({"type": "rich_text", "elements": blocks}))
    if block is not None:
        assert not check_message([block])
        assert "broadcast" not in str([part["type"] for part in block["elements"]])
        assert '"broadcast"' not in str(block).replace("'", '"')


@given(_DOCUMENT)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_saving_again_what_nobody_touched_changes_nothing(blocks: list[Json]) -> None:
    once = to_markdown({"type": "rich_text", "elements": blocks})
    assert to_markdown(rich_text_block(once)) == to_markdown(
        rich_text_block(to_markdown(rich_text_block(once)))
    )
