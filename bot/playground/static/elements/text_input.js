// One-line and many-line text, numbers, mail addresses and links.

import { h } from "../dom.js";
import { naming } from "./index.js";

const DISPATCH_DELAY = 400;

function field(node, element, block, ctx, read) {
  const known = ctx.read(block, element) ?? { type: element.type, value: element.initial_value ?? null };
  ctx.write(block, element, known);
  node.value = known.value ?? "";
  const triggers = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  let timer = 0;
  node.addEventListener("input", () => {
    ctx.noted(block, element, { type: element.type, value: read(node.value) });
    clearTimeout(timer);
    if (!block.dispatch_action || !triggers.includes("on_character_entered")) return;
    // By then its form may be closed, or be another.
    timer = setTimeout(() => ctx.gone() || !node.isConnected || ctx.act(block, element, ctx.read(block, element)), DISPATCH_DELAY);
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !block.dispatch_action || !triggers.includes("on_enter_pressed")) return;
    if (element.multiline && event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    ctx.act(block, element, ctx.read(block, element));
  });
  if (element.focus_on_load) node.setAttribute("autofocus", "");
  return node;
}

function attributes(element, names) {
  return { class: "field-control", placeholder: element.placeholder?.text, minlength: element.min_length, maxlength: element.max_length, ...naming(element, names) };
}

const orNull = (value) => (value === "" ? null : value);

export function plainTextInput(element, block, ctx, names) {
  const node = element.multiline
    ? h("textarea", { rows: 5, ...attributes(element, names) })
    : h("input", { type: "text", autocomplete: "off", ...attributes(element, names) });
  return field(node, element, block, ctx, orNull);
}

export function numberInput(element, block, ctx, names) {
  const node = h("input", { type: "text", inputmode: element.is_decimal_allowed ? "decimal" : "numeric", autocomplete: "off", ...attributes(element, names) });
  return field(node, element, block, ctx, orNull);
}

export function emailInput(element, block, ctx, names) {
  return field(h("input", { type: "email", autocomplete: "off", ...attributes(element, names) }), element, block, ctx, orNull);
}

export function urlInput(element, block, ctx, names) {
  return field(h("input", { type: "url", autocomplete: "off", ...attributes(element, names) }), element, block, ctx, orNull);
}
