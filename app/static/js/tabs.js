// Tabs that find no room move into a menu at the end of their row; the current one always stays in sight.
import { $, $$, ready } from "./lib.js";

const GAP = 12; // pixels kept free at the end, for the focus ring

function entry(tab) {
  const item = document.createElement("a");
  Object.assign(item, { className: "item", href: tab.href, title: tab.title, tabIndex: -1 });
  item.setAttribute("role", "menuitem");
  item.append(...[...tab.childNodes].map((one) => one.cloneNode(true)));
  return item;
}

function fit(row) {
  const box = $(".zk-tabs-more", row);
  const pop = $(".zk-pop", box);
  if (!pop) return; // the menu is open: it stands elsewhere
  const tabs = $$(":scope > .zk-tab", row);
  const parts = $$(":scope > .zk-tab, :scope > .zk-tabs-sep", row);
  for (const one of parts) one.hidden = false;
  box.hidden = true;
  const room = () => row.scrollWidth <= row.clientWidth;
  if (room()) return;
  box.hidden = false;
  $(".n", box).textContent = tabs.length; // as wide as it can become
  const moved = [];
  for (const tab of [...tabs].reverse()) {
    const end = box.offsetLeft + box.offsetWidth;
    if (end <= row.clientWidth - GAP) break;
    if (tab.hasAttribute("aria-current")) continue;
    tab.hidden = true;
    moved.unshift(tab);
    const line = tab.previousElementSibling;
    if (line?.matches(".zk-tabs-sep")) line.hidden = true;
  }
  const left = tabs.filter((tab) => !tab.hidden && !tab.hasAttribute("aria-current"));
  while (!room() && left.length) { // what else takes room, as the line between
    const tab = left.pop();
    tab.hidden = true;
    moved.unshift(tab);
  }
  $(".n", box).textContent = moved.length;
  pop.replaceChildren(...moved.map(entry));
  window.htmx?.process(pop);
}

const seen = new ResizeObserver((entries) => entries.forEach((one) => fit(one.target)));
ready((part) => $$("[data-tabs]", part).forEach((row) => { fit(row); seen.observe(row); }));
