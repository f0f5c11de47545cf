// The page of an interaction in work: asks how far it is, more slowly when nobody looks.
"use strict";

window.qae.poll(() => 1.5, 30, () => {
  if (window.htmx && document.getElementById("waiting")) window.htmx.trigger("#waiting", "refresh");
});
