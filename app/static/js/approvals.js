// Approvals: one tick for all that wait on this page.
import { $$, on } from "./lib.js";

const boxes = (form) => $$(`input[form="${form}"][name="ids"]`);
on("change", "[data-tick-all]", (head) => { for (const box of boxes(head.dataset.tickAll)) box.checked = head.checked; });
on("change", 'input[form][name="ids"]', (box) => {
  const all = boxes(box.getAttribute("form"));
  for (const head of $$(`[data-tick-all="${box.getAttribute("form")}"]`)) head.checked = all.every((one) => one.checked);
});
