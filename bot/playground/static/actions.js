// Everything a person can do, one function each: the only place that knows the wire's words.

import { store } from "./store.js";

let socket = null;

export function use(connection) {
  socket = connection;
}

function ask(method, params) {
  return socket.request(method, params);
}

export const send = (channel, text, threadTs, broadcast) => ask("send", { channel, text, ...(threadTs ? { thread_ts: threadTs, broadcast: Boolean(broadcast) } : {}) });
export const editMessage = (channel, ts, text) => ask("edit_message", { channel, ts, text });
export const deleteMessage = (channel, ts) => ask("delete_message", { channel, ts });
export const react = (channel, ts, emoji) => ask("react", { channel, ts, emoji });
export const unreact = (channel, ts, emoji) => ask("unreact", { channel, ts, emoji });
export const slash = (channel, text) => ask("slash", { channel, text });
export const closeView = (viewId, all) => ask("close", { view_id: viewId, ...(all ? { all: true } : {}) });
export const fillView = (viewId, values) => ask("fill", { view_id: viewId, values });
export const submitView = (viewId, values) => ask("submit", { view_id: viewId, values });
export const messageShortcut = (channel, ts, callbackId) => ask("message_shortcut", { channel, ts, callback_id: callbackId });
export const globalShortcut = (callbackId) => ask("global_shortcut", { callback_id: callbackId });
export const openHome = () => ask("open_home", {});
export const openDm = (user) => ask("open_dm", { users: [user] });
export const mark = (channel, ts) => ask("mark", { channel, ts });
export const leave = (channel) => ask("leave", { channel });
export const invite = (channel, user) => ask("invite", { channel, user });
export const archive = (channel) => ask("archive", { channel });
export const runStep = (callbackId, inputs) => ask("run_step", { callback_id: callbackId, inputs });
export const unarchive = (channel) => ask("unarchive", { channel });
export const createChannel = (name) => ask("create_channel", { name });
export const join = (channel) => ask("join", { channel });
export const history = (channel, before, limit = 60) => ask("history", { channel, limit, ...(before ? { before } : {}) });
export const replies = (channel, ts) => ask("replies", { channel, ts });

// `where` is {channel, ts} or {view_id}; the value is a text, an option, an id or a list of these.
export function click(where, { blockId, actionId, value }) {
  return ask("click", { ...where, action: actionId, block_id: blockId, value: value ?? null });
}

export function suggest(where, { blockId, actionId, query }) {
  return ask("suggest", { ...where, action: actionId, block_id: blockId, query });
}

function pageUrl(path, params) {
  const query = new URLSearchParams({ user: store.me.id });
  for (const [key, value] of Object.entries(params)) if (value) query.set(key, value);
  return `${path}?${query}`;
}

export function fileUrl(file) {
  return pageUrl(`/page/file/${encodeURIComponent(file.id)}`, {});
}

export async function upload(files, { channel, threadTs, text } = {}) {
  const form = new FormData();
  if (text) form.append("text", text);
  for (const file of files) form.append("file", file, file.name);
  const answer = await fetch(pageUrl("/page/upload", { channel, thread_ts: threadTs }), { method: "POST", body: form });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok || body.ok === false) throw new Error(body.message || body.error || `The upload failed (${answer.status}).`);
  return body;
}
