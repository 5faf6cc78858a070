// Sends a form with a file, and says how far it is. Settles with the XMLHttpRequest; null: the connection broke.
export function send(address, body, at, accept = "application/json") {
  return new Promise((settle) => {
    const call = new XMLHttpRequest();
    call.open("POST", address);
    call.setRequestHeader("Accept", accept);
    call.upload.addEventListener("progress", (event) => { if (event.lengthComputable) at(event.loaded / event.total); });
    call.addEventListener("load", () => settle(call));
    call.addEventListener("error", () => settle(null));
    call.send(body);
  });
}

/** A file dropped on a zone: fn(files). */
export function droppable(zone, fn) {
  zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("is-over"); });
  zone.addEventListener("dragleave", () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", (event) => { event.preventDefault(); zone.classList.remove("is-over"); fn(event.dataTransfer.files); });
}
