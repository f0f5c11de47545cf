// The list: j and k move, Enter opens, / searches, filters apply by themselves, running rows stay fresh.
"use strict";

const links = () => [...document.querySelectorAll("#rows a.open")];

function move(step) {
  const all = links();
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
  next?.focus();
  next?.closest("tr").scrollIntoView({ block: "nearest" });
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  "/": () => document.getElementById("search").select(),
  u: () => document.getElementById("upload")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target.id === "search") { event.target.blur(); return; }
  if (!window.qae.free(event) || !keys[event.key]) return;
  event.preventDefault();
  keys[event.key]();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows tbody tr");
  if (!row || event.target.closest("a, button") || String(getSelection())) return;
  const link = row.querySelector("a.open");
  if (event.ctrlKey || event.metaKey) window.open(link.href); else link.click();
});

const filters = document.getElementById("filters");
filters.addEventListener("change", (event) => {
  if (event.target.matches("select, [type=checkbox], [type=date], [list]")) filters.requestSubmit();
});
// Empty fields stay out of the address.
filters.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) {
    if (!value || (name === "order" && value === "newest")) event.formData.delete(name);
  }
});

// The interaction page walks along this list with j and k.
document.addEventListener("click", (event) => {
  if (!event.target.closest("a.open")) return;
  const ids = links().map((link) => link.id.slice("open-".length));
  sessionStorage.setItem("walk", JSON.stringify({ ids, back: location.pathname + location.search }));
}, { capture: true });

const running = () => Number(document.getElementById("rows").dataset.running);
window.qae.poll(() => (running() ? 2 : 15), 60, () => {
  const busy = document.querySelector("dialog[open]:not(#upload)") || String(getSelection());
  if (window.htmx && !busy) window.htmx.trigger("#poll", "refresh");
});
