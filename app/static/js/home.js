// The dialog that arranges the cards: up and down by buttons, told to those who do not see it.
import { $, $$, fill, on } from "./lib.js";

const list = $("[data-sortable]");

function refresh() {
  const rows = $$("li", list);
  rows.forEach((row, place) => {
    $('[data-move="-1"]', row).disabled = place === 0;
    $('[data-move="1"]', row).disabled = place === rows.length - 1;
  });
}

on("click", "[data-sortable] [data-move]", (button) => {
  const row = button.closest("li");
  if (button.dataset.move === "1") row.nextElementSibling?.after(row); else row.previousElementSibling?.before(row);
  refresh();
  (button.disabled ? $("[data-move]:not(:disabled)", row) : button)?.focus();
  const rows = $$("li", list);
  $("[data-sortable-status]").textContent = fill(list.dataset.moved, { title: row.dataset.title, n: rows.indexOf(row) + 1, all: rows.length });
});
if (list) refresh();
