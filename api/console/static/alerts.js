// Alerts: the board follows what happens live, counts deadlines down, and is worked by keyboard.
"use strict";

(() => {
  const { free, say, fill, read, typing } = window.qae;
  const words = read("alert-words");
  const live = document.getElementById("live");

  // ---- deadlines
  const two = (n) => String(n).padStart(2, "0");
  function span(seconds) {
    const [d, h, m, s] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
    if (d) return fill(words.days, { d, h });
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  }
  function tick() {
    for (const due of document.querySelectorAll("[data-until]")) {
      const left = (new Date(due.dataset.until) - Date.now()) / 1000;
      due.textContent = left >= 0 ? span(left) : fill(words.over, { span: span(-left) });
      due.parentElement.classList.toggle("over", left < 0);
      due.parentElement.classList.toggle("soon", left >= 0 && left < 300);
    }
  }
  tick();
  setInterval(tick, 1000);

  // ---- resolve
  function resolve(button) {
    const form = document.getElementById("resolve-form");
    if (!form || !button) return;
    form.action = button.dataset.action;
    document.getElementById("resolve-what").textContent = button.dataset.title;
    document.getElementById("resolve").showModal();
  }
  document.addEventListener("click", (event) => resolve(event.target.closest(".resolves")));

  // ---- keys
  const cards = () => [...document.querySelectorAll("#board a.open")];
  const here = () => document.activeElement?.closest(".alert-card") || document.querySelector(".one-alert");
  function move(step) {
    const all = cards();
    const at = all.findIndex((link) => link.closest(".alert-card") === here());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next?.focus();
    next?.closest(".alert-card").scrollIntoView({ block: "nearest" });
  }
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    a: () => here()?.querySelector("[data-act=acknowledge]")?.requestSubmit(),
    r: () => resolve(here()?.querySelector(".resolves")),
  };
  document.addEventListener("keydown", (event) => {
    if (!free(event) || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });

  // ---- live
  if (!live) return;
  const chosen = (name) => document.getElementById(name);
  for (const name of ["sound", "notify"]) {
    chosen(name).checked = localStorage.getItem(`alerts.${name}`) === "on";
    chosen(name).addEventListener("change", async (event) => {
      if (name === "notify" && event.target.checked && await window.Notification?.requestPermission() !== "granted") {
        event.target.checked = false;
        say(words.refused);
      }
      if (name === "sound" && event.target.checked) ring();
      localStorage.setItem(`alerts.${name}`, event.target.checked ? "on" : "off");
    });
  }
  let context = null;
  function ring() {
    context ||= new AudioContext();
    const [tone, loud] = [context.createOscillator(), context.createGain()];
    loud.gain.setValueAtTime(0.15, context.currentTime);
    loud.gain.exponentialRampToValueAtTime(0.001, context.currentTime + 0.5);
    tone.frequency.value = 880;
    tone.connect(loud).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.5);
  }
  function call(event) {
    const alert = event.alert;
    const title = alert.title[words.lang];
    say(`${title}: ${alert.reason[words.lang]}`);
    if (chosen("sound").checked) ring();
    if (chosen("notify").checked && window.Notification?.permission === "granted") {
      const note = new Notification(title, { body: alert.reason[words.lang], tag: alert.id });
      note.onclick = () => { window.focus(); location.assign(`/alerts/${alert.id}`); };
    }
  }

  // What comes close together is drawn together; whoever is at work on a card is not disturbed in it.
  let due = null;
  function draw() {
    due ||= setTimeout(() => {
      due = null;
      if (document.querySelector("dialog[open]") || typing(document.activeElement)) { draw(); return; }
      window.htmx?.trigger("#poll", "refresh");
    }, 150);
  }
  let focused = null;
  document.addEventListener("htmx:beforeSwap", () => { focused = here()?.id || null; });
  document.addEventListener("htmx:afterSwap", () => {
    tick();
    if (focused) document.getElementById(focused)?.querySelector("a.open")?.focus();
  });

  const loud = new Set(["raised", "again", "escalated", "overdue"]);
  function follow(after) {
    const stream = new EventSource(`/v1/alerts/stream?after=${after}`);
    stream.addEventListener("open", () => { live.dataset.state = "on"; });
    stream.addEventListener("error", () => {
      live.dataset.state = "off";
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => follow(live.dataset.after), 5000);
    });
    for (const kind of ["raised", "again", "renewed", "sent", "acknowledged", "assigned", "noted", "escalated", "overdue", "resolved"]) {
      stream.addEventListener(kind, (message) => {
        live.dataset.after = message.lastEventId;
        if (loud.has(kind)) call(JSON.parse(message.data));
        if (kind !== "sent") draw();
      });
    }
    stream.addEventListener("reset", () => location.reload());
    addEventListener("pagehide", () => stream.close());
  }
  follow(live.dataset.after);
})();
