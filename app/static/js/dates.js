// Fields for a day, input[data-day], or a moment: what was typed is read by the server when the field is left; a button opens a calendar.
import { $, $$, fill, on, ready } from "./lib.js";

const root = document.documentElement;
const shape = $("template[data-day-shape]");
const ISO = /^\d{4}-\d{2}-\d{2}(?= \d{2}:\d{2}$|$)/; // of a moment, input[data-day=moment], the day
const OPENING = "09:00";
const weekday = new Intl.DateTimeFormat(root.lang, { weekday: "short", timeZone: "UTC" });
const month = new Intl.DateTimeFormat(root.lang, { year: "numeric", month: "long", timeZone: "UTC" });
const changed = (field) => ["input", "change"].forEach((name) => field.dispatchEvent(new Event(name, { bubbles: true })));

function show(field, { problem = "", text = "" } = {}) {
  const box = field.closest(".zk-daybox");
  const time = Date.parse(ISO.exec(field.value)?.[0]);
  $("[data-day-weekday]", box).textContent = Number.isNaN(time) ? "" : weekday.format(time);
  const said = $("[data-day-said]", box);
  said.textContent = problem || text;
  said.classList.toggle("is-wrong", Boolean(problem));
  field.classList.toggle("is-invalid", Boolean(problem));
  if (problem) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
}

async function understand(field) {
  const typed = field.value.trim();
  if (!typed) return show(field);
  const address = new URL(shape.dataset.url, location.href);
  address.searchParams.set("text", typed);
  if (field.dataset.day === "moment") address.searchParams.set("kind", "moment");
  const answer = await fetch(address, { headers: { Accept: "application/json" }, redirect: "manual" }).then((one) => (one.ok ? one.json() : null), () => null);
  if (!answer || field.value.trim() !== typed) return undefined; // no answer: the form will say it; or it was typed on
  if (answer.value && answer.value !== field.value) {
    field.value = answer.value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return show(field, answer);
}

function name(calendar) {
  $("[data-day-month]", calendar.parentElement).textContent = month.format(Date.parse(calendar.focusedDate));
}

function make() {
  document.body.append($("template[data-calendar-shape]").content.cloneNode(true));
  const dialog = $("dialog[data-calendar]");
  const calendar = $("calendar-date", dialog);
  calendar.addEventListener("change", () => pick(calendar.value)); // does not bubble
  calendar.addEventListener("focusday", () => setTimeout(name, 0, calendar));
  return dialog;
}

function place(dialog, field) {
  const edge = field.getBoundingClientRect();
  const size = dialog.getBoundingClientRect();
  const isPhone = innerWidth < 600;
  const below = edge.bottom + 4 + size.height > innerHeight ? edge.top - size.height - 4 : edge.bottom + 4;
  dialog.style.left = isPhone ? "" : `${Math.max(8, Math.min(edge.left, innerWidth - size.width - 8))}px`;
  dialog.style.top = isPhone ? "" : `${Math.max(8, Math.min(below, innerHeight - size.height - 8))}px`;
}

let asking = null; // the field whose day is being chosen
async function open(field) {
  await import(`${root.dataset.vendor}cally.js`);
  const dialog = $("dialog[data-calendar]") ?? make();
  const calendar = $("calendar-date", dialog);
  asking = field;
  calendar.value = ISO.exec(field.value)?.[0] ?? "";
  calendar.focusedDate = calendar.value || calendar.today;
  name(calendar);
  dialog.showModal();
  await new Promise(requestAnimationFrame); // the calendar draws itself
  place(dialog, field);
  calendar.focus();
}

function pick(value) {
  const time = asking.dataset.day === "moment" && value ? ` ${asking.value.match(/\d{2}:\d{2}$/)?.[0] ?? OPENING}` : "";
  asking.value = value + time;
  $("dialog[data-calendar]").close();
  changed(asking);
  asking.focus();
}

/** Give a field its button and its words; return the box that now holds it. */
export function equip(field) {
  if (field.closest(".zk-daybox")) return field.closest(".zk-daybox");
  const box = shape.content.firstElementChild.cloneNode(true);
  const button = $("[data-day-open]", box);
  button.setAttribute("aria-label", fill(button.dataset.label, { field: field.getAttribute("aria-label") ?? field.labels?.[0]?.textContent ?? "" }));
  button.disabled = field.disabled;
  field.replaceWith(box);
  box.prepend(field);
  show(field);
  field.addEventListener("change", () => understand(field));
  field.addEventListener("keydown", (event) => { if (event.altKey && event.key === "ArrowDown") { event.preventDefault(); open(field); } });
  button.addEventListener("click", () => open(field));
  return box;
}

ready((part) => $$("input[data-day]", part).forEach(equip));
on("click", "[data-day-pick]", (button) => pick(button.dataset.dayPick));
on("click", "[data-day-year]", (button) => {
  const calendar = $("calendar-date", button.closest("dialog"));
  const [year, ...rest] = calendar.focusedDate.split("-");
  const there = [Number(year) + Number(button.dataset.dayYear), ...rest].join("-");
  calendar.focusedDate = there.endsWith("02-29") ? there.replace("02-29", "02-28") : there;
  name(calendar);
});
