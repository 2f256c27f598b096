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

// What an editor cannot tell from what is seen of it goes along, to come back as it was.
const WHOLE = new Set(["emoji", "usergroup", "broadcast", "date", "color"]);

function drawn(piece) {
  const { style, ...whole } = piece;
  const made = PIECES[piece.type](piece);
  return WHOLE.has(piece.type) ? h("span", { dataset: { piece: JSON.stringify(whole) } }, made) : made;
}

export function richPieces(elements = []) {
  return elements.map((piece) => {
    return PIECES[piece.type] ? styled(drawn(piece), piece.style) : h("code", { class: "block-error" }, `Unknown text element: ${piece.type}`);
  });
}

// A list, or preformatted text, in a quote.
function bordered(part) {
  return part.border ? { class: "bordered", dataset: { border: part.border } } : {};
}

const PARTS = {
  rich_text_section: (part) => h("div", { class: "rich-section" }, richPieces(part.elements)),
  rich_text_quote: (part) => h("blockquote", richPieces(part.elements)),
  rich_text_preformatted: (part) => h("pre", bordered(part), h("code", richPieces(part.elements))),
  rich_text_list: (part) => {
    const items = part.elements.map((item) => h("li", richPieces(item.elements)));
    const ordered = part.style === "ordered";
    const { class: look, dataset } = bordered(part);
    return h(ordered ? "ol" : "ul", {
      class: look,
      dataset: { ...dataset, indent: part.indent ?? 0 },
      style: { marginLeft: `${(part.indent ?? 0) * 20}px` },
      start: ordered ? (part.offset ?? 0) + 1 : undefined,
    }, items);
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
