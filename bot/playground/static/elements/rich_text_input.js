// A small editor for rich_text_input: bold, italic, strike, code, links, lists, quotes.

import { h, uid } from "../dom.js";
import { fromRichText, toRichText } from "../rich_text_codec.js";
import { naming } from "./index.js";

function surroundCode() {
  const selection = getSelection();
  if (!selection.rangeCount) return;
  const range = selection.getRangeAt(0);
  const inside = range.commonAncestorContainer.parentElement?.closest("code");
  if (inside) {
    inside.replaceWith(...inside.childNodes);
    return;
  }
  const code = h("code", range.collapsed ? "\u200b" : range.extractContents());
  range.insertNode(code);
  selection.selectAllChildren(code);
  if (code.textContent === "\u200b") selection.collapseToEnd();
}

function quote() {
  const inside = getSelection().anchorNode?.parentElement?.closest("blockquote");
  document.execCommand("formatBlock", false, inside ? "div" : "blockquote");
}

const TOOLS = [
  { name: "Bold", face: h("b", "B"), key: "b", run: () => document.execCommand("bold") },
  { name: "Italic", face: h("i", "I"), key: "i", run: () => document.execCommand("italic") },
  { name: "Strikethrough", face: h("s", "S"), key: "X", run: () => document.execCommand("strikeThrough") },
  { name: "Code", face: h("code", "<>"), key: "C", run: surroundCode },
  { name: "Bulleted list", face: "•", key: "*", run: () => document.execCommand("insertUnorderedList") },
  { name: "Numbered list", face: "1.", key: "&", run: () => document.execCommand("insertOrderedList") },
  { name: "Quote", face: "❝", key: "(", run: quote },
];

// The link field stands in the editor's own bar, so that it works inside a modal too.
function linkBar(editor, changed) {
  const input = h("input", { type: "url", class: "field-control", placeholder: "https://", "aria-label": "Link address" });
  let range = null;
  const close = () => {
    bar.hidden = true;
    editor.focus();
    if (range) {
      getSelection().removeAllRanges();
      getSelection().addRange(range);
    }
  };
  const apply = () => {
    const url = input.value.trim();
    close();
    if (!/^(https?:|mailto:)/i.test(url)) return;
    if (range?.collapsed) document.execCommand("insertText", false, url);
    if (range?.collapsed) selectBack(url.length);
    document.execCommand("createLink", false, url);
    getSelection().collapseToEnd();
    changed();
  };
  const bar = h("div", { class: "link-bar", hidden: true }, input, h("button", { type: "button", class: "button", onclick: apply }, "Add link"));
  bar.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") apply();
    else close();
  });
  const show = () => {
    range = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
    input.value = "";
    bar.hidden = false;
    input.focus();
  };
  return { bar, show };
}

function selectBack(length) {
  for (let at = 0; at < length; at += 1) getSelection().modify("extend", "backward", "character");
}

// One Tab stop for the bar, arrows inside it.
function moveTool(event, tools) {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const buttons = [...tools.children];
  const at = buttons.indexOf(document.activeElement);
  buttons[at].tabIndex = -1;
  const next = buttons[(at + by + buttons.length) % buttons.length];
  next.tabIndex = 0;
  next.focus();
}

export function richTextInput(element, block, ctx, names) {
  const known = ctx.read(block, element) ?? { type: element.type, rich_text_value: element.initial_value ?? null };
  ctx.write(block, element, known);
  const editor = h("div", {
    class: "rich-editor", contenteditable: "true", role: "textbox", "aria-multiline": "true", spellcheck: "true",
    dataset: { placeholder: element.placeholder?.text ?? "" }, ...naming(element, { ...names, id: names.id ?? uid("editor") }),
  }, fromRichText(known.rich_text_value));
  const changed = () => {
    editor.classList.toggle("empty", !editor.textContent.trim() && !editor.querySelector("li"));
    ctx.noted(block, element, { type: element.type, rich_text_value: toRichText(editor) });
  };
  const link = linkBar(editor, changed);
  const run = (tool) => {
    editor.focus();
    tool.run();
    changed();
  };
  const tools = h("div", { class: "editor-tools", role: "toolbar", "aria-label": "Formatting" },
    [...TOOLS, { name: "Link", face: "🔗", run: link.show }].map((tool, at) => h("button", {
      type: "button", class: "tool", title: tool.name, "aria-label": tool.name, tabindex: at ? "-1" : "0",
      onpointerdown: (event) => event.preventDefault(), onclick: () => run(tool),
    }, tool.face.cloneNode ? tool.face.cloneNode(true) : tool.face)));
  tools.addEventListener("keydown", (event) => moveTool(event, tools));
  editor.addEventListener("input", changed);
  editor.addEventListener("focus", () => document.execCommand("defaultParagraphSeparator", false, "div"));
  editor.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  editor.addEventListener("keydown", (event) => {
    const tool = (event.ctrlKey || event.metaKey) && TOOLS.find((each) => each.key === event.key);
    if (!tool) return;
    event.preventDefault();
    run(tool);
  });
  if (element.focus_on_load) editor.setAttribute("autofocus", "");
  editor.classList.toggle("empty", !editor.textContent.trim());
  return h("div", { class: "rich-input" }, tools, editor, link.bar);
}
