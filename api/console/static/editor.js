// A YAML text with its findings beside it: checked while it is written, saved only over what was read.
"use strict";

// `check(text, ask)` asks for the findings, `save(text, ask)` keeps it; both return the answer of fetch. `checked` hears of each
// check that was read, `stood` of each change of whether there is something to save.
window.qae.editor = ({ words, lang, check, save, kept = () => {}, checked = () => {}, stood = () => {} }) => {
  const { fill, say } = window.qae;
  const by = (id) => document.getElementById(id);
  const area = by("yaml");
  const PAUSE_MS = 700;
  let saved = area.dataset.saved ?? area.value;
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
  const dirty = () => text() !== saved;
  const make = (tag, name, told) => Object.assign(document.createElement(tag), { className: name, textContent: told });

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
    const headers = { "X-CSRF-Token": document.body.dataset.csrf, ...more };
    const answer = await fetch(path, { method, body, headers });
    if (answer.status === 401) refuse(words.session);
    return answer;
  }

  function stand() {
    by("save").disabled = !dirty();
    by("saved").textContent = dirty() ? words.unsaved : words.saved;
    stood(dirty());
  }

  function mark() {
    if (!mirror) return;
    mirror.clearGutter("marks");
    for (const one of findings) {
      if (!one.line) continue;
      const dot = make("span", `mark ${one.level}`, one.level === "error" ? "✕" : "!");
      dot.title = one.message[lang];
      mirror.setGutterMarker(one.line - 1, "marks", dot);
    }
  }

  function show(found) {
    findings = found.findings;
    const rows = findings.map((one) => {
      const row = make("li", one.level, "");
      const where = make("button", "finding", "");
      where.type = "button";
      where.append(make("b", "", one.line ? fill(words.line, { n: one.line }) : words.whole), make("span", "", one.message[lang]));
      if (one.mend[lang]) where.append(make("small", "", one.mend[lang]));
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

  async function look() {
    const turn = ++asked;
    by("tally").textContent = words.checking;
    try {
      const answer = await check(text(), ask);
      if (turn !== asked) return;
      if (!answer.ok) { by("tally").textContent = await problem(answer); return; }
      const found = await answer.json();
      show(found);
      checked(found);
    } catch {
      if (turn === asked) by("tally").textContent = words.away;
    }
  }

  async function keep() {
    const told = text();
    if (told === saved) return;
    try {
      const answer = await save(told, ask);
      if (!answer.ok) { refuse(await problem(answer)); return; }
      kept(await answer.json());
      saved = told;
      refuse("");
      say(words.saved);
    } catch {
      refuse(words.away);
    }
    stand();
  }

  function nextFinding() {
    const here = mirror ? mirror.getCursor().line + 1 : 0;
    const next = findings.find((one) => one.line > here) || findings.find((one) => one.line);
    if (next) goTo(next.line);
  }

  function changed() {
    stand();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  }

  // Draws what `path` answers into the element `id`; what went wrong stands there, too.
  async function draw(id, path, more) {
    by(id).setAttribute("aria-busy", "true");
    try {
      const answer = await ask(path, "POST", text(), { "Content-Type": "application/yaml", Accept: "application/json", ...more });
      if (answer.ok) by(id).innerHTML = await answer.text();
      else by(id).replaceChildren(make("p", "alert bad", await problem(answer)));
    } catch {
      by(id).replaceChildren(make("p", "alert bad", words.away));
    }
    by(id).removeAttribute("aria-busy");
  }

  function keys(more) {
    const all = { s: keep, e: nextFinding, ...more };
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || !all[event.key]) return;
      event.preventDefault();
      all[event.key]();
    }, true);
  }

  if (mirror) mirror.on("change", changed);
  else area.addEventListener("input", changed);
  by("save").addEventListener("click", keep);
  window.addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });
  stand();
  look();
  return { ask, by, draw, goTo, keys, forget: () => { saved = text(); } };
};
