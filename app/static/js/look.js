// Theme, row spacing, side bar: switched at once, kept by the server for whoever is signed in, else by the browser.
import { $, keep, on } from "./lib.js";

const root = document.documentElement;
const unsent = (name) => `zk-unsent-${name}`;

/** Tell the server. Until it has answered, the next page of this browser shows the choice too; see early.js. */
async function send(name, value) {
  try { localStorage.setItem(unsent(name), value); } catch { /* private window */ }
  const body = new URLSearchParams({ [name]: value, csrf_token: $('#zk-post [name="csrf_token"]').value });
  try {
    const answer = await fetch(root.dataset.keepUrl, { method: "POST", body, keepalive: true, headers: { Accept: "application/json" } });
    if (answer.status < 500 && localStorage.getItem(unsent(name)) === value) localStorage.removeItem(unsent(name));
  } catch { /* no answer: the next page tries again */ }
}

export function choose(name, value) {
  keep(name, value);
  if (root.dataset.keepUrl) send(name, value);
}

function paint(isDark) {
  root.dataset.bsTheme = isDark ? "dark" : "light";
  document.dispatchEvent(new CustomEvent("zk:theme"));
}

function flip(name, value, otherwise) {
  const next = root.dataset[name] === value ? otherwise : value;
  if (next === value) root.dataset[name] = next; else delete root.dataset[name];
  choose(name, next);
}

export const toggleRail = () => flip("side", "rail", "wide");
on("click", "[data-rail]", toggleRail);
on("click", "[data-density-toggle]", () => flip("density", "compact", "comfortable"));
on("click", "[data-theme-toggle]", () => {
  const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
  root.dataset.look = next;
  paint(next === "dark");
  choose("theme", next);
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (device) => {
  if (root.dataset.look === "device") paint(device.matches);
});

if (root.dataset.keepUrl) {
  for (const name of ["theme", "density", "side"]) {
    let left = null;
    try { left = localStorage.getItem(unsent(name)); } catch { /* private window */ }
    if (left) send(name, left);
  }
}
