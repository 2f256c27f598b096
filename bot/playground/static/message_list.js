// A scrolling list of messages, in order of ts: grouped by author, divided by day, kept at its end
// while the reader is there. Rows change one by one; nothing is ever redrawn as a whole but on opening.

import { dayOf, dayTitle } from "./dates.js";
import { h } from "./dom.js";
import { isSystem, refreshMessage, renderMessage } from "./message.js";
import { MessageBar } from "./message_menu.js";
import { authorOf } from "./people.js";

const GROUP_SECONDS = 300;
const NEAR_END = 60;
const NEAR_START = 400;

function order(a, b) {
  const [left, leftRest = ""] = String(a).split(".");
  const [right, rightRest = ""] = String(b).split(".");
  return Number(left) - Number(right) || leftRest.localeCompare(rightRest);
}

function dayLine(ts) {
  return h("div", { class: "day", role: "separator", "aria-label": dayTitle(ts) }, h("span", dayTitle(ts)));
}

export class MessageList {
  #rows = [];
  #nodes = new Map();
  #atEnd = true;
  #missed = 0;
  #loading = false;

  constructor({ label, inThread = false, onOlder }) {
    this.inThread = inThread;
    this.onOlder = onOlder ?? null;
    this.start = h("div", { class: "list-start" });
    this.inner = h("div", { class: "rows", role: "log", "aria-live": "polite", "aria-relevant": "additions", "aria-label": label });
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() });
    this.node = h("div", { class: "scroller", tabindex: "-1" }, this.start, this.inner, this.jump);
    new MessageBar(this.inner, { inThread });
    this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.inner.addEventListener("keydown", (event) => this.#key(event));
    // Pictures and charts settle after they are put in: stay at the end when the reader was there.
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.inner);
    new ResizeObserver(() => this.#atEnd && this.toEnd()).observe(this.node);
  }

  get size() {
    return this.#rows.length;
  }

  get oldest() {
    return this.#rows[0] ?? null;
  }

  nodeOf(ts) {
    return this.#nodes.get(ts) ?? null;
  }

  label(text) {
    this.inner.setAttribute("aria-label", text);
  }

  // The whole list, on opening a channel.
  reset(messages, intro) {
    this.inner.setAttribute("aria-busy", "true");
    this.#rows = messages.map((message) => message.ts).sort(order);
    const byTs = new Map(messages.map((message) => [message.ts, message]));
    this.#nodes = new Map(this.#rows.map((ts) => [ts, this.#make(byTs.get(ts))]));
    this.inner.replaceChildren(...this.#nodes.values());
    this.start.replaceChildren(intro ?? "");
    this.#rows.forEach((_, at) => this.#dress(at));
    this.inner.removeAttribute("aria-busy");
    this.#restTab();
    this.toEnd();
  }

  // Older messages, put before what is shown without moving what the reader looks at.
  prepend(messages, intro) {
    const fresh = messages.filter((message) => !this.#nodes.has(message.ts)).sort((a, b) => order(a.ts, b.ts));
    const before = this.node.scrollHeight - this.node.scrollTop;
    const made = fresh.map((message) => this.#make(message));
    fresh.forEach((message, at) => this.#nodes.set(message.ts, made[at]));
    this.inner.prepend(...made);
    this.#rows = [...fresh.map((message) => message.ts), ...this.#rows];
    for (let at = 0; at <= fresh.length && at < this.#rows.length; at += 1) this.#dress(at);
    this.start.replaceChildren(intro ?? "");
    this.node.scrollTop = this.node.scrollHeight - before;
  }

  upsert(message) {
    const old = this.#nodes.get(message.ts);
    if (old) {
      this.#replace(old, message);
      this.#dress(this.#rows.indexOf(message.ts));
    } else {
      const node = this.#make(message);
      this.#nodes.set(message.ts, node);
      let at = this.#rows.length;
      while (at > 0 && order(this.#rows[at - 1], message.ts) > 0) at -= 1;
      const next = this.#nodes.get(this.#rows[at]);
      this.inner.insertBefore(node, next?.day ?? next ?? null);
      this.#rows.splice(at, 0, message.ts);
      this.#dress(at);
      if (at + 1 < this.#rows.length) this.#dress(at + 1);
      this.#missed += 1;
    }
    this.#restTab();
    if (this.#atEnd) this.toEnd();
    this.#showJump();
  }

  #replace(old, message) {
    const focused = old.contains(document.activeElement);
    const node = refreshMessage(old, message, { inThread: this.inThread });
    if (node !== old) old.day?.remove();
    this.#nodes.set(message.ts, node);
    if (focused && !node.contains(document.activeElement)) node.focus({ preventScroll: true });
  }

  remove(ts) {
    const at = this.#rows.indexOf(ts);
    if (at < 0) return;
    const node = this.#nodes.get(ts);
    node.day?.remove();
    node.remove();
    this.#nodes.delete(ts);
    this.#rows.splice(at, 1);
    if (at < this.#rows.length) this.#dress(at);
    this.#restTab();
  }

  // The way back down, for a reader of older messages.
  #showJump() {
    if (this.#atEnd) this.#missed = 0;
    const words = this.#missed ? `${this.#missed} new message${this.#missed > 1 ? "s" : ""} ↓` : "Newest ↓";
    const far = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight > this.node.clientHeight;
    this.jump.hidden = this.#atEnd || !(this.#missed || far);
    if (this.jump.textContent !== words) this.jump.textContent = words;
  }

  toEnd() {
    this.#atEnd = true;
    this.#showJump();
    this.node.scrollTop = this.node.scrollHeight;
  }

  reveal(ts) {
    const node = this.#nodes.get(ts);
    if (!node) return false;
    this.#atEnd = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("highlight");
    setTimeout(() => node.classList.remove("highlight"), 2500);
    return true;
  }

  newestOf(test) {
    for (let at = this.#rows.length - 1; at >= 0; at -= 1) {
      const node = this.#nodes.get(this.#rows[at]);
      if (test(node.message)) return node;
    }
    return null;
  }

  #make(message) {
    return renderMessage(message, { inThread: this.inThread });
  }

  // Grouping and the day line depend on the message before.
  #dress(at) {
    const node = this.#nodes.get(this.#rows[at]);
    const before = at > 0 ? this.#nodes.get(this.#rows[at - 1]).message : null;
    const { message } = node;
    const newDay = !before || dayOf(before.ts) !== dayOf(message.ts);
    const joined = before && !newDay && !isSystem(message) && !isSystem(before) && Boolean(before.is_ephemeral) === Boolean(message.is_ephemeral)
      && !(message.is_ephemeral) && authorOf(before).name === authorOf(message).name && Number.parseFloat(message.ts) - Number.parseFloat(before.ts) < GROUP_SECONDS;
    node.classList.toggle("joined", Boolean(joined));
    node.day?.remove();
    node.day = newDay && !(this.inThread && at > 0) ? dayLine(message.ts) : null;
    if (node.day) node.before(node.day);
  }

  // One message at a time is in the Tab order: the newest, or where the arrows led.
  #restTab(chosen) {
    this.inner.querySelector('.message[tabindex="0"]')?.setAttribute("tabindex", "-1");
    (chosen ?? this.#nodes.get(this.#rows.at(-1)))?.setAttribute("tabindex", "0");
  }

  #key(event) {
    const node = event.target.closest(".message");
    if (!node || event.target !== node) return;
    const at = this.#rows.indexOf(node.dataset.ts);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: this.#rows.length - 1 }[event.key];
    if (next === undefined || next < 0 || next >= this.#rows.length) return;
    event.preventDefault();
    const target = this.#nodes.get(this.#rows[next]);
    this.#restTab(target);
    target.focus();
  }

  async #scrolled() {
    this.#atEnd = this.node.scrollHeight - this.node.scrollTop - this.node.clientHeight < NEAR_END;
    this.#showJump();
    if (this.#loading || !this.onOlder || this.node.scrollTop > NEAR_START) return;
    this.#loading = true;
    try {
      await this.onOlder();
    } finally {
      this.#loading = false;
    }
  }
}
