// Short notes that something went well. What went wrong stays on the page, never here.
import { $, on, ready } from "./lib.js";

const region = $("[data-toasts]");

export function toast(text, seconds = 6) {
  const shape = $("[data-toast-shape]");
  const note = shape ? shape.content.firstElementChild.cloneNode(true) : document.createElement("div");
  note.className = "zk-toast";
  (note.querySelector("span") ?? note).textContent = text;
  region.append(note);
  let timer = setTimeout(() => note.remove(), seconds * 1000);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => { timer = setTimeout(() => note.remove(), 2000); });
}

on("click", "[data-toast-close]", (button) => button.closest(".zk-toast").remove());
on("click", "[data-copy]", async (button, event) => {
  event.preventDefault();
  event.stopPropagation();
  try { await navigator.clipboard.writeText(button.dataset.copy); } catch { copyOldWay(button.dataset.copy); }
  toast(region.dataset.copied, 2);
});

// Without https the clipboard of the browser is closed to scripts; the old way still works.
function copyOldWay(text) {
  const box = document.createElement("textarea");
  box.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
}

ready((part) => part.querySelectorAll("template[data-toast]").forEach((one) => { toast(one.content.textContent.trim()); one.remove(); }));
