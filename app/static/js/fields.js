// Choices one searches in: select[data-search] (in the page) and select[data-search-url] (on the server,
// GET url?q=… answering [{value, text, sub, color}]).
import { $, $$, ready, vendor } from "./lib.js";

const SELECTOR = "select[data-search], select[data-search-url]";

function row(item, escape) {
  const sub = item.sub ? `<span class="sub">${escape(item.sub)}</span>` : "";
  return `<div class="option"><span${chip(item, escape)}>${escape(item.text)}</span>${sub}</div>`;
}
const chip = (item, escape) => (item.color ? ` class="zk-chip is-dot" data-color="${escape(item.color)}"` : "");
const picked = (item, escape) => `<div class="item"><span${chip(item, escape)}>${escape(item.text)}</span></div>`;

async function ask(url, query) {
  const address = new URL(url, location.href);
  address.searchParams.set("q", query);
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : [];
}

function options(select) {
  const plugins = select.multiple ? { remove_button: { label: "×", title: select.dataset.removeLabel || "" } } : {};
  const common = {
    plugins, maxOptions: 200, hideSelected: select.multiple, closeAfterSelect: !select.multiple, clearAfterSelect: true, copyClassesToDropdown: false,
    allowEmptyOption: false, placeholder: select.dataset.placeholder || select.querySelector('option[value=""]')?.textContent || "", searchField: ["text", "sub"],
    render: { option: row, item: picked, no_results: () => null, loading: () => null },
    onChange: () => select.dispatchEvent(new Event("zk:picked", { bubbles: true })),
  };
  if (!select.dataset.searchUrl) return common;
  let found = null; // what the server found last; the chosen ones stay known, but are no answer to a search
  const score = (query) => (item) => (!query || !found || found.has(String(item.value)) ? 1 : 0);
  const load = function load(query, done) {
    this.clearOptions((option) => this.items.includes(String(option.value)));
    ask(select.dataset.searchUrl, query).then((items) => { found = new Set(items.map((one) => String(one.value))); done(items); }, () => done());
  };
  return { ...common, preload: "focus", loadThrottle: 200, load, score };
}

const pause = () => new Promise((done) => { setTimeout(done); });
let turn = Promise.resolve(); // one box after the other, each a task of its own: a form of many does not hold the page up

export async function enhance(select) {
  if (select.tomselect || select.dataset.waiting) return select.tomselect;
  select.dataset.waiting = "1";
  await vendor("tom-select.min.js");
  await (turn = turn.then(pause));
  delete select.dataset.waiting;
  if (!select.isConnected) return null;
  const box = new window.TomSelect(select, options(select));
  box.onPaste = () => {}; // tom-select 2.6.2 refuses what is pasted into a box with a value; nothing else happens there
  select.setAttribute("aria-hidden", "true"); // the box stands for it, label and all
  const described = select.getAttribute("aria-describedby");
  if (described) box.control_input.setAttribute("aria-describedby", described);
  if (select.getAttribute("aria-invalid")) box.control_input.setAttribute("aria-invalid", "true");
  if (select.getAttribute("aria-label")) box.control_input.setAttribute("aria-label", select.getAttribute("aria-label"));
  return box;
}

function fileBox(box) {
  const input = $("input", box);
  const said = $("[data-filebox-name]", box);
  const none = said.textContent;
  box.classList.add("is-ready");
  input.addEventListener("change", () => { said.textContent = [...input.files].map((file) => file.name).join(", ") || none; });
}

ready((part) => $$(SELECTOR, part).forEach(enhance));
ready((part) => $$("[data-filebox]", part).forEach(fileBox));
