// Small helps that HTML has no word for; every page works without them.
"use strict";
document.addEventListener("click", (event) => {
  const print = event.target.closest("[data-print]");
  if (print) { window.print(); return; }
  const copy = event.target.closest("[data-copy]");
  if (!copy) return;
  const words = document.getElementById(copy.dataset.copy).textContent;
  navigator.clipboard.writeText(words).then(() => {
    copy.querySelector("[data-says]").textContent = "Tersalin";
  });
});
// A form is sent once, however often the button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(() => { delete form.dataset.sent; }, 5000);
});
// Back brings a page from memory: what it shows may be old, and its forms may be sent again.
window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
