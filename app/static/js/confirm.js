// One question before a dangerous POST. Nothing is remembered between two questions: what was
// cancelled cannot be carried out by the next "yes".
import { $ } from "./lib.js";

const dialog = $("[data-confirm-dialog]");
const passed = new WeakSet(); // submit events let through are told apart by their form, once

function ask({ confirm, confirmLabel, danger }) {
  const yes = $("[data-confirm-yes]", dialog);
  $("[data-confirm-text]", dialog).textContent = confirm;
  yes.textContent = confirmLabel || yes.dataset.label;
  yes.classList.toggle("btn-danger", danger !== undefined);
  yes.classList.toggle("btn-primary", danger === undefined);
  dialog.showModal();
  $("[data-confirm-no]", dialog).focus();
  return new Promise((resolve) => {
    const answer = new AbortController();
    const settle = (value) => { answer.abort(); if (dialog.open) dialog.close(); resolve(value); };
    yes.addEventListener("click", () => settle(true), { signal: answer.signal });
    $("[data-confirm-no]", dialog).addEventListener("click", () => settle(false), { signal: answer.signal });
    // told late, when the next question may stand already: then it is not this one's
    dialog.addEventListener("close", () => dialog.open || settle(false), { signal: answer.signal });
  });
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (passed.delete(form)) return;
  const button = event.submitter;
  const question = button?.dataset.confirm ? button.dataset : form.dataset;
  if (!question.confirm) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await ask({ ...question }))) return;
  passed.add(form);
  form.requestSubmit(button?.isConnected ? button : undefined);
  passed.delete(form);
}, true);

// A second press on a button that is already saving does nothing.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "get") return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  setTimeout(() => delete event.target.dataset.sent, 4000);
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
