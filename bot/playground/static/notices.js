// Words from the local Slack itself to one person: a timeout, a command that does not exist.

import { store } from "./store.js";

let count = 0;

export function localNotice(channel, text) {
  count += 1;
  const ts = `${(Date.now() / 1000).toFixed(3)}${String(count % 1000).padStart(3, "0")}`;
  store.addEphemeral(channel, { ts, channel, user: "USLACKBOT", text, notice: true });
}
