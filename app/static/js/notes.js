// What went wrong is said at the head of the page and stays until it is closed: notes, and refused answers.
import { $, on } from "./lib.js";
import { link } from "./toasts.js";

const closed = new WeakMap();

function place() {
  const main = $("#main") ?? document.body;
  const found = $(".zk-flashes", main);
  if (found) return found;
  const made = Object.assign(document.createElement("div"), { className: "zk-flashes" });
  main.prepend(made);
  return made;
}

/** Show a note; onClose is called when the person closes it. */
export function note({ title, text = "", url, label, onClose }) {
  const made = $("[data-note-shape]").content.firstElementChild.cloneNode(true);
  $("strong", made).textContent = title;
  $("[data-note-text]", made).textContent = text;
  if (url) $("[data-note-text]", made).after(link({ label, url }));
  if (onClose) closed.set(made, onClose);
  place().append(made);
  return made;
}

/** Say what an answer (of fetch, or an XMLHttpRequest) has refused; none: the connection broke. What htmx swaps: swap.js. */
export async function refused(answer) {
  const said = answer && sentences(answer instanceof XMLHttpRequest ? answer.responseText : await answer.text().catch(() => ""));
  const known = $("[data-note-shape]").dataset;
  return note({ title: said?.title || known.lost, text: said?.text ?? known.again });
}

function sentences(body) {
  try {
    const { title, message } = JSON.parse(body).error;
    return { title, text: message };
  } catch {
    const page = new DOMParser().parseFromString(body, "text/html");
    return { title: $("h1", page)?.textContent, text: $("h1 + p", page)?.textContent };
  }
}

on("click", "[data-note-close]", (button) => {
  const made = button.closest(".zk-callout");
  closed.get(made)?.();
  made.remove();
  $("#main")?.focus();
});
// The page before, as the browser has kept it, with what was typed.
on("click", "[data-back]", (_link, event) => {
  if (history.length < 2 || !document.referrer.startsWith(location.origin)) return;
  event.preventDefault();
  history.back();
});
