// Running a step that the app offers to workflows: its inputs as a form, then what it hands on.

import * as actions from "./actions.js";
import { h, uid } from "./dom.js";
import { channelLabel, nameOf } from "./people.js";
import { store } from "./store.js";

const USER = "slack#/types/user_id";
const CHANNEL = "slack#/types/channel_id";

function choices(type) {
  if (type === USER) return [...store.users.values()].filter((user) => !user.is_bot && !user.deleted).map((user) => [user.id, nameOf(user.id)]);
  return [...store.channels.values()].filter((channel) => !channel.is_im && !channel.is_mpim && !channel.is_archived).map((channel) => [channel.id, channelLabel(channel)]);
}

function control(input, id) {
  const props = { id, name: input.name, class: "field-control", required: input.is_required, "aria-describedby": input.description ? `${id}-hint` : undefined };
  if (input.type === USER || input.type === CHANNEL) {
    return h("select", props, h("option", { value: "" }, input.type === USER ? "Nobody" : "No channel"), choices(input.type).map(([value, label]) => h("option", { value }, label)));
  }
  if (input.type === "boolean") return h("input", { ...props, type: "checkbox", class: undefined, required: false });
  if (input.type === "integer" || input.type === "number") return h("input", { ...props, type: "number", step: input.type === "integer" ? "1" : "any" });
  return h("textarea", { ...props, rows: 1 });
}

function valueOf(node) {
  if (node.type === "checkbox") return node.checked;
  return node.type === "number" && node.value ? Number(node.value) : node.value;
}

function field(input) {
  const id = uid("step");
  return h("div", { class: "step-field" },
    h("label", { class: "input-label", for: id }, input.title, input.is_required ? "" : h("span", { class: "optional" }, " (optional)")), control(input, id),
    input.description && h("div", { class: "input-hint", id: `${id}-hint` }, input.description));
}

function shown(value) {
  return /^https?:\/\//.test(value) ? h("a", { href: value, target: "_blank", rel: "noopener noreferrer" }, value) : String(value);
}

// What the next step of the workflow would be given.
function ending(step, record) {
  if (record.state === "failed") return h("div", { class: "alert alert-error" }, record.error);
  if (record.state === "running") return h("div", "The app has not said yet how it ended.");
  const rows = step.outputs.filter((output) => output.name in record.outputs).map((output) => [h("dt", output.title), h("dd", shown(record.outputs[output.name]))]);
  return [h("div", "Done. The next step is handed:"), h("dl", { class: "step-outputs" }, rows)];
}

export function runStep(step) {
  const id = uid("workflow");
  const outcome = h("div", { class: "step-outcome", role: "status" });
  const run = h("button", { type: "submit", class: "button button-primary" }, "Run");
  const fields = step.inputs.map(field);
  const start = async (event) => {
    event.preventDefault();
    const inputs = Object.fromEntries([...form.elements].filter((node) => node.name).map((node) => [node.name, valueOf(node)]));
    run.disabled = true;
    outcome.replaceChildren("Running…");
    try {
      outcome.replaceChildren(...[ending(step, await actions.runStep(step.callback_id, inputs))].flat());
    } catch (error) {
      outcome.replaceChildren(h("div", { class: "alert alert-error" }, error.message));
    }
    run.disabled = false;
    outcome.scrollIntoView({ block: "nearest" });
  };
  const close = () => dialog.close();
  const form = h("form", { class: "modal-form", onsubmit: start },
    h("header", { class: "modal-head" }, h("h2", { class: "dialog-title", id: `${id}-title` }, step.title)),
    h("div", { class: "modal-body" }, h("p", { class: "input-hint" }, `${step.description}. A step of ${store.app.name}, as a workflow would run it.`), fields, outcome),
    h("footer", { class: "modal-foot" }, h("button", { type: "button", class: "button", onclick: close }, "Close"), run));
  const dialog = h("dialog", { class: "dialog modal", "aria-labelledby": `${id}-title` }, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
