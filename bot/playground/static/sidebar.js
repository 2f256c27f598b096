// Channels, direct messages, the app; who one is, and becoming someone else.

import * as actions from "./actions.js";
import { createChannel } from "./channel_menu.js";
import { h, icon, iconButton } from "./dom.js";
import { avatar, channelTitle, isGuest, userAvatar, userName } from "./people.js";
import { menu } from "./popover.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

function switchTo(user) {
  const url = new URL(location.href);
  url.searchParams.set("user", user.name ?? user.id);
  location.assign(url);
}

function roleOf(user) {
  if (user.is_owner) return "owner";
  if (user.is_admin) return "admin";
  return isGuest(user) ? "guest" : "";
}

export class Sidebar {
  constructor({ onPick }) {
    this.onPick = onPick;
    this.team = h("div", { class: "team-name" });
    this.lists = h("div", { class: "sidebar-lists" });
    this.me = h("button", { type: "button", class: "me-button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.#people() });
    this.node = h("nav", { class: "sidebar", id: "sidebar", "aria-label": "Channels" },
      h("div", { class: "team" }, h("span", { class: "team-mark", "aria-hidden": "true" }, "⚓"), h("div", this.team, h("div", { class: "team-note" }, "Local Slack"))),
      this.lists, this.me);
    for (const kind of ["hello", "channels", "place", "users"]) store.on(kind, () => this.#draw());
  }

  #people() {
    const people = [...store.users.values()].filter((user) => !user.is_bot && !user.deleted);
    menu(this.me, [
      { heading: "Act as" },
      ...people.map((user) => ({ label: userName(user), hint: roleOf(user) || undefined, node: userAvatar(user.id, "tiny"), checked: user.id === store.me.id, run: () => user.id !== store.me.id && switchTo(user) })),
    ], { label: "Switch person" });
  }

  #draw() {
    if (!store.me) return;
    const focused = document.activeElement?.closest(".sidebar [data-key]")?.dataset.key;
    this.team.textContent = store.team?.name ?? "";
    const every = [...store.channels.values()];
    const all = every.filter((channel) => !channel.is_archived);
    const archived = every.filter((channel) => channel.is_archived).sort((a, b) => channelTitle(a).localeCompare(channelTitle(b)));
    const open = all.filter((channel) => !channel.is_im && !channel.is_mpim);
    const byTitle = (a, b) => channelTitle(a).localeCompare(channelTitle(b));
    const joined = open.filter((channel) => channel.is_member !== false).sort(byTitle);
    const others = open.filter((channel) => channel.is_member === false).sort(byTitle);
    const groups = all.filter((channel) => channel.is_mpim).sort(byTitle);
    this.lists.replaceChildren(
      this.#section("Channels", [...joined, ...others].map((channel) => this.#channel(channel)), iconButton("plus", "New channel", createChannel)),
      this.#section("Direct messages", [...groups.map((channel) => this.#channel(channel)), ...this.#directs()]),
      this.#section("Apps", store.app ? [this.#app()] : []),
      this.#section("Archived", archived.map((channel) => this.#channel(channel))));
    this.me.replaceChildren(userAvatar(store.me.id, "small"), h("span", { class: "me-words" }, h("span", userName(store.me)), h("span", { class: "team-note" }, roleOf(store.me) || "member")), icon("down"));
    this.me.setAttribute("aria-label", `You are ${userName(store.me)}. Switch person`);
    if (focused) this.lists.querySelector(`[data-key="${focused}"]`)?.focus({ preventScroll: true });
  }

  #section(title, rows, tool) {
    if (!rows.length) return "";
    return h("section", { "aria-label": title }, h("div", { class: "sidebar-head" }, h("h2", { class: "sidebar-title" }, title), tool), h("ul", rows.map((row) => h("li", row))));
  }

  #row({ key, label, face, unread, current, muted, onclick }) {
    const name = unread ? `${label}, ${unread} unread` : label;
    return h("a", {
      href: `#/${key}`, class: `sidebar-row${unread ? " unread" : ""}${muted ? " muted" : ""}`, dataset: { key }, "aria-label": name, "aria-current": current ? "page" : undefined,
      onclick: (event) => {
        event.preventDefault();
        onclick();
        this.onPick();
      },
    }, face, h("span", { class: "row-label" }, label), unread ? h("span", { class: "unread-count", "aria-hidden": "true" }, String(unread)) : null);
  }

  #channel(channel) {
    return this.#row({
      key: channel.id, label: channelTitle(channel), unread: channel.unread, current: store.place.channel === channel.id, muted: channel.is_member === false || channel.is_archived,
      face: channel.is_private ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#"),
      onclick: () => store.go({ channel: channel.id, thread: null, tab: "messages" }),
    });
  }

  // Everyone can be written to; a conversation that does not exist yet opens on the first visit.
  #directs() {
    const people = [...store.users.values()].filter((user) => !user.is_bot && !user.deleted && user.id !== store.me.id);
    return people.sort((a, b) => userName(a).localeCompare(userName(b))).map((user) => {
      const channel = direct(user.id);
      return this.#row({
        key: channel?.id ?? user.id, label: userName(user), unread: channel?.unread, current: Boolean(channel) && store.place.channel === channel.id,
        face: userAvatar(user.id, "tiny"), onclick: () => openDirect(user.id),
      });
    });
  }

  #app() {
    const channel = direct(store.app.user_id);
    return this.#row({
      key: channel?.id ?? store.app.user_id, label: store.app.name, unread: channel?.unread, current: Boolean(channel) && store.place.channel === channel.id,
      face: avatar({ id: store.app.user_id, name: store.app.name, isBot: true }, "tiny"), onclick: () => openDirect(store.app.user_id, channel?.unread ? "messages" : "home"),
    });
  }
}

function direct(userId) {
  return [...store.channels.values()].find((channel) => channel.is_im && channel.user === userId);
}

export async function openDirect(userId, tab = "messages") {
  try {
    let channel = direct(userId);
    if (!channel) {
      channel = await actions.openDm(userId);
      store.channels.set(channel.id, channel);
    }
    store.go({ channel: channel.id, thread: null, tab });
  } catch (error) {
    failed(error);
  }
}
