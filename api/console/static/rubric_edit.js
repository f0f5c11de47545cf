// A draft with its findings and a preview beside it: checked while it is written, saved only over what was read.
"use strict";

(() => {
  const draft = window.qae.read("draft-data");
  const { words } = draft;
  const YAML = { "Content-Type": "application/yaml" };
  const field = document.getElementById("interaction");
  const tries = document.getElementById("try");

  const editor = window.qae.editor({
    words, lang: draft.lang,
    check: (text, ask) => ask("/v1/rubrics/check", "POST", text, YAML),
    save: (text, ask) => ask(`/v1/rubrics/${draft.id}`, "PUT", text, { ...YAML, "If-Match": `"${draft.sha256}"` }),
    kept: (answer) => { draft.sha256 = answer.sha256; },
    checked: (found) => { if (found.readable && field.value) preview(); },
    stood: (dirty) => {
      tries.disabled = dirty;
      tries.title = dirty ? words.save_first : "";
    },
  });

  function preview() {
    const interaction = field.value.trim();
    if (!interaction) { field.focus(); return; }
    editor.draw("preview", `/rubrics/preview?interaction=${encodeURIComponent(interaction)}`);
  }

  document.getElementById("preview-form").addEventListener("submit", (event) => { event.preventDefault(); preview(); });
  field.addEventListener("change", preview);
  editor.keys({ Enter: preview });
  for (const form of document.querySelectorAll("#discard form")) form.addEventListener("submit", editor.forget);
})();
