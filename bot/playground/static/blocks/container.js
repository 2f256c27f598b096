// container: a titled group of blocks, closed or open.

import { h } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { imageUrl, picture } from "./basic.js";
import { renderBlock } from "./index.js";
import { richText } from "./rich_text.js";

export function container(block, ctx) {
  const title = block.rich_text_title ? richText(block.rich_text_title) : textObject(block.title);
  const head = [
    block.icon && picture(imageUrl(block.icon), block.icon.alt_text, "card-icon"),
    h("div", h("div", { class: "card-title" }, title), block.subtitle && h("div", { class: "card-subtitle" }, textObject(block.subtitle))),
  ];
  const children = h("div", { class: "blocks" }, (block.child_blocks ?? []).map((child) => renderBlock(child, ctx)));
  const className = `container container-${block.width ?? "standard"}${block.has_header_divider ? " container-ruled" : ""}`;
  if (!block.is_collapsible) return h("div", { class: className }, h("div", { class: "card-head" }, head), children);
  return h("details", { class: className, open: !block.default_collapsed }, h("summary", { class: "card-head" }, head), children);
}
