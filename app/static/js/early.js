// Runs before the first paint: theme, row spacing and side bar as this browser last had them.
{
  const root = document.documentElement;
  const kept = (name) => { try { return localStorage.getItem(`zk-${name}`); } catch { return null; } };
  if (kept("theme") === "dark") root.dataset.bsTheme = "dark";
  if (kept("density") === "compact") root.dataset.density = "compact";
  if (kept("keys") === "off") root.dataset.keys = "off";
  if (kept("side") === "rail") root.dataset.side = "rail";
}
// A menu button that is clicked before the scripts are there: frame.js clicks it again.
addEventListener("click", window.zkEarly = (event) => { zkEarly.menu = event.target.closest?.("[data-menu] > button"); }, true);
