// What can be done with a channel itself: who is in it, inviting, leaving, archiving, and making one.

import * as actions from "./actions.js";
import { ask } from "./confirm.js";
import { h, icon, uid } from "./dom.js";
import { channelLabel, nameOf, userAvatar } from "./people.js";
import { menu } from "./popover.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

async function archive(channel) {
  const text = `Nobody can write in ${channelLabel(channel)} any more, and apps are taken out of it.`;
  if (await ask({ title: "Archive channel", text, yes: "Archive", danger: true })) actions.archive(channel.id).catch(failed);
}

function items(channel) {
  if (channel.is_archived) return [{ label: "Unarchive channel", run: () => actions.unarchive(channel.id).catch(failed) }];
  const members = new Set(channel.members ?? []);
  const others = [...store.users.values()].filter((user) => !user.deleted && !members.has(user.id));
  const invitations = others.map((user) => ({ label: `Add ${nameOf(user.id)}`, node: userAvatar(user.id, "tiny"), run: () => actions.invite(channel.id, user.id).catch(failed) }));
  if (!members.has(store.me.id)) return [{ label: "Join channel", run: () => actions.join(channel.id).catch(failed) }];
  return [
    { heading: `In ${channelLabel(channel)}: ${[...members].map(nameOf).join(", ")}` },
    ...invitations,
    { label: "Leave channel", run: () => actions.leave(channel.id).catch(failed) },
    { label: "Archive channel", danger: true, run: () => archive(channel) },
  ];
}

export function membersButton(current) {
  const label = "Channel members and actions";
  const node = h("button", {
    type: "button", class: "members-button", "aria-label": label, title: label, "aria-haspopup": "menu", "aria-expanded": "false",
    onclick: () => menu(node, items(current()), { align: "end", label }),
  }, icon("people"), h("span"));
  return node;
}

export function createChannel() {
  const id = uid("name");
  const name = h("input", { id, type: "text", class: "field-control", required: true, pattern: "[a-z0-9_-]{1,80}", autocomplete: "off", placeholder: "e.g. incident-42", title: "Small letters, digits, - and _" });
  const done = () => {
    dialog.close();
    dialog.remove();
  };
  const make = async (event) => {
    event.preventDefault();
    try {
      const channel = await actions.createChannel(name.value.trim());
      store.channels.set(channel.id, channel);
      done();
      store.go({ channel: channel.id, thread: null, tab: "messages" });
    } catch (error) {
      failed(error);
    }
  };
  const dialog = h("dialog", { class: "dialog dialog-small", "aria-labelledby": `${id}-title` },
    h("form", { onsubmit: make },
      h("h2", { class: "dialog-title", id: `${id}-title` }, "New channel"),
      h("div", { class: "dialog-text" }, h("label", { class: "input-label", for: id }, "Name"), name),
      h("div", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", onclick: done }, "Cancel"), h("button", { type: "submit", class: "button button-primary" }, "Create channel"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
