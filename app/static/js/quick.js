// Quick search: suggestions while somebody types, as a combobox with a list of options (WAI-ARIA 1.2).
import { $, $$ } from "./lib.js";

const box = $("[data-quick-search][data-suggest-url]");
const list = $("#zk-suggest");
const status = $("[data-suggest-status]");
const WAIT = 160; // milliseconds after the last key
let timer = 0;
let request = null;

const options = () => $$('[role="option"]', list);
const active = () => $('[aria-selected="true"]', list);

const busy = (is) => box.form.toggleAttribute("data-asking", is);

function close() {
  busy(false);
  clearTimeout(timer);
  request?.abort();
  list.hidden = true;
  box.setAttribute("aria-expanded", "false");
  box.removeAttribute("aria-activedescendant");
}

function choose(option) {
  active()?.setAttribute("aria-selected", "false");
  if (!option) { box.removeAttribute("aria-activedescendant"); return; }
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  box.setAttribute("aria-activedescendant", option.id);
}

function step(by) {
  const all = options();
  const at = all.indexOf(active()) + by;
  choose(at < 0 ? (by < 0 && !active() ? all.at(-1) : null) : all[at]); // beyond either end: the box itself
}

function show(html) {
  list.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  list.hidden = !list.textContent.trim();
  const isList = options().length > 0; // that nothing was found is no list: one must have options
  list.setAttribute("role", isList ? "listbox" : "group");
  box.setAttribute("aria-expanded", String(isList));
  box.removeAttribute("aria-activedescendant");
  status.textContent = $("[data-status]", list)?.dataset.status ?? "";
}

async function ask() {
  const words = box.value.trim();
  request?.abort();
  if (!words) { close(); return; }
  request = new AbortController();
  const { signal } = request;
  const answer = await fetch(`${box.dataset.suggestUrl}?${new URLSearchParams({ q: words })}`, { signal }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => "") : ""; // signed out: the page will say so
  if (signal.aborted) return; // somebody types on
  busy(false);
  if (document.activeElement === box) show(html);
}

function soon() {
  busy(Boolean(box.value.trim()));
  clearTimeout(timer);
  timer = setTimeout(ask, WAIT);
}

function press(event) {
  if (event.isComposing) return;
  const isOpen = !list.hidden;
  if (event.key === "ArrowDown" && !isOpen) { event.preventDefault(); ask(); }
  else if (event.key === "ArrowDown" || (event.key === "ArrowUp" && isOpen)) { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); }
  else if (event.key === "Escape" && isOpen) { event.preventDefault(); event.stopPropagation(); close(); }
  else if (event.key === "Enter" && isOpen && active()) { event.preventDefault(); active().click(); }
}

if (box) {
  box.addEventListener("input", (event) => { if (!event.isComposing) soon(); });
  box.addEventListener("compositionend", soon);
  box.addEventListener("keydown", press);
  box.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus until the click is done
}
