// The rights of a role: what is changed and not saved yet, in words; finding a screen; only what was granted or differs.
import { $, $$, fill } from "./lib.js";

const form = $("[data-rights]");

const isTicked = (box) => box.checked !== box.defaultChecked;
const first = (select) => [...select.options].find((option) => option.defaultSelected) ?? select.options[0];
const isMoved = (select) => first(select) !== select.selectedOptions[0];

function words(tag, text) {
  const piece = document.createElement(tag);
  piece.textContent = text;
  return piece;
}

function change(one) {
  if (one.type === "checkbox") return [one.checked ? words("ins", `＋ ${one.dataset.words}`) : words("del", `− ${one.dataset.words}`)];
  return [document.createTextNode(`${one.dataset.words} `), words("del", first(one).text), document.createTextNode(" → "), words("ins", one.selectedOptions[0].text)];
}

function mark(one, changed) {
  const cell = one.closest("td.c") ?? one.closest(".zk-act");
  if (!cell) return;
  cell.classList.toggle(cell.matches("td") ? "is-changed" : "is-added", changed && one.checked);
  cell.classList.toggle("is-removed", changed && !one.checked);
}

function tell() {
  const bar = $("[data-rights-changes]");
  if (!bar) return;
  const boxes = $$("input[type=checkbox]", form), selects = $$("select", form);
  boxes.forEach((box) => mark(box, isTicked(box)));
  const changed = [...boxes.filter(isTicked), ...selects.filter(isMoved)];
  bar.replaceChildren(changed.length ? `${bar.dataset.label} ` : bar.dataset.empty, ...changed.flatMap((one) => [...change(one), " "]));
  const save = $("[data-rights-save]");
  save.dataset.plain ??= save.textContent;
  save.textContent = changed.length ? fill(save.dataset.text, { n: changed.length }) : save.dataset.plain;
  save.disabled = !changed.length;
  form.dataset.dirty = changed.length ? "1" : "";
}

function sift() {
  const wanted = $("[data-rights-find]").value.trim().toLowerCase();
  const show = $("[data-rights-show][aria-pressed=true]").dataset.rightsShow;
  const passes = { all: () => true, granted: (row) => row.dataset.granted, differing: (row) => row.dataset.differs, new: (row) => row.dataset.new };
  $$("[data-row]", form).forEach((row) => { row.hidden = !(passes[show](row) && row.dataset.find.toLowerCase().includes(wanted)); });
  $$("tbody", form).forEach((group) => { group.hidden = !$("[data-row]:not([hidden])", group); });
  $("[data-rights-none]", form).hidden = Boolean($("[data-row]:not([hidden])", form));
}

if (form) {
  let leaving = false;
  form.addEventListener("change", tell);
  form.addEventListener("submit", () => { leaving = true; });
  $("[data-rights-leave]")?.addEventListener("click", () => { leaving = true; });
  addEventListener("beforeunload", (event) => { if (!leaving && form.dataset.dirty) event.preventDefault(); });
  addEventListener("pageshow", () => { leaving = false; tell(); });
  $("[data-rights-find]").addEventListener("input", sift);
  $$("[data-rights-show]").forEach((button) => button.addEventListener("click", () => {
    $$("[data-rights-show]").forEach((one) => one.setAttribute("aria-pressed", String(one === button)));
    sift();
  }));
  tell();
}
