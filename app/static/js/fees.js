// Fees: what is usual is filled in, the sum of what is ticked, and the fee beside the ledger.
import { $, $$, fill, on, ready } from "./lib.js";

/* ── entering: the usual amount and period of a product ── */
const filled = new Map(); // what was filled in, so that it may be filled in anew; what somebody typed stays

async function usual(field) {
  const form = field.form;
  const answer = await fetch(`${$("[data-usual]", form).dataset.usual}&product=${encodeURIComponent(field.value)}`).catch(() => null);
  const found = answer?.ok && !answer.redirected ? await answer.json().catch(() => ({})) : {};
  for (const name of ["amount", "period_from", "period_to"]) {
    const box = form.elements[name];
    if (!box || (box.value && box.value !== filled.get(name))) continue;
    box.value = found[name] ?? "";
    filled.set(name, box.value);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
on("change", 'form:has([data-usual]) select[name="product"]', (field) => { if (field.value) usual(field); });

/* ── the ledger: what the ticked rows come to ── */
const amount = (row) => Number((row.cells[column()]?.textContent ?? "").replace(/[^0-9.-]/g, "")) || 0;
const column = () => $("#zk-sort-amount")?.closest("th").cellIndex ?? -1;

function sum() {
  const box = $("[data-ticked-sum]");
  if (!box) return;
  const rows = $$('.zk-table input[name="ids"]:checked').map((one) => one.closest("tr"));
  box.hidden = rows.length === 0;
  const total = rows.reduce((before, row) => before + Math.round(amount(row) * 100), 0) / 100;
  const text = total.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  box.textContent = fill(box.dataset.tickedSum, { n: rows.length, sum: `¥${text}` });
}
on("click", '.zk-table input[name="ids"], [data-bulk-clear]', () => setTimeout(sum));
on("change", "[data-select-page]", () => setTimeout(sum));

/* ── the fee beside the ledger: a click on a row shows it there, on wide screens ── */
const pane = () => $("[data-pane]");
const isWide = () => matchMedia("(min-width: 1100px)").matches;

async function show(row) {
  const here = encodeURIComponent(location.pathname + location.search);
  const answer = await fetch(`${row.dataset.href}/pane?next=${here}`).catch(() => null);
  if (!answer?.ok || answer.redirected) return location.assign(row.dataset.href); // the page itself says what is the matter
  for (const one of $$("tr.is-shown")) one.classList.remove("is-shown");
  row.classList.add("is-shown");
  pane().replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  pane().hidden = false;
  pane().closest(".zk-split").classList.add("has-pane");
}
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-ledger] tr[data-href]");
  if (!row || !pane() || !isWide() || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("button, input, label, summary, .tick, .acts, a:not(.zk-name)") || String(getSelection())) return;
  event.preventDefault();
  event.stopPropagation();
  show(row);
}, true);
on("click", "[data-pane-close]", () => {
  pane().hidden = true;
  pane().closest(".zk-split").classList.remove("has-pane");
  $("tr.is-shown a.zk-name")?.focus();
});
ready(() => sum());
