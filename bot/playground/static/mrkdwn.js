// Slack's mrkdwn, parsed into DOM nodes; and back into what a person would type.

import { slackDate } from "./dates.js";
import { h } from "./dom.js";
import { emojify } from "./emoji.js";
import { channelTitle, nameOf } from "./people.js";
import { store } from "./store.js";

export function unescape(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

const SAFE = /^(https?:|mailto:|tel:)/i;

export function link(url, children) {
  if (!SAFE.test(url)) return h("span", { class: "dead-link", title: url }, children);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, children);
}

export function mention(userId) {
  const own = userId === store.me?.id;
  return h("span", { class: own ? "mention mention-me" : "mention", dataset: { user: userId } }, `@${nameOf(userId)}`);
}

export function channelMention(id, fallback) {
  const channel = store.channels.get(id);
  const name = channel ? channelTitle(channel) : fallback || id;
  return h("a", { class: "mention", href: `#/${id}` }, `#${name}`);
}

export function broadcast(name) {
  return h("span", { class: "mention mention-me" }, `@${name}`);
}

// One <...> token.
function angle(body) {
  const bar = body.indexOf("|");
  const target = bar < 0 ? body : body.slice(0, bar);
  const label = bar < 0 ? "" : unescape(body.slice(bar + 1));
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return broadcast(label.replace(/^@/, "") || "group");
  if (target.startsWith("!")) return broadcast(label.replace(/^@/, "") || target.slice(1));
  const url = unescape(target);
  return link(url, emojify(label || url.replace(/^mailto:/, "")));
}

function date(target, fallback) {
  const [, seconds, pattern, url] = target.split("^");
  const text = slackDate(seconds, unescape(pattern ?? ""), fallback);
  const time = h("time", { datetime: new Date(Number(seconds) * 1000 || 0).toISOString(), title: fallback }, text);
  return url ? link(unescape(url), time) : time;
}

const MARKS = { "*": "strong", _: "em", "~": "s" };
const TOKEN = /<([^<>\n]+)>|`([^`\n]+)`|([*_~])/g;

// The place of the closing mark, or -1. A mark opens before a non-space and closes after one,
// and neither may touch a letter or digit on its outer side.
function closing(text, start, mark) {
  for (let at = text.indexOf(mark, start + 1); at > 0; at = text.indexOf(mark, at + 1)) {
    if (insideAngle(text, start, at)) continue;
    const before = text[at - 1];
    const after = text[at + 1] ?? " ";
    if (at > start + 1 && !/[\s\u200b]/.test(before) && !/[\p{L}\p{N}]/u.test(after)) return at;
  }
  return -1;
}

function insideAngle(text, start, at) {
  const open = text.lastIndexOf("<", at);
  return open > start && text.indexOf(">", open) > at;
}

function opens(text, at) {
  const before = text[at - 1] ?? " ";
  const after = text[at + 1] ?? " ";
  return !/[\p{L}\p{N}]/u.test(before) && !/[\s\u200b]/.test(after) && after !== text[at];
}

function plain(text) {
  return emojify(unescape(text));
}

export function inline(text) {
  const nodes = [];
  let from = 0;
  TOKEN.lastIndex = 0;
  const pattern = new RegExp(TOKEN);
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    let node = null;
    let end = pattern.lastIndex;
    if (match[1] !== undefined) node = angle(match[1]);
    else if (match[2] !== undefined) node = h("code", unescape(match[2]));
    else if (opens(text, match.index)) {
      const close = closing(text, match.index, match[3]);
      if (close > 0) {
        node = h(MARKS[match[3]], inline(text.slice(match.index + 1, close)));
        end = close + 1;
      }
    }
    if (!node) continue;
    if (match.index > from) nodes.push(plain(text.slice(from, match.index)));
    nodes.push(node);
    from = end;
    pattern.lastIndex = end;
  }
  if (from < text.length) nodes.push(plain(text.slice(from)));
  return nodes;
}

const LISTED = /^(\s*)([•◦▪–-]|\d{1,3}[.)])\s+(.*)$/;

function line(text) {
  const item = LISTED.exec(text);
  if (!item) return h("div", { class: "line" }, text ? inline(text) : h("br"));
  const marker = item[2] === "-" ? "•" : item[2];
  return h("div", { class: "line list-line", style: { marginLeft: `${item[1].length * 8}px` } },
    h("span", { class: "list-marker" }, marker), h("span", inline(item[3])));
}

// Consecutive lines beginning with > become one quote.
function lines(text) {
  const nodes = [];
  let quote = null;
  for (const raw of text.split("\n")) {
    const quoted = /^(?:&gt;|>)\s?(.*)$/.exec(raw);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote")));
      quote.append(line(quoted[1]));
    } else {
      quote = null;
      nodes.push(line(raw));
    }
  }
  return nodes;
}

// A fence brings its own line breaks: those typed around it would show as empty lines.
function besideFence(text, after, before) {
  const start = after ? text.replace(/^\n/, "") : text;
  return before ? start.replace(/\n$/, "") : start;
}

export function mrkdwn(text) {
  const nodes = [];
  const parts = String(text ?? "").split("```");
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 1) nodes.push(h("pre", h("code", unescape(part.replace(/^\n|\n$/g, "")))));
    else if (part.replace(/^\n|\n$/g, "") !== "") nodes.push(...lines(besideFence(part, index > 0, index < parts.length - 1)));
  }
  return h("div", { class: "mrkdwn" }, nodes);
}

// A Block Kit text object, of either type.
export function textObject(text, { block = true } = {}) {
  if (!text) return null;
  if (typeof text === "string") return h("span", emojify(text));
  if (text.type === "mrkdwn") return block ? mrkdwn(text.text) : h("span", inline(text.text.replace(/\n/g, " ")));
  return h(block ? "div" : "span", { class: "plain" }, text.emoji === false ? text.text : emojify(text.text ?? ""));
}

// What Slack keeps -> what a person would type, for editing and for labels.
export function decompose(text) {
  const typed = text.replace(/<([^<>]+)>/g, (whole, body) => {
    const [target, label] = body.split("|");
    if (target.startsWith("@")) return `@${store.users.get(target.slice(1))?.name ?? nameOf(target.slice(1))}`;
    if (target.startsWith("#")) return `#${label || channelTitle(store.channels.get(target.slice(1)))}`;
    if (target.startsWith("!date^")) return label;
    if (target.startsWith("!")) return `@${target.slice(1)}`;
    return label && label !== target ? `${label} (${target})` : target;
  });
  return unescape(typed);
}

export function summary(text) {
  return decompose(String(text ?? "")).replace(/\s+/g, " ").trim();
}
