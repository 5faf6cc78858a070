// Forms: dirty marks, a warning before leaving, Ctrl+S, the draft that survives an expired session, the section menu.
import { $, $$, fill, on } from "./lib.js";

const form = $("[data-guard]");
const key = `zk-draft:${document.body.dataset.user}:${location.pathname}`;
const SKIPPED = ["csrf_token", "revision", "password"];
let sending = false;

const fields = () => [...form.elements].filter((one) => one.name && !SKIPPED.includes(one.name) && !["hidden", "password", "file", "submit", "button"].includes(one.type));
const read = (one) => (one.multiple ? JSON.stringify([...one.selectedOptions].map((option) => option.value)) : ["checkbox", "radio"].includes(one.type) ? String(one.checked) : one.value);
const slot = (one) => `${one.name}|${one.type === "radio" || one.type === "checkbox" ? one.value : ""}`;
const snapshot = () => Object.fromEntries(fields().map((one) => [slot(one), read(one)]));

const before = snapshot();
const isDirty = (one) => before[slot(one)] !== undefined && before[slot(one)] !== read(one);
const dirty = () => fields().filter(isDirty);

function mark() {
  $$("[data-field-box]", form).forEach((box) => box.classList.remove("is-dirty"));
  const changed = dirty();
  changed.forEach((one) => one.closest("[data-field-box]")?.classList.add("is-dirty"));
  const text = $("[data-dirty-text]", form);
  text.dataset.clean ??= text.textContent;
  text.textContent = changed.length ? fill(text.dataset.dirtyText, { n: changed.length }) : text.dataset.clean;
  text.classList.toggle("zk-strong", changed.length > 0);
}

function stored() {
  try { return JSON.parse(sessionStorage.getItem(key)); } catch { return null; }
}
function forget() {
  try { sessionStorage.removeItem(key); } catch { /* nothing kept */ }
}
function saveDraft(sent = false) {
  const changed = dirty();
  if (!changed.length) { forget(); return; }
  const texts = (one) => (one.options ? [...one.selectedOptions].map((option) => [option.value, option.text]) : null);
  const values = changed.map((one) => [slot(one), read(one), texts(one)]);
  try { sessionStorage.setItem(key, JSON.stringify({ values, sent })); } catch { return; }
  const note = $("[data-draft-text]", form);
  const time = new Date().toTimeString().slice(0, 5);
  note.textContent = fill(note.dataset.draftText, { time });
}

function write(one, value, texts) {
  if (one.tomselect) {
    (texts ?? []).forEach(([id, text]) => one.tomselect.addOption({ value: id, text }));
    one.tomselect.setValue(one.multiple ? JSON.parse(value) : value);
  } else if (one.multiple) [...one.options].forEach((option) => { option.selected = JSON.parse(value).includes(option.value); });
  else if (["checkbox", "radio"].includes(one.type)) one.checked = value === "true";
  else one.value = value;
}
function restore() {
  const byName = new Map(fields().map((one) => [slot(one), one]));
  for (const [name, value, texts] of stored()?.values ?? []) if (byName.has(name)) write(byName.get(name), value, texts);
  $("[data-draft]").hidden = true;
  mark();
  (dirty()[0]?.tomselect ?? dirty()[0])?.focus();
}

function refused() {
  forget();
  const summary = $("[data-focus-first]", form);
  summary?.focus();
}

function followSections() {
  const links = $$(".zk-form-nav a");
  if (!links.length || !window.IntersectionObserver) return;
  const seen = new IntersectionObserver((entries) => {
    const first = entries.find((one) => one.isIntersecting);
    if (first) links.forEach((link) => { if (link.hash === `#${first.target.id}`) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current"); });
  }, { rootMargin: "-10% 0px -70% 0px" });
  links.forEach((link) => { const part = document.getElementById(link.hash.slice(1)); if (part) seen.observe(part); });
}

// What belongs to companies or to persons alone is asked of them alone: the rest is neither shown nor sent.
function followKind() {
  const kind = form.elements.namedItem("kind");
  const show = () => $$("[data-only]", form).forEach((one) => {
    one.disabled = (one.dataset.only === "person") !== (kind.value === "person");
    one.closest("[data-field-box]").hidden = one.disabled;
  });
  if (kind?.options) { kind.addEventListener("change", show); show(); }
}

if (form) {
  let timer;
  const changed = () => { mark(); clearTimeout(timer); timer = setTimeout(saveDraft, 600, false); };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("zk:picked", changed);
  form.addEventListener("submit", () => { clearTimeout(timer); saveDraft(true); sending = true; setTimeout(() => { sending = false; }, 4000); });
  addEventListener("beforeunload", (event) => { if (!sending && dirty().length) event.preventDefault(); });
  if (form.dataset.refused !== undefined) refused();
  else if (stored()) $("[data-draft]").hidden = false;
  on("click", "[data-draft-restore]", restore);
  on("click", "[data-draft-drop]", () => { forget(); $("[data-draft]").hidden = true; fields()[0]?.focus(); });
  followSections();
  followKind();
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    form.requestSubmit($("[data-save]", form));
  });
}

// An error of the summary leads to its field, the searched choices included.
on("click", '.zk-errors a[href^="#"]', (link, event) => {
  const field = document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  field.scrollIntoView({ block: "center" });
  (field.tomselect ?? field).focus();
});
