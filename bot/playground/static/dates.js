// Times as the viewing person sees them: their zone and their locale, from their profile.

import { store } from "./store.js";

const formats = new Map();

function format(options) {
  const zone = store.me?.tz || undefined;
  const locale = store.me?.locale || undefined;
  const key = JSON.stringify([zone, locale, options]);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, ...options }));
  return formats.get(key);
}

const DAY = { year: "numeric", month: "2-digit", day: "2-digit" };

function dayKey(date) {
  const parts = Object.fromEntries(format(DAY).formatToParts(date).map((part) => [part.type, part.value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}

export function fromTs(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

export function dayOf(ts) {
  return dayKey(fromTs(ts));
}

export function timeOf(ts) {
  return format({ hour: "numeric", minute: "2-digit" }).format(fromTs(ts));
}

export function fullTime(ts) {
  return format({ dateStyle: "full", timeStyle: "short" }).format(fromTs(ts));
}

// "Today", "gestern"... or nothing when the date is further away than a day.
function relativeDay(date) {
  const distance = Math.round((Date.parse(dayKey(date)) - Date.parse(dayKey(new Date()))) / 86_400_000);
  if (Math.abs(distance) > 1) return null;
  const words = new Intl.RelativeTimeFormat(store.me?.locale || undefined, { numeric: "auto" });
  return words.format(distance, "day");
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function dayTitle(ts) {
  const date = fromTs(ts);
  const near = relativeDay(date);
  if (near) return capital(near);
  const thisYear = dayKey(date).slice(0, 4) === dayKey(new Date()).slice(0, 4);
  return format({ weekday: "long", month: "long", day: "numeric", ...(thisYear ? {} : { year: "numeric" }) }).format(date);
}

function ago(date) {
  const seconds = (date.getTime() - Date.now()) / 1000;
  const words = new Intl.RelativeTimeFormat(store.me?.locale || undefined, { numeric: "auto" });
  for (const [unit, size] of [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return words.format(Math.round(seconds / size), unit);
  }
  return words.format(0, "second");
}

const TOKENS = {
  date_num: (date) => dayKey(date),
  date_slash: (date) => format(DAY).format(date),
  date: (date) => format({ year: "numeric", month: "long", day: "numeric" }).format(date),
  date_short: (date) => format({ year: "numeric", month: "short", day: "numeric" }).format(date),
  date_long: (date) => format({ weekday: "long", year: "numeric", month: "long", day: "numeric" }).format(date),
  date_pretty: (date) => relativeDay(date) ?? TOKENS.date(date),
  date_short_pretty: (date) => relativeDay(date) ?? TOKENS.date_short(date),
  date_long_pretty: (date) => relativeDay(date) ?? TOKENS.date_long(date),
  date_long_full: (date) => TOKENS.date_long(date),
  day_divider_pretty: (date) => relativeDay(date) ?? TOKENS.date_long(date),
  time: (date) => format({ hour: "numeric", minute: "2-digit" }).format(date),
  time_secs: (date) => format({ hour: "numeric", minute: "2-digit", second: "2-digit" }).format(date),
  ago: (date) => ago(date),
};

// <!date^seconds^{date_short} at {time}^link|fallback>; an unknown token yields the fallback, as in Slack.
export function slackDate(seconds, pattern, fallback) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return fallback;
  let known = true;
  const text = pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    if (TOKENS[name]) return TOKENS[name](date);
    known = false;
    return whole;
  });
  return known ? capital(text) : fallback;
}

export function sinceReply(ts) {
  return ago(fromTs(ts));
}
