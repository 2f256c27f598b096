// rich_text: sections, lists, quotes and preformatted text, as Slack's own composer makes them.

import { slackDate } from "../dates.js";
import { h } from "../dom.js";
import { emojiFor } from "../emoji.js";
import { broadcast, channelMention, link, mention } from "../mrkdwn.js";

function styled(node, style = {}) {
  let made = node;
  if (style.code) made = h("code", made);
  if (style.bold) made = h("strong", made);
  if (style.italic) made = h("em", made);
  if (style.strike) made = h("s", made);
  if (style.underline) made = h("u", made);
  return made;
}

const PIECES = {
  text: (piece) => piece.text,
  link: (piece) => link(piece.url, piece.text || piece.url),
  user: (piece) => mention(piece.user_id),
  channel: (piece) => channelMention(piece.channel_id),
  usergroup: (piece) => broadcast(piece.usergroup_id),
  broadcast: (piece) => broadcast(piece.range),
  emoji: (piece) => emojiFor(piece.name) ?? unicode(piece.unicode) ?? `:${piece.name}:`,
  date: (piece) => h("time", { title: piece.fallback }, slackDate(piece.timestamp, piece.format, piece.fallback ?? "")),
  color: (piece) => h("span", { class: "color-piece" }, h("span", { class: "swatch", style: { background: piece.value } }), piece.value),
};

function unicode(points) {
  return points ? String.fromCodePoint(...points.split("-").map((point) => Number.parseInt(point, 16))) : null;
}

export function richPieces(elements = []) {
  return elements.map((piece) => {
    const draw = PIECES[piece.type];
    return draw ? styled(draw(piece), piece.style) : h("code", { class: "block-error" }, `Unknown text element: ${piece.type}`);
  });
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich-section" }, richPieces(part.elements)),
  rich_text_quote: (part) => h("blockquote", richPieces(part.elements)),
  rich_text_preformatted: (part) => h("pre", h("code", richPieces(part.elements))),
  rich_text_list: (part) => {
    const items = part.elements.map((item) => h("li", richPieces(item.elements)));
    const ordered = part.style === "ordered";
    return h(ordered ? "ol" : "ul", { style: { marginLeft: `${(part.indent ?? 0) * 20}px` }, start: ordered ? (part.offset ?? 0) + 1 : undefined }, items);
  },
};

export function richText(block) {
  return h("div", { class: "rich-text" }, (block.elements ?? []).map((part) => {
    const draw = PARTS[part.type];
    return draw ? draw(part) : h("div", { class: "block-error" }, `Unknown rich text element: ${part.type}`);
  }));
}

// The words alone: for sorting tables and for labels.
export function richWords(block) {
  const words = (element) => element.text ?? (element.elements ?? []).map(words).join("") ?? "";
  return (block.elements ?? []).map(words).join(" ");
}
