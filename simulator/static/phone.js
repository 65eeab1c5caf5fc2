// What a phone does that a form does not: the line empties after sending, menus close, Escape goes back.
// Everything works without it, page by page.
"use strict";

const field = () => document.getElementById("tulis");

document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!(sourceElement instanceof HTMLFormElement) || !response || response.status >= 400) return;
  if (sourceElement.id === "ketik") sourceElement.reset();
  for (const open of document.querySelectorAll(".attach[open], .commands[open]")) open.open = false;
  if (["ketik", "lampir", "perintah"].includes(sourceElement.id)) field()?.focus();
  document.querySelector(".chat")?.scrollTo({ top: 0 }); // column-reverse: 0 is the newest
});

let opener = null;
document.addEventListener("htmx:after:swap", () => {
  const sheet = document.querySelector(".sheet");
  if (sheet) opener ??= document.querySelector(`button[name="list"][value="${sheet.querySelector("input")?.value.split("-")[0]}"]`);
  else if (opener) {
    (opener.isConnected ? opener : field())?.focus();
    opener = null;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelector(".sheet .close")?.click();
  for (const open of document.querySelectorAll(".attach[open], .commands[open]")) {
    open.open = false;
    open.querySelector("summary").focus();
  }
});

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll(".attach[open], .commands[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});
