// One file on its way in: its size is checked before it is sent, how far it is is told, a refusal leaves the form as it is.
import { $, fill } from "./lib.js";
import { note, refused } from "./notes.js";
import { droppable, send } from "./sending.js";

const form = $("[data-upload-one]");
const input = form && $('[type="file"]', form);
let shown = null; // the note of the last refusal

const tell = (text) => { $("[data-upload-state]", form).textContent = text; };
const at = (share) => {
  const { name } = input.files[0];
  $("[data-upload-bar]", form).value = share;
  tell(fill(share < 1 ? form.dataset.sending : form.dataset.reading, { name, percent: Math.floor(share * 100) }));
};

function busy(is) {
  $("[type=submit]", form).disabled = is;
  $("[data-upload-bar]", form).hidden = !is;
  if (!is) tell("");
}

function chosen() {
  shown?.remove();
  const [file] = input.files;
  tell(file ? fill(form.dataset.chosen, file) : "");
  if (file && file.size > Number(form.dataset.limit)) {
    shown = note({ title: fill(form.dataset.tooLarge, file) });
    input.value = "";
    tell("");
  }
}

async function upload() {
  busy(true);
  const call = await send(form.action, new FormData(form), at, "text/html");
  if (call?.status === 200) { location.assign(call.responseURL); return; }
  busy(false);
  const page = call && new DOMParser().parseFromString(call.responseText, "text/html");
  const why = page && $(".zk-errors h2", page)?.textContent.trim();
  shown = why ? note({ title: why }) : await refused(call);
}

if (form) {
  form.classList.add("is-ready");
  input.addEventListener("change", chosen);
  droppable($(".zk-drop-area", form), (files) => { input.files = files; chosen(); });
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    delete form.dataset.sent;
    shown?.remove();
    upload();
  });
}
