// The queue: j and k move along what can be opened, and the page stays fresh, more slowly when nobody looks.
"use strict";

function move(step) {
  const all = [...document.querySelectorAll("#queue a.open")];
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (!window.qae.free(event) || !["j", "k"].includes(event.key)) return;
  event.preventDefault();
  move(event.key === "j" ? 1 : -1);
});

window.qae.poll(() => 3, 60, () => {
  const busy = document.querySelector("dialog[open]") || String(getSelection());
  if (window.htmx && !busy) window.htmx.trigger("#poll", "refresh");
});
