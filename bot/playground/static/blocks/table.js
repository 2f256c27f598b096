// table: the plain one, first row as its head.

import { h } from "../dom.js";
import { renderCell } from "./cell.js";

export function table(block, ctx) {
  const settings = block.column_settings ?? [];
  const style = (at) => ({ textAlign: settings[at]?.align, whiteSpace: settings[at]?.is_wrapped ? "normal" : undefined });
  const row = (cells, tag) => h("tr", cells.map((cell, at) => h(tag, { style: clean(style(at)), scope: tag === "th" ? "col" : undefined }, renderCell(cell, block, ctx))));
  const [head = [], ...rows] = block.rows;
  return h("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    h("table", { class: "table" }, h("thead", row(head, "th")), h("tbody", rows.map((cells) => row(cells, "td")))));
}

function clean(style) {
  return Object.fromEntries(Object.entries(style).filter(([, value]) => value !== undefined));
}
