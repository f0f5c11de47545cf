// Files into the API, one after another, each with its own progress and its own answer.
"use strict";

(() => {
  const { read, fill, say } = window.qae;
  const words = read("upload-words");
  const dialog = document.getElementById("upload");
  const form = document.getElementById("upload-form");
  const list = document.getElementById("upload-list");
  const go = document.getElementById("upload-go");
  const drop = document.getElementById("drop");
  const input = document.getElementById("upload-files");
  let waiting = [];

  const make = (tag, name, text) => Object.assign(document.createElement(tag), { className: name, textContent: text });

  function add(files) {
    for (const file of files) {
      const row = document.createElement("li");
      const remove = make("button", "", words.remove);
      remove.type = "button";
      const entry = { file, row, state: make("span", "muted", words.waiting), remove };
      row.append(make("span", "name", file.name), entry.state, remove);
      remove.addEventListener("click", () => { waiting = waiting.filter((w) => w !== entry); row.remove(); ready(); });
      waiting.push(entry);
      list.append(row);
    }
    ready();
  }

  const ready = () => { go.disabled = waiting.length === 0; };

  function settle(entry, kind, text, more) {
    entry.state.className = kind;
    entry.state.textContent = text;
    entry.bar.remove();
    if (more) entry.row.append(more);
  }

  function link(reply) {
    const first = reply.id || reply.accepted?.[0]?.id || reply.interactions?.[0]?.id;
    if (!first) return null;
    const anchor = make("a", "", words.open);
    anchor.href = `/interactions/${encodeURIComponent(first)}`;
    return anchor;
  }

  function answered(entry, request) {
    let reply = {};
    try { reply = JSON.parse(request.responseText); } catch { /* told by the status */ }
    if (request.status === 200 || request.status === 202) {
      settle(entry, "ok", request.status === 200 ? words.duplicate : words.accepted, link(reply));
      return true;
    }
    const detail = [reply.detail, reply.mend].filter(Boolean).join(" — ");
    settle(entry, "bad", words.refused, make("p", "problem", detail || `${request.status}`));
    return false;
  }

  function send(entry, told) {
    entry.remove.remove();
    entry.bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    entry.row.append(entry.bar);
    entry.state.textContent = words.sending;
    const body = new FormData();
    for (const [name, value] of told) body.append(name, value);
    body.append("file", entry.file, entry.file.name);
    const request = new XMLHttpRequest();
    request.open("POST", "/v1/interactions");
    request.setRequestHeader("X-CSRF-Token", document.body.dataset.csrf);
    request.setRequestHeader("Accept-Language", document.documentElement.lang);
    request.upload.addEventListener("progress", (e) => { if (e.lengthComputable) entry.bar.value = e.loaded / e.total; });
    return new Promise((resolve) => {
      request.addEventListener("load", () => resolve(answered(entry, request)));
      request.addEventListener("error", () => { settle(entry, "bad", words.broken); resolve(false); });
      request.send(body);
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = [...new FormData(form)].filter(([, value]) => typeof value === "string" && value !== "");
    const files = waiting;
    waiting = [];
    ready();
    let ok = 0;
    for (const entry of files) ok += await send(entry, told);
    say(fill(words.done, { ok, bad: files.length - ok }));
    if (window.htmx) window.htmx.trigger("#poll", "refresh");
  });

  input.addEventListener("change", () => { add(input.files); input.value = ""; });
  for (const name of ["dragover", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      if (!dialog.open) dialog.showModal();
      drop.classList.toggle("over", name === "dragover");
      if (name === "drop") add(event.dataTransfer.files);
    });
  }
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
})();
