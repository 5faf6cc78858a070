// Runs before the first paint: theme, row spacing and side bar. Whoever is signed in has their own from the server
// (data-keep-url); only what a page before has not been able to send yet goes before it. Else the browser's own count.
{
  const root = document.documentElement;
  const { keepUrl, locked = "" } = root.dataset;
  const kept = (name) => { try { return localStorage.getItem(`zk-${name}`); } catch { return null; } };
  const own = (name, now) => (locked.includes(name) ? now : kept((keepUrl ? "unsent-" : "") + name) || now);
  const look = own("theme", root.dataset.look);
  const isDark = look === "device" ? matchMedia("(prefers-color-scheme: dark)").matches : look === "dark";
  root.dataset.look = look;
  root.dataset.bsTheme = isDark ? "dark" : "light";
  for (const [name, value] of [["density", "compact"], ["side", "rail"]]) {
    if (own(name, root.dataset[name]) === value) root.dataset[name] = value; else delete root.dataset[name];
  }
  if (kept("keys") === "off") root.dataset.keys = "off";
}
// A menu button that is clicked before the scripts are there: frame.js clicks it again.
addEventListener("click", window.zkEarly = (event) => { zkEarly.menu = event.target.closest?.("[data-menu] > button"); }, true);
