// A masked value shown in full, in place: the server notes it in the log. Without this script the page comes again with it.
import { $, $$, on } from "./lib.js";
import { close } from "./menus.js";

on("click", "button[data-reveal]", async (button, event) => {
  event.preventDefault();
  if (button.disabled) return;
  button.disabled = true;
  const said = await ask(button.formAction);
  button.disabled = false;
  if (said.parts) show(button, said); else refuse(button, said.error?.message);
});

async function ask(url) {
  const token = $('#zk-post [name="csrf_token"]').value;
  try {
    const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token, Accept: "application/json" } });
    return await answer.json();
  } catch { return {}; }
}

function show(button, said) {
  const place = button.dataset.reveal, masks = masksOf(button);
  const near = nearest(masks, button);
  masks.forEach((mask) => {
    mask.textContent = said.parts[mask.dataset.part] ?? said.text;
    mask.classList.remove("is-masked");
  });
  $$("button[data-reveal]").filter((one) => one.dataset.reveal === place).forEach((one) => one.remove());
  close();
  if (near) { near.tabIndex = -1; near.focus(); }
}

const masksOf = (button) => $$("[data-masked]").filter((mask) => mask.dataset.masked === button.dataset.reveal);

/** The mask that the person sees beside the button. */
function nearest(masks, button) {
  const seen = masks.filter((mask) => mask.offsetParent);
  const row = button.closest("tr, li, dd");
  return seen.find((mask) => row?.contains(mask)) ?? seen[0];
}

function refuse(button, sentence) {
  const note = document.createElement("span");
  note.className = "zk-reveal-no";
  note.setAttribute("role", "alert");
  note.textContent = sentence ?? $("[data-toasts]").dataset.failed;
  const box = nearest(masksOf(button), button)?.parentElement ?? button.parentElement;
  close(true);
  $(".zk-reveal-no", box)?.remove();
  box.append(note);
}
