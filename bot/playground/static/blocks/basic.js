// The blocks that only show something.

import { fileUrl } from "../actions.js";
import { renderElement } from "../elements/index.js";
import { h, icon, uid } from "../dom.js";
import { markdown } from "../markdown.js";
import { link, textObject } from "../mrkdwn.js";

export function section(block, ctx) {
  const body = h("div", { class: "section-body" }, block.text && textObject(block.text));
  if (block.fields?.length) {
    body.append(h("div", { class: "fields" }, block.fields.map((field) => h("div", { class: "field" }, textObject(field)))));
  }
  const accessory = block.accessory && h("div", { class: "accessory" }, renderElement(block.accessory, block, ctx));
  return h("div", body, accessory);
}

export function header(block) {
  const level = Math.min(Math.max(block.level ?? 3, 1), 6);
  return h(`h${Math.max(level, 3)}`, { class: `header-level-${level}` }, textObject(block.text, { block: false }));
}

export function divider() {
  return h("hr");
}

export function context(block, ctx) {
  return h("div", block.elements.map((element) =>
    element.type === "image" ? h("img", { class: "context-image", src: imageUrl(element), alt: element.alt_text ?? "" })
      : element.type === "mrkdwn" || element.type === "plain_text" ? textObject(element)
        : renderElement(element, block, ctx)));
}

// A file kept by the local Slack has addresses that ask for the app's token; the page has its own way to it.
export function imageUrl(holder) {
  if (holder.image_url) return holder.image_url;
  const id = holder.slack_file?.id ?? /\/files\/[^/]*?(F[A-Z0-9]+)\//.exec(holder.slack_file?.url ?? "")?.[1];
  return id ? fileUrl({ id }) : "";
}

export function picture(url, alt, className) {
  const image = h("img", { class: className, src: url, alt: alt ?? "", loading: "lazy" });
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "image-missing" }, icon("warn"), `Image: ${alt || url}`)));
  return image;
}

export function image(block) {
  const title = block.title && h("figcaption", textObject(block.title, { block: false }));
  return h("figure", title, picture(imageUrl(block), block.alt_text, "picture"));
}

export function markdownBlock(block) {
  return markdown(block.text);
}

const LEVELS = { info: "Information", warning: "Warning", error: "Error", success: "Success", default: "Note" };

export function alert(block) {
  const level = LEVELS[block.level] ? block.level : "default";
  return h("div", { class: `alert alert-${level}`, role: level === "error" ? "alert" : "note", "aria-label": LEVELS[level] }, textObject(block.text));
}

export function file(block) {
  return h("div", { class: "file-card" }, icon("file"), h("span", `Remote file ${block.external_id ?? ""}`));
}

export function video(block) {
  const id = uid("video");
  const title = textObject(block.title, { block: false });
  return h("div", { class: "video-card", role: "group", "aria-labelledby": id },
    h("strong", { id }, "▶ ", block.title_url ? link(block.title_url, title) : title),
    block.description && textObject(block.description));
}
