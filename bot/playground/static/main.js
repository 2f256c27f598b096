// Puts the page together and lets what the server pushes into the store.

import * as actions from "./actions.js";
import { Channel } from "./channel.js";
import { h } from "./dom.js";
import { Modals } from "./modal.js";
import { localNotice } from "./notices.js";
import * as route from "./route.js";
import { Sidebar } from "./sidebar.js";
import { Socket } from "./socket.js";
import { store } from "./store.js";
import { openSwitcher } from "./switcher.js";
import { Thread } from "./thread.js";
import { failed, toast } from "./toast.js";

// Whom one is when the address names nobody: the seeded team's owner.
const FIRST_PERSON = "ada";

function closeSidebar() {
  document.body.classList.remove("sidebar-open");
}

function openSidebar() {
  document.body.classList.add("sidebar-open");
  document.querySelector(".sidebar [aria-current=page]")?.focus();
}

const sidebar = new Sidebar({ onPick: closeSidebar });
const channel = new Channel({ onMenu: openSidebar });
const thread = new Thread();
const modals = new Modals();
const banner = h("div", { class: "banner", role: "status", hidden: true });

const withChannel = (push) => ({ ...push.message, channel: push.channel });

const PUSHES = {
  hello,
  message: (push) => store.upsert(push.channel, withChannel(push), { fresh: true }),
  message_changed: (push) => store.upsert(push.channel, withChannel(push), { fresh: false }),
  message_deleted: (push) => store.remove(push.channel, push.ts),
  ephemeral: (push) => store.addEphemeral(push.channel, withChannel(push)),
  ephemeral_removed: (push) => store.removeEphemeral(push.channel, push.ts),
  reaction: (push) => store.setReactions(push.channel, push.ts, push.reactions),
  channel: (push) => {
    store.channels.set(push.channel.id, { ...store.channels.get(push.channel.id), ...push.channel });
    store.emit("channels");
  },
  user: (push) => {
    store.users.set(push.user.id, push.user);
    store.emit("users");
  },
  view_open: (push) => modals.open(push.view),
  view_push: (push) => modals.push(push.view),
  view_update: (push) => modals.update(push.view),
  view_closed: (push) => modals.closed(push.view_id, push.all),
  home: (push) => {
    store.home = push.view;
    store.emit("home");
  },
  notice: (push) => (push.channel ? localNotice(push.channel, push.text) : toast(push.text, "error")),
  file: () => {},
};

function hello(push) {
  store.hello(push);
  const asked = route.read() ?? (store.channels.has(store.place.channel) ? {} : { channel: route.first()?.id });
  store.go(asked);
  document.body.dataset.ready = "true";
  performance.mark("ready");
  modals.restore(push.modals ?? []);
}

function state(now) {
  const lost = now === "lost";
  store.connected = !lost;
  banner.hidden = !lost;
  banner.textContent = lost ? `${store.me ? "The connection was lost." : `The local Slack does not answer ${socket.user}.`} Trying again…` : "";
  document.body.classList.toggle("offline", lost);
}

const socket = new Socket({
  user: new URLSearchParams(location.search).get("user") ?? FIRST_PERSON,
  onPush: (push) => PUSHES[push.push]?.(push),
  onState: state,
});
actions.use(socket);

store.on("place", route.write);
store.on("read", ({ channel: id, ts }) => actions.mark(id, ts).catch(failed));
addEventListener("popstate", () => {
  const place = route.read();
  if (place) store.go(place);
});
addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && store.isSeen(store.place.channel)) store.markRead(store.place.channel);
});
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    openSwitcher();
  }
  if (event.key === "Escape" && document.body.classList.contains("sidebar-open")) closeSidebar();
});
// A file dropped beside the channel must not make the browser leave the page.
for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

document.getElementById("app").replaceChildren(
  banner, sidebar.node, h("div", { class: "scrim", onclick: closeSidebar, "aria-hidden": "true" }), channel.node, thread.node);
socket.connect();
