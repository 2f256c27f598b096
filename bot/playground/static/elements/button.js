// Buttons: plain, primary, danger, with a link, with a question before.

import { confirmDialog } from "../confirm.js";
import { h } from "../dom.js";
import { textObject } from "../mrkdwn.js";

const SAFE = /^(https?:|mailto:)/i;

// Runs an action once; while it is under way the control is busy and cannot be pressed again.
export async function once(node, run) {
  if (node.getAttribute("aria-busy") === "true") return;
  node.setAttribute("aria-busy", "true");
  node.setAttribute("aria-disabled", "true");
  try {
    await run();
  } finally {
    node.removeAttribute("aria-busy");
    node.removeAttribute("aria-disabled");
  }
}

export function button(element, block, ctx) {
  const press = () => once(node, async () => {
    if (element.confirm && !(await confirmDialog(element.confirm))) return;
    if (element.url && SAFE.test(element.url)) open(element.url, "_blank", "noopener");
    await ctx.act(block, element, { type: "button" });
  });
  const style = ["primary", "danger"].includes(element.style) ? ` button-${element.style}` : "";
  const node = h("button", { type: "button", class: `button${style}`, "aria-label": element.accessibility_label, onclick: press },
    textObject(element.text, { block: false }), element.url && h("span", { class: "outside", "aria-hidden": "true" }, "↗"));
  return node;
}

export function iconButtonElement(element, block, ctx) {
  const words = element.accessibility_label ?? element.text?.text ?? element.icon;
  return button({ ...element, accessibility_label: words, text: { type: "plain_text", text: element.icon === "trash" ? "🗑️" : words } }, block, ctx);
}

export function feedbackButtons(element, block, ctx) {
  const one = (half, face) => {
    const node = h("button", { type: "button", class: "button", "aria-label": half.accessibility_label, onclick: () => once(node, () => ctx.act(block, element, { type: "feedback_buttons", value: half.text.text })) },
      face, " ", textObject(half.text, { block: false }));
    return node;
  };
  return h("span", { class: "button-pair" }, one(element.positive_button, "👍"), one(element.negative_button, "👎"));
}

export function workflowButton(element) {
  return h("button", { type: "button", class: "button", disabled: true, title: "Workflows do not run in the local Slack" }, textObject(element.text, { block: false }));
}
