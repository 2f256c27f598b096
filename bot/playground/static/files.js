// Files in a message: pictures shown, others as cards; and the upload by button or by dropping.

import * as actions from "./actions.js";
import { h, icon } from "./dom.js";
import { failed } from "./toast.js";

function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  const units = ["B", "kB", "MB", "GB"];
  const power = bytes < 1 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(power && bytes / 1000 ** power < 10 ? 1 : 0)} ${units[power]}`;
}

export function fileCard(file) {
  const url = actions.fileUrl(file);
  const name = file.title || file.name || "file";
  if (file.mode === "tombstone") return h("div", { class: "file-card" }, icon("file"), h("em", "This file was deleted."));
  const facts = [file.pretty_type || file.filetype?.toUpperCase(), size(file.size)].filter(Boolean).join(" · ");
  const get = h("a", { class: "file-get", href: url, download: file.name ?? "file", "aria-label": `Download ${name}`, title: "Download" }, icon("download"));
  if (file.mimetype?.startsWith("image/")) {
    return h("figure", { class: "file-image" }, h("figcaption", name, " ", get), h("a", { href: url, target: "_blank", rel: "noopener" }, h("img", { src: url, alt: file.alt_txt || name, loading: "lazy" })));
  }
  return h("div", { class: "file-card", role: "group", "aria-label": `File ${name}` },
    h("span", { class: "file-kind" }, icon("file")),
    h("span", { class: "file-words" }, h("span", { class: "file-name" }, name), h("span", { class: "file-facts" }, facts)), get);
}

// Lets files be dropped anywhere on `zone`; `target()` says where they go at that moment.
export function acceptDrops(zone, target) {
  let depth = 0;
  const words = h("div");
  const veil = h("div", { class: "drop-veil", hidden: true }, icon("clip"), words);
  zone.append(veil);
  const carriesFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  zone.addEventListener("dragenter", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth += 1;
    words.textContent = `Drop to upload to ${target().label}`;
    veil.hidden = false;
  });
  zone.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) event.preventDefault();
  });
  zone.addEventListener("dragleave", () => {
    depth = Math.max(0, depth - 1);
    if (depth === 0) veil.hidden = true;
  });
  zone.addEventListener("drop", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    depth = 0;
    veil.hidden = true;
    uploadFiles([...event.dataTransfer.files], target());
  });
}

export async function uploadFiles(files, { channel, threadTs, status }) {
  if (!files.length) return;
  status?.(`Uploading ${files.length === 1 ? files[0].name : `${files.length} files`}…`);
  try {
    await actions.upload(files, { channel, threadTs });
  } catch (error) {
    failed(error);
  } finally {
    status?.("");
  }
}

export function pickFiles(done) {
  const input = h("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to upload", dataset: { testid: "upload-input" } });
  input.addEventListener("change", () => {
    done([...input.files]);
    input.remove();
  });
  input.addEventListener("cancel", () => input.remove());
  document.body.append(input);
  input.click();
}
