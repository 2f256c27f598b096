// The one way this page makes elements. Text always goes in as text nodes, so what a
// person typed can never become markup.

const SVG = "http://www.w3.org/2000/svg";

function apply(node, props) {
  for (const [key, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2).toLowerCase(), value);
    else if (key === "dataset") Object.assign(node.dataset, value);
    else if (key === "style") Object.assign(node.style, value);
    else if (key === "value") node.value = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
}

function isProps(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Node);
}

function build(node, args) {
  const [first, ...rest] = args;
  const children = isProps(first) ? rest : args;
  if (isProps(first)) apply(node, first);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function h(tag, ...args) {
  return build(document.createElement(tag), args);
}

export function svg(tag, ...args) {
  return build(document.createElementNS(SVG, tag), args);
}

// Runs a redraw; when it threw away the control that had the focus, the one in its place gets it.
export function keepFocus(holder, redraw) {
  const active = document.activeElement;
  const actionId = holder.contains(active) ? active.closest("[data-action-id]")?.dataset.actionId : null;
  const fresh = redraw() ?? holder;
  if (!actionId || document.activeElement === active) return;
  const again = fresh.querySelector(`[data-action-id="${CSS.escape(actionId)}"]`);
  const control = again?.matches("button, input, textarea, [contenteditable]") ? again : again?.querySelector("input, button, textarea");
  control?.focus({ preventScroll: true });
}

let counter = 0;

export function uid(prefix) {
  counter += 1;
  return `${prefix}-${counter}`;
}

const ICONS = {
  reply: "M4 5h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H9l-4 3v-3H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2z",
  more: "M4 10h.01M10 10h.01M16 10h.01",
  smile: "M10 2.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM7 12.2c1.6 2 4.4 2 6 0M7.5 8h.01M12.5 8h.01",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12 4l-6 6 6 6",
  bolt: "M11 2L4 11h5l-1 7 7-9h-5z",
  plus: "M10 4v12M4 10h12",
  send: "M3 17l15-7L3 3v5.5l9 1.5-9 1.5z",
  menu: "M3 5h14M3 10h14M3 15h14",
  file: "M5 2h7l4 4v12H5zM12 2v4h4",
  download: "M10 3v10M6 9.5l4 4 4-4M4 17h12",
  clip: "M13.5 6.5l-6 6a2 2 0 0 0 2.8 2.8l6.2-6.2a4 4 0 0 0-5.6-5.6L4.5 9.9a6 6 0 0 0 8.4 8.4",
  down: "M5 8l5 5 5-5",
  warn: "M10 3l8 14H2zM10 8v4M10 14.5h.01",
  people: "M7.5 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2 17c0-3 2.5-5 5.5-5s5.5 2 5.5 5M13.5 9.5a2.5 2.5 0 1 0-1-4.800M14.5 12.200c2 .4 3.5 2.200 3.5 4.800",
  lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
};

export function icon(name) {
  const filled = name === "send" || name === "bolt";
  return svg(
    "svg",
    { viewBox: "0 0 20 20", class: `icon icon-${name}${filled ? " icon-filled" : ""}`, "aria-hidden": "true" },
    svg("path", { d: ICONS[name] }),
  );
}

export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name));
}
