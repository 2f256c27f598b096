// One cell of a table or data table.

import { renderElement } from "../elements/index.js";
import { h } from "../dom.js";
import { emojify } from "../emoji.js";
import { richText, richWords } from "./rich_text.js";

export function renderCell(cell, block, ctx) {
  if (cell?.type === "raw_text") return h("span", emojify(cell.text));
  if (cell?.type === "raw_number") return h("span", { class: "number" }, cell.text ?? String(cell.value));
  if (cell?.type === "rich_text") return richText(cell);
  if (cell?.type === "action") return renderElement(cell.element, block, ctx);
  return h("code", { class: "block-error" }, `Unknown cell: ${cell?.type}`);
}

export function cellText(cell) {
  if (cell?.type === "rich_text") return richWords(cell);
  return String(cell?.text ?? cell?.value ?? cell?.element?.text?.text ?? "");
}

export function cellNumber(cell) {
  return cell?.type === "raw_number" ? Number(cell.value) : null;
}
