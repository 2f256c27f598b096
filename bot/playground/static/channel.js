// The middle of the page: one channel or conversation, its messages and its composer.

import * as actions from "./actions.js";
import { membersButton } from "./channel_menu.js";
import { Composer } from "./composer.js";
import { topicOf } from "./completion.js";
import { h, icon, iconButton } from "./dom.js";
import { acceptDrops } from "./files.js";
import { HomeTab } from "./home.js";
import { emojify } from "./emoji.js";
import { startEdit } from "./message_menu.js";
import { MessageList } from "./message_list.js";
import { localNotice } from "./notices.js";
import { channelLabel, channelTitle } from "./people.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

const PAGE = 60;

// In place of the composer.
function bar(words, label, run) {
  return h("div", { class: "join-bar", hidden: true }, h("span", words),
    h("button", { type: "button", class: "button button-primary", onclick: () => run().catch(failed) }, label));
}

export class Channel {
  #loaded = null;

  constructor({ onMenu }) {
    const target = () => ({ channel: store.place.channel, threadTs: null, label: channelLabel(this.channel) });
    this.list = new MessageList({ label: "Messages", onOlder: () => this.#older() });
    this.composer = new Composer({
      target, onEditLast: () => this.#editLast(), onNotice: (text) => localNotice(store.place.channel, text),
    });
    this.home = new HomeTab();
    this.title = h("h1", { class: "channel-title", tabindex: "-1" });
    this.topic = h("div", { class: "channel-topic" });
    this.members = membersButton(() => this.channel);
    this.tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "App", hidden: true });
    this.joinBar = bar("You are looking at this channel from outside.", "Join channel", () => actions.join(store.place.channel));
    this.archivedBar = bar("This channel is archived: nobody can write here.", "Unarchive channel", () => actions.unarchive(store.place.channel));
    this.talk = h("div", { class: "talk" }, this.list.node, this.joinBar, this.archivedBar, this.composer.node);
    this.node = h("main", { class: "channel", "aria-label": "Channel" },
      h("header", { class: "channel-head" }, iconButton("menu", "Open sidebar", onMenu, { class: "icon-button only-narrow" }), h("div", { class: "channel-words" }, this.title, this.topic), this.members),
      this.tabs, this.talk, this.home.node);
    acceptDrops(this.node, target);
    this.#listen();
  }

  get channel() {
    return store.channels.get(store.place.channel);
  }

  #listen() {
    store.on("place", () => this.#show());
    store.on("hello", () => {
      this.#loaded = null;
      this.#show();
    });
    store.on("channels", () => this.#drawHead());
    store.on("message", ({ channel, message, fresh }) => {
      if (channel !== this.#loaded) return;
      if (fresh || this.list.nodeOf(message.ts)) this.list.upsert(message);
      if (fresh && message.user === store.me.id) this.list.toEnd();
    });
    store.on("removed", ({ channel, ts }) => channel === this.#loaded && this.list.remove(ts));
  }

  #drawHead() {
    const { channel } = this;
    if (!channel) return;
    this.title.replaceChildren(channel.is_im ? "" : channel.is_private ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#"), channelTitle(channel));
    this.members.hidden = channel.is_im || channel.is_mpim;
    this.members.lastChild.textContent = String(channel.members?.length ?? "");
    this.topic.textContent = emojify(topicOf(channel));
    this.node.setAttribute("aria-label", channelLabel(channel));
    document.title = `${channelLabel(channel)} · ${store.team?.name ?? "Local Slack"}`;
    this.archivedBar.hidden = !channel.is_archived;
    this.joinBar.hidden = channel.is_im || channel.is_archived || channel.is_member !== false;
    this.composer.node.hidden = !this.joinBar.hidden || !this.archivedBar.hidden;
    const isApp = channel.is_im && channel.user === store.app?.user_id && store.app.home_tab !== false;
    this.tabs.hidden = !isApp;
    const homeShown = isApp && store.place.tab === "home";
    this.talk.hidden = homeShown;
    this.home.node.hidden = !homeShown;
    if (isApp) this.#drawTabs();
  }

  #drawTabs() {
    const tab = (id, words) => h("button", {
      type: "button", role: "tab", class: "tab", "aria-selected": String(store.place.tab === id), tabindex: store.place.tab === id ? "0" : "-1", onclick: () => store.go({ tab: id }),
      onkeydown: (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        store.go({ tab: store.place.tab === "home" ? "messages" : "home" });
        this.tabs.querySelector('[aria-selected="true"]').focus();
      },
    }, words);
    const focused = this.tabs.contains(document.activeElement);
    this.tabs.replaceChildren(tab("home", "Home"), tab("messages", "Messages"));
    if (focused) this.tabs.querySelector('[aria-selected="true"]').focus();
  }

  async #show() {
    const { channel } = this;
    if (!channel) return;
    this.#drawHead();
    if (!this.home.node.hidden) {
      this.home.show();
      return;
    }
    store.markRead(channel.id);
    if (this.#loaded === channel.id) return;
    const returning = this.#loaded !== null;
    this.#loaded = channel.id;
    this.list.label(`Messages in ${channelLabel(channel)}`);
    this.composer.retarget();
    await this.#load(channel);
    if (returning && matchMedia("(min-width: 720px)").matches && !store.place.thread) this.composer.focus();
  }

  async #load(channel) {
    const known = store.messages.get(channel.id);
    if (known?.size) this.#fill(channel.id);
    else this.list.reset([]);
    if (store.more.has(channel.id)) return;
    try {
      const answer = await actions.history(channel.id, null, PAGE);
      store.addHistory(channel.id, answer.messages.map((message) => ({ ...message, channel: channel.id })), answer.more);
      store.restoreEphemerals(channel.id, answer.ephemerals ?? []);
      if (this.#loaded === channel.id) this.#fill(channel.id);
    } catch (error) {
      failed(error);
    }
    this.#revealAsked();
  }

  #shown(id) {
    const top = [...(store.messages.get(id)?.values() ?? [])];
    const mine = (store.ephemerals.get(id) ?? []).filter((message) => !message.thread_ts);
    return [...top, ...mine];
  }

  #fill(id) {
    this.list.reset(this.#shown(id), this.#intro(id));
  }

  #intro(id) {
    if (store.more.get(id) !== false) return h("div", { class: "list-more" }, store.more.get(id) ? "Scroll up for older messages" : "");
    const channel = store.channels.get(id);
    return h("div", { class: "list-intro" }, h("h2", channelLabel(channel)), h("p", channel.is_im ? `This is the start of your conversation with ${channelTitle(channel)}.` : `This is the very beginning of ${channelLabel(channel)}.`));
  }

  async #older() {
    const id = this.#loaded;
    if (!id || !store.more.get(id) || !this.list.oldest) return;
    const answer = await actions.history(id, this.list.oldest, PAGE * 2).catch(failed);
    if (!answer || this.#loaded !== id) return;
    const messages = answer.messages.map((message) => ({ ...message, channel: id }));
    store.addHistory(id, messages, answer.more && messages.length > 0);
    this.list.prepend(messages, this.#intro(id));
  }

  async #revealAsked() {
    const { message } = store.place;
    if (!message) return;
    store.place.message = null;
    while (!this.list.nodeOf(message) && store.more.get(this.#loaded)) await this.#older();
    this.list.reveal(message);
  }

  #editLast() {
    const node = this.list.newestOf((message) => message.user === store.me.id && !message.is_ephemeral && !message.subtype);
    if (node) startEdit(node);
  }
}
