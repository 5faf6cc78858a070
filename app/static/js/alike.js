// While a customer is typed: which others look the same, asked after a field is left; asking their owner for one.
import { $, on } from "./lib.js";

const box = $("[data-alike]");
const form = box?.closest("form");
const names = box?.dataset.fields.split(" ") ?? [];
const WAIT = 250; // milliseconds after a field is left
let timer = 0;
let request = null;
let last = "";

const typed = () => new URLSearchParams(names.map((name) => [name, form.elements[name]?.value.trim() ?? ""]).filter(([, value]) => value));

function show(html, beside) {
  box.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  const place = beside?.closest("[data-field-box]");
  if (!place || !box.childElementCount) return;
  box.classList.add("span");
  place.after(box); // where the person is looking
}

async function ask(field) {
  const words = String(typed());
  if (words === last) return;
  last = words;
  request?.abort();
  request = new AbortController();
  const { signal } = request;
  const joint = box.dataset.url.includes("?") ? "&" : "?";
  const answer = await fetch(`${box.dataset.url}${joint}${words}`, { signal }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : ""; // signed out: saving will say so
  if (!signal.aborted) show(html, field);
}

/** Send the question without leaving the form: what is typed stays. */
async function askFor(button, event) {
  event.preventDefault();
  button.disabled = true;
  const sent = new FormData($("#zk-post"));
  const answer = await fetch(button.dataset.ask, { method: "POST", body: sent, headers: { Accept: "application/json" } }).catch(() => null);
  const said = await answer?.json().catch(() => null);
  const note = document.createElement("span");
  note.className = "zk-text-2";
  note.textContent = said?.text ?? said?.error?.message ?? box.dataset.failed;
  button.replaceWith(note);
}

if (box) {
  if (form.dataset.refused === undefined || box.textContent.trim()) last = String(typed());
  else ask(null); // refused for another reason: what looks the same is told again
  form.addEventListener("change", ({ target }) => {
    if (!names.includes(target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT, target);
  });
  on("click", "[data-ask]", askFor);
}
