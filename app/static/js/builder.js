// The condition builder. State is the filter itself: {all: [{field, op, value}, {any: […]}]}; every change draws it anew
// where needed, reads it back as a sentence, and "apply" sends it as the query parameter `filter`.
import { $, $$, hasDialog, on, ready } from "./lib.js";
import { equip } from "./dates.js";
import { enhance } from "./fields.js";
import { go } from "./swap.js";

const gap = document.documentElement.lang.startsWith("zh") ? "" : " ";
let box, main, filter, labels, texts, root; // of the list that is shown
let fields = [], byName = new Map(), asked = null; // what it can be filtered by, fetched when somebody is about to

/** Fetch what can be asked; resolves at once if it is known. */
function learn() {
  asked ??= fetch(box.dataset.fieldsUrl, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    .then((found) => { fields = found; byName = new Map(found.map((one) => [one.name, one])); })
    .catch(() => { asked = null; throw new Error(texts.failed); });
  return asked;
}

const parse = (text) => { try { return typeof text === "string" ? JSON.parse(text || "{}") : text; } catch { return {}; } };
const start = () => { const given = parse(filter); return given.all || given.any ? structuredClone(given) : { all: [] }; };
const joinOf = (group) => (group.any ? "any" : "all");
const children = (group) => group[joinOf(group)];
const isGroup = (node) => Boolean(node.all || node.any);
const operatorOf = (cond) => byName.get(cond.field)?.operators.find((one) => one.code === cond.op);

function fresh() {
  const field = fields[0];
  return { field: field.name, op: field.operators[0].code, value: null };
}
const clone = (name) => $(`template[data-builder-${name}]`, box).content.firstElementChild.cloneNode(true);
function option(value, text, selected = false) { return new Option(text, value, selected, selected); }

/* ── what one types the value into ── */
const TYPES = { number: "number", money: "number", integer: "number", decimal: "number", date: "day", moment: "day" };

// as base/normal/numbers.py reads them, but for the powers of ten of spreadsheets, which nobody types
const READABLE = { number: /^[+-]?(\d{1,3}(,\d{3})+\.?\d*|\d+\.?\d*|\.\d+)$/, days: /^0*[1-9]\d*$/ };

function input(cond, read, write, label, type) {
  const field = document.createElement("input");
  field.className = "form-control";
  field.type = "text";
  field.setAttribute("aria-label", label);
  field.value = read() ?? "";
  field.addEventListener("input", () => { write(field.value); readBack(); });
  if (type === "day") return equip(field);
  return type in READABLE ? counted(field, type) : field;
}

/** A number, as text: no wheel changes it, commas may stand in it, and what is none is said below it. */
function counted(field, type) {
  const box = document.createElement("span");
  const said = document.createElement("span");
  box.className = "zk-numbox";
  said.className = "said is-wrong";
  said.setAttribute("role", "status");
  field.inputMode = type === "days" ? "numeric" : "decimal";
  field.autocomplete = "off";
  const check = () => {
    const typed = field.value.normalize("NFKC").replace(/^\s*¥|\u5143\s*$|\s/g, "").replace("−", "-");
    const isWrong = typed !== "" && !READABLE[type].test(typed);
    said.textContent = isWrong ? texts[`not_${type}`] : "";
    field.classList.toggle("is-invalid", isWrong);
    field.setAttribute("aria-invalid", String(isWrong));
  };
  field.addEventListener("change", check);
  field.addEventListener("input", () => { if (field.ariaInvalid === "true") check(); });
  box.append(field, said);
  check();
  return box;
}

function remember(field, options) {
  labels[field.name] = { ...labels[field.name], ...Object.fromEntries(options.map((one) => [one.value, one.text])) };
}

function choose(cond, field, many) {
  const select = document.createElement("select");
  select.className = "form-select";
  select.multiple = many;
  select.setAttribute("aria-label", texts.value);
  select.dataset.placeholder = texts.search;
  if (field.choices_url) select.dataset.searchUrl = field.choices_url; else select.dataset.search = "";
  const now = [cond.value ?? []].flat().map(String);
  const known = (field.choices ?? now.map((value) => ({ value, label: labels[field.name]?.[value] ?? value })));
  if (!many) select.append(option("", ""));
  for (const one of known) {
    const made = option(one.value, one.label, now.includes(String(one.value)));
    if (one.color) made.dataset.color = one.color;
    select.append(made);
  }
  select.addEventListener("zk:picked", () => {
    const picked = [...select.selectedOptions].filter((one) => one.value);
    remember(field, picked.map((one) => ({ value: one.value, text: one.text })));
    cond.value = many ? picked.map((one) => one.value) : (picked[0]?.value ?? null);
    readBack();
  });
  return select;
}

function yesNo(cond) {
  const select = document.createElement("select");
  select.className = "form-select";
  select.setAttribute("aria-label", texts.value);
  cond.value ??= true;
  select.append(option("true", texts.yes, String(cond.value) === "true"), option("false", texts.no, String(cond.value) === "false"));
  select.addEventListener("change", () => { cond.value = select.value === "true"; readBack(); });
  return select;
}

function word(text) {
  const span = document.createElement("span");
  span.className = "zk-13 zk-nowrap";
  span.textContent = text;
  return span;
}

function pair(cond, type) {
  if (!Array.isArray(cond.value)) cond.value = ["", ""];
  const part = (at, label) => input(cond, () => cond.value[at], (value) => { cond.value[at] = value; }, label, type);
  return [part(0, texts.from), word(texts.to), part(1, texts.to)];
}

function days(cond) {
  const field = input(cond, () => cond.value, (value) => { cond.value = value.normalize("NFKC").trim() || null; }, texts.days, "days");
  field.classList.add("days");
  return [field, word(texts.days)];
}

function editors(cond) {
  const field = byName.get(cond.field);
  const arity = operatorOf(cond)?.arity ?? 1;
  const type = TYPES[field.kind] ?? "text";
  if (arity === 0) return [];
  if (arity === "days") return days(cond);
  if (arity === 2) return pair(cond, type);
  if (field.choices || field.choices_url) return [choose(cond, field, arity === "many")];
  if (["bool", "boolean"].includes(field.kind)) return [yesNo(cond)];
  const read = () => (Array.isArray(cond.value) ? cond.value.join(", ") : cond.value);
  const write = (value) => { cond.value = arity === "many" ? value.split(/[,，、;；\n]+/).map((one) => one.trim()).filter(Boolean) : value; };
  return [input(cond, read, write, texts.value, arity === "many" ? "text" : type)];
}

/* ── drawing ── */
const drawn = new Map(); // of each condition and group the part that shows it
function remove(node, group) {
  const at = children(group).indexOf(node);
  children(group).splice(at, 1);
  const next = children(group)[at] ?? children(group)[at - 1];
  if (next) draw(next, "select"); else draw(group, "[data-add]");
}

function drawCond(cond, group) {
  const row = clone("cond");
  drawn.set(cond, row);
  const [name, op, value] = ["field", "op", "val"].map((one) => $(`[data-${one}]`, row));
  name.append(...fields.map((one) => option(one.name, one.label, one.name === cond.field)));
  op.append(...(byName.get(cond.field)?.operators ?? []).map((one) => option(one.code, one.label, one.code === cond.op)));
  value.append(...editors(cond));
  row.classList.toggle("is-not", Boolean(operatorOf(cond)?.negated));
  name.addEventListener("change", () => {
    Object.assign(cond, { field: name.value, op: byName.get(name.value).operators[0].code, value: null });
    redraw(row, cond, group);
  });
  op.addEventListener("change", () => {
    const was = operatorOf(cond)?.arity;
    cond.op = op.value;
    if (operatorOf(cond)?.arity !== was) cond.value = null;
    redraw(row, cond, group);
  });
  $("[data-drop]", row).addEventListener("click", () => remove(cond, group));
  $$("select[data-search], select[data-search-url]", value).forEach(enhance);
  return row;
}

function redraw(row, cond, group) {
  const next = drawCond(cond, group);
  const focused = document.activeElement?.matches("[data-op]") ? "[data-op]" : "[data-field]";
  row.replaceWith(next);
  $(focused, next).focus();
  $$("select[data-search], select[data-search-url]", next).forEach(enhance);
  readBack();
}

function drawGroup(group, parent) {
  const part = clone("group");
  drawn.set(group, part);
  const join = $("[data-join]", part);
  const adds = $(".zk-cond-add", part);
  part.classList.toggle("is-or", joinOf(group) === "any");
  part.classList.toggle("is-empty", children(group).length === 0);
  join.textContent = group.any ? texts.or : texts.and;
  join.setAttribute("aria-label", group.any ? texts.any : texts.all);
  join.addEventListener("click", () => {
    const [from, to] = group.any ? ["any", "all"] : ["all", "any"];
    group[to] = group[from];
    delete group[from];
    draw(group, "[data-join]");
  });
  for (const node of children(group)) adds.before(isGroup(node) ? drawGroup(node, group) : drawCond(node, group));
  const add = (node) => { children(group).push(node); draw(node, "select"); };
  $("[data-add]", adds).addEventListener("click", () => add(fresh()));
  const nest = $("[data-add-group]", adds);
  const drop = $("[data-drop-group]", adds);
  if (parent) nest.remove(); else drop.remove();
  nest.addEventListener("click", () => add(group.any ? { all: [fresh(), fresh()] } : { any: [fresh(), fresh()] }));
  drop.addEventListener("click", () => remove(group, parent));
  return part;
}

/** Draw all of it anew, and give the focus to a part of one node: what was pressed is gone. */
function draw(node = null, selector = "") {
  drawn.clear();
  main.replaceChildren(drawGroup(root, null));
  if (node) $(selector, drawn.get(node))?.focus();
  $$("select[data-search], select[data-search-url]", main).forEach(enhance);
  readBack();
}

/* ── the sentence ── */
function mark(tag, text, name) {
  const part = document.createElement(tag);
  part.textContent = text;
  if (name) part.className = name;
  return part;
}
const show = (cond, value) => {
  const field = byName.get(cond.field);
  const choice = field.choices?.find((one) => String(one.value) === String(value));
  return choice?.label ?? labels[cond.field]?.[value] ?? String(value);
};

function words(cond) {
  const field = byName.get(cond.field);
  const operator = operatorOf(cond);
  if (!field || !operator) return [];
  const line = [`${field.label}${gap}`, mark("span", operator.label, operator.negated ? "not" : "")];
  const values = [cond.value ?? []].flat().filter((one) => one !== "");
  values.forEach((value, at) => {
    if (at) line.push(` ${operator.arity === 2 ? texts.to : texts.or}`);
    line.push(" ", mark("b", typeof value === "boolean" ? (value ? texts.yes : texts.no) : operator.arity === "days" ? `${value} ${texts.days}` : show(cond, value)));
  });
  return line;
}

function sentence(group, depth = 0) {
  const line = [];
  children(group).forEach((node, at) => {
    if (at) line.push(texts.comma, mark("span", group.any ? texts.or : texts.and, group.any ? "or" : ""), gap);
    if (isGroup(node)) line.push("(", ...sentence(node, depth + 1), ")"); else line.push(...words(node));
  });
  return line;
}

const isComplete = (cond) => {
  const arity = operatorOf(cond)?.arity;
  if (arity === 0) return true;
  const values = [cond.value ?? []].flat().filter((one) => one !== "" && one !== null);
  return arity === 2 ? values.length === 2 : values.length > 0;
};
/** The filter without what is not filled in yet, or null. */
function result(group = root) {
  const kept = children(group).map((node) => (isGroup(node) ? result(node) : isComplete(node) ? node : null)).filter(Boolean);
  return kept.length ? { [joinOf(group)]: kept } : null;
}
const conditions = (group) => children(group).flatMap((node) => (isGroup(node) ? conditions(node) : [node]));

let timer;
function readBack() {
  const line = sentence(root);
  $("[data-builder-sentence]", box).replaceChildren(...(line.length ? line : [texts.nothing]));
  $("[data-builder-note]", box).hidden = !conditions(root).some((cond) => operatorOf(cond)?.negated);
  clearTimeout(timer);
  if (box.dataset.countUrl && !box.hidden) timer = setTimeout(count, 400);
}

async function count() {
  const url = new URL(box.dataset.countUrl, location.href);
  const now = result();
  if (now) url.searchParams.set("filter", JSON.stringify(now));
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  $("[data-builder-count]", box).textContent = answer.ok ? (await answer.json()).text : "—";
}

/* ── opening, applying ── */
const toggleNow = () => { take(document); return toggle(box.hidden); }; // the sheet may be newer than its "load"
async function toggle(open) {
  box.hidden = !open;
  box.closest(".zk-sheet").classList.toggle("has-builder", open);
  $$(".zk-toolbar [data-builder-open][aria-expanded]").forEach((one) => one.setAttribute("aria-expanded", String(open)));
  if (!open) return;
  try { await learn(); } catch (problem) { $("[data-builder-sentence]", box).textContent = problem.message; return; }
  if (!children(root).length) children(root).push(fresh());
  draw();
  box.scrollIntoView({ block: "nearest" });
  if (innerWidth > 991) $("select", main)?.focus();
}

/* A filter too long for an address is kept by the server under a short id. */
function keep(url, text) {
  const form = document.getElementById("zk-post");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "filter", value: text });
  form.append(field);
  form.action = box.dataset.keepUrl + url.search;
  form.submit();
}

