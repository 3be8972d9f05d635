// The piano roll: a canvas that draws what is visible of a take, ruled by measures, with its chords above.

import { reducedMotion } from "../ui.js";
import { firstAt, longest, sectionAt } from "../sound/player.js";
import { higher, typeset } from "./chords.js";

const RULER = 22; // CSS pixels: the measures' numbers, where a loop is dragged
const CHORDS = 24;
const LANE = 6; // of a drum
const KEYS = 40; // the keyboard at the left edge
const BLACK = new Set([1, 3, 6, 8, 10]); // pitch classes of black keys
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
    const parts = take.parts.map((part) => ({ ...part, notes: [...part.notes], longest: longest(part.notes) }));
    const pitched = parts.filter((part) => !part.drums).flatMap((part) => part.notes);
    const drums = new Set(parts.filter((part) => part.drums).flatMap((part) => part.notes.map((note) => note[2])));
    let low = Infinity;
    let high = -Infinity;
    for (const note of pitched) {
      low = Math.min(low, note[2]);
      high = Math.max(high, note[2]);
    }
    if (!pitched.length) [low, high] = [60, 72];
    this.#take = { ...take, parts, low: low - 1, high: high + 1, lanes: [...drums].sort((a, b) => a - b) };
    this.draw(this.#last);
  }

  // Adds a note to a part of what is shown.
  add(number, note) {
    const take = this.#take;
    const part = take.parts[number];
    part.notes.splice(firstAt(part.notes, note[0]), 0, note);
    part.longest = Math.max(part.longest, note[1] - note[0]);
    take.low = Math.min(take.low, note[2] - 1);
    take.high = Math.max(take.high, note[2] + 1);
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
    const names = ["ink", "muted", "line", "raised", "tint", "accent", "key-white", "key-black", "edge", "part-0", "part-1", "part-2", "part-3", "part-4"];
    this.#colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
    this.#fonts = { small: `12px ${style.fontFamily}`, chord: `600 13px ${style.fontFamily}` };
    this.draw(this.#last);
  }

  #fonts = {};

  #scroll() {
    const { position, playing } = this.#last;
    const shown = (this.#width - KEYS) / this.#scale;
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
    this.#paintKeys();
  }

  #x(seconds) {
    return KEYS + (seconds - this.#from) * this.#scale;
  }

  // Where the rows of pitches are: {top, row: a row's height, high: the pitch of the first}.
  #rows() {
    const top = RULER + CHORDS + 4;
    const bottom = this.#height - this.#take.lanes.length * LANE - 8;
    const { low, high } = this.#take;
    const moved = this.#last.transposition ?? 0;
    return { top, row: (bottom - top) / (high - low + 1), low: low + moved, high: high + moved };
  }

  // The keyboard: a key for each row, lit where a part sounds it.
  #paintKeys() {
    const { brush } = this;
    const { top, row, low, high } = this.#rows();
    const lit = this.#sounding();
    brush.fillStyle = this.#colours.raised;
    brush.fillRect(0, 0, KEYS, this.#height);
    brush.font = this.#fonts.small;
    for (let pitch = high; pitch >= low; pitch -= 1) {
      const y = top + (high - pitch) * row;
      const black = BLACK.has(pitch % 12);
      brush.fillStyle = lit.get(pitch) ?? this.#colours[black ? "key-black" : "key-white"];
      brush.fillRect(0, y, black ? KEYS * 0.62 : KEYS - 1, row);
      brush.fillStyle = this.#colours.line;
      if (pitch % 12 === 0 || pitch % 12 === 5) brush.fillRect(0, y + row, KEYS, 1); // below C and F
    }
    brush.fillStyle = this.#colours["key-black"];
    for (let pitch = high; pitch >= low; pitch -= 1) {
      if (pitch % 12 === 0) brush.fillText(`C${pitch / 12 - 1}`, KEYS - 18, top + (high - pitch) * row + row / 2 - 3);
    }
    brush.fillStyle = this.#colours.edge;
    brush.fillRect(KEYS - 1, RULER + CHORDS, 1, this.#height);
  }

  // The colours of what sounds, by pitch; the solo's wins.
  #sounding() {
    const { position, muted, transposition = 0 } = this.#last;
    const lit = new Map();
    for (let number = this.#take.parts.length - 1; number >= 0; number -= 1) {
      const { drums, notes, longest } = this.#take.parts[number];
      if (drums || muted?.[number]) continue;
      for (let place = firstAt(notes, position - longest); place < notes.length && notes[place][0] <= position; place += 1) {
        if (notes[place][1] > position) lit.set(notes[place][2] + transposition, this.#colours[`part-${number % 5}`]);
      }
    }
    return lit;
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
    const now = sectionAt(starts, this.#last.position);
    for (let number = sectionAt(starts, this.#from); number < chords.length; number += 1) {
      const x = this.#x(starts[number]);
      if (x > this.#width) break;
      const name = typeset(higher(this.#take, chords[number][1], this.#last.transposition ?? 0));
      const left = Math.max(x, KEYS);
      const end = Math.min(this.#x(starts[number + 1] ?? this.#take.seconds), this.#width);
      if (number === now) {
        brush.fillStyle = this.#colours.tint;
        brush.fillRect(left, RULER + 1, end - left, CHORDS - 1);
      }
      const room = this.#x(starts[number + 1] ?? Infinity) - left - 6;
      const width = brush.measureText(name).width;
      brush.fillStyle = number === now ? this.#colours.accent : this.#colours.ink;
      if (room >= width * NARROWEST) brush.fillText(name, left + 4, RULER + CHORDS / 2 + 1, Math.min(room, width));
    }
  }

  #paintPart(part, number) {
    const { brush } = this;
    const to = this.#from + (this.#width - KEYS) / this.#scale;
    brush.fillStyle = this.#colours[`part-${number % 5}`];
    brush.globalAlpha = this.#last.muted?.[number] ? 0.2 : 1;
    const { top, row } = this.#rows();
    const { position } = this.#last;
    const { notes } = part;
    for (let place = firstAt(notes, this.#from - part.longest); place < notes.length; place += 1) {
      const [start, end, pitch] = notes[place];
      if (start > to) break;
      const x = this.#x(start);
      const width = Math.max(2, (end - start) * this.#scale - 1);
      if (part.drums) {
        const lane = this.#take.lanes.indexOf(pitch);
        const lit = position >= start && position < start + 0.12;
        brush.fillRect(x - (lit ? 1 : 0), this.#height - 4 - (lane + 1) * LANE + (lit ? 0 : 1), lit ? 6 : 3, LANE - (lit ? 0 : 1.5));
      } else {
        const y = top + (this.#take.high - pitch) * row;
        const sounds = start <= position && end > position;
        brush.fillRect(x, y + 0.5, width, Math.max(3, row - 1));
        if (!sounds) continue;
        brush.strokeStyle = this.#colours.ink;
        brush.lineWidth = 1.5;
        brush.strokeRect(x, y, width, Math.max(4, row));
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
    return Math.max(0, Math.min(this.#from + (x - KEYS) / this.#scale, this.#take.seconds));
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
