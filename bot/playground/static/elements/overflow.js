import { confirmDialog } from "../confirm.js";
import { iconButton } from "../dom.js";
import { emojify } from "../emoji.js";
import { menu } from "../popover.js";
import { once } from "./button.js";

const SAFE = /^(https?:|mailto:)/i;

export function overflow(element, block, ctx) {
  const choose = (option) => once(node, async () => {
    if (element.confirm && !(await confirmDialog(element.confirm))) return;
    if (option.url && SAFE.test(option.url)) open(option.url, "_blank", "noopener");
    await ctx.act(block, element, { type: "overflow", selected_option: option });
  });
  const items = element.options.map((option) => ({ label: emojify(option.text.text), hint: option.description?.text, run: () => choose(option) }));
  const node = iconButton("more", element.accessibility_label ?? "More options", () => menu(node, items, { align: "end", label: "More options" }), { "aria-haspopup": "menu", "aria-expanded": "false", class: "icon-button bordered" });
  return node;
}
