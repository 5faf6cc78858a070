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

/** While the server is asked for words that nothing known here answers. */
function loading({ input }) {
  return input && !this.currentResults.items.length ? '<div class="spinner" aria-hidden="true">…</div>' : null;
}

const PAUSE = 200; // milliseconds without a letter, before the server is asked for the words typed

async function ask(url, query, signal) {
  const address = new URL(url, location.href);
  address.searchParams.set("q", query);
  const answer = await fetch(address, { headers: { Accept: "application/json" }, signal });
  return answer.ok ? answer.json() : [];
}

/** What asks the server for a box. One question at a time: what comes late for a box that has moved on opens nothing. */
function asking(url) {
  let found = null; // what the server found last, and for which words
  let open = null; // the question under way
  function drop(box) {
    clearTimeout(open?.timer);
    open?.abort.abort();
    open = null;
    box.loading = 0;
    box.wrapper.classList.remove(box.settings.loadingClass);
  }
  function load(query, done) {
    if (open && query !== this.inputValue()) { this.loading = 1; return; } // the focus told of after the first letters
    drop(this);
    this.loading = 1;
    this.wrapper.classList.add(this.settings.loadingClass);
    const mine = open = { abort: new AbortController() };
    const take = (items) => {
      if (open !== mine) return;
      if (query !== this.inputValue()) { drop(this); return; }
      open = null;
      found = { query, values: new Set(items.map((one) => String(one.value))) };
      this.clearOptions((option) => this.items.includes(String(option.value)));
      done(items);
    };
    const begin = () => ask(url, query, mine.abort.signal).then(take, () => { if (open === mine) drop(this); });
    mine.timer = setTimeout(begin, query ? PAUSE : 0);
  }
  // Until the answer has come, what is known is searched here: nothing is offered that has not to do with the words.
  function score(query) {
    if (!query) return () => 1;
    return found?.query === query ? (item) => (found.values.has(String(item.value)) ? 1 : 0) : this.getScoreFunction(query);
  }
  function equip(box) {
    box.hook("before", "close", (clears = true) => { if (clears && box.isFocused) drop(box); });
    box.on("item_add", () => drop(box));
    box.on("dropdown_open", () => { if (!box.inputValue() && found?.query !== "") box.load(""); });
  }
  return { settings: { preload: "focus", shouldLoad: () => true, loadThrottle: null, load, score }, equip };
}

function enhanced(select) {
  const plugins = select.multiple ? { remove_button: { label: "×", title: select.dataset.removeLabel || "" } } : {};
  const server = select.dataset.searchUrl ? asking(select.dataset.searchUrl) : null;
  const box = new window.TomSelect(select, {
    plugins, maxOptions: 200, hideSelected: select.multiple, closeAfterSelect: !select.multiple, clearAfterSelect: true, copyClassesToDropdown: false,
    refreshThrottle: 0, // a list narrowed later than the words are typed opens once more after the choice
    allowEmptyOption: false, placeholder: select.dataset.placeholder || select.querySelector('option[value=""]')?.textContent || "", searchField: ["text", "sub"],
    render: { option: row, item: picked, no_results: () => null, loading },
    onChange: () => select.dispatchEvent(new Event("zk:picked", { bubbles: true })),
    ...server?.settings,
  });
  server?.equip(box);
  return box;
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
  const box = enhanced(select);
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
