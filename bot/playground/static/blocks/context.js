// What a block may ask of the surface it stands on (a message, a modal, the App Home):
// remember a value, tell the app, ask for options.

import * as actions from "../actions.js";
import { failed } from "../toast.js";

const keyOf = (block, element) => JSON.stringify([block.block_id, element.action_id]);

// What a person entered, without Slack's wrapping: a text, an option, an id, a list.
export function entered(value) {
  if (value?.files) return value.files.map((file) => file.id);
  const [found = null] = Object.entries(value ?? {}).filter(([key]) => key !== "type").map(([, each]) => each);
  return found;
}

export class BlockContext {
  #values = new Map();
  #unsent = new Set();
  #pending = 0;

  // `gone`: the surface is closed, and nothing on it concerns anybody any more.
  constructor({ surface, where, onBusy, gone }) {
    this.surface = surface;
    this.where = where;
    this.gone = gone ?? (() => false);
    this.onBusy = onBusy ?? (() => {});
  }

  read(block, element) {
    return this.#values.get(keyOf(block, element));
  }

  write(block, element, value) {
    this.#values.set(keyOf(block, element), value);
  }

  // Forgets what belongs to blocks that are gone: Slack keeps a value only while both ids stay.
  keepOnly(blocks) {
    const kept = new Set(blocks.flatMap((block) => elementsOf(block).map((element) => keyOf(block, element))));
    for (const key of this.#values.keys()) {
      if (kept.has(key)) continue;
      this.#values.delete(key);
      this.#unsent.delete(key);
    }
  }

  // {block_id: {action_id: entered}} of the input blocks among these.
  inputs(blocks) {
    const found = {};
    for (const block of blocks.filter((each) => each.type === "input")) {
      found[block.block_id] = { [block.element.action_id]: entered(this.read(block, block.element)) };
    }
    return found;
  }

  // An input block stays silent unless it says dispatch_action.
  changed(block, element, value) {
    this.write(block, element, value);
    this.#unsent.add(keyOf(block, element));
    if (block.type === "input" && !block.dispatch_action) return Promise.resolve();
    return this.act(block, element, value);
  }

  noted(block, element, value) {
    this.write(block, element, value);
    this.#unsent.add(keyOf(block, element));
  }

  // What was typed but not sent goes before an action, so that the app sees the whole form.
  async #flush(except) {
    const unsent = [...this.#unsent].filter((key) => key !== except);
    this.#unsent.clear();
    const where = this.where();
    if (!unsent.length) return;
    if (this.surface === "modal") {
      const values = {};
      for (const key of unsent) {
        const [blockId, actionId] = JSON.parse(key);
        (values[blockId] ??= {})[actionId] = entered(this.#values.get(key));
      }
      await actions.fillView(where.view_id, values);
      return;
    }
    for (const key of unsent) {
      const [blockId, actionId] = JSON.parse(key);
      await actions.click(where, { blockId, actionId, value: entered(this.#values.get(key)) });
    }
  }

  async act(block, element, value) {
    this.#pending += 1;
    this.onBusy(true);
    try {
      await this.#flush(keyOf(block, element));
      return await actions.click(this.where(), { blockId: block.block_id, actionId: element.action_id, value: entered(value) });
    } catch (error) {
      if (!this.gone()) failed(error);
      return null;
    } finally {
      this.#pending -= 1;
      if (this.#pending === 0) this.onBusy(false);
    }
  }

  suggest(block, element, query) {
    return actions.suggest(this.where(), { blockId: block.block_id, actionId: element.action_id, query });
  }
}

function elementsOf(block) {
  const own = [block.element, block.accessory, ...(block.elements ?? []), ...(block.actions ?? [])];
  const nested = (block.child_blocks ?? []).flatMap(elementsOf);
  return [...own, ...nested].filter((element) => element?.action_id);
}
