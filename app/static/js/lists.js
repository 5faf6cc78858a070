// Lists: rows that open on a click or by keys, selection with the bulk bar, columns, page size.
import { $, $$, fill, isShortcut, on, ready } from "./lib.js";

on("click", "tr[data-href]", (row, event) => {
  if (event.target.closest("a, button, input, select, label, summary, .tick, .acts") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener"); else location.assign(row.dataset.href);
});
on("auxclick", "tr[data-href]", (row, event) => {
  if (event.button === 1 && !event.target.closest("a")) open(row.dataset.href, "_blank", "noopener");
});

let bar = null; // of the list that is shown; an empty list has nothing to select
let last = null;
const ticks = () => $$('.zk-table input[name="ids"]');
const scope = () => bar.querySelector('[name="scope"]');

function refresh() {
  if (!bar?.isConnected) return;
  const all = ticks();
  const count = all.filter((one) => one.checked).length;
  const everything = scope().value === "all" && count === all.length;
  if (!everything) scope().value = "selected";
  for (const one of all) one.closest("tr").classList.toggle("is-selected", one.checked);
  const head = $("[data-select-page]");
  head.checked = count > 0 && count === all.length;
  head.indeterminate = count > 0 && count < all.length;
  const text = $("[data-bulk-text]", bar);
  text.textContent = everything ? text.dataset.textAll : fill(text.dataset.text, { n: count });
  $("[data-bulk-all]", bar).hidden = everything || count < all.length;
  bar.hidden = count === 0;
  $("[data-toolbar]").hidden = count > 0;
}
function tick(checked) {
  for (const one of ticks()) one.checked = checked;
  refresh();
}

on("change", "[data-select-page]", (head) => tick(head.checked));
on("click", '.zk-table input[name="ids"]', (box, event) => {
  const all = ticks();
  if (event.shiftKey && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    all.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
  }
  last = box;
  refresh();
});
// What was pressed disappears; the focus goes on to what stands next, or back to where it began.
on("click", "[data-bulk-all]", () => { scope().value = "all"; refresh(); $("button[type=submit]", bar)?.focus(); });
on("click", "[data-bulk-clear]", () => { tick(false); $("[data-select-page]").focus(); });
on("click", "[data-more]", (button) => button.closest("tr").classList.add("is-whole"));
addEventListener("pageshow", refresh);
ready((part) => {
  if (!$("[data-toolbar]", part)) return;
  bar = $("[data-select-page]", part) && $("[data-bulk]", part);
  refresh();
});

/* ── rows by keys: J and K or the arrows walk, Enter opens, X ticks ── */
const rows = () => $$(".zk-table.is-cards tbody tr");
function walk(by) {
  const all = rows();
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
  (next && ($("a.zk-name", next) ?? $("a, button, input", next)))?.focus();
}
const here = () => rows().find((row) => row.contains(document.activeElement));
function turn(way) {
  const link = $(`.zk-pager a[rel=${way}]`);
  link?.click();
  return Boolean(link);
}
const KEYS = { j: () => walk(1), k: () => walk(-1), x: () => $('input[name="ids"]', here() ?? document.body)?.click(), n: () => turn("next"), p: () => turn("prev") };
document.addEventListener("keydown", (event) => {
  if (!isShortcut(event) || !rows().length) return;
  const isArrow = ["ArrowDown", "ArrowUp"].includes(event.key) && here() && !event.target.closest("[data-menu], .zk-pop");
  const act = isArrow ? () => walk(event.key === "ArrowDown" ? 1 : -1) : KEYS[event.key];
  if (act) { event.preventDefault(); act(); }
});

on("change", "[data-autosubmit]", (field) => field.form.requestSubmit());
on("click", "[data-columns] [data-up]", (button) => {
  const row = button.closest(".zk-column");
  if (row.previousElementSibling?.matches(".zk-column")) row.previousElementSibling.before(row);
  button.focus();
});
