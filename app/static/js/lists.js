// Lists: rows that open on a click, selection with the bulk bar, columns, page size.
import { $, $$, fill, on } from "./lib.js";

on("click", "tr[data-href]", (row, event) => {
  if (event.target.closest("a, button, input, select, label, summary, .tick, .acts") || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(row.dataset.href, "_blank", "noopener"); else location.assign(row.dataset.href);
});
on("auxclick", "tr[data-href]", (row, event) => {
  if (event.button === 1 && !event.target.closest("a")) open(row.dataset.href, "_blank", "noopener");
});

const bar = $("[data-select-page]") && $("[data-bulk]"); // an empty list has nothing to select
const ticks = () => $$('.zk-table input[name="ids"]');
let last = null;

function refresh() {
  const all = ticks();
  const count = all.filter((one) => one.checked).length;
  const everything = bar.querySelector('[name="scope"]').value === "all" && count === all.length;
  if (!everything) bar.querySelector('[name="scope"]').value = "selected";
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

if (bar) {
  on("change", "[data-select-page]", (head) => { ticks().forEach((one) => { one.checked = head.checked; }); refresh(); });
  on("click", '.zk-table input[name="ids"]', (tick, event) => {
    const all = ticks();
    if (event.shiftKey && last) {
      const [from, to] = [all.indexOf(last), all.indexOf(tick)].sort((a, b) => a - b);
      all.slice(from, to + 1).forEach((one) => { one.checked = tick.checked; });
    }
    last = tick;
    refresh();
  });
  on("click", "[data-bulk-all]", () => { bar.querySelector('[name="scope"]').value = "all"; refresh(); });
  on("click", "[data-bulk-clear]", () => { ticks().forEach((one) => { one.checked = false; }); refresh(); });
  addEventListener("pageshow", refresh);
}

on("change", "[data-autosubmit]", (field) => field.form.requestSubmit());
on("click", "[data-columns] [data-up]", (button) => {
  const row = button.closest(".zk-column");
  if (row.previousElementSibling?.matches(".zk-column")) row.previousElementSibling.before(row);
  button.focus();
});