for (const sign of ["pointerover", "focusin"]) on(sign, "[data-builder-open]", () => learn().catch(() => {}));
on("click", "[data-builder-open]", toggleNow);
on("click", "[data-builder-cancel]", () => { root = start(); toggle(false); $(".zk-toolbar [data-builder-open]")?.focus(); });
on("click", "[data-builder-clear]", () => { root = { all: [] }; draw(); }); // the button stays, and keeps the focus
on("click", "[data-builder-apply]", () => {
  const wrong = $("[aria-invalid=true]", main);
  if (wrong) return wrong.focus();
  const url = new URL(location.href);
  const now = result();
  url.searchParams.delete("page");
  url.searchParams.delete("kept");
  const text = now ? JSON.stringify(now) : "";
  if (text.length > 1500) return keep(url, text);
  // beside a segment, no condition at all must be said: else the segment's own would hold again
  const blank = url.searchParams.has("segment") ? JSON.stringify({ all: [] }) : "";
  if (text || blank) url.searchParams.set("filter", text || blank); else url.searchParams.delete("filter");
  return go(url);
});
on("click", '[data-dialog="zk-segment"]', () => { const field = $("[data-segment-filter]"); field.value = field.defaultValue; });
on("click", "[data-builder-save]", () => {
  $("[data-segment-filter]").value = JSON.stringify(result() ?? {});
  document.getElementById("zk-segment").showModal();
});
document.addEventListener("keydown", (event) => {
  if (!box?.isConnected) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && box.contains(event.target)) $("[data-builder-apply]", box).click();
  if (event.key === "Escape" && box.contains(event.target) && !hasDialog() && !event.target.closest(".dropdown-active")) $("[data-builder-cancel]", box).click();
});

/** Take up the builder of a sheet that was put in. */
function take(part) {
  const found = $("[data-builder]", part);
  if (!found || found === box) return;
  if (box && box.dataset.fieldsUrl !== found.dataset.fieldsUrl) asked = null;
  [box, main] = [found, $("[data-builder-main]", found)];
  ({ filter, labels, texts } = JSON.parse($("[data-builder-data]", box).textContent));
  root = start();
}
ready(take);
