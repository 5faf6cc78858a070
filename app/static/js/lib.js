// What the other modules share.
export const $ = (selector, within = document) => within.querySelector(selector);
export const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

/** Call fn for a matching element that was clicked, typed into and so on; works for content that arrives later. */
export function on(type, selector, fn, options) {
  document.addEventListener(type, (event) => {
    const hit = event.target.closest?.(selector);
    if (hit) fn(hit, event);
  }, options);
}

/** Call fn for the page, and again for every part that htmx puts in. */
export function ready(fn) {
  fn(document);
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) fn(event.target); });
}

export function keep(name, value) {
  try { localStorage.setItem(`zk-${name}`, value); } catch { /* private window */ }
  document.cookie = `zk_${name}=${encodeURIComponent(value)}; path=/; max-age=31536000; samesite=lax`;
}

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
export const isTyping = (event) => event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
/** Whether a key pressed alone may act here: not while typing, behind a dialog, or where the person has switched that off. */
export function isShortcut(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || hasDialog()) return false;
  return document.documentElement.dataset.keys !== "off";
}
export const hasDialog = () => $("dialog[open]");

/** Load a classic script of the vendor folder once. */
const loaded = new Map();
export function vendor(name) {
  if (!loaded.has(name)) {
    loaded.set(name, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.documentElement.dataset.vendor + name;
      script.nonce = $("script[nonce]")?.nonce ?? "";
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }));
  }
  return loaded.get(name);
}
