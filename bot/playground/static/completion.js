// What may follow the word being typed: commands, people, channels, emoji.

import { emojiFor, searchEmoji } from "./emoji.js";
import { userName } from "./people.js";
import { store } from "./store.js";

const MOST = 8;

function starts(text, query) {
  return text.toLowerCase().startsWith(query.toLowerCase());
}

function commands(query) {
  return (store.app?.commands ?? []).filter((command) => starts(command.command, query)).map((command) => ({
    insert: `${command.command} `, label: command.command, hint: command.usage_hint, more: command.description, complete: command.command === query,
  }));
}

function people(query) {
  const groups = ["here", "channel"].filter((name) => query && starts(name, query)).map((name) => ({ insert: `@${name} `, label: `@${name}`, more: "Notify people here" }));
  const found = [...store.users.values()].filter((user) => !user.deleted && (starts(user.name ?? "", query) || userName(user).toLowerCase().includes(query.toLowerCase())));
  return [...found.map((user) => ({ insert: `@${user.name} `, label: `@${user.name}`, more: userName(user) })), ...groups];
}

function channels(query) {
  return [...store.channels.values()].filter((channel) => !channel.is_im && starts(channel.name ?? "", query)).map((channel) => ({ insert: `#${channel.name} `, label: `#${channel.name}`, more: topicOf(channel) }));
}

export function topicOf(channel) {
  const topic = channel?.topic;
  return (typeof topic === "string" ? topic : topic?.value) ?? "";
}

function emoji(query) {
  if (query.length < 2) return [];
  return searchEmoji(query).map((name) => ({ insert: `:${name}: `, label: `${emojiFor(name)}  :${name}:` }));
}

const KINDS = [
  { pattern: /^(\/[\w-]*)$/, find: (match) => commands(match[1]), from: () => 0 },
  { pattern: /(?:^|[\s(])@([\w.-]*)$/, find: (match) => people(match[1]) },
  { pattern: /(?:^|[\s(])#([\w-]*)$/, find: (match) => channels(match[1]) },
  { pattern: /(?:^|\s):([a-z0-9_+-]+)$/, find: (match) => emoji(match[1]) },
];

// -> {from, items} for the text left of the cursor, or null.
export function complete(before) {
  for (const kind of KINDS) {
    const match = kind.pattern.exec(before);
    if (!match) continue;
    const items = kind.find(match).slice(0, MOST);
    const from = kind.from ? kind.from() : before.length - match[1].length - 1;
    return items.length ? { from, items } : null;
  }
  return null;
}

// The known command a text begins with, for its usage hint and for sending.
export function commandOf(text) {
  const name = /^(\/[\w-]+)(?:\s|$)/.exec(text)?.[1];
  return name ? (store.app?.commands ?? []).find((command) => command.command === name) ?? null : null;
}
