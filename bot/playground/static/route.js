// The place in the address: #/C123, #/C123/<thread ts>, #/C123/-/<message ts>, and /home for the app.

import { store } from "./store.js";

export function read() {
  const [channel, thread, message] = location.hash.replace(/^#\//, "").split("/");
  if (!store.channels.has(channel)) return null;
  if (thread === "home") return { channel, thread: null, tab: "home" };
  return { channel, thread: thread && thread !== "-" ? thread : null, message: message || null, tab: "messages" };
}

export function write() {
  const { channel, thread, tab } = store.place;
  if (!channel) return;
  const tail = thread ? `/${thread}` : store.homeShown() && tab === "home" ? "/home" : "";
  const hash = `#/${channel}${tail}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
}

export function first() {
  const channels = [...store.channels.values()];
  return channels.find((channel) => channel.name === "general") ?? channels.find((channel) => channel.is_member !== false && !channel.is_im) ?? channels[0];
}
