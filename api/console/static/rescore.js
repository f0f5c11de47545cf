// Runs over the archive: j and k move along what can be opened; a run that goes on stays fresh by itself.
"use strict";

document.addEventListener("keydown", (event) => {
  if (!window.qae.free(event) || !["j", "k"].includes(event.key)) return;
  event.preventDefault();
  const all = [...document.querySelectorAll("#main a.open, #main summary")].filter((one) => one.checkVisibility());
  const at = all.indexOf(document.activeElement);
  const step = event.key === "j" ? 1 : -1;
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
});

window.qae.poll(() => 3, 60, () => {
  const run = document.getElementById("run");
  const busy = document.querySelector("dialog[open]") || String(getSelection()) || run?.contains(document.activeElement);
  if (window.htmx && run?.dataset.open && !busy) window.htmx.trigger("#poll", "refresh");
});
