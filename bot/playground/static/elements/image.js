import { imageUrl, picture } from "../blocks/basic.js";

export function imageElement(element) {
  return picture(imageUrl(element), element.alt_text, "thumbnail");
}
