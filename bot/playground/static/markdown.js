// Standard Markdown, as the markdown block takes it: headings, lists, tasks, quotes, fences, tables, links.

import { h } from "./dom.js";
import { emojify } from "./emoji.js";
import { link } from "./mrkdwn.js";

const INLINE = /\\([\\`*_~[\]()#+\-.!|>])|`([^`]+)`|!?\[([^\]]*)\]\(([^()\s]+)\)|(\*\*|__)(?=\S)(.+?\S|\S)\5|(~~)(?=\S)(.+?)~~|([*_])(?=\S)(.+?\S|\S)\9|<?(https?:\/\/[^\s<>]+)>?/g;

function spans(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) nodes.push(emojify(text.slice(from, match.index)));
    nodes.push(span(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) nodes.push(emojify(text.slice(from)));
  return nodes;
}

function span(match) {
  const [, escaped, code, label, target, , strong, , struck, , em, url] = match;
  if (escaped !== undefined) return escaped;
  if (code !== undefined) return h("code", code);
  if (target !== undefined) return link(target, label || target);
  if (strong !== undefined) return h("strong", spans(strong));
  if (struck !== undefined) return h("s", spans(struck));
  if (em !== undefined) return h("em", spans(em));
  return link(url, url);
}

const ITEM = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/;
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/;

function list(lines) {
  const base = ITEM.exec(lines[0])[1].length;
  const ordered = /\d/.test(ITEM.exec(lines[0])[2]);
  const node = h(ordered ? "ol" : "ul");
  let nested = [];
  const flush = () => {
    if (nested.length) node.lastChild.append(list(nested));
    nested = [];
  };
  for (const line of lines) {
    const [, indent, , body] = ITEM.exec(line);
    if (indent.length > base) {
      nested.push(line);
      continue;
    }
    flush();
    const task = /^\[([ xX])\]\s+(.*)$/.exec(body);
    node.append(task ? h("li", { class: "task" }, task[1] === " " ? "☐ " : "☑ ", spans(task[2])) : h("li", spans(body)));
  }
  flush();
  return node;
}

function table(lines) {
  const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  const [head, , ...rows] = lines;
  return h("div", { class: "table-scroll" }, h("table", { class: "table" },
    h("thead", h("tr", cells(head).map((cell) => h("th", spans(cell))))),
    h("tbody", rows.map((row) => h("tr", cells(row).map((cell) => h("td", spans(cell))))))));
}

// Takes lines from the front while they satisfy the test.
function take(lines, test) {
  const taken = [];
  while (lines.length && test(lines[0])) taken.push(lines.shift());
  return taken;
}

function next(lines) {
  const line = lines[0];
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (line.startsWith("```")) {
    lines.shift();
    const code = take(lines, (each) => !each.startsWith("```"));
    lines.shift();
    return h("pre", h("code", code.join("\n")));
  }
  if (heading) {
    lines.shift();
    return h(`h${Math.max(3, heading[1].length)}`, { class: `header-level-${heading[1].length}` }, spans(heading[2]));
  }
  if (RULE.test(line)) return lines.shift() && h("hr");
  if (line.startsWith(">")) return h("blockquote", blocks(take(lines, (each) => each.startsWith(">")).map((each) => each.replace(/^>\s?/, ""))));
  if (ITEM.test(line)) return list(take(lines, (each) => ITEM.test(each)));
  if (line.includes("|") && /^[\s|:-]+$/.test(lines[1] ?? "") && lines[1].includes("-")) return table(take(lines, (each) => each.includes("|")));
  const paragraph = [lines.shift(), ...take(lines, (each) => each.trim() && !/^(```|#{1,6}\s|>)/.test(each) && !ITEM.test(each))];
  return h("p", paragraph.flatMap((each, at) => (at ? [h("br"), ...spans(each)] : spans(each))));
}

function blocks(lines) {
  const rest = [...lines];
  const nodes = [];
  while (rest.length) {
    if (rest[0].trim()) nodes.push(next(rest));
    else rest.shift();
  }
  return nodes;
}

export function markdown(text) {
  return h("div", { class: "markdown" }, blocks(String(text ?? "").split("\n")));
}
