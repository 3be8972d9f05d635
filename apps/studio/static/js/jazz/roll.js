// The piano roll: a canvas that draws what is visible of a take, ruled by measures, with its chords above.

import { reducedMotion } from "../ui.js";
import { sectionAt } from "../sound/player.js";

const RULER = 22; // CSS pixels: the measures' numbers, where a loop is dragged
const CHORDS = 24;
const LANE = 6; // of a drum
const CURSOR = 0.3; // of the width: where the cursor stays while the music moves
const NARROWEST = 0.75; // of its width: how far a chord's name is narrowed; else it is left out
const CLICK = 5; // pixels within which a press is no drag

export class Roll {
  #take = null;
  #from = 0; // seconds at the left edge
  #follows = true;
  #colours = {};
  #width = 0;
  #height = 0;
  #scale = 90; // pixels a second
  #last = { position: 0, loop: null, playing: false };
  #drawn = false;
  #press = null;

  // onseek(position), onloop({from, to})
  constructor(canvas, { onseek, onloop }) {
    this.canvas = canvas;
    this.onseek = onseek;
    this.onloop = onloop;
    this.brush = canvas.getContext("2d");
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#resize());
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", () => (this.#press = null));
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  set take(take) {
    const parts = take.parts.map((part) => ({ ...part, longest: longest(part.notes) }));
    const pitched = parts.filter((part) => !part.drums).flatMap((part) => part.notes);
    const keys = new Set(parts.filter((part) => part.drums).flatMap((part) => part.notes.map((note) => note[2])));
    let low = Infinity;
    let high = -Infinity;
    for (const note of pitched) {
      low = Math.min(low, note[2]);
      high = Math.max(high, note[2]);
    }
    if (!pitched.length) [low, high] = [60, 72];
    const chords = take.chords.map(([start, name]) => [start, typeset(name)]);
    this.#take = { ...take, parts, chords, low: low - 1, high: high + 1, keys: [...keys].sort((a, b) => a - b) };
    this.draw(this.#last);
  }

  // Shows the place of the cursor again after it was scrolled away.
  follow() {
    this.#follows = true;
  }

  // {position, loop, playing}; `position` in seconds.
  draw(state) {
    this.#last = state;
    if (this.#drawn) return;
    this.#drawn = true;
    requestAnimationFrame(() => {
      this.#drawn = false;
      this.#paint();
    });
  }

  // Draws now: within a frame that is being made anyway.
  paint(state) {
    this.#last = state;
    this.#paint();
  }

  #resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = devicePixelRatio || 1;
    this.#width = clientWidth;
    this.#height = clientHeight;
    this.#scale = clientWidth < 500 ? 60 : 90;
    this.canvas.width = Math.round(clientWidth * ratio);
    this.canvas.height = Math.round(clientHeight * ratio);
    const style = getComputedStyle(this.canvas);
    const names = ["ink", "muted", "line", "raised", "tint", "accent", "paper", "part-0", "part-1", "part-2", "part-3"];
    this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.#fonts = { small: `12px ${style.fontFamily}`, chord: `600 13px ${style.fontFamily}` };
    this.draw(this.#last);
  }

  #fonts = {};

  #scroll() {
    const { position, playing } = this.#last;
    const shown = this.#width / this.#scale;
    const last = Math.max(0, this.#take.seconds - shown * (1 - CURSOR));
    if (this.#follows) {
      const place = (position - this.#from) / shown;
      if (reducedMotion() && playing) {
        if (place < 0 || place > 0.95) this.#from = position - shown * 0.05;
      } else if (playing || place < 0.02 || place > 0.98) {
        this.#from = position - shown * CURSOR;
      }
    }
    this.#from = Math.max(0, Math.min(this.#from, last));
  }

  #paint() {
    const { brush, canvas } = this;
    if (!this.#width || !this.#height) return;
    const ratio = canvas.width / this.#width;
    brush.setTransform(ratio, 0, 0, ratio, 0, 0);
    brush.fillStyle = this.#colours.raised;
    brush.fillRect(0, 0, this.#width, this.#height);
    if (!this.#take) return;
    this.#scroll();
    this.#paintLoop();
    this.#paintMeasures();
    this.#paintChords();
    for (let number = this.#take.parts.length - 1; number >= 0; number -= 1) {
      this.#paintPart(this.#take.parts[number], number); // the solo is on top
    }
    this.#paintCursor();
  }

  #x(seconds) {
    return (seconds - this.#from) * this.#scale;
  }

  #paintLoop() {
    const { loop } = this.#last;
    if (!loop) return;
    this.brush.fillStyle = this.#colours.tint;
    this.brush.globalAlpha = 0.6;
    this.brush.fillRect(this.#x(loop.from), 0, (loop.to - loop.from) * this.#scale, this.#height);
    this.brush.globalAlpha = 1;
    this.brush.fillStyle = this.#colours.accent;
    this.brush.fillRect(this.#x(loop.from), 0, (loop.to - loop.from) * this.#scale, 3);
  }

  #paintMeasures() {
    const { brush } = this;
    const { measures } = this.#take;
    brush.font = this.#fonts.small;
    brush.textBaseline = "middle";
    brush.textAlign = "left";
    const first = sectionAt(measures, this.#from);
    let free = -Infinity; // where the next number may stand
    for (let number = first; number < measures.length; number += 1) {
      const x = Math.round(this.#x(measures[number])) + 0.5;
      if (x > this.#width) break;
      brush.fillStyle = this.#colours.line;
      brush.fillRect(x - 0.5, RULER, 1, this.#height - RULER);
      if (number + 1 < measures.length && x + 4 >= free) {
        brush.fillStyle = this.#colours.muted;
        brush.fillText(String(number + 1), x + 4, RULER / 2 + 1);
        free = x + 4 + brush.measureText(String(number + 1)).width + 8;
      }
    }
    brush.fillStyle = this.#colours.line;
    brush.fillRect(0, RULER, this.#width, 1);
    brush.fillRect(0, RULER + CHORDS, this.#width, 1);
  }

  #paintChords() {
    const { brush } = this;
    const { chords } = this.#take;
    const starts = (this.#take.chordStarts ??= chords.map((chord) => chord[0]));
    if (!chords.length) return;
    brush.font = this.#fonts.chord;
    brush.fillStyle = this.#colours.ink;
    for (let number = sectionAt(starts, this.#from); number < chords.length; number += 1) {
      const x = this.#x(starts[number]);
      if (x > this.#width) break;
      const name = chords[number][1];
      const room = this.#x(starts[number + 1] ?? Infinity) - Math.max(x, 0) - 6;
      const width = brush.measureText(name).width;
      if (room >= width * NARROWEST) brush.fillText(name, Math.max(x, 0) + 4, RULER + CHORDS / 2 + 1, Math.min(room, width));
    }
  }

  #paintPart(part, number) {
    const { brush } = this;
    const to = this.#from + this.#width / this.#scale;
    brush.fillStyle = this.#colours[`part-${number % 4}`];
    brush.globalAlpha = this.#last.muted?.[number] ? 0.2 : 1;
    const lanes = this.#take.keys.length * LANE;
    const top = RULER + CHORDS + 4;
    const bottom = this.#height - lanes - 8;
    const row = (bottom - top) / (this.#take.high - this.#take.low + 1);
    const { notes } = part;
    for (let place = firstAt(notes, this.#from - part.longest); place < notes.length; place += 1) {
      const [start, end, pitch] = notes[place];
      if (start > to) break;
      const x = this.#x(start);
      const width = Math.max(2, (end - start) * this.#scale - 1);
      if (part.drums) {
        const lane = this.#take.keys.indexOf(pitch);
        brush.fillRect(x, this.#height - 4 - (lane + 1) * LANE + 1, 3, LANE - 1.5);
      } else {
        const y = top + (this.#take.high - pitch) * row;
        brush.fillRect(x, y + 0.5, width, Math.max(3, row - 1));
      }
    }
    brush.globalAlpha = 1;
  }

  #paintCursor() {
    const x = this.#x(this.#last.position);
    this.brush.fillStyle = this.#colours.accent;
    this.brush.fillRect(x - 1, 0, 2, this.#height);
  }

  #seconds(event) {
    const x = event.clientX - this.canvas.getBoundingClientRect().left;
    return Math.max(0, Math.min(this.#from + x / this.#scale, this.#take.seconds));
  }

  #down(event) {
    if (!this.#take || event.button) return;
    const y = event.clientY - this.canvas.getBoundingClientRect().top;
    this.canvas.setPointerCapture(event.pointerId);
    this.#press = { x: event.clientX, from: this.#from, at: this.#seconds(event), ruler: y < RULER + CHORDS, moved: false };
  }

  #move(event) {
    const press = this.#press;
    if (!press) return;
    if (Math.abs(event.clientX - press.x) > CLICK) press.moved = true;
    if (!press.moved) return;
    if (press.ruler) {
      this.onloop(this.#measures(press.at, this.#seconds(event)));
    } else {
      this.#follows = false;
      this.#from = press.from - (event.clientX - press.x) / this.#scale;
      this.draw(this.#last);
    }
  }

  #up(event) {
    const press = this.#press;
    this.#press = null;
    if (press && !press.moved) {
      this.#follows = true;
      this.onseek(this.#seconds(event));
    }
  }

  #wheel(event) {
    const step = event.deltaX || (event.shiftKey ? event.deltaY : 0);
    if (!step || !this.#take) return;
    event.preventDefault();
    this.#follows = false;
    this.#from += step / this.#scale;
    this.draw(this.#last);
  }

  // The first and the last measure between two positions, as numbers from 1.
  #measures(one, other) {
    const { measures } = this.#take;
    const most = measures.length - 1;
    const [from, to] = [one, other].sort((a, b) => a - b).map((at) => Math.min(sectionAt(measures, at) + 1, most));
    return { from, to };
  }
}

// A chord's name with the signs of music.
function typeset(name) {
  return name.replace(/(?<=^[A-G]|\/[A-G])b|b(?=[0-9])/g, "♭").replaceAll("#", "♯");
}

function longest(notes) {
  return notes.reduce((most, [start, end]) => Math.max(most, end - start), 0);
}

// The first of notes, which are in order, that begins at a time or later.
function firstAt(notes, time) {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle][0] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
