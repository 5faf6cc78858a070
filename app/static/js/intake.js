// Taking a ticket in: who calls, where it goes and what was solved before is answered while somebody types.
import { $, $$, on } from "./lib.js";

const box = $("[data-intake]");
const form = box?.closest("form");
const WAIT = 250; // milliseconds after a key
const timers = new Map();
const requests = new Map();

/** Put what an address answers into a place; signed out or refused, the place stays as it is. */
async function put(id, url) {
  requests.get(id)?.abort();
  const asked = new AbortController();
  requests.set(id, asked);
  const answer = await fetch(url, { signal: asked.signal }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text().catch(() => null) : null;
  if (html === null || asked.signal.aborted) return;
  $(`#${id}`).replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
}

function soon(id, url) {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => put(id, url()), WAIT));
}

const query = (...names) => new URLSearchParams(names.map((name) => [name, form.elements[name]?.value ?? ""]));
const first = () => $('input[name="customer"]', box);

function choose(radio) {
  radio.checked = true;
  put("zk-caller", box.dataset.caller.replace(/0$/, radio.value));
}

/** From the search box on to those found: by Enter or the arrow down. */
function goOn(event) {
  if (!["Enter", "ArrowDown"].includes(event.key) || event.isComposing) return;
  event.preventDefault();
  const radio = first();
  if (!radio) return;
  radio.focus();
  choose(radio);
}

if (box) {
  $('[name="look"]', box).hidden = true;
  const who = $("#who", box);
  who.addEventListener("input", () => {
    $("#zk-caller").replaceChildren();
    soon("zk-found", () => `${box.dataset.lookup}?${query("who")}`);
  });
  who.addEventListener("keydown", goOn);
  on("change", '[data-intake] input[name="customer"]', choose);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches('#new_name, #new_phone, [name="customer"]')) event.preventDefault();
  });
  for (const name of ["type", "category"]) {
    $$(`[name="${name}"]`, form).forEach((one) => one.addEventListener("change", () => soon("zk-route", () => `${box.dataset.route}?${query("type", "category")}`)));
  }
  form.elements.description?.addEventListener("input", () => soon("zk-similar", () => {
    const [line] = form.elements.description.value.split("\n");
    return `${box.dataset.similar}?${new URLSearchParams({ description: line.slice(0, 200) })}`;
  }));
}
