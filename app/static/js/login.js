// The door: says when Caps Lock is on while a password is typed.
import { $ } from "./lib.js";

const hint = $("[data-caps]");
const field = $("#password");
for (const type of ["keydown", "keyup", "mousedown"]) {
  field?.addEventListener(type, (event) => { hint.textContent = event.getModifierState?.("CapsLock") ? hint.dataset.caps : ""; });
}
field?.addEventListener("blur", () => { hint.textContent = ""; });
