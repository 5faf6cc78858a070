// The board: a card is drawn to another column by mouse, pen or finger (held for a moment). By keys, and without this
// script, its menu does the same. Won and lost have pages of their own, because each asks something.
import { $, $$, ready } from "./lib.js";

const HOLD = 350; // ms a finger rests before it takes a card instead of scrolling
const FAR = 6; // px a mouse moves before that is no click

let taken = null; // {card, ghost, x, y, dx, dy, isLive, timer}

const board = () => $("[data-board]");
const under = (x, y) => {
  const hit = document.elementFromPoint(x, y);
  const lane = hit?.closest("[data-stage], [data-decide]");
  const may = taken?.card.dataset.to; // where it may go, if the card says so
  return lane && may !== undefined && !lane.contains(taken.card) && !may.split(" ").includes(lane.dataset.stage) ? null : lane;
};

function begin(event) {
  const card = event.target.closest?.("[data-move]");
  if (!card || event.button > 0 || event.target.closest("[data-menu], .zk-pop, button")) return;
  const box = card.getBoundingClientRect();
  taken = { card, x: event.clientX, y: event.clientY, dx: event.clientX - box.left, dy: event.clientY - box.top, id: event.pointerId };
  if (event.pointerType === "touch") taken.timer = setTimeout(lift, HOLD);
}

function lift() {
  if (!taken || taken.isLive) return;
  const { card } = taken;
  const ghost = card.cloneNode(true);
  ghost.removeAttribute("data-move");
  ghost.classList.add("is-ghost");
  ghost.style.width = `${card.offsetWidth}px`;
  ghost.setAttribute("aria-hidden", "true");
  document.body.append(ghost);
  Object.assign(taken, { ghost, isLive: true });
  card.classList.add("is-taken");
  board().classList.add("is-drawing");
  place(taken.x, taken.y);
}

function place(x, y) {
  taken.ghost.style.transform = `translate(${x - taken.dx}px, ${y - taken.dy}px)`;
  const over = under(x, y);
  for (const one of $$("[data-stage], [data-decide]", board())) one.classList.toggle("is-over", one === over && !one.contains(taken.card));
  const box = board().getBoundingClientRect();
  if (x > box.right - 48) board().scrollLeft += 12;
  if (x < box.left + 48) board().scrollLeft -= 12;
}

function move(event) {
  if (!taken || event.pointerId !== taken.id) return;
  const far = Math.hypot(event.clientX - taken.x, event.clientY - taken.y) > FAR;
  if (!taken.isLive && taken.timer) { if (far) drop(); return; } // a finger that scrolls
  if (!taken.isLive && far) lift();
  if (!taken?.isLive) return;
  event.preventDefault();
  place(event.clientX, event.clientY);
}

function drop() {
  if (!taken) return null;
  clearTimeout(taken.timer);
  const { card, ghost, isLive } = taken;
  ghost?.remove();
  card.classList.remove("is-taken");
  board()?.classList.remove("is-drawing");
  for (const one of $$(".is-over", board() ?? document)) one.classList.remove("is-over");
  taken = null;
  return isLive ? card : null;
}

function end(event) {
  if (!taken || event.pointerId !== taken.id) return;
  const to = taken.isLive ? under(event.clientX, event.clientY) : null; // before it is dropped
  const card = drop();
  if (!card) return;
  addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", swallow, { capture: true }), 0);
  if (!to || to.contains(card)) return;
  if (to.dataset.decide) location.assign(card.dataset[to.dataset.decide]);
  else send(`${card.dataset.move}&stage=${encodeURIComponent(to.dataset.stage)}`);
}
const swallow = (event) => { event.preventDefault(); event.stopPropagation(); };

/** Send what a button of the menu sends, through the page's own form with its token. */
function send(url) {
  const button = document.createElement("button");
  button.type = "submit";
  button.hidden = true;
  button.setAttribute("form", "zk-post");
  button.setAttribute("formaction", url);
  board().append(button);
  button.form.requestSubmit(button); // no click: the one that ends the drawing is swallowed
}

document.addEventListener("pointerdown", begin);
document.addEventListener("pointermove", move, { passive: false });
document.addEventListener("pointerup", end);
document.addEventListener("pointercancel", () => drop());
document.addEventListener("keydown", (event) => { if (event.key === "Escape" && taken?.isLive) { event.stopPropagation(); drop(); } }, true);
document.addEventListener("touchmove", (event) => { if (taken?.isLive) event.preventDefault(); }, { passive: false });
document.addEventListener("contextmenu", (event) => { if (taken?.isLive || event.target.closest?.("[data-move]") && taken) event.preventDefault(); });
ready((part) => { for (const link of $$("[data-move] a", part)) link.draggable = false; });
