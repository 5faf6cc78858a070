// A link within a list or a record changes the sheet and not the whole page: htmx fetches it and puts it in (hx-boost).
// What htmx does not do: lead on where the answer is another page, keep the focus, say what is shown now.
import { $ } from "./lib.js";

const htmx = window.htmx;
const sheet = () => document.getElementById("main");

/** Go to an address of the same screen. Without htmx, or from elsewhere, the page is loaded. */
export function go(url) {
  const path = url.pathname + url.search;
  if (!htmx || url.pathname !== location.pathname || !sheet()?.matches("[data-swaps]")) return location.assign(url);
  return htmx.ajax("GET", path, { source: sheet(), target: "#main", select: "#main", selectOOB: "#zk-m-top", swap: "outerHTML", push: "true" });
}

const path = (address) => new URL(address, location.href).pathname;
let held = ""; // where the focus was: taking away what has it makes the browser lay out the old sheet and the new one
function letGo() {
  if (!sheet()?.contains(document.activeElement)) return;
  held = document.activeElement.id;
  document.activeElement.blur();
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, pathInfo } = event.detail;
  const wanted = pathInfo?.requestPath ?? requestConfig.path;
  const elsewhere = xhr.responseURL && path(xhr.responseURL) !== path(wanted);
  if (!elsewhere && xhr.status < 400) return letGo();
  event.detail.shouldSwap = false; // signed out, forbidden, gone: that page is shown as it is
  location.assign(elsewhere ? xhr.responseURL : wanted);
});
document.addEventListener("htmx:sendError", (event) => location.assign(event.detail.requestConfig.path));
document.addEventListener("htmx:beforeRequest", () => sheet()?.setAttribute("aria-busy", "true"));
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) (document.getElementById(held) ?? sheet())?.focus({ preventScroll: true });
  held = "";
  const said = $("[data-shown]", sheet())?.textContent;
  if (said) $("[data-said]").textContent = said;
});
