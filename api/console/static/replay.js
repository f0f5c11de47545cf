// The interaction page: player, transcript and evidence move together; each also works without the others.
"use strict";

(() => {
  const { free, read, say, fill } = window.qae;
  const data = read("replay-data");
  const audio = document.getElementById("audio");
  const columns = document.getElementById("columns");
  const element = (id) => document.getElementById(id);
  const clock = (s) => {
    const [h, m, sec] = [Math.floor(s / 3600), Math.floor(s / 60) % 60, Math.floor(s) % 60];
    return `${h ? `${h}:${String(m).padStart(2, "0")}` : m}:${String(sec).padStart(2, "0")}`;
  };

  // ---- panes (narrow screens)
  function pane(name) {
    if (!element(`tab-${name}`)) return;
    columns.dataset.pane = name;
    for (const tab of document.querySelectorAll(".panes button")) tab.setAttribute("aria-pressed", tab.id === `tab-${name}`);
  }
  for (const tab of document.querySelectorAll(".panes button")) {
    tab.addEventListener("click", () => pane(tab.getAttribute("aria-controls")));
  }

  // ---- turns
  function reveal(turn, name, gently = true) {
    for (const old of document.querySelectorAll(`.turn.${name}`)) if (old !== turn) old.classList.remove(name);
    if (!turn) return;
    turn.classList.add(name);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    turn.scrollIntoView({ block: gently ? "center" : "start", behavior: still ? "auto" : "smooth" });
  }

  // Colours the quoted words inside a turn without touching its markup.
  function colour(turn, quote) {
    if (!window.CSS?.highlights) return;
    CSS.highlights.delete("evidence");
    const text = turn?.querySelector(".text");
    const at = text && quote ? text.textContent.indexOf(quote) : -1;
    if (at < 0) return;
    const range = new Range();
    const put = (offset, edge) => {
      const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
      for (let left = offset; walker.nextNode(); left -= walker.currentNode.length) {
        if (left <= walker.currentNode.length) { range[edge](walker.currentNode, left); return; }
      }
    };
    put(at, "setStart");
    put(at + quote.length, "setEnd");
    CSS.highlights.set("evidence", new Highlight(range));
  }

  function show(index, quote) {
    const turn = index === null || index === undefined ? null : element(`turn-${index}`);
    if (turn) pane("conversation");
    reveal(turn, "shown");
    colour(turn, quote);
  }

  // ---- evidence
  let current = -1;
  const dots = [];
  function jump(step) {
    if (!data.marks.length) { say(data.words.none); return; }
    current = (current + step + data.marks.length) % data.marks.length;
    go(data.marks[current]);
  }
  function go(mark) {
    current = data.marks.indexOf(mark);
    if (mark.start !== null) seek(mark.start);
    show(mark.turn, mark.quote);
    dots.forEach((dot, i) => dot.classList.toggle("here", i === current));
    for (const item of document.querySelectorAll(".item.here")) item.classList.remove("here");
    const item = element(`item-${mark.item}`);
    item?.classList.add("here");
    if (item?.offsetParent) item.scrollIntoView({ block: "nearest" });
    say(fill(data.words.evidence, { title: mark[data.words.lang], quote: mark.quote }));
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#item-']");
    if (link) {
      pane("scorecard");
      element("scorecard")?.querySelector("[value=all]")?.click();
      return;
    }
    const quote = event.target.closest(".quote");
    if (quote) {
      const start = quote.dataset.seek === undefined ? null : Number(quote.dataset.seek);
      current = data.marks.findIndex((m) => `item-${m.item}` === quote.closest(".item")?.id && m.start === start);
      if (start !== null) seek(start);
      show(quote.dataset.turn, quote.dataset.quote);
      return;
    }
    const place = event.target.closest("[data-seek]")?.dataset.seek
      ?? (String(getSelection()) ? undefined : event.target.closest(".turn .text")?.closest(".turn").dataset.start);
    if (audio && place !== undefined) { seek(Number(place)); if (event.target.closest("button.at")) audio.play(); }
  });

  // Used by mouse, a control gives the keys back to the page: space then plays and pauses.
  let byMouse = false;
  document.addEventListener("pointerdown", () => { byMouse = true; }, { capture: true });
  document.addEventListener("keydown", () => { byMouse = false; }, { capture: true });
  for (const [name, controls] of [["click", "button"], ["change", ".tally input, #speed"]]) {
    document.addEventListener(name, (event) => {
      if (byMouse && event.target.closest(controls)) document.activeElement?.blur();
    });
  }

  // ---- player
  let wave = null;
  let following = true;
  function seek(time) {
    if (!audio) return;
    audio.currentTime = Math.max(0, Math.min(data.duration || Infinity, time));
    moved(audio.currentTime);
  }
  function moved(time) {
    element("now").textContent = clock(time);
    const box = element("wave");
    box.setAttribute("aria-valuenow", Math.round(time));
    box.setAttribute("aria-valuetext", clock(time));
    wave.at(time);
  }
  function follow(time) {
    const spoken = data.turns.findLast(([, start, end]) => start <= time + 0.05 && time < (end ?? start) + 0.4);
    const turn = spoken ? element(`turn-${spoken[0]}`) : null;
    if (!turn || turn.classList.contains("playing")) return;
    if (following && !audio.paused) { reveal(turn, "playing"); return; }
    for (const old of document.querySelectorAll(".turn.playing")) old.classList.remove("playing");
    turn.classList.add("playing");
  }
  const toggle = () => (audio.paused ? audio.play() : audio.pause());
  function faster(step) {
    const speed = element("speed");
    speed.selectedIndex = Math.max(0, Math.min(speed.options.length - 1, speed.selectedIndex + step));
    audio.playbackRate = Number(speed.value);
  }
  function setFollow(on) {
    following = on;
    element("follow").setAttribute("aria-pressed", on);
  }
  function dot(mark) {
    const made = document.createElement("button");
    made.type = "button";
    made.tabIndex = -1;
    made.className = mark.outcome.toLowerCase();
    made.title = fill(data.words.evidence, { title: mark[data.words.lang], quote: mark.quote });
    made.addEventListener("click", (event) => { event.stopPropagation(); go(mark); });
    return made;
  }
  function place() {
    data.marks.forEach((mark, i) => {
      const x = mark.start === null ? -99 : wave.x(mark.start);
      dots[i].style.left = `${Math.min(Math.max(x, x < 0 ? -99 : 8), wave.width - 8)}px`;
      dots[i].hidden = x < 0 || x > wave.width;
    });
  }
  function ready() {
    const box = element("wave");
    wave = new window.Wave(box, data);
    for (const mark of data.marks) dots.push(element("marks").appendChild(dot(mark)));
    wave.zoomed = place;
    const at = (event) => wave.time(event.clientX - box.getBoundingClientRect().left);
    let held = false;
    box.addEventListener("pointerdown", (event) => {
      if (event.target.closest("button")) return;
      held = true;
      box.setPointerCapture(event.pointerId);
      seek(at(event));
    });
    box.addEventListener("pointermove", (event) => {
      const hover = element("hover-time");
      hover.hidden = false;
      hover.textContent = clock(at(event));
      hover.style.left = `${Math.min(wave.width - 24, Math.max(24, event.clientX - box.getBoundingClientRect().left))}px`;
      if (held) seek(at(event));
    });
    box.addEventListener("pointerup", () => { held = false; });
    box.addEventListener("pointerleave", () => { element("hover-time").hidden = true; });
    box.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      wave.zoom(event.deltaY < 0 ? 1.25 : 0.8, at(event));
    }, { passive: false });
    audio.addEventListener("timeupdate", () => { moved(audio.currentTime); follow(audio.currentTime); });
    for (const name of ["play", "pause", "ended"]) {
      audio.addEventListener(name, () => element("play").setAttribute("aria-pressed", !audio.paused));
    }
    audio.addEventListener("error", () => { element("no-sound").hidden = false; });
    if (audio.error) element("no-sound").hidden = false;
    // Smooth playhead while it plays; timeupdate alone comes four times a second.
    const frame = () => { if (!audio.paused) wave.at(audio.currentTime); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    document.documentElement.dataset.seekable = "";
    element("play").addEventListener("click", toggle);
    element("prev").addEventListener("click", () => jump(-1));
    element("next").addEventListener("click", () => jump(1));
    element("closer").addEventListener("click", () => wave.zoom(1.6));
    element("wider").addEventListener("click", () => wave.zoom(1 / 1.6));
    element("follow").addEventListener("click", () => setFollow(!following));
    element("speed").addEventListener("change", () => faster(0));
    element("conversation").addEventListener("wheel", () => setFollow(false), { passive: true });
  }
  if (audio) ready();

  // ---- emotion
  const mood = element("mood") && new window.Mood(element("mood"), (turn, share, quote, second) => {
    const time = second === undefined ? (share === null ? null : share * data.duration) : Number(second);
    if (audio && time !== null) seek(time);
    show(turn, quote);
  });
  if (mood && wave) {
    wave.zoomed = () => { place(); mood.look(wave.from / wave.duration, wave.span / wave.duration); };
  }

  // ---- an address may name the place: #turn-4 or #turn-4,at=12.5
  const named = location.hash.match(/^#turn-(\d+)(?:,at=(\d+(?:\.\d+)?))?$/);
  if (named) {
    if (audio && named[2] !== undefined) { seek(Number(named[2])); audio.play().catch(() => {}); }
    show(named[1]);
  }

  // ---- keys
  const shared = { "[": () => jump(-1), "]": () => jump(1) };
  const sound = {
    " ": toggle,
    ArrowLeft: (far) => seek(audio.currentTime - (far ? 30 : 5)),
    ArrowRight: (far) => seek(audio.currentTime + (far ? 30 : 5)),
    Home: () => seek(0),
    End: () => seek(data.duration),
    ArrowUp: () => faster(1),
    ArrowDown: () => faster(-1),
    "+": () => wave.zoom(1.6),
    "=": () => wave.zoom(1.6),
    "-": () => wave.zoom(1 / 1.6),
    f: () => setFollow(!following),
  };
  document.addEventListener("keydown", (event) => {
    const act = shared[event.key] || (audio && sound[event.key]);
    const own = event.key === " " && event.target.closest("button, a, summary, label");
    if (!act || own || !free(event)) return;
    event.preventDefault();
    act(event.shiftKey);
  });
  document.addEventListener("keydown", (event) => {
    const radios = event.target.closest?.(".tally input");
    if (radios && shared[event.key]) { event.preventDefault(); shared[event.key](); }
  });
})();
