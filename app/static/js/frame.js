// The frame: phone drawer, quick search, menu groups, dialogs, keyboard shortcuts.
import { $, $$, fill, hasDialog, isShortcut, isTyping, keep, on } from "./lib.js";
import { toggleRail } from "./look.js";

const root = document.documentElement;

on("change", "[data-keys-switch]", (box) => { root.dataset.keys = box.checked ? "on" : "off"; keep("keys", root.dataset.keys); });

function drawer(open) {
  root.dataset.drawer = open ? "open" : "";
  for (const part of $$(".zk-skip, .zk-top, .zk-sheet")) part.inert = open;
  $("[data-drawer-open]")?.setAttribute("aria-expanded", String(open));
  (open ? $(".zk-side a") : $("[data-drawer-open]"))?.focus();
}
on("click", "[data-drawer-open]", () => drawer(true));
on("click", "[data-drawer-close]", () => drawer(false));
addEventListener("resize", () => { if (innerWidth > 991 && root.dataset.drawer) drawer(false); });

on("click", ".zk-menu summary", () => { if (root.dataset.side === "rail" && innerWidth > 991) toggleRail(); });
document.addEventListener("toggle", (event) => {
  const group = event.target;
  if (!group.matches?.(".zk-menu details")) return;
  const kept = Object.fromEntries($$(".zk-menu details").map((one) => [one.dataset.group, one.open]));
  keep("groups", JSON.stringify(kept));
}, true);

const search = $("[data-quick-search]");
function openSearch() {
  $(".zk-top")?.classList.add("is-searching");
  search?.focus();
  search?.select();
}
on("click", "[data-search-open]", openSearch);
search?.addEventListener("blur", () => setTimeout(() => $(".zk-top").classList.remove("is-searching"), 150));
search?.form.addEventListener("submit", (event) => { if (!search.value.trim()) event.preventDefault(); });

const FIELDS = ":is(input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea)";
function show(dialog) {
  if (!dialog) return;
  dialog.showModal();
  const first = $(`${FIELDS}[aria-invalid=true]`, dialog) ?? $(FIELDS, dialog);
  // What is asked, not the button that closes it; but a box to search in would lay its list over what follows.
  if (innerWidth > 991 && first && !first.tomselect) first.focus();
}
on("click", "[data-dialog]", (button) => show(document.getElementById(button.dataset.dialog)));
show($("dialog[data-now]")); // a refused form stands in it
on("click", "dialog [data-close]", (button) => button.closest("dialog").close());
document.addEventListener("click", (event) => { if (event.target.matches?.("dialog.is-drawer, dialog#zk-shortcuts")) event.target.close(); });

on("click", "[data-logout]", () => { try { sessionStorage.clear(); } catch { /* nothing kept */ } });
on("click", "[data-show-password]", (button) => {
  const field = document.getElementById(button.dataset.showPassword);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
});

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key.toLowerCase() === "k" && search) { event.preventDefault(); openSearch(); return; }
  if (event.key === "Escape" && root.dataset.drawer === "open") { drawer(false); return; }
  if (event.key === "Escape" && event.target === search) { search.blur(); return; }
  if (event.key === "?" ? isTyping(event) || hasDialog() : !isShortcut(event)) return; // the help can always be asked for
  const act = { "/": search && openSearch, "[": toggleRail, "?": () => { $("[data-keys-switch]").checked = root.dataset.keys !== "off"; $("#zk-shortcuts")?.showModal(); }, f: $("[data-builder]") && (() => $("[data-builder-open]").click()) }[event.key];
  if (act) { event.preventDefault(); act(); }
});

// Drafts of forms (forms.js): those that were saved go when the next page comes, unless signing in came between.
function tidyDrafts(user) {
  if (!user) { sessionStorage.setItem("zk-signed-out", "1"); return; }
  const expired = sessionStorage.getItem("zk-signed-out");
  sessionStorage.removeItem("zk-signed-out");
  for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith("zk-draft:"))) {
    const [, owner] = key.split(":");
    const draft = JSON.parse(sessionStorage.getItem(key));
    if (owner !== user || (draft.sent && !expired && !$("[data-conflict]"))) sessionStorage.removeItem(key);
    else if (draft.sent && expired) sessionStorage.setItem(key, JSON.stringify({ ...draft, sent: false }));
  }
}
try { tidyDrafts(document.body.dataset.user); } catch { /* private window */ }

removeEventListener("click", window.zkEarly, true);
window.zkEarly?.menu?.click();

// Who printed a page, and when, stands at the foot of its sheets. By a style sheet made here: a style in the page would need a nonce.
addEventListener("beforeprint", () => {
  const said = $("[data-printed]")?.content.textContent.trim();
  if (!said) return;
  const now = new Date();
  const time = `${[now.getFullYear(), now.getMonth() + 1, now.getDate()].map((one) => String(one).padStart(2, "0")).join("-")} ${now.toTimeString().slice(0, 5)}`;
  const foot = new CSSStyleSheet();
  foot.replaceSync(`@page { @bottom-left { content: ${JSON.stringify(fill(said, { time }))}; } }`);
  document.adoptedStyleSheets = [foot];
});
