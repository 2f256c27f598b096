// Legacy attachments: the coloured bar, and what stands beside it.

import { renderBlocks } from "./blocks/index.js";
import { picture } from "./blocks/basic.js";
import { h } from "./dom.js";
import { link, mrkdwn } from "./mrkdwn.js";

const NAMED = { good: "#2e7d55", warning: "#c98a1b", danger: "#b3372f" };

function barColour(color) {
  if (!color) return null;
  if (NAMED[color]) return NAMED[color];
  const hex = color.replace(/^#?/, "#");
  return /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.test(hex) ? hex : null;
}

export function attachment(each, ctx) {
  const title = each.title && h("div", { class: "attachment-title" }, each.title_link ? link(each.title_link, each.title) : each.title);
  const fields = each.fields?.length && h("div", { class: "fields" }, each.fields.map((field) =>
    h("div", { class: field.short ? "field" : "field field-wide" }, h("strong", field.title), mrkdwn(field.value))));
  const body = each.blocks?.length
    ? [renderBlocks(each.blocks, ctx)]
    : [each.author_name && h("div", { class: "attachment-author" }, each.author_name), title, each.text && mrkdwn(each.text), fields,
      each.image_url && picture(each.image_url, each.title ?? "", "picture"), each.footer && h("div", { class: "attachment-footer" }, each.footer)];
  const node = h("div", { class: "attachment" }, each.pretext && mrkdwn(each.pretext), h("div", { class: "attachment-body" }, body));
  const colour = barColour(each.color);
  if (colour) node.querySelector(".attachment-body").style.borderLeftColor = colour;
  return node;
}
