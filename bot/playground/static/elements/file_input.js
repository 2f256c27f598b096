// file_input: files go up at once, the form carries what Slack carries, the file objects.

import * as actions from "../actions.js";
import { h, iconButton } from "../dom.js";
import { failed } from "../toast.js";
import { naming } from "./index.js";

export function fileInput(element, block, ctx, names) {
  const most = element.max_files ?? 10;
  const files = ctx.read(block, element)?.files ?? [];
  ctx.write(block, element, { type: element.type, files });
  const shown = h("ul", { class: "picked-files" });
  const accept = element.filetypes?.map((type) => `.${type}`).join(",");
  const picker = h("input", { type: "file", multiple: most > 1, accept, ...naming(element, names) });

  const change = (next) => {
    files.splice(0, files.length, ...next);
    draw();
    return ctx.changed(block, element, { type: element.type, files: [...files] });
  };
  const draw = () => shown.replaceChildren(...files.map((file) => h("li", h("span", file.name ?? file.id),
    iconButton("close", `Remove ${file.name ?? file.id}`, () => change(files.filter((other) => other !== file))))));

  picker.addEventListener("change", async () => {
    const chosen = [...picker.files].slice(0, most - files.length);
    picker.setAttribute("aria-busy", "true");
    try {
      const answer = await actions.upload(chosen);
      await change([...files, ...(answer.files ?? [answer.file ?? answer])]);
    } catch (error) {
      failed(error);
    } finally {
      picker.removeAttribute("aria-busy");
      picker.value = "";
    }
  });
  draw();
  return h("div", { class: "file-input" }, picker, shown);
}
