// Short words about something that failed or was done, read out by screen readers.

import { h, iconButton } from "./dom.js";

const LIFE = 6000;

function region() {
  return document.getElementById("toasts");
}

export function toast(text, kind = "info") {
  const node = h("div", { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" }, h("span", text));
  node.append(iconButton("close", "Dismiss", () => node.remove()));
  // A modal dialog makes the rest of the page inert, so the words must stand inside it.
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  (dialog ?? region()).append(node);
  setTimeout(() => node.remove(), LIFE);
}

export function failed(error) {
  toast(error.message, "error");
}
