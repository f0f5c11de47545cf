// From one interaction to the next along the list that it was opened from.
"use strict";

(() => {
  const walk = JSON.parse(sessionStorage.getItem("walk") || "null");
  const back = document.getElementById("back");
  const here = location.pathname.split("/").pop();
  const at = walk ? walk.ids.indexOf(here) : -1;
  const steps = {};
  if (at >= 0) {
    back.href = walk.back;
    for (const [id, step, key] of [["walk-prev", -1, "k"], ["walk-next", 1, "j"]]) {
      const next = walk.ids[at + step];
      const link = document.getElementById(id);
      if (next) { link.href = `/interactions/${encodeURIComponent(next)}`; steps[key] = link.href; }
    }
    document.getElementById("walk-at").textContent = `${at + 1}/${walk.ids.length}`;
    document.getElementById("walk").hidden = false;
  }
  steps.l = back.href;
  document.addEventListener("keydown", (event) => {
    if (steps[event.key] && window.qae.free(event)) location.assign(steps[event.key]);
  });
})();
