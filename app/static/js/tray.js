// Jobs that go on while somebody works elsewhere. The server knows the truth; this window remembers only which jobs
// it waits for, so that an end is told whatever page is open, and also if it came between two pages.
import { $, $$, fill, on } from "./lib.js";
import { close } from "./menus.js";
import { note } from "./notes.js";
import { link, toast } from "./toasts.js";

const box = $("[data-tray]");
const panel = $("[data-tray-panel]");
const shape = $("[data-tray-row]");
const KEY = `zk-jobs:${document.body.dataset.user}`;
const [FAST, SLOW, LONGEST] = [2000, 10_000, 60_000]; // milliseconds between two questions
const MOST_ENDED = 5;
let kept = { open: [], ended: [], failed: [] }; // ids; jobs as the server tells them
let jobs = [];
let [wait, timer, before] = [FAST, 0, ""];

function remember() {
  try {
    if (Object.values(kept).some((one) => one.length)) sessionStorage.setItem(KEY, JSON.stringify(kept));
    else sessionStorage.removeItem(KEY);
  } catch { /* private window */ }
}

async function ask() {
  const address = `${box.dataset.mineUrl}?known=${kept.open.join(".")}`;
  const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
  if (answer?.status === 401 || answer?.status === 403) return; // signed out: this page asks no more
  if (answer?.ok) take(await answer.json());
  else wait = Math.min(wait * 2, LONGEST);
  plan();
}

function take(told) {
  jobs = told.jobs.filter((job) => !job.is_ended);
  told.jobs.filter((job) => job.is_ended).forEach(end);
  kept.open = jobs.map((job) => job.id);
  kept.failed = kept.failed.filter((job) => !kept.open.includes(job.id)); // tried again
  const now = JSON.stringify(jobs);
  wait = now === before ? Math.min(wait * 1.5, SLOW) : FAST;
  before = now;
  remember();
  draw();
}

function end(job) {
  follow(job);
  const isHere = location.pathname === job.url;
  if (job.state === "failed") {
    kept.failed = [...kept.failed.filter((one) => one.id !== job.id), job];
    if (!isHere) complain(job);
    return;
  }
  kept.ended = [job, ...kept.ended.filter((one) => one.id !== job.id)].slice(0, MOST_ENDED);
  if (job.state === "done" && !isHere) toast([fill(box.dataset.done, job), job.came_out].filter(Boolean).join(" · "), 15, offers(job));
}

function complain(job) {
  const onClose = () => { kept.failed = kept.failed.filter((one) => one.id !== job.id); remember(); };
  note({ title: fill(box.dataset.broke, job), text: job.problem ?? "", url: job.url, label: box.dataset.open, onClose });
}

const offers = (job) => [
  ...(job.file ? [{ label: fill(box.dataset.fetch, job.file), url: job.file.url, download: job.file.name }] : []),
  ...(job.result_url ? [{ label: box.dataset.result, url: job.result_url }] : []),
];

// ── drawing ──

function bar(found, job) {
  if (job.percent === null) found.removeAttribute("value"); else found.value = job.percent;
}

// What the page itself shows of the job: a line of the first page.
function follow(job) {
  const line = $(`[data-follow="${job.id}"]`);
  const chip = $(`[data-follow-chip="${job.id}"] .zk-chip`);
  if (!line || !chip) return;
  bar($("[data-follow-bar]", line), job);
  $("[data-follow-text]", line).textContent = job.text;
  [chip.textContent, chip.dataset.color] = [job.label, job.color];
  line.hidden = job.is_ended;
}

// A row stays the same element as long as its job is shown: whoever is about to press in it does not miss.
function row(job) {
  const made = $(`#zk-job-${job.id}`, panel) ?? shape.content.firstElementChild.cloneNode(true);
  const [name, chip, text, progress, stop] = ["a", ".zk-chip", "[data-text]", "progress", "[data-stop]"].map((one) => $(one, made));
  [made.id, name.textContent, name.href] = [`zk-job-${job.id}`, job.title, job.url];
  [chip.textContent, chip.dataset.color] = [job.label, job.color];
  text.textContent = job.came_out || job.text;
  progress.setAttribute("aria-label", job.title);
  bar(progress, job);
  progress.hidden = job.is_ended;
  stop.hidden = !job.cancel_url;
  if (job.cancel_url) stop.setAttribute("formaction", job.cancel_url);
  $("[data-offers]", made).replaceChildren(...offers(job).map(link));
  return made;
}

function fillPanel() {
  const list = $("[data-tray-list]", panel);
  const wanted = [...jobs, ...kept.ended].map(row);
  for (const old of $$("li", list)) if (!wanted.includes(old)) old.remove();
  wanted.forEach((one, at) => { if (list.children[at] !== one) list.insertBefore(one, list.children[at] ?? null); });
  $("[data-tray-clear]", panel).hidden = !kept.ended.length;
}

function draw() {
  jobs.forEach(follow);
  if (before) $("[data-card=jobs] .n")?.replaceChildren(jobs.length || "");
  const [button, count] = [$("button", box), before ? jobs.length : kept.open.length];
  box.hidden = !count && !kept.ended.length;
  button.classList.toggle("is-busy", count > 0);
  button.setAttribute("aria-label", fill(box.dataset.text, { n: count }));
  $("b", button).textContent = count || "";
  fillPanel();
}

function plan() {
  clearTimeout(timer);
  if (kept.open.length && !document.hidden) timer = setTimeout(ask, wait);
}

function begin() {
  try { kept = { ...kept, ...JSON.parse(sessionStorage.getItem(KEY)) }; } catch { /* nothing kept */ }
  kept.open = [...new Set([...kept.open, ...box.dataset.keys.split(" ").filter(Boolean).map(Number)])];
  kept.failed.forEach(complain);
  remember();
  draw();
  if (kept.open.length && !document.hidden) ask();
}

if (box) {
  on("click", "[data-tray-clear]", () => { close(); kept.ended = []; remember(); draw(); $("#main").focus(); });
  document.addEventListener("visibilitychange", () => { wait = FAST; if (document.hidden) clearTimeout(timer); else if (kept.open.length) ask(); });
  document.addEventListener("htmx:afterSettle", () => { if (!$("#main [data-note-close]")) kept.failed.forEach(complain); }); // a new sheet
  begin();
}
