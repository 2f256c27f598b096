// Floating menus and panels. They hang on the open dialog if there is one, else on the body,
// so that they stand above everything and stay reachable for the keyboard.

import { h } from "./dom.js";

export function layerFor(anchor) {
  return anchor.closest("dialog") ?? document.body;
}

export function place(panel, anchor, { align = "start", matchWidth = false } = {}) {
  const box = anchor.getBoundingClientRect();
  if (matchWidth) panel.style.minWidth = `${box.width}px`;
  const { width, height } = panel.getBoundingClientRect();
  const below = innerHeight - box.bottom;
  const top = below >= height + 8 || below >= box.top ? box.bottom + 4 : box.top - height - 4;
  const left = align === "end" ? box.right - width : box.left;
  panel.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
}

let open = null;

export function closePopover(restoreFocus = true) {
  const was = open;
  open = null;
  if (!was) return;
  was.panel.remove();
  was.anchor.setAttribute("aria-expanded", "false");
  removeEventListener("pointerdown", was.outside, true);
  removeEventListener("keydown", was.keys, true);
  if (restoreFocus && was.anchor.isConnected) was.anchor.focus();
  was.onClose?.();
}

export function popover(anchor, panel, { align, onClose } = {}) {
  const again = open?.anchor === anchor;
  closePopover();
  if (again) return null;
  const outside = (event) => {
    if (!panel.contains(event.target) && !anchor.contains(event.target)) closePopover(false);
  };
  const keys = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    closePopover();
  };
  panel.classList.add("popover");
  layerFor(anchor).append(panel);
  place(panel, anchor, { align });
  anchor.setAttribute("aria-expanded", "true");
  addEventListener("pointerdown", outside, true);
  addEventListener("keydown", keys, true);
  open = { anchor, panel, outside, keys, onClose };
  return panel;
}

function move(panel, by) {
  const items = [...panel.querySelectorAll('[role^="menuitem"]:not([aria-disabled="true"])')];
  const at = items.indexOf(document.activeElement);
  items[(at + by + items.length) % items.length]?.focus();
}

function menuKeys(event, panel) {
  const steps = { ArrowDown: 1, ArrowUp: -1 };
  if (steps[event.key]) move(panel, steps[event.key]);
  else if (event.key === "Home") panel.querySelector('[role^="menuitem"]')?.focus();
  else if (event.key === "End") [...panel.querySelectorAll('[role^="menuitem"]')].at(-1)?.focus();
  else if (event.key === "Tab") closePopover();
  else if (event.key.length === 1 && /\S/.test(event.key)) {
    const wanted = event.key.toLowerCase();
    [...panel.querySelectorAll('[role^="menuitem"]')].find((item) => item.textContent.trim().toLowerCase().startsWith(wanted))?.focus();
    return;
  } else return;
  event.preventDefault();
}

// items: {label, hint?, danger?, checked?, node?, run} or {heading}
export function menu(anchor, items, { align, label } = {}) {
  const panel = h("div", { class: "menu", role: "menu", "aria-label": label ?? anchor.getAttribute("aria-label") });
  for (const item of items) panel.append(item.heading ? h("div", { class: "menu-heading", role: "presentation" }, item.heading) : menuItem(item));
  panel.addEventListener("keydown", (event) => menuKeys(event, panel));
  if (!popover(anchor, panel, { align })) return;
  panel.querySelector('[role^="menuitem"]')?.focus();
}

function menuItem(item) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const run = () => {
    closePopover();
    item.run();
  };
  return h("button", {
    type: "button", role, tabindex: "-1", class: item.danger ? "menu-item menu-danger" : "menu-item",
    "aria-checked": item.checked === undefined ? undefined : String(item.checked), onclick: run,
  }, item.node, h("span", { class: "menu-label" }, item.label), item.hint && h("span", { class: "menu-hint" }, item.hint));
}
