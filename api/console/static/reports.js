// [ and ] turn the days; no other key of the page is taken.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = { "[": "day-before", "]": "day-after" }[event.key];
  if (link) document.getElementById(link).click();
});
