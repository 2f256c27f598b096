// Reactions under a message, and the small picker.

import * as actions from "./actions.js";
import { h, icon } from "./dom.js";
import { EMOJI, emojiFor, PICKER, searchEmoji } from "./emoji.js";
import { nameOf } from "./people.js";
import { closePopover, popover } from "./popover.js";
import { store } from "./store.js";
import { failed } from "./toast.js";

export function toggle(message, name) {
  const mine = message.reactions?.find((reaction) => reaction.name === name)?.users?.includes(store.me.id);
  const act = mine ? actions.unreact : actions.react;
  return act(message.channel, message.ts, name).catch(failed);
}

export function reactionRow(message) {
  if (!message.reactions?.length) return null;
  const pills = message.reactions.map((reaction) => {
    const mine = reaction.users?.includes(store.me.id) ?? false;
    const who = (reaction.users ?? []).map(nameOf).join(", ");
    return h("button", {
      type: "button", class: "reaction", "aria-pressed": String(mine), "aria-label": `:${reaction.name}: ${reaction.count}, ${who}`, title: `${who} reacted with :${reaction.name}:`,
      onclick: () => toggle(message, reaction.name),
    }, h("span", { "aria-hidden": "true" }, emojiFor(reaction.name) ?? `:${reaction.name}:`), " ", String(reaction.count));
  });
  const add = h("button", { type: "button", class: "reaction reaction-add", "aria-label": "Add another reaction", title: "Add another reaction", "aria-haspopup": "dialog" }, icon("smile"));
  add.addEventListener("click", () => pickEmoji(add, (name) => toggle(message, name)));
  return h("div", { class: "reactions" }, pills, add);
}

export function pickEmoji(anchor, done) {
  const grid = h("div", { class: "emoji-grid", role: "group", "aria-label": "Emoji" });
  const choose = (name) => {
    closePopover();
    done(name);
  };
  const fill = (names) => grid.replaceChildren(...names.map((name) =>
    h("button", { type: "button", class: "emoji-button", "aria-label": name, title: `:${name}:`, onclick: () => choose(name) }, EMOJI.get(name))));
  const search = h("input", { type: "search", class: "field-control", placeholder: "Search emoji", "aria-label": "Search emoji" });
  search.addEventListener("input", () => fill(search.value ? searchEmoji(search.value).slice(0, 48) : PICKER));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && grid.firstChild) grid.firstChild.click();
  });
  fill(PICKER);
  const panel = h("div", { class: "emoji-picker", role: "dialog", "aria-label": "Pick a reaction" }, search, grid);
  panel.addEventListener("keydown", (event) => gridKeys(event, grid));
  if (popover(anchor, panel, { align: anchor.getBoundingClientRect().left > innerWidth / 2 ? "end" : "start" })) search.focus();
}

function gridKeys(event, grid) {
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 6, ArrowUp: -6 };
  const buttons = [...grid.children];
  const at = buttons.indexOf(document.activeElement);
  if (at < 0 && event.key === "ArrowDown") buttons[0]?.focus();
  else if (at >= 0 && steps[event.key]) buttons[Math.max(0, Math.min(buttons.length - 1, at + steps[event.key]))].focus();
  else return;
  event.preventDefault();
}
