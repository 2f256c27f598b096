// A question before something that cannot be undone: Block Kit's confirm object, and the page's own.

import { h, uid } from "./dom.js";
import { textObject } from "./mrkdwn.js";

const plain = (text) => ({ type: "plain_text", text });

export function confirmDialog({ title, text, confirm, deny, style }) {
  const id = uid("confirm");
  return new Promise((resolve) => {
    const done = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    const dialog = h("dialog", { class: "dialog dialog-small", role: "alertdialog", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-text` },
      h("h2", { id: `${id}-title`, class: "dialog-title" }, textObject(title, { block: false })),
      h("div", { id: `${id}-text`, class: "dialog-text" }, textObject(text)),
      h("div", { class: "dialog-buttons" },
        h("button", { type: "button", class: "button", onclick: () => done(false) }, textObject(deny, { block: false })),
        h("button", { type: "button", class: `button button-${style === "danger" ? "danger" : "primary"}`, autofocus: true, onclick: () => done(true) }, textObject(confirm, { block: false }))));
    dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      done(false);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function ask({ title, text, yes, danger }) {
  return confirmDialog({ title: plain(title), text: plain(text), confirm: plain(yes), deny: plain("Cancel"), style: danger ? "danger" : "primary" });
}
