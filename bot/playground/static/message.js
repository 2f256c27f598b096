// One message: face, name, time, what it says, and what hangs on it.

import { attachment } from "./attachments.js";
import * as actions from "./actions.js";
import { BlockContext } from "./blocks/context.js";
import { patchBlocks } from "./blocks/index.js";
import { fullTime, sinceReply, timeOf } from "./dates.js";
import { h, iconButton } from "./dom.js";
import { fileCard } from "./files.js";
import { decompose, mrkdwn, summary } from "./mrkdwn.js";
import { authorOf, avatar, isGuest, userAvatar } from "./people.js";
import { reactionRow } from "./reactions.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

const SYSTEM = new Set(["channel_join", "channel_leave", "channel_archive", "channel_unarchive", "channel_topic", "channel_purpose", "channel_name", "group_join", "tombstone"]);

export function isSystem(message) {
  return SYSTEM.has(message.subtype);
}

function contextFor(node) {
  const where = () => ({ channel: node.message.channel, ts: node.message.ts });
  return new BlockContext({ surface: "message", where, onBusy: (busy) => node.toggleAttribute("data-busy", busy) });
}

// A person's words are kept as mrkdwn too, and that knows more (fences, quotes, lists) than the block made of them.
function hasBlocks(message) {
  return Boolean(message.blocks?.length) && !(message.client_msg_id && message.text);
}

function blocksOf(message, node) {
  node.blocks = h("div", { class: "blocks" });
  patchBlocks(node.blocks, message.blocks, node.context);
  return node.blocks;
}

function content(message, node) {
  const parts = [];
  if (hasBlocks(message)) parts.push(blocksOf(message, node));
  else if (message.text) parts.push(mrkdwn(message.text));
  const edited = message.edited && h("span", { class: "edited" }, "(edited)");
  if (edited && parts[0]?.classList.contains("mrkdwn")) parts[0].lastChild?.append(" ", edited);
  else if (edited) parts.push(edited);
  for (const each of message.attachments ?? []) parts.push(attachment(each, node.context));
  if (message.files?.length) parts.push(h("div", { class: "files" }, message.files.map(fileCard)));
  return parts;
}

function replyBar(message, inThread) {
  if (inThread || !message.reply_count) return null;
  const faces = (message.reply_users ?? []).slice(0, 4).map((id) => userAvatar(id, "tiny"));
  const words = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return h("button", { type: "button", class: "reply-bar", onclick: () => store.go({ thread: message.ts }) },
    h("span", { class: "reply-faces" }, faces), h("span", { class: "reply-count" }, words),
    message.latest_reply && h("span", { class: "reply-when" }, `Last reply ${sinceReply(message.latest_reply)}`));
}

function ephemeralNote(message) {
  if (!message.is_ephemeral || message.notice) return null;
  return h("div", { class: "only-you" }, "Only visible to you");
}

function dismissButton(message) {
  return message.is_ephemeral ? iconButton("close", "Dismiss message", () => store.dismiss(message.channel, message.ts), { class: "icon-button dismiss" }) : null;
}

function head(message, author) {
  const user = store.users.get(message.user);
  return h("div", { class: "message-head" },
    h("span", { class: "author" }, author.name),
    author.isBot && h("span", { class: "badge" }, message.notice ? "NOTICE" : "APP"),
    isGuest(user) && h("span", { class: "badge" }, "GUEST"),
    user?.deleted && h("span", { class: "badge" }, "DEACTIVATED"),
    stamp(message, "message-time"));
}

function stamp(message, className) {
  return h("time", { class: className, datetime: new Date(Number.parseFloat(message.ts) * 1000).toISOString(), title: fullTime(message.ts) }, timeOf(message.ts));
}

export function renderMessage(message, { inThread = false } = {}) {
  const author = authorOf(message);
  const label = `${author.name}, ${timeOf(message.ts)}: ${summary(message.text).slice(0, 120)}`;
  const classes = ["message", message.is_ephemeral && "ephemeral", message.notice && "notice", isSystem(message) && "system"].filter(Boolean);
  const node = h("div", { class: classes.join(" "), role: "article", tabindex: "-1", "aria-label": label, dataset: { ts: message.ts } });
  node.message = message;
  node.context = contextFor(node);
  const broadcast = message.subtype === "thread_broadcast" && !inThread && h("div", { class: "only-you" }, "replied to a thread");
  node.append(
    h("div", { class: "gutter" }, avatar(author), stamp(message, "gutter-time")),
    h("div", { class: "message-main" }, ephemeralNote(message), broadcast || "", head(message, author),
      h("div", { class: "message-content" }, content(message, node)), reactionRow(message) ?? "", replyBar(message, inThread) ?? ""),
    dismissButton(message) ?? "");
  return node;
}

function around(node, kept) {
  const children = [...node.childNodes];
  const at = children.indexOf(kept);
  return [children.slice(0, at), children.slice(at + 1)];
}

// Puts everything of `fresh` that stands around one child of its own around the child kept in the old node.
function swapAround(node, kept, fresh, freshKept) {
  for (const child of around(node, kept).flat()) child.remove();
  const [before, after] = around(fresh, freshKept);
  kept.before(...before);
  kept.after(...after);
}

// A changed message in its old node: what was entered into its blocks, an open select or a sorted table stays.
// Answers with the node that now stands in the list.
export function refreshMessage(node, message, options) {
  const fresh = renderMessage(message, options);
  if (!node.blocks || !fresh.blocks) {
    node.replaceWith(fresh);
    return fresh;
  }
  const place = (each) => [each.blocks, each.blocks.parentElement, each.querySelector(":scope > .message-main")];
  const [blocks, text, main] = place(node);
  const [freshBlocks, freshText, freshMain] = place(fresh);
  swapAround(text, blocks, freshText, freshBlocks);
  swapAround(main, text, freshMain, freshText);
  node.message = message;
  node.setAttribute("aria-label", fresh.getAttribute("aria-label"));
  node.context.keepOnly(message.blocks);
  patchBlocks(blocks, message.blocks, node.context);
  return node;
}

// Turns a message of one's own into a small editor in its place.
export function editInPlace(node, message, done) {
  const main = node.querySelector(".message-content");
  const before = [...main.childNodes];
  const area = h("textarea", { class: "field-control edit-area", "aria-label": "Edit message", rows: 2 });
  area.value = decompose(message.text ?? "");
  const finish = () => {
    main.replaceChildren(...before);
    node.classList.remove("editing");
    done?.();
  };
  const save = async () => {
    const text = area.value.trim();
    try {
      if (text && text !== decompose(message.text ?? "")) await actions.editMessage(message.channel, message.ts, text);
      finish();
    } catch (error) {
      failed(error);
    }
  };
  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") finish();
    else if (event.key === "Enter" && !event.shiftKey) save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  node.classList.add("editing");
  main.replaceChildren(area, h("div", { class: "edit-buttons" },
    h("button", { type: "button", class: "button", onclick: finish }, "Cancel"), h("button", { type: "button", class: "button button-primary", onclick: save }, "Save changes")));
  area.focus();
  area.setSelectionRange(area.value.length, area.value.length);
}
