// The place to write: Enter sends, Shift+Enter breaks the line, Up edits the last message,
// "/" commands complete with Tab and arrows.

import * as actions from "./actions.js";
import { commandOf, complete } from "./completion.js";
import { h, iconButton, uid } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { pickFiles, uploadFiles } from "./files.js";
import { menu } from "./popover.js";
import { pickEmoji } from "./reactions.js";
import { store } from "./store.js";
import { failed } from "./toast.js";
import { runStep } from "./workflow.js";

const drafts = new Map();

export class Composer {
  #items = [];
  #from = 0;
  #active = 0;

  // target() -> {channel, threadTs, label}
  constructor({ target, onEditLast, onNotice, inThread = false }) {
    Object.assign(this, { target, onEditLast, onNotice });
    this.also = inThread ? h("input", { type: "checkbox" }) : null;
    const listId = uid("completions");
    this.list = h("div", { class: "completions", role: "listbox", id: listId, "aria-label": "Suggestions", hidden: true });
    this.hint = h("div", { class: "command-hint", hidden: true });
    this.area = h("textarea", {
      rows: 1, class: "composer-text", role: "textbox", "aria-autocomplete": "list", "aria-controls": listId,
      oninput: () => this.#changed(), onkeydown: (event) => this.#key(event), onblur: () => this.#closeList(), onpaste: (event) => this.#pasted(event),
      onclick: () => this.#suggest(),
    });
    this.sendButton = iconButton("send", "Send", () => this.#send(), { class: "icon-button send-button" });
    const plus = iconButton("plus", "Attach or run a shortcut", () => this.#menu(plus), { "aria-haspopup": "menu", "aria-expanded": "false" });
    const smile = iconButton("smile", "Insert emoji", () => pickEmoji(smile, (name) => this.#insert(EMOJI.get(name))), { "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.status = h("span", { class: "composer-status", role: "status" });
    this.node = h("div", { class: "composer" }, this.list, this.hint,
      h("div", { class: "composer-box" }, this.area, h("div", { class: "composer-row" }, plus, smile, this.status, this.sendButton)),
      this.also && h("label", { class: "also" }, this.also, "Also send to the channel"));
    this.list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.#pick(Number(item.dataset.at));
    });
  }

  #key(event) {
    if (event.isComposing) return;
    if (!this.list.hidden && this.#listKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && !this.area.value) {
      event.preventDefault();
      this.onEditLast?.();
    }
  }

  #listKey(event) {
    const item = this.#items[this.#active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") this.#mark((this.#active + (event.key === "ArrowDown" ? 1 : -1) + this.#items.length) % this.#items.length);
    else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !item.complete)) this.#pick(this.#active);
    else if (event.key === "Escape") this.#closeList();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #changed() {
    this.#grow();
    const { channel, threadTs } = this.target();
    drafts.set(`${channel}:${threadTs ?? ""}`, this.area.value);
    this.#suggest();
    const command = commandOf(this.area.value);
    this.hint.hidden = !command || !/\s/.test(this.area.value);
    if (command) this.hint.replaceChildren(h("code", command.command), " ", command.usage_hint ?? "", h("span", { class: "hint-more" }, command.description ?? ""));
    this.sendButton.classList.toggle("ready", Boolean(this.area.value.trim()));
  }

  #grow() {
    this.area.style.height = "auto";
    this.area.style.height = `${Math.min(this.area.scrollHeight, 240)}px`;
  }

  #suggest() {
    const found = this.area.selectionStart === this.area.selectionEnd ? complete(this.area.value.slice(0, this.area.selectionStart)) : null;
    if (!found) {
      this.#closeList();
      return;
    }
    this.#items = found.items;
    this.#from = found.from;
    this.list.replaceChildren(...found.items.map((item, at) => h("div", { role: "option", class: "completion", id: `${this.list.id}-${at}`, dataset: { at } },
      h("span", { class: "completion-label" }, item.label), item.hint && h("span", { class: "completion-hint" }, item.hint), item.more && h("span", { class: "completion-more" }, item.more))));
    this.list.hidden = false;
    this.#mark(0);
  }

  #mark(at) {
    this.#active = at;
    [...this.list.children].forEach((node, index) => {
      node.setAttribute("aria-selected", String(index === at));
      if (index === at) node.scrollIntoView({ block: "nearest" });
    });
    this.area.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
  }

  #closeList() {
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  }

  #pick(at) {
    const after = this.area.value.slice(this.area.selectionStart);
    const before = this.area.value.slice(0, this.#from) + this.#items[at].insert;
    this.area.value = before + after;
    this.area.setSelectionRange(before.length, before.length);
    this.#changed();
    this.#closeList();
  }

  #insert(text) {
    this.area.focus();
    this.area.setRangeText(text, this.area.selectionStart, this.area.selectionEnd, "end");
    this.#changed();
  }

  #pasted(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    uploadFiles(files, this.#uploadTarget());
  }

  #uploadTarget() {
    return { ...this.target(), status: (text) => (this.status.textContent = text) };
  }

  #menu(anchor) {
    const steps = store.app?.steps ?? [];
    const shortcuts = (store.app?.shortcuts ?? []).filter((shortcut) => shortcut.type === "global");
    menu(anchor, [
      { label: "Upload a file", run: () => pickFiles((files) => uploadFiles(files, this.#uploadTarget())) },
      ...(shortcuts.length ? [{ heading: `Shortcuts · ${store.app.name}` }] : []),
      ...shortcuts.map((shortcut) => ({ label: shortcut.name, run: () => actions.globalShortcut(shortcut.callback_id).catch(failed) })),
      ...(steps.length ? [{ heading: `Workflow steps · ${store.app.name}` }] : []),
      ...steps.map((step) => ({ label: step.title, run: () => runStep(step) })),
    ], { label: "Attach or run a shortcut" });
  }

  async #send() {
    const text = this.area.value.trim();
    if (!text) return;
    const { channel, threadTs } = this.target();
    this.#fill("");
    drafts.delete(`${channel}:${threadTs ?? ""}`);
    try {
      if (/^\/[\w-]+/.test(text)) await this.#command(channel, threadTs, text);
      else await actions.send(channel, text, threadTs, this.also?.checked);
      if (this.also) this.also.checked = false;
    } catch (error) {
      // What was typed is never lost.
      if (!this.area.value && this.target().channel === channel) this.#fill(text);
      failed(error);
    }
  }

  async #command(channel, threadTs, text) {
    const name = text.split(/\s/, 1)[0];
    if (!commandOf(text)) {
      this.onNotice(`${name} is not a valid command. To send it as a message, begin with a space or another character.`);
      this.#fill(text);
      return;
    }
    if (threadTs) {
      this.onNotice(`${name} does not work in threads. Write it in the channel.`);
      this.#fill(text);
      return;
    }
    this.status.textContent = `Running ${name}…`;
    try {
      await actions.slash(channel, text);
    } finally {
      this.status.textContent = "";
    }
  }

  #fill(text) {
    this.area.value = text;
    this.#grow();
    this.#closeList();
    this.hint.hidden = true;
    this.sendButton.classList.toggle("ready", Boolean(text));
  }

  // Called when the target changed: its own draft, its own name.
  retarget() {
    const { channel, threadTs, label } = this.target();
    this.area.placeholder = threadTs ? "Reply…" : `Message ${label}`;
    this.area.setAttribute("aria-label", threadTs ? "Reply in thread" : `Message ${label}`);
    this.#fill(drafts.get(`${channel}:${threadTs ?? ""}`) ?? "");
  }

  focus() {
    this.area.focus({ preventScroll: true });
  }
}
