// Block type -> the function that draws it. What is not listed here shows as an error, never as nothing.

import { h, keepFocus } from "../dom.js";
import { alert, context, divider, file, header, image, markdownBlock, section, video } from "./basic.js";
import { card, carousel } from "./card.js";
import { container } from "./container.js";
import { dataTable } from "./data_table.js";
import { dataVisualization } from "./data_visualization.js";
import { actionsBlock, contextActions, input } from "./inputs.js";
import { richText } from "./rich_text.js";
import { table } from "./table.js";

const DRAW = {
  section, header, divider, context, image, alert, file, video, input, table, card, carousel, container,
  actions: actionsBlock,
  context_actions: contextActions,
  markdown: markdownBlock,
  rich_text: richText,
  data_table: dataTable,
  data_visualization: dataVisualization,
};

export function problem(what, type, detail) {
  return h("div", { class: "block-error", role: "note" }, h("strong", `Unknown ${what}: `), h("code", String(type)), detail && h("span", ` ${detail}`));
}

export function renderBlock(block, ctx) {
  const draw = DRAW[block?.type];
  let node;
  try {
    node = draw ? draw(block, ctx) : problem("block", block?.type);
  } catch (error) {
    console.error(error);
    node = problem("content in block", block?.type, String(error.message ?? error));
  }
  node.classList.add("block", `block-${block?.type}`);
  node.dataset.blockId = block?.block_id ?? "";
  return node;
}

export function renderBlocks(blocks, ctx) {
  return h("div", { class: "blocks" }, blocks.map((block) => renderBlock(block, ctx)));
}

// Redraws only the blocks that changed, so that a cursor, a half typed word or an open menu survives an update.
export function patchBlocks(holder, blocks, ctx) {
  keepFocus(holder, () => patch(holder, blocks, ctx));
}

function patch(holder, blocks, ctx) {
  const old = new Map();
  for (const node of holder.children) if (node.blockJson) old.set(node.blockJson, [...(old.get(node.blockJson) ?? []), node]);
  const fresh = blocks.map((block) => {
    const json = JSON.stringify(block);
    const node = old.get(json)?.shift() ?? renderBlock(block, ctx);
    node.blockJson = json;
    return node;
  });
  for (const node of [...holder.children]) if (!fresh.includes(node)) node.remove();
  // Moving a node that stands right would take its focus away, so only misplaced ones move.
  fresh.forEach((node, at) => {
    if (holder.children[at] !== node) holder.insertBefore(node, holder.children[at] ?? null);
  });
}
