// The side panel with one thread.

import * as actions from "./actions.js";
import { Composer } from "./composer.js";
import { h, iconButton } from "./dom.js";
import { acceptDrops } from "./files.js";
import { startEdit } from "./message_menu.js";
import { MessageList } from "./message_list.js";
import { localNotice } from "./notices.js";
import { channelLabel } from "./people.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

export class Thread {
  #shown = null;

  constructor() {
    const target = () => ({ channel: store.place.channel, threadTs: store.place.thread, label: "the thread" });
    this.list = new MessageList({ label: "Thread", inThread: true });
    this.composer = new Composer({ inThread: true, target, onEditLast: () => this.#editLast(), onNotice: (text) => localNotice(store.place.channel, text) });
    this.where = h("span", { class: "thread-where" });
    this.node = h("aside", { class: "thread", "aria-label": "Thread", hidden: true },
      h("header", { class: "thread-head" }, h("h2", "Thread"), this.where, iconButton("close", "Close thread", () => this.#close())),
      this.list.node, this.composer.node);
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) this.#close();
    });
    acceptDrops(this.node, target);
    store.on("place", () => this.#show());
    store.on("hello", () => {
      this.#shown = null;
      this.#show();
    });
    store.on("reply", ({ channel, message }) => {
      const root = message.thread_ts ?? message.ts;
      if (`${channel}:${root}` === this.#shown) this.list.upsert(message);
    });
    store.on("removed", ({ channel, ts }) => this.#shown?.startsWith(`${channel}:`) && this.list.remove(ts));
  }

  #close() {
    const root = store.place.thread;
    store.go({ thread: null });
    document.querySelector(`.channel .message[data-ts="${CSS.escape(root ?? "")}"]`)?.focus();
  }

  async #show() {
    const { channel, thread } = store.place;
    this.node.hidden = !thread;
    document.body.classList.toggle("with-thread", Boolean(thread));
    const key = thread ? `${channel}:${thread}` : null;
    if (key === this.#shown) return;
    this.#shown = key;
    if (!key) return;
    this.where.textContent = channelLabel(store.channels.get(channel));
    this.composer.retarget();
    const root = store.find(channel, thread);
    this.list.reset(root ? [root] : []);
    try {
      const answer = await actions.replies(channel, thread);
      const messages = (answer.messages ?? answer).map((message) => ({ ...message, channel }));
      store.setReplies(channel, thread, messages);
      if (this.#shown === key) this.list.reset([...messages, ...this.#ephemerals(channel, thread)]);
    } catch (error) {
      failed(error);
    }
    this.composer.focus();
  }

  #ephemerals(channel, thread) {
    return (store.ephemerals.get(channel) ?? []).filter((message) => message.thread_ts === thread);
  }

  #editLast() {
    const node = this.list.newestOf((message) => message.user === store.me.id && !message.is_ephemeral);
    if (node) startEdit(node);
  }
}
