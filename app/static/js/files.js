// Files of a record: chosen or dropped, sent one after the other with progress; what is refused says why and stays.
import { $, fill } from "./lib.js";
import { droppable, send } from "./sending.js";

const form = $("[data-upload]");
const list = form && $("[data-upload-list]", form);
let queue = Promise.resolve();

function line(name) {
  const row = list.appendChild(document.createElement("li"));
  const [title, bar, state] = ["span", "progress", "span"].map((tag) => row.appendChild(document.createElement(tag)));
  [title.className, title.textContent, state.className, bar.max, bar.value] = ["nm", name, "st", 1, 0];
  const tell = (text, tone) => { $(".st", row).textContent = text; row.className = tone ? `is-${tone}` : ""; };
  tell(form.dataset.waiting);
  return { row, tell, at: (share) => { $("progress", row).value = share; } };
}

async function sent(file, shown) {
  const body = new FormData();
  body.append("csrf_token", $('[name="csrf_token"]', form).value);
  body.append("file", file);
  shown.tell(form.dataset.sending);
  const call = await send(form.action, body, shown.at);
  return call?.status === 201 ? null : said(call);
}

function said(call) {
  try { return JSON.parse(call.responseText).error.message; } catch { return form.dataset.lost; }
}

async function upload(file, shown) {
  const problem = file.size > Number(form.dataset.limit) ? fill(form.dataset.tooLarge, { name: file.name }) : await sent(file, shown);
  if (problem) { shown.tell(problem, "danger"); $("progress", shown.row).remove(); return; }
  shown.at(1);
  shown.tell(form.dataset.done, "success");
  await refresh();
  shown.row.remove();
}

// The list and the counts of the page, fetched anew; what is being typed elsewhere stays.
async function refresh() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
  for (const part of ["[data-files]", ".zk-tabs", "[data-files-count]"]) {
    const [old, fresh] = [$(part), $(part, page)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
}

function take(files) {
  for (const file of files) {
    const shown = line(file.name);
    queue = queue.then(() => upload(file, shown));
  }
}

if (form) {
  form.classList.add("is-ready");
  const input = $('[type="file"]', form);
  input.addEventListener("change", () => { take(input.files); input.value = ""; });
  droppable(form, take);
}
