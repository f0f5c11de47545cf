// What every page does: open and close dialogs, the ? key, and say things to screen readers.
"use strict";

const typing = (target) => target instanceof Element && target.closest("input, select, textarea, [contenteditable]");

// Shared by the pages' own scripts.
window.qae = {
  typing,
  // A key pressed for us: no modifier, not while typing, no dialog open.
  free: (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented
    || typing(event.target) || document.querySelector("dialog[open]")),
  say: (text) => { document.getElementById("said").textContent = text; },
  read: (id) => JSON.parse(document.getElementById(id)?.textContent || "null"),
  fill: (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ""),
  // Calls back after `seconds`, again and again; slower while nobody looks.
  poll: (seconds, hidden, act) => {
    const again = () => setTimeout(() => { act(); again(); }, 1000 * (document.hidden ? hidden : seconds()));
    again();
    document.addEventListener("visibilitychange", () => { if (!document.hidden) act(); });
  },
};

// A session that ended leads to the login; a server that is away is told until it is back.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status === 401) location.reload();
});
for (const [name, away] of [["htmx:sendError", true], ["htmx:afterOnLoad", false]]) {
  document.addEventListener(name, () => { document.getElementById("offline").hidden = !away; });
}

document.documentElement.classList.add("scripted");
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const closer = event.target.closest("[data-closes]");
  if (closer) document.getElementById(closer.dataset.closes)?.close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "?" && window.qae.free(event)) document.getElementById("help")?.showModal();
});
