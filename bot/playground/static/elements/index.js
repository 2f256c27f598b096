// Element type -> the function that draws it. `names` carries the ids an input block gives its control.

import { h } from "../dom.js";
import { button, feedbackButtons, iconButtonElement, workflowButton } from "./button.js";
import { checkboxes, radioButtons } from "./choice.js";
import { fileInput } from "./file_input.js";
import { imageElement } from "./image.js";
import { overflow } from "./overflow.js";
import { datePicker, dateTimePicker, timePicker } from "./pickers.js";
import { richTextInput } from "./rich_text_input.js";
import { channelsSelect, conversationsSelect, externalSelect, staticSelect, usersSelect } from "./select.js";
import { emailInput, numberInput, plainTextInput, urlInput } from "./text_input.js";

const DRAW = {
  button, checkboxes, overflow,
  image: imageElement,
  icon_button: iconButtonElement,
  feedback_buttons: feedbackButtons,
  workflow_button: workflowButton,
  radio_buttons: radioButtons,
  static_select: staticSelect, multi_static_select: staticSelect,
  external_select: externalSelect, multi_external_select: externalSelect,
  users_select: usersSelect, multi_users_select: usersSelect,
  channels_select: channelsSelect, multi_channels_select: channelsSelect,
  conversations_select: conversationsSelect, multi_conversations_select: conversationsSelect,
  datepicker: datePicker, timepicker: timePicker, datetimepicker: dateTimePicker,
  plain_text_input: plainTextInput, rich_text_input: richTextInput,
  number_input: numberInput, email_text_input: emailInput, url_text_input: urlInput,
  file_input: fileInput,
};

export function renderElement(element, block, ctx, names = {}) {
  const draw = DRAW[element?.type];
  const node = draw
    ? draw(element, block, ctx, names)
    : h("span", { class: "block-error", role: "note" }, h("strong", "Unknown element: "), h("code", String(element?.type)));
  node.classList.add("element");
  if (element?.action_id) node.dataset.actionId = element.action_id;
  return node;
}

// The accessible name and description of a control: from its input block, else from what the element says.
export function naming(element, { labelledBy, describedBy, id }) {
  const own = element.accessibility_label ?? element.placeholder?.text ?? element.action_id;
  return { id, "aria-labelledby": labelledBy, "aria-describedby": describedBy, "aria-label": labelledBy ? undefined : own };
}
