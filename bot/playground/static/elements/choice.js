// Radio buttons and checkboxes.

import { confirmDialog } from "../confirm.js";
import { h, uid } from "../dom.js";
import { textObject } from "../mrkdwn.js";
import { naming } from "./index.js";

function choice(kind, element, { group, checked, onchange }) {
  return element.options.map((option) => {
    const id = uid("choice");
    const box = h("input", { type: kind, name: group, id, onchange, "aria-describedby": option.description ? `${id}-more` : undefined });
    box.checked = checked(option);
    box.option = option;
    return h("div", { class: "choice" }, box,
      h("label", { for: id }, textObject(option.text, { block: false })),
      option.description && h("div", { class: "choice-more", id: `${id}-more` }, textObject(option.description, { block: false })));
  });
}

const picked = (node) => [...node.querySelectorAll("input:checked")].map((box) => box.option);

async function allowed(element) {
  return !element.confirm || confirmDialog(element.confirm);
}

export function radioButtons(element, block, ctx, names) {
  const known = ctx.read(block, element) ?? { type: element.type, selected_option: element.initial_option ?? null };
  ctx.write(block, element, known);
  let before = known.selected_option?.value;
  const onchange = async () => {
    if (!(await allowed(element))) {
      for (const box of node.querySelectorAll("input")) box.checked = box.option.value === before;
      return;
    }
    before = picked(node)[0]?.value;
    await ctx.changed(block, element, { type: element.type, selected_option: picked(node)[0] ?? null });
  };
  const node = h("div", { class: "choices", role: "radiogroup", ...naming(element, names) },
    choice("radio", element, { group: uid("radio"), checked: (option) => option.value === before, onchange }));
  return node;
}

export function checkboxes(element, block, ctx, names) {
  const known = ctx.read(block, element) ?? { type: element.type, selected_options: element.initial_options ?? [] };
  ctx.write(block, element, known);
  const chosen = new Set(known.selected_options.map((option) => option.value));
  const onchange = async (event) => {
    if (!(await allowed(element))) {
      event.target.checked = !event.target.checked;
      return;
    }
    await ctx.changed(block, element, { type: element.type, selected_options: picked(node) });
  };
  const node = h("div", { class: "choices", role: "group", ...naming(element, names) },
    choice("checkbox", element, { checked: (option) => chosen.has(option.value), onchange }));
  return node;
}
