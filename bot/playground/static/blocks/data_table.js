// data_table: sortable, filterable by column order, one page at a time.

import { h, iconButton } from "../dom.js";
import { cellNumber, cellText, renderCell } from "./cell.js";

const DEFAULT_PAGE = 5;

export function dataTable(block, ctx) {
  const [head = [], ...rows] = block.rows;
  const size = block.page_size ?? DEFAULT_PAGE;
  const view = { sort: null, down: false, page: 0 };
  const body = h("tbody");
  const foot = h("div", { class: "pager" });
  const heads = head.map((cell, at) => headCell(cell, isNumeric(rows, at), () => sortBy(at)));

  function sortBy(at) {
    if (view.sort === at && view.down) Object.assign(view, { sort: null, down: false });
    else Object.assign(view, { down: view.sort === at, sort: at });
    view.page = 0;
    draw();
  }

  function draw() {
    const ordered = view.sort === null ? rows : [...rows].sort((a, b) => compare(a[view.sort], b[view.sort]) * (view.down ? -1 : 1));
    const pages = Math.max(1, Math.ceil(rows.length / size));
    const from = view.page * size;
    const shown = ordered.slice(from, from + size);
    body.replaceChildren(...shown.map((cells) => rowNode(cells, block, ctx)));
    heads.forEach((node, at) => node.setAttribute("aria-sort", view.sort !== at ? "none" : view.down ? "descending" : "ascending"));
    foot.replaceChildren(...pager(rows.length, from, shown.length, view.page, pages, (page) => {
      view.page = page;
      draw();
    }));
    foot.hidden = pages === 1;
  }

  draw();
  return h("div", { class: "data-table" },
    h("div", { class: "table-scroll" }, h("table", { class: "table" }, h("caption", block.caption ?? ""), h("thead", h("tr", heads)), body)), foot);
}

function isNumeric(rows, at) {
  return rows.some((cells) => cells[at]?.type === "raw_number");
}

function headCell(cell, numeric, onclick) {
  return h("th", { scope: "col", class: numeric ? "numeric" : undefined },
    h("button", { type: "button", class: "sort", onclick }, cellText(cell), h("span", { class: "sort-mark", "aria-hidden": "true" })));
}

function rowNode(cells, block, ctx) {
  const headAt = block.row_header_column_index ?? 0;
  return h("tr", cells.map((cell, at) => at === headAt
    ? h("th", { scope: "row", class: cellNumber(cell) === null ? undefined : "numeric" }, renderCell(cell, block, ctx))
    : h("td", { class: cellNumber(cell) === null ? undefined : "numeric" }, renderCell(cell, block, ctx))));
}

function pager(total, from, count, page, pages, go) {
  return [
    h("span", { class: "pager-text", "aria-live": "polite" }, `${from + 1}–${from + count} of ${total}`),
    iconButton("back", "Previous page", () => go(page - 1), { disabled: page === 0, class: "icon-button" }),
    iconButton("back", "Next page", () => go(page + 1), { disabled: page >= pages - 1, class: "icon-button mirrored" }),
  ];
}

function compare(a, b) {
  const left = cellNumber(a);
  const right = cellNumber(b);
  if (left !== null && right !== null) return left - right;
  return cellText(a).localeCompare(cellText(b), undefined, { numeric: true, sensitivity: "base" });
}
