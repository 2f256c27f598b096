// The app's Home tab.

import * as actions from "./actions.js";
import { BlockContext } from "./blocks/context.js";
import { patchBlocks } from "./blocks/index.js";
import { h } from "./dom.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

export class HomeTab {
  constructor() {
    this.blocks = h("div", { class: "blocks" });
    this.node = h("div", { class: "home", role: "tabpanel", "aria-label": "App Home", hidden: true }, this.blocks);
    this.ctx = new BlockContext({ surface: "home", where: () => ({ view_id: store.home.id }), onBusy: (busy) => this.node.toggleAttribute("data-busy", busy) });
    store.on("home", () => this.#draw());
  }

  async show() {
    this.#draw();
    try {
      const view = await actions.openHome();
      if (view?.blocks) {
        store.home = view;
        this.#draw();
      }
    } catch (error) {
      failed(error);
    }
  }

  #draw() {
    const { home } = store;
    if (!home) {
      this.blocks.replaceChildren(h("p", { class: "home-empty" }, "The app has not drawn its Home for you yet."));
      return;
    }
    for (const node of this.blocks.querySelectorAll(".home-empty")) node.remove();
    this.ctx.keepOnly(home.blocks);
    patchBlocks(this.blocks, home.blocks, this.ctx);
  }
}
