// The strategies with their findings beside them, and what they would have raised.
"use strict";

(() => {
  const { words, lang, sha256, line } = window.qae.read("strategies-data");
  const JSON_BODY = { "Content-Type": "application/json" };
  const last = document.getElementById("last");
  let read = sha256;

  const editor = window.qae.editor({
    words, lang,
    check: (text, ask) => ask("/v1/alerts/strategies/check", "POST", JSON.stringify({ yaml: text || "\n" }), JSON_BODY),
    save: (text, ask) => ask("/v1/alerts/strategies", "PUT", JSON.stringify({ yaml: text }), { ...JSON_BODY, "If-Match": `"${read}"` }),
    kept: (answer) => { read = answer.sha256; },
  });

  const look = () => editor.draw("dry", `/alerts/strategies/dry-look?last=${encodeURIComponent(last.value)}`);
  document.getElementById("dry-form").addEventListener("submit", (event) => { event.preventDefault(); look(); });
  editor.keys({ Enter: look });
  if (line) editor.goTo(line);
})();
