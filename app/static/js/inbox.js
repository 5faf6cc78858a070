// The bell: its panel is fetched when it is opened; the count is asked for while somebody looks, and only then.
import { $, fill, on } from "./lib.js";

const bell = $("[data-bell]");
const EVERY = 15_000;
const LONGEST = 300_000;
let known = bell?.dataset.count;
let wait = EVERY;
let timer = 0;

function show({ unread, text }) {
  if (unread > Number(known)) $("[data-bell-news]").textContent = fill(bell.dataset.text, { n: text });
  known = String(unread);
  bell.setAttribute("aria-label", fill(bell.dataset.text, { n: text }));
  $("b", bell)?.remove();
  if (unread) bell.append(Object.assign(document.createElement("b"), { textContent: text }));
}

async function ask() {
  const answer = await fetch(`${bell.dataset.stampUrl}?known=${known}`, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
  if (answer?.status === 401) return; // signed out: this page asks no more
  wait = answer?.ok ? EVERY : Math.min(wait * 2, LONGEST);
  if (answer?.status === 200) show(await answer.json());
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(ask, wait);
}

async function fetchPanel() {
  const panel = $("[data-bell-panel]");
  const answer = await fetch(bell.dataset.panelUrl, { headers: { Accept: "text/html" }, redirect: "manual" }).catch(() => null);
  if (!answer?.ok) { panel.textContent = bell.dataset.failed; return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  panel.replaceChildren(...page.body.childNodes);
  $("a, button", panel)?.focus();
}

if (bell) {
  on("click", "[data-bell]", () => { if (bell.getAttribute("aria-expanded") === "true") fetchPanel(); });
  document.addEventListener("visibilitychange", plan);
  plan();
}
