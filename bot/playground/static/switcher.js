// Ctrl+K: to any channel or person by a few letters.

import { Combobox } from "./combobox.js";
import { h } from "./dom.js";
import { channelLabel, userName } from "./people.js";
import { openDirect } from "./sidebar.js";
import { store } from "./store.js";

function places(query) {
  const channels = [...store.channels.values()].filter((channel) => !channel.is_im && !channel.is_archived)
    .map((channel) => ({ key: channel.id, label: channelLabel(channel), go: () => store.go({ channel: channel.id, thread: null, tab: "messages" }) }));
  const people = [...store.users.values()].filter((user) => !user.deleted && user.id !== store.me.id)
    .map((user) => ({ key: user.id, label: userName(user), more: user.real_name, go: () => openDirect(user.id) }));
  const wanted = query.toLowerCase();
  return [...channels, ...people].filter((each) => `${each.label} ${each.more ?? ""}`.toLowerCase().includes(wanted));
}

export function openSwitcher() {
  if (!store.me || document.querySelector("dialog[open]")) return;
  const field = new Combobox({
    names: { "aria-label": "Jump to" }, placeholder: "Channel or person", load: (query) => [{ options: places(query) }],
    onChange: ([place]) => {
      dialog.close();
      place?.go();
    },
  });
  const dialog = h("dialog", { class: "dialog dialog-small switcher", "aria-label": "Jump to" }, h("h2", { class: "dialog-title" }, "Jump to"), field.node);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  field.input.focus();
}
