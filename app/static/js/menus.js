// Drop-down menus: [data-menu] holds a button and a .zk-pop. Arrow keys, Home, End, first letter, Escape, Tab.
import { $, $$, on } from "./lib.js";

let open = null; // { box, button, pop, edge: where the button stood }

const items = (pop) => $$('[role^="menuitem"], input, button, a, select', pop).filter((one) => one.offsetParent !== null);

function place(menu) {
  const { button, pop } = menu;
  const edge = button.getBoundingClientRect();
  menu.edge = edge;
  const size = pop.getBoundingClientRect();
  const left = edge.left + size.width > innerWidth - 8 ? edge.right - size.width : edge.left;
  const below = edge.bottom + 4;
  const top = below + size.height > innerHeight - 8 && edge.top > size.height + 8 ? edge.top - size.height - 4 : below;
  pop.style.left = `${Math.max(8, Math.min(left, innerWidth - size.width - 8))}px`;
  pop.style.top = `${Math.max(8, Math.min(top, innerHeight - size.height - 8))}px`;
}

/** Whether the button stands elsewhere now; news of a scroll may come late, when the menu has long been placed. */
function isMoved({ button, edge }) {
  const now = button.getBoundingClientRect();
  return now.top !== edge.top || now.left !== edge.left;
}

/** Fetch what a panel holds when it is opened for the first time; the address of the page goes along. */
async function fill(pop) {
  const url = new URL(pop.dataset.fillUrl, location.href);
  url.searchParams.set("next", location.pathname + location.search);
  const answer = await fetch(url, { headers: { Accept: "text/html" }, redirect: "error" }).catch(() => null);
  const html = answer?.ok ? await answer.text() : "";
  if (html) delete pop.dataset.fillUrl;
  if (html) pop.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  else pop.textContent = $("[data-toasts]").dataset.failed;
  if (open?.pop !== pop) return;
  place(open);
  items(pop)[0]?.focus();
}

function show(box, focusLast = false) {
  close();
  const button = $("button", box);
  const pop = $(".zk-pop", box);
  open = { box, button, pop };
  (box.closest("dialog") ?? document.body).append(pop);
  pop.hidden = false;
  place(open);
  button.setAttribute("aria-expanded", "true");
  box.closest("tr")?.classList.add("is-open");
  const all = items(pop);
  (focusLast ? all.at(-1) : all[0])?.focus();
  if (pop.dataset.fillUrl) fill(pop);
}

export function close(refocus = false) {
  if (!open) return;
  const { box, button, pop } = open;
  open = null;
  pop.hidden = true;
  box.append(pop);
  button.setAttribute("aria-expanded", "false");
  box.closest("tr")?.classList.remove("is-open");
  if (refocus) button.focus();
}

function step(pop, key) {
  const all = items(pop);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: (at + 1) % all.length, ArrowUp: (at - 1 + all.length) % all.length, Home: 0, End: all.length - 1 }[key];
  all[to]?.focus();
}

function jump(pop, letter) {
  const all = items(pop);
  const at = all.indexOf(document.activeElement);
  const order = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  order.find((one) => one.textContent.trim().toLowerCase().startsWith(letter.toLowerCase()))?.focus();
}

on("click", "[data-menu] > button", (button) => {
  const box = button.parentElement;
  if (open?.box === box) close(true); else show(box);
});
on("keydown", "[data-menu] > button", (button, event) => {
  if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
  event.preventDefault();
  show(button.parentElement, event.key === "ArrowUp");
});
document.addEventListener("click", (event) => {
  if (!open || open.box.contains(event.target)) return;
  const within = open.pop.contains(event.target);
  const isPanel = open.box.dataset.menu === "panel";
  if (!within || (!isPanel && event.target.closest('[role^="menuitem"]'))) setTimeout(close); // after the item has done its work
});
document.addEventListener("keydown", (event) => {
  if (!open) return;
  const panel = open.box.dataset.menu === "panel";
  const dialog = document.querySelector("dialog[open]");
  if (event.key === "Escape" && dialog && !dialog.contains(open.pop)) close(); // the key is meant for the question the item has asked
  else if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(true); }
  else if (event.key === "Tab" && !panel) close(true);
  else if (["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) { event.preventDefault(); step(open.pop, event.key); }
  else if (!panel && event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) jump(open.pop, event.key);
}, true);
addEventListener("resize", () => close());
document.addEventListener("scroll", (event) => { if (open && !open.pop.contains(event.target) && isMoved(open)) close(); }, true);
