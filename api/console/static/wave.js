// Draws two lanes of sound with what was found in them; it knows times and pixels, nothing of playing.
"use strict";

window.Wave = class Wave {
  static RULER = 16; // pixels above the lanes, for the evidence marks

  constructor(box, data) {
    this.box = box;
    this.data = data;
    this.canvas = box.querySelector("canvas");
    this.duration = data.duration || 1;
    this.from = 0;
    this.span = this.duration;
    this.now = 0;
    this.zoomed = () => {};
    // The loudest moment fills the lane, so that a quiet line can be read too.
    this.loudest = Math.max(24, ...data.lanes.map((lane) => lane.reduce((a, b) => Math.max(a, b), 0)));
    const again = () => { this.colours = null; this.fit(); };
    new ResizeObserver(again).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }

  x(time) { return (time - this.from) / this.span * this.width; }

  time(x) { return Math.min(this.duration, Math.max(0, this.from + x / this.width * this.span)); }

  // Look closer (factor above 1) or wider, around a time; never beyond the recording's ends.
  zoom(factor, around = this.now) {
    const least = Math.min(this.duration, 8);
    this.span = Math.min(this.duration, Math.max(least, this.span / factor));
    this.look(around - this.span / 2);
  }

  look(from) {
    this.from = Math.min(this.duration - this.span, Math.max(0, from));
    this.draw();
    this.zoomed();
  }

  // Show a time; the window moves on by itself when the time leaves it.
  at(now, keep = true) {
    this.now = now;
    if (keep && this.span < this.duration && (now < this.from || now > this.from + this.span * 0.92)) {
      this.look(now - this.span * 0.08);
    } else this.draw();
  }

  fit() {
    const ratio = window.devicePixelRatio || 1;
    this.width = this.box.clientWidth;
    this.height = this.box.clientHeight;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.draw();
    this.zoomed();
  }

  colour(name) {
    if (!this.colours) {
      const style = getComputedStyle(document.documentElement);
      this.colours = (key) => style.getPropertyValue(`--${key}`).trim();
    }
    return this.colours(name);
  }

  draw() {
    if (!this.pen || !this.width) return;
    this.pen.clearRect(0, 0, this.width, this.height);
    for (const [start, end] of this.data.silences) this.band(start, end, "na", 0.16);
    for (const [start, end] of this.data.holds) this.band(start, end, "warn", 0.22);
    this.lanes();
    for (const [start, end] of this.data.overlaps) this.clash(start, end);
    this.line(this.x(this.now));
  }

  band(start, end, colour, strength) {
    this.pen.globalAlpha = strength;
    this.pen.fillStyle = this.colour(colour);
    this.pen.fillRect(this.x(start), Wave.RULER, Math.max(1, this.x(end) - this.x(start)), this.height);
    this.pen.globalAlpha = 1;
  }

  clash(start, end) {
    const middle = Wave.RULER + (this.height - Wave.RULER) / 2;
    this.pen.fillStyle = this.colour("bad");
    this.pen.fillRect(this.x(start), middle - 2, Math.max(3, this.x(end) - this.x(start)), 4);
  }

  line(x) {
    this.pen.fillStyle = this.colour("ink");
    this.pen.fillRect(Math.round(x) - 0.75, Wave.RULER - 3, 1.5, this.height);
  }

  // One list of peaks a lane; without two channels both lanes share one list, parted by who speaks.
  lanes() {
    const { lanes, roles } = this.data;
    const tall = (this.height - Wave.RULER) / 2;
    ["agent", "customer"].forEach((role, row) => {
      const mono = lanes.length === 1;
      const peaks = mono ? lanes[0] : lanes[row];
      if (peaks) this.lane(peaks, Wave.RULER + tall * (row + 0.5), tall / 2 - 3, roles[row] === "customer" ? "customer" : role, mono);
    });
  }

  lane(peaks, middle, reach, role, mono) {
    const step = 3;
    const ink = this.colour(role);
    const said = this.data.turns.filter((t) => t[3] === role);
    let turn = 0;
    this.pen.fillStyle = ink;
    for (let x = 0; x < this.width; x += step) {
      const start = this.time(x);
      if (mono) {
        while (turn < said.length && said[turn][2] < start) turn += 1;
        if (turn >= said.length || said[turn][1] > start) continue;
      }
      const tall = Math.max(0.5, this.peak(peaks, start, this.time(x + step)) * reach);
      this.pen.globalAlpha = start <= this.now ? 1 : 0.5;
      this.pen.fillRect(x, middle - tall, step - 1, tall * 2);
    }
    this.pen.globalAlpha = 1;
  }

  // The loudest of a stretch, 0..1, on a scale that lets soft speech be seen.
  peak(peaks, start, end) {
    const rate = this.data.rate;
    const last = Math.min(peaks.length, Math.max(Math.floor(start * rate) + 1, Math.ceil(end * rate)));
    let most = 0;
    for (let i = Math.floor(start * rate); i < last; i += 1) if (peaks[i] > most) most = peaks[i];
    return (most / this.loudest) ** 0.7;
  }
};
