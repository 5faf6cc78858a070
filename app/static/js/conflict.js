// Two versions of one record: counts the choices, paints the chosen cell, all theirs or all mine.
import { $, $$, fill, on } from "./lib.js";

const form = $("[data-conflict]");
const count = $("[data-picked]");
const rows = () => $$("tr", form).filter((row) => $("input[type=radio]", row));

function refresh() {
  for (const cell of $$("td", form).filter((one) => $("input[type=radio]", one))) cell.classList.toggle("is-picked", $("input", cell).checked);
  const done = rows().filter((row) => $("input:checked", row)).length;
  if (count) count.textContent = fill(count.dataset.text, { n: done, all: rows().length });
}
form.addEventListener("change", refresh);
on("click", "[data-pick-all]", (button) => {
  const side = button.dataset.pickAll === "theirs" ? 0 : 1;
  for (const row of rows()) $$("input[type=radio]", row)[side].checked = true;
  refresh();
});
refresh();
