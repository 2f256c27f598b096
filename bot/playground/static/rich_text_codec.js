// Between the editor's DOM and Slack's rich_text JSON, both ways.

import { richText } from "./blocks/rich_text.js";

const STYLE_TAGS = { B: "bold", STRONG: "bold", I: "italic", EM: "italic", S: "strike", STRIKE: "strike", DEL: "strike", CODE: "code" };
const BREAKERS = new Set(["DIV", "P", "LI"]);

function leaf(text, style, url) {
  const styled = Object.keys(style).length ? { style: { ...style } } : {};
  return url ? { type: "link", url, text, ...styled } : { type: "text", text, ...styled };
}

function pieces(node, style = {}, url = null, out = []) {
  for (const child of node.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      const text = child.data.replace(/\u00a0/g, " ").replace(/\u200b/g, "");
      if (text) out.push(leaf(text, style, url));
    } else if (child.nodeName === "BR") out.push(leaf("\n", {}, null));
    else if (child.dataset?.piece) out.push({ ...JSON.parse(child.dataset.piece), ...(Object.keys(style).length ? { style: { ...style } } : {}) });
    else if (child.dataset?.user) out.push({ type: "user", user_id: child.dataset.user });
    else if (child.nodeName === "A" && child.getAttribute("href")?.startsWith("#/")) out.push({ type: "channel", channel_id: child.getAttribute("href").slice(2) });
    else {
      const name = STYLE_TAGS[child.nodeName];
      pieces(child, name ? { ...style, [name]: true } : style, child.nodeName === "A" ? child.getAttribute("href") : url, out);
    }
  }
  return out;
}

// Joins neighbours of one style and drops the line break a browser leaves at the end of a line.
function tidy(list) {
  const out = [];
  for (const piece of list) {
    const last = out.at(-1);
    const joins = last?.type === "text" && piece.type === "text" && JSON.stringify(last.style) === JSON.stringify(piece.style);
    if (joins) last.text += piece.text;
    else out.push({ ...piece });
  }
  return out;
}

function withoutFinalBreak(list) {
  const last = list.at(-1);
  if (last?.type !== "text") return list;
  const text = last.text.replace(/\n$/, "");
  return text ? [...list.slice(0, -1), { ...last, text }] : list.slice(0, -1);
}

function border(node) {
  return node.dataset.border ? { border: Number(node.dataset.border) } : {};
}

function lists(node, indent = Number(node.dataset.indent ?? 0)) {
  const style = node.nodeName === "OL" ? "ordered" : "bullet";
  const parts = [];
  let items = [];
  let offset = style === "ordered" ? node.start - 1 : 0;
  const flush = () => {
    const numbered = style === "ordered" && offset ? { offset } : {};
    if (items.length) parts.push({ type: "rich_text_list", style, indent, ...numbered, ...border(node), elements: items });
    offset += items.length;
    items = [];
  };
  for (const item of node.children) {
    if (["UL", "OL"].includes(item.nodeName)) {
      flush();
      parts.push(...lists(item, indent + 1));
      continue;
    }
    const copy = item.cloneNode(true);
    for (const inner of copy.querySelectorAll("ul, ol")) inner.remove();
    items.push({ type: "rich_text_section", elements: withoutFinalBreak(tidy(pieces(copy))) });
    for (const inner of item.querySelectorAll(":scope > ul, :scope > ol")) {
      flush();
      parts.push(...lists(inner, indent + 1));
    }
  }
  flush();
  return parts;
}

class Reader {
  parts = [];
  #line = [];
  #open = false;

  read(root) {
    for (const child of root.childNodes) this.#child(child);
    this.#flush();
    return this.parts;
  }

  #child(child) {
    if (["UL", "OL"].includes(child.nodeName)) this.#part(...lists(child));
    else if (child.nodeName === "BLOCKQUOTE") this.#part({ type: "rich_text_quote", elements: block(child) });
    else if (child.nodeName === "PRE") this.#part({ type: "rich_text_preformatted", ...border(child), elements: [{ type: "text", text: child.innerText.replace(/\n$/, "") }] });
    else if (BREAKERS.has(child.nodeName)) {
      if (child.querySelector("ul, ol, blockquote, pre")) {
        for (const inner of child.childNodes) this.#child(inner);
        return;
      }
      if (this.#open) this.#line.push(leaf("\n", {}, null));
      this.#line.push(...withoutFinalBreak(tidy(pieces(child))));
      this.#open = true;
    } else {
      const holder = document.createElement("span");
      holder.append(child.cloneNode(true));
      this.#line.push(...pieces(holder));
      this.#open = true;
    }
  }

  #part(...parts) {
    this.#flush();
    this.parts.push(...parts.filter((part) => part.elements.length));
  }

  #flush() {
    const elements = withoutFinalBreak(tidy(this.#line));
    if (elements.length) this.parts.push({ type: "rich_text_section", elements });
    this.#line = [];
    this.#open = false;
  }
}

function block(node) {
  const inner = new Reader().read(node);
  return inner.flatMap((part, at) => (at ? [{ type: "text", text: "\n" }, ...part.elements] : part.elements));
}

// null when nothing was written, as Slack sends it.
export function toRichText(editor) {
  const elements = new Reader().read(editor);
  const empty = !elements.some((part) => JSON.stringify(part).match(/"(text|user_id|channel_id|usergroup_id|range|name)":"(?!\\n)[^"\s]/));
  return empty ? null : { type: "rich_text", elements };
}

export function fromRichText(value) {
  if (!value) return [];
  const nodes = [...richText(value).childNodes];
  for (const node of nodes) {
    for (const mention of node.querySelectorAll?.("[data-user], [data-piece]") ?? []) mention.contentEditable = "false";
    // Line breaks inside a text piece are newlines in JSON and <br> in an editor.
    breakLines(node);
  }
  return nodes;
}

function breakLines(node) {
  for (const child of [...node.childNodes]) {
    if (child.nodeType !== Node.TEXT_NODE) {
      if (child.nodeName !== "PRE") breakLines(child);
    } else if (child.data.includes("\n") && !child.parentElement?.closest("pre")) {
      child.replaceWith(...child.data.split("\n").flatMap((text, at) => (at ? [document.createElement("br"), text] : [text])));
    }
  }
}

