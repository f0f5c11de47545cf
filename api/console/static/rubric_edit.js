// A draft with its findings and a preview beside it: checked while it is written, saved only over what was read.
"use strict";

(() => {
  const { read, fill, say } = window.qae;
  const draft = read("draft-data");
  const { words } = draft;
  const by = (id) => document.getElementById(id);
  const area = by("yaml");
  const PAUSE_MS = 700;
  const csrf = document.body.dataset.csrf;
  let saved = area.value;
  let findings = [];
  let asked = 0;
  let timer = 0;

  // CodeMirror where it is installed, else the plain text field: both are asked the same three things.
  const mirror = window.CodeMirror?.fromTextArea(area, {
    mode: "yaml", lineNumbers: true, lineWrapping: false, indentUnit: 2, tabSize: 2, viewportMargin: 30,
    gutters: ["CodeMirror-linenumbers", "marks"], inputStyle: "textarea",
    extraKeys: { Tab: (m) => m.execCommand(m.somethingSelected() ? "indentMore" : "insertSoftTab"), "Shift-Tab": "indentLess",
      Esc: (m) => m.getInputField().blur() },
  });
  mirror?.getInputField().setAttribute("aria-label", area.labels[0].textContent);
  const text = () => (mirror ? mirror.getValue() : area.value);

  function goTo(line) {
    if (mirror) {
      mirror.setCursor(line - 1, 0);
      mirror.scrollIntoView(null, 120);
      mirror.focus();
      return;
    }
    const start = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(start, start);
  }

  const make = (tag, name, told) => Object.assign(document.createElement(tag), { className: name, textContent: told });
  const dirty = () => text() !== saved;

  function refuse(told) {
    by("refused").textContent = told;
    by("refused").hidden = !told;
  }

  async function problem(answer) {
    let told = {};
    try { told = await answer.json(); } catch { /* told by the status */ }
    return [told.detail || `${answer.status}`, told.mend].filter(Boolean).join(" — ");
  }

  async function ask(path, method, body, more) {
    const headers = { "X-CSRF-Token": csrf, ...more };
    const answer = await fetch(path, { method, body, headers });
    if (answer.status === 401) refuse(words.session);
    return answer;
  }

  function stand() {
    by("save").disabled = !dirty();
    by("try").disabled = dirty();
    by("try").title = dirty() ? words.save_first : "";
    by("saved").textContent = dirty() ? words.unsaved : words.saved;
  }

  function mark() {
    if (!mirror) return;
    mirror.clearGutter("marks");
    for (const one of findings) {
      if (!one.line) continue;
      const dot = make("span", `mark ${one.level}`, one.level === "error" ? "✕" : "!");
      dot.title = one.message[draft.lang];
      mirror.setGutterMarker(one.line - 1, "marks", dot);
    }
  }

  function show(found) {
    findings = found.findings;
    const rows = findings.map((one) => {
      const row = make("li", one.level, "");
      const where = make("button", "finding", "");
      where.type = "button";
      where.append(make("b", "", one.line ? fill(words.line, { n: one.line }) : words.whole), make("span", "", one.message[draft.lang]));
      if (one.mend[draft.lang]) where.append(make("small", "", one.mend[draft.lang]));
      where.addEventListener("click", () => goTo(one.line || 1));
      row.append(where);
      return row;
    });
    by("findings").replaceChildren(...rows);
    by("no-findings").hidden = findings.length > 0;
    by("tally").textContent = fill(words.tally, { errors: found.errors, warnings: found.warnings });
    say(by("tally").textContent);
    mark();
  }

  async function check() {
    const turn = ++asked;
    by("tally").textContent = words.checking;
    try {
      const answer = await ask("/v1/rubrics/check", "POST", text(), { "Content-Type": "application/yaml" });
      if (turn !== asked) return;
      if (!answer.ok) { by("tally").textContent = await problem(answer); return; }
      const found = await answer.json();
      show(found);
      if (found.readable && by("interaction").value) preview();
    } catch {
      if (turn === asked) by("tally").textContent = words.away;
    }
  }

  async function save() {
    const told = text();
    if (told === saved) return;
    try {
      const answer = await ask(`/v1/rubrics/${draft.id}`, "PUT", told,
        { "Content-Type": "application/yaml", "If-Match": `"${draft.sha256}"` });
      if (!answer.ok) { refuse(await problem(answer)); return; }
      draft.sha256 = (await answer.json()).sha256;
      saved = told;
      refuse("");
      say(words.saved);
    } catch {
      refuse(words.away);
    }
    stand();
  }

  async function preview() {
    const interaction = by("interaction").value.trim();
    if (!interaction) { by("interaction").focus(); return; }
    by("preview").setAttribute("aria-busy", "true");
    try {
      const answer = await ask(`/rubrics/preview?interaction=${encodeURIComponent(interaction)}`, "POST", text(),
        { "Content-Type": "application/yaml", Accept: "application/json" });
      if (answer.ok) by("preview").innerHTML = await answer.text();
      else by("preview").replaceChildren(make("p", "alert bad", await problem(answer)));
    } catch {
      by("preview").replaceChildren(make("p", "alert bad", words.away));
    }
    by("preview").removeAttribute("aria-busy");
  }

  function nextFinding() {
    const here = mirror ? mirror.getCursor().line + 1 : 0;
    const next = findings.find((one) => one.line > here) || findings.find((one) => one.line);
    if (next) goTo(next.line);
  }

  function changed() {
    stand();
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  }

  if (mirror) mirror.on("change", changed);
  else area.addEventListener("input", changed);
  by("save").addEventListener("click", save);
  by("preview-form").addEventListener("submit", (event) => { event.preventDefault(); preview(); });
  by("interaction").addEventListener("change", preview);
  const keys = { s: save, Enter: preview, e: nextFinding };
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  }, true);
  window.addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });
  for (const form of document.querySelectorAll("#discard form")) form.addEventListener("submit", () => { saved = text(); });
  stand();
  check();
})();
