// Names and faces of whoever writes: people, the app, and webhook-style overrides on a message.

import { h } from "./dom.js";
import { store } from "./store.js";

export function userName(user) {
  if (!user) return "someone";
  const profile = user.profile ?? {};
  return profile.display_name || user.real_name || profile.real_name || user.name || user.id;
}

export function nameOf(id) {
  const user = store.users.get(id);
  return user ? userName(user) : id === store.app?.user_id ? store.app.name : id;
}

export function authorOf(message) {
  if (message.notice) return { id: "local", name: "Local Slack", isBot: true };
  const isBot = Boolean(message.bot_id) || message.subtype === "bot_message" || message.user === store.app?.user_id;
  if (message.username) return { id: message.bot_id ?? message.user, name: message.username, isBot };
  if (isBot) return { id: store.app?.user_id ?? message.bot_id, name: store.app?.name ?? nameOf(message.user), isBot };
  return { id: message.user, name: nameOf(message.user), isBot: false };
}

function hue(id) {
  let sum = 0;
  for (const letter of String(id)) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

function initials(name) {
  const words = name.replace(/\(.*\)/, "").split(/[\s._-]+/).filter(Boolean);
  const letters = words.length > 1 ? words[0][0] + words.at(-1)[0] : name.slice(0, words[0]?.length > 1 ? 2 : 1);
  return letters.toUpperCase();
}

export function avatar({ id, name, isBot }, size = "normal") {
  const style = isBot ? {} : { "--hue": String(hue(id ?? name)) };
  const node = h("span", { class: `avatar avatar-${size}${isBot ? " avatar-app" : ""}`, "aria-hidden": "true" }, initials(name));
  for (const [key, value] of Object.entries(style)) node.style.setProperty(key, value);
  return node;
}

export function userAvatar(id, size) {
  return avatar({ id, name: nameOf(id), isBot: id === store.app?.user_id }, size);
}

export function isGuest(user) {
  return Boolean(user?.is_restricted || user?.is_ultra_restricted);
}

export function channelTitle(channel) {
  if (!channel) return "";
  if (channel.is_mpim) return (channel.members ?? []).filter((id) => id !== store.me.id).map(nameOf).join(", ");
  return channel.is_im ? nameOf(channel.user) : channel.name;
}

export function channelLabel(channel) {
  return channel?.is_im || channel?.is_mpim ? channelTitle(channel) : `#${channelTitle(channel)}`;
}
