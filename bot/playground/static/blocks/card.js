// card and carousel.

import { renderElement } from "../elements/index.js";
import { h, uid } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { imageUrl, picture } from "./basic.js";

export function card(block, ctx) {
  const id = uid("card");
  return h("div", { class: "card", role: "group", "aria-labelledby": block.title ? id : undefined },
    block.hero_image && picture(imageUrl(block.hero_image), block.hero_image.alt_text, "card-hero"),
    h("div", { class: "card-head" },
      block.icon && picture(imageUrl(block.icon), block.icon.alt_text, "card-icon"),
      h("div",
        block.title && h("div", { class: "card-title", id }, textObject(block.title)),
        block.subtitle && h("div", { class: "card-subtitle" }, textObject(block.subtitle)))),
    block.body && textObject(block.body),
    block.subtext && h("div", { class: "card-subtitle" }, textObject(block.subtext)),
    block.actions?.length && h("div", { class: "card-actions" }, block.actions.map((element) => renderElement(element, block, ctx))));
}

export function carousel(block, ctx) {
  const cards = block.elements.map((each) => {
    const node = card(each, ctx);
    node.dataset.blockId = each.block_id ?? "";
    return node;
  });
  return h("div", { class: "carousel", tabindex: "0", role: "region", "aria-label": `${cards.length} cards` }, cards);
}
