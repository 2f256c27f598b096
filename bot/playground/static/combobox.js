// A text field with a list of choices under it: one or several, filtered on the spot or asked of the app.
// The ARIA combobox pattern: focus stays in the field, arrows move through the list.

import { h, iconButton, uid } from "./dom.js";
import { layerFor, place } from "./popover.js";

const ASK_DELAY = 180;

export class Combobox {
  #open = false;
  #options = [];
  #active = -1;
  #asked = 0;
  #timer = 0;

  // load(query) -> [{label?, options: [{key, label, more?, value}]}], sync or not; onChange(selected[])
  constructor({ names, placeholder, multi = false, most = Infinity, minimum = 0, selected = [], load, onChange, remote = false }) {
    Object.assign(this, { multi, most, minimum, load, onChange, remote, placeholder: placeholder ?? "" });
    this.selected = [...selected];
    this.listId = uid("list");
    this.input = h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", placeholder: this.placeholder,
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.listId, ...names,
      onfocus: () => this.input.select(),
      onclick: () => this.#show(),
      oninput: () => this.#typed(),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#left(),
    });
    this.chips = h("span", { class: "chips" });
    this.node = h("span", { class: multi ? "combobox combobox-multi" : "combobox" }, this.chips, this.input,
      multi ? null : h("span", { class: "caret", "aria-hidden": "true" }));
    this.list = h("div", { class: "options popover", role: "listbox", id: this.listId, "aria-multiselectable": multi ? "true" : undefined });
    this.list.addEventListener("pointerdown", (event) => this.#pressed(event));
    this.#drawSelected();
  }

  #drawSelected() {
    if (!this.multi) {
      this.input.value = this.selected[0]?.label ?? "";
      return;
    }
    this.chips.replaceChildren(...this.selected.map((option) => h("span", { class: "chip" }, option.label,
      iconButton("close", `Remove ${option.label}`, () => this.#set(this.selected.filter((other) => other.key !== option.key))))));
    this.input.placeholder = this.selected.length ? "" : this.placeholder;
  }

  // Puts a choice back without telling anyone.
  reset(selected) {
    this.selected = [...selected];
    this.#drawSelected();
  }

  #set(selected) {
    this.selected = selected;
    this.#drawSelected();
    this.onChange(selected);
  }

  async #show(query = "") {
    this.#open = true;
    if (this.remote && query.length < this.minimum) {
      this.#say(`Type ${this.minimum - query.length || 1} more character${this.minimum - query.length > 1 ? "s" : ""} to search`);
      return;
    }
    this.#asked += 1;
    const asked = this.#asked;
    const found = this.load(query);
    if (found instanceof Promise) this.#say("Searching…");
    try {
      const groups = await found;
      if (this.#open && asked === this.#asked) this.#draw(groups);
    } catch (error) {
      if (this.#open && asked === this.#asked) this.#say(error.message);
    }
  }

  #say(text) {
    this.#options = [];
    this.#active = -1;
    this.list.replaceChildren(h("div", { class: "option-note", role: "status" }, text));
    this.#attach();
  }

  #draw(groups) {
    const chosen = new Set(this.selected.map((option) => option.key));
    this.#options = [];
    const children = [];
    for (const group of groups) {
      if (group.label && group.options.length) children.push(h("div", { class: "menu-heading", role: "presentation" }, group.label));
      for (const option of group.options) {
        this.#options.push(option);
        children.push(h("div", {
          class: "option", role: "option", id: `${this.listId}-${this.#options.length - 1}`, "aria-selected": String(chosen.has(option.key)), dataset: { at: this.#options.length - 1 },
        }, h("span", option.label), option.more && h("span", { class: "option-more" }, option.more)));
      }
    }
    if (!this.#options.length) {
      this.#say("No matches");
      return;
    }
    this.list.replaceChildren(...children);
    this.#attach();
    const first = this.#options.findIndex((option) => chosen.has(option.key));
    this.#activate(this.multi || first < 0 ? 0 : first);
  }

  #attach() {
    if (!this.list.isConnected) layerFor(this.node).append(this.list);
    this.input.setAttribute("aria-expanded", "true");
    place(this.list, this.node, { matchWidth: true });
  }

  #hide() {
    this.#open = false;
    this.#asked += 1;
    clearTimeout(this.#timer);
    this.list.remove();
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  #activate(at) {
    this.#active = at;
    for (const node of this.list.querySelectorAll(".option")) node.classList.toggle("active", Number(node.dataset.at) === at);
    const node = this.list.querySelector(".option.active");
    node?.scrollIntoView({ block: "nearest" });
    if (node) this.input.setAttribute("aria-activedescendant", node.id);
  }

  #typed() {
    clearTimeout(this.#timer);
    const query = this.input.value.trim();
    if (this.remote) this.#timer = setTimeout(() => this.#show(query), ASK_DELAY);
    else this.#show(query);
  }

  #choose(option) {
    if (this.multi) {
      const without = this.selected.filter((other) => other.key !== option.key);
      this.input.value = "";
      if (without.length < this.selected.length) this.#set(without);
      else if (this.selected.length < this.most) this.#set([...this.selected, option]);
      this.#show();
      return;
    }
    this.#hide();
    const same = this.selected[0]?.key === option.key;
    if (same) this.#drawSelected();
    else this.#set([option]);
  }

  #pressed(event) {
    event.preventDefault(); // keeps the focus in the field
    const node = event.target.closest(".option");
    if (node) this.#choose(this.#options[Number(node.dataset.at)]);
  }

  #key(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!this.#open) this.#show();
      else if (this.#options.length) this.#activate((this.#active + (key === "ArrowDown" ? 1 : -1) + this.#options.length) % this.#options.length);
    } else if (key === "Enter") {
      if (!this.#open) return;
      event.preventDefault();
      event.stopPropagation();
      if (this.#options[this.#active]) this.#choose(this.#options[this.#active]);
    } else if (key === "Escape" && this.#open) {
      event.preventDefault();
      event.stopPropagation();
      this.#hide();
      this.#drawSelected();
    } else if (key === "Backspace" && this.multi && !this.input.value && this.selected.length) {
      this.#set(this.selected.slice(0, -1));
    }
  }

  // Leaving the field: an emptied single choice is cleared, half a word falls back to what was chosen.
  #left() {
    this.#hide();
    if (this.multi) this.input.value = "";
    else if (!this.input.value.trim() && this.selected.length) this.#set([]);
    else this.#drawSelected();
  }
}
