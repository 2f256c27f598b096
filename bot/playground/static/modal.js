// Modals: a stack of up to three, the top one shown. A native <dialog> gives the focus trap.

import * as actions from "./actions.js";
import { BlockContext } from "./blocks/context.js";
import { patchBlocks } from "./blocks/index.js";
import { focusable, setFieldError } from "./blocks/inputs.js";
import { h, iconButton, uid } from "./dom.js";
import { textObject } from "./mrkdwn.js";
import { closePopover } from "./popover.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

export class Modals {
  #stack = []; // {view, ctx, blocks}
  #opener = null;

  constructor() {
    const id = uid("modal");
    this.title = h("h2", { id, class: "dialog-title" });
    this.back = iconButton("back", "Back", () => this.#closeTop());
    this.head = h("header", { class: "modal-head" }, this.back, this.title, iconButton("close", "Close", () => this.#closeAll()));
    this.body = h("div", { class: "modal-body" });
    this.alert = h("div", { class: "alert alert-error", role: "alert", hidden: true });
    this.cancel = h("button", { type: "button", class: "button", onclick: () => this.#closeTop() });
    this.submit = h("button", { type: "submit", class: "button button-primary" });
    this.foot = h("footer", { class: "modal-foot" }, this.cancel, this.submit);
    this.form = h("form", { class: "modal-form", novalidate: true }, this.head, this.alert, this.body, this.foot);
    this.dialog = h("dialog", { class: "dialog modal", "aria-labelledby": id }, this.form);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (event.target === this.dialog) this.#closeTop();
    });
    this.dialog.addEventListener("keydown", (event) => this.#key(event));
    document.body.append(this.dialog);
  }

  get #top() {
    return this.#stack.at(-1) ?? null;
  }

  // The whole stack as the server knows it, after a reconnect.
  restore(views) {
    const known = new Map(this.#stack.map((entry) => [entry.view.id, entry]));
    this.#stack = views.map((view) => ({ ...(known.get(view.id) ?? this.#entry(view)), view }));
    for (const entry of this.#stack) patchBlocks(entry.blocks, entry.view.blocks, entry.ctx);
    this.#draw({ focus: !this.dialog.open });
  }

  open(view) {
    this.#stack = [this.#entry(view)];
    this.#draw({ focus: true });
  }

  push(view) {
    this.#stack = [...this.#stack.filter((entry) => entry.view.id !== view.id), this.#entry(view)];
    this.#draw({ focus: true });
  }

  update(view) {
    const entry = this.#stack.find((each) => each.view.id === view.id);
    if (!entry) {
      this.push(view);
      return;
    }
    const wasEmpty = !entry.blocks.querySelector("input, textarea, [contenteditable]");
    entry.view = view;
    entry.ctx.keepOnly(view.blocks);
    patchBlocks(entry.blocks, view.blocks, entry.ctx);
    // A loading view turned into its form: put the cursor where the person will want it.
    if (entry === this.#top) this.#draw({ focus: wasEmpty || !this.dialog.contains(document.activeElement) });
  }

  closed(viewId, all) {
    if (all) this.#stack = [];
    else this.#stack = this.#stack.filter((entry) => entry.view.id !== viewId);
    this.#draw({ focus: true });
  }

  #entry(view) {
    const entry = { view, blocks: h("div", { class: "blocks" }) };
    entry.ctx = new BlockContext({
      surface: "modal", where: () => ({ view_id: entry.view.id }), onBusy: (busy) => this.form.toggleAttribute("data-busy", busy),
      gone: () => !this.#stack.some((each) => each.view.id === entry.view.id),
    });
    patchBlocks(entry.blocks, view.blocks, entry.ctx);
    return entry;
  }

  #draw({ focus = false } = {}) {
    const top = this.#top;
    if (!top) {
      this.#hide();
      return;
    }
    const { view } = top;
    this.title.replaceChildren(textObject(view.title, { block: false }) ?? "");
    this.back.hidden = this.#stack.length < 2;
    this.submit.hidden = !view.submit;
    this.submit.replaceChildren(textObject(view.submit, { block: false }) ?? "");
    this.cancel.replaceChildren(textObject(view.close, { block: false }) ?? (view.submit ? "Cancel" : "Close"));
    this.dialog.dataset.viewId = view.id;
    this.dialog.dataset.callbackId = view.callback_id ?? "";
    if (this.body.firstChild !== top.blocks) {
      this.body.replaceChildren(top.blocks);
      this.#complain(null);
    }
    if (!this.dialog.open) {
      this.#opener = document.activeElement;
      this.dialog.showModal();
    }
    if (focus) this.#focusFirst(top);
  }

  #focusFirst(top) {
    const wanted = top.blocks.querySelector("[autofocus]") ?? focusable(top.blocks) ?? (this.submit.hidden ? this.cancel : this.submit);
    wanted.focus();
  }

  #hide() {
    if (!this.dialog.open) return;
    closePopover(false);
    this.dialog.close();
    this.body.replaceChildren();
    const opener = this.#opener;
    // The row that opened it may have been redrawn meanwhile; the composer is the next best place.
    if (opener?.isConnected && opener !== document.body) opener.focus();
    else document.querySelector(".channel .composer-text")?.focus();
  }

  #key(event) {
    const submits = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (!submits || this.submit.hidden) return;
    event.preventDefault();
    this.#send();
  }

  #busy(busy) {
    this.form.setAttribute("aria-busy", String(busy));
    this.submit.disabled = busy;
    this.cancel.disabled = busy;
  }

  #complain(text) {
    this.alert.hidden = !text;
    this.alert.textContent = text ?? "";
  }

  #errors(errors) {
    let first = null;
    const unknown = [];
    const left = new Map(Object.entries(errors));
    for (const node of this.#top.blocks.children) {
      const text = left.get(node.dataset.blockId);
      setFieldError(node, text);
      if (!text) continue;
      left.delete(node.dataset.blockId);
      first ??= node;
    }
    for (const [blockId, text] of left) unknown.push(`${blockId}: ${text}`);
    this.#complain(unknown.join("\n"));
    if (!first) return;
    first.scrollIntoView({ block: "nearest" });
    focusable(first)?.focus();
  }

  async #send() {
    const top = this.#top;
    if (!top?.view.submit || this.form.getAttribute("aria-busy") === "true") return;
    this.#busy(true);
    try {
      const result = await actions.submitView(top.view.id, top.ctx.inputs(top.view.blocks));
      this.#busy(false); // a disabled control could not take the focus
      if (this.#top === top) this.#errors(result?.errors ?? {});
      if (result?.outcome === "failed") this.#complain(result.message);
    } catch (error) {
      this.#complain(error.message);
    } finally {
      this.#busy(false);
    }
  }

  async #closeTop() {
    const top = this.#top;
    if (!top) return;
    this.closed(top.view.id, false);
    await actions.closeView(top.view.id, false).catch(failed);
  }

  async #closeAll() {
    const root = this.#stack[0];
    if (!root) return;
    const several = this.#stack.length > 1;
    this.closed(root.view.id, true);
    await actions.closeView(root.view.id, several).catch(failed);
  }
}
