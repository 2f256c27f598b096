// Dates and times, by the browser's own pickers. A datetimepicker speaks in the person's time zone.

import { confirmDialog } from "../confirm.js";
import { h } from "../dom.js";
import { store } from "../store.js";
import { naming } from "./index.js";

function native(kind, element, block, ctx, names, { key, initial, read, show }) {
  const known = ctx.read(block, element) ?? { type: element.type, [key]: initial ?? null };
  ctx.write(block, element, known);
  const node = h("input", { type: kind, class: "field-control picker", title: element.placeholder?.text, ...naming(element, names) });
  node.value = show(known[key]);
  let before = node.value;
  // A date half typed fires change with every part; the app hears of it when it is whole and differs.
  node.addEventListener("change", async () => {
    if (node.value === before) return;
    if (element.confirm && !(await confirmDialog(element.confirm))) {
      node.value = before;
      return;
    }
    before = node.value;
    await ctx.changed(block, element, { type: element.type, [key]: read(node.value) });
  });
  return node;
}

const plain = { read: (value) => value || null, show: (value) => value ?? "" };

export function datePicker(element, block, ctx, names) {
  return native("date", element, block, ctx, names, { key: "selected_date", initial: element.initial_date, ...plain });
}

export function timePicker(element, block, ctx, names) {
  return native("time", element, block, ctx, names, { key: "selected_time", initial: element.initial_time, ...plain });
}

// The zone's offset from UTC at one instant, in seconds.
function offsetAt(seconds, zone) {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(new Date(seconds * 1000));
  const part = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - seconds;
}

export function toLocal(seconds, zone) {
  return new Date((seconds + offsetAt(seconds, zone)) * 1000).toISOString().slice(0, 16);
}

export function fromLocal(text, zone) {
  const wall = Date.parse(`${text}:00Z`) / 1000;
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}

export function dateTimePicker(element, block, ctx, names) {
  const zone = store.me?.tz || "UTC";
  return native("datetime-local", element, block, ctx, names, {
    key: "selected_date_time", initial: element.initial_date_time,
    read: (value) => (value ? fromLocal(value, zone) : null),
    show: (value) => (value ? toLocal(value, zone) : ""),
  });
}
