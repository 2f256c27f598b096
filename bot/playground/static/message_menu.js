// The small bar over the message under the pointer or the focus: react, reply, and the rest.
// There is one bar for a whole list; it moves.

import * as actions from "./actions.js";
import { ask } from "./confirm.js";
import { h, iconButton } from "./dom.js";
import { editInPlace, isSystem } from "./message.js";
import { authorOf } from "./people.js";
import { menu } from "./popover.js";
import { pickEmoji, toggle } from "./reactions.js";
import { store } from "./store.js";
import { failed, toast } from "./toast.js";

export function messageLink(message) {
  const url = new URL(location.href);
  const thread = message.thread_ts && message.thread_ts !== message.ts ? `/${message.thread_ts}` : "";
  url.hash = `#/${message.channel}${thread || `/-/${message.ts}`}`;
  return url.href;
}

async function copyLink(message) {
  try {
    await navigator.clipboard.writeText(messageLink(message));
    toast("Link copied");
  } catch {
    toast(messageLink(message));
  }
}

async function remove(message) {
  const sure = await ask({ title: "Delete message", text: "This message will be gone for everyone. It cannot be brought back.", yes: "Delete", danger: true });
  if (sure) actions.deleteMessage(message.channel, message.ts).catch(failed);
}

function shortcutItems(message) {
  const shortcuts = (store.app?.shortcuts ?? []).filter((shortcut) => shortcut.type === "message");
  if (!shortcuts.length) return [];
  return [{ heading: store.app.name }, ...shortcuts.map((shortcut) => ({
    label: shortcut.name, run: () => actions.messageShortcut(message.channel, message.ts, shortcut.callback_id).catch(failed),
  }))];
}

export function startEdit(node) {
  editInPlace(node, node.message, () => node.focus());
}

function items(node, message, inThread) {
  const mine = message.user === store.me.id && !authorOf(message).isBot;
  return [
    { label: "Copy link", run: () => copyLink(message) },
    ...(inThread ? [] : [{ label: "Reply in thread", run: () => store.go({ thread: message.thread_ts ?? message.ts }) }]),
    ...(mine ? [{ label: "Edit message", hint: "↑", run: () => startEdit(node) }] : []),
    ...(mine || store.me.is_admin ? [{ label: "Delete message", danger: true, run: () => remove(message) }] : []),
    ...shortcutItems(message),
  ];
}

export class MessageBar {
  #node = null;

  constructor(holder, { inThread }) {
    this.inThread = inThread;
    this.react = iconButton("smile", "Add reaction", () => this.#pick(), { "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.reply = iconButton("reply", "Reply in thread", () => store.go({ thread: this.#node.message.thread_ts ?? this.#node.message.ts }));
    this.more = iconButton("more", "More actions", () => this.#menu(), { "aria-haspopup": "menu", "aria-expanded": "false" });
    this.bar = h("div", { class: "message-bar", role: "toolbar", "aria-label": "Message actions" }, this.react, inThread ? null : this.reply, this.more);
    const follow = (event) => this.#follow(event.target.closest?.(".message"));
    holder.addEventListener("pointerover", follow);
    holder.addEventListener("focusin", follow);
    holder.addEventListener("pointerleave", () => {
      if (!this.#busy()) this.#follow(null);
    });
  }

  #busy() {
    return this.bar.contains(document.activeElement) || this.bar.querySelector('[aria-expanded="true"]');
  }

  #follow(node) {
    if (node === this.#node || this.bar.querySelector('[aria-expanded="true"]')) return;
    const usable = node && !node.message.is_ephemeral && !isSystem(node.message);
    this.#node = usable ? node : null;
    if (usable) node.append(this.bar);
    else this.bar.remove();
  }

  #pick() {
    const { message } = this.#node;
    pickEmoji(this.react, (name) => toggle(message, name));
  }

  #menu() {
    const node = this.#node;
    menu(this.more, items(node, node.message, this.inThread), { align: "end", label: "More actions" });
  }
}
