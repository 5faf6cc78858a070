// Short notes that something went well. What went wrong stays on the page, never here (notes.js).
import { $, $$, on, ready } from "./lib.js";

const region = $("[data-toasts]");
const MOST = 4; // one above the other

// Goes by itself, but not while somebody points at it, has the focus in it, or looks at another window.
function live(note, seconds) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  const start = (left) => { stop(); timer = setTimeout(() => (document.hidden || note.matches(":hover, :focus-within") ? start(2) : note.remove()), left * 1000); };
  for (const type of ["pointerenter", "focusin"]) note.addEventListener(type, stop);
  for (const type of ["pointerleave", "focusout"]) note.addEventListener(type, () => start(3));
  start(seconds);
}

/** actions: [{ label, url, download }] */
export function toast(text, seconds = 6, actions = []) {
  const shape = $("[data-toast-shape]");
  const note = shape ? shape.content.firstElementChild.cloneNode(true) : document.createElement("div");
  note.className = "zk-toast";
  ($("span", note) ?? note).textContent = text;
  for (const one of actions) $("button", note).before(link(one));
  region.append(note);
  for (const old of $$(".zk-toast", region).slice(0, -MOST)) old.remove();
  live(note, seconds);
}

export function link({ label, url, download }) {
  const made = Object.assign(document.createElement("a"), { className: "btn btn-sm", href: url, textContent: label });
  if (download) made.download = download;
  return made;
}

on("click", "[data-toast-close]", (button) => button.closest(".zk-toast").remove());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement.closest?.(".zk-toast")?.remove();
});
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
