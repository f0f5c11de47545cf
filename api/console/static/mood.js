// The curve of emotion: a press goes to that moment; it shows the same stretch of the call as the sound above it.
"use strict";

window.Mood = class Mood {
  // go(turn, seconds, quote): seconds is null where there is no sound.
  constructor(box, go) {
    this.picture = box.querySelector("svg");
    this.spots = [...box.querySelectorAll(".turning")];
    this.stops = JSON.parse(box.dataset.stops);
    this.timed = box.dataset.timed === "true";
    this.look(0, 1);
    this.picture.addEventListener("click", (event) => {
      const { left, width } = this.picture.getBoundingClientRect();
      const x = (this.from + (event.clientX - left) / width * this.span) * 1000;
      const [, turn] = this.stops.reduce((a, b) => (Math.abs(b[0] - x) < Math.abs(a[0] - x) ? b : a));
      go(turn, this.timed ? x / 1000 : null, null);
    });
    for (const spot of this.spots) {
      spot.addEventListener("click", (event) => { event.stopPropagation(); go(spot.dataset.turn, null, spot.dataset.quote, spot.dataset.seek); });
    }
  }

  // A stretch of the whole, as shares of it.
  look(from, span) {
    this.from = from;
    this.span = span;
    this.picture.setAttribute("viewBox", `${from * 1000} 0 ${span * 1000} 100`);
    for (const spot of this.spots) {
      const x = (spot.dataset.x / 1000 - from) / span;
      spot.hidden = x < 0 || x > 1;
      spot.style.left = `${x * 100}%`;
      spot.style.top = `${spot.dataset.y}%`;
    }
  }
};
