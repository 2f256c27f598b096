// Blocks that hold elements: input with its label, hint and error place; rows of actions.

import { renderElement } from "../elements/index.js";
import { h, uid } from "../dom.js";
import { textObject } from "../mrkdwn.js";

export function actionsBlock(block, ctx) {
  return h("div", block.elements.map((element) => renderElement(element, block, ctx)));
}

export function contextActions(block, ctx) {
  return h("div", block.elements.map((element) => renderElement(element, block, ctx)));
}

const GROUPS = ["checkboxes", "radio_buttons"];

export function input(block, ctx) {
  const id = uid("input");
  const label = { id: `${id}-label`, class: "input-label" };
  const optional = block.optional && h("span", { class: "optional" }, " (optional)");
  const words = [textObject(block.label, { block: false }), optional];
  const control = renderElement(block.element, block, ctx, { labelledBy: `${id}-label`, describedBy: `${id}-hint ${id}-error`, id: `${id}-control` });
  const grouped = GROUPS.includes(block.element?.type);
  return h("div", { class: "input-block" },
    grouped ? h("div", label, words) : h("label", { ...label, for: `${id}-control` }, words),
    control,
    block.hint && h("div", { class: "input-hint", id: `${id}-hint` }, textObject(block.hint, { block: false })),
    h("div", { class: "input-error", id: `${id}-error`, hidden: true }));
}

// Shows or clears the words at one field; the first faulty field is the one to focus.
export function setFieldError(node, text) {
  const place = node.querySelector(".input-error");
  if (!place) return;
  place.hidden = !text;
  place.textContent = text ?? "";
  const control = focusable(node);
  if (text) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}

export function focusable(node) {
  const field = "input:not([type=file]):not([disabled]), textarea, [contenteditable=true]";
  return node.querySelector(field) ?? node.querySelector("button, input");
}
