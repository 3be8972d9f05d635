// A drawn piano keyboard: to touch, and to see which keys play what and what sounds.

import { el } from "../ui.js";
import { KEYS } from "./inputs.js";

const BLACK = new Set([1, 3, 6, 8, 10]);
const SOFTEST = 45; // at the top of a key; at its lower end it is loudest
const LOUDEST = 115;
const CODES = Object.fromEntries(Object.entries(KEYS).map(([code, pitch]) => [pitch, code]));

export class Keyboard {
  #keys = []; // by semitone: {node, letter}
  #touches = new Map(); // by pointer: pitch

  // press and release: see inputs.js. `base()`: the pitch of the lowest key.
  constructor({ base, press, release }) {
    this.base = base;
    this.press = press;
    this.release = release;
    let white = 0;
    for (let semitone = 0; semitone <= 17; semitone += 1) {
      const black = BLACK.has(semitone % 12);
      const letter = el("span", {});
      const node = el("div", { class: black ? "key black" : "key white", "aria-hidden": "true" }, letter);
      node.dataset.semitone = semitone;
      node.style.setProperty("--place", white);
      if (!black) white += 1;
      this.#keys.push({ node, letter });
    }
    this.node = el(
      "div",
      {
        class: "keyboard",
        role: "application",
        tabindex: 0,
        "aria-label":
          "Piano keys. The letters from A to the right play the white keys, the row above the black ones. " +
          "Z and X change the octave, C and V the loudness.",
      },
      this.#keys.map(({ node }) => node),
    );
    this.node.addEventListener("pointerdown", (event) => this.#down(event));
    this.node.addEventListener("pointermove", (event) => this.#move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      this.node.addEventListener(name, (event) => this.#up(event));
    }
    this.node.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  // What is printed on the keys of the computer, by their codes.
  set labels(labels) {
    this.#keys.forEach(({ letter }, semitone) => (letter.textContent = labels[CODES[semitone]] ?? ""));
  }

  // Shows which pitches sound.
  show(pitches) {
    this.#keys.forEach(({ node }, semitone) => node.classList.toggle("down", pitches.has(this.base() + semitone)));
  }

  letGo() {
    for (const pointerId of [...this.#touches.keys()]) this.#up({ pointerId, timeStamp: performance.now() });
  }

  #down(event) {
    if (event.button) return;
    event.preventDefault(); // no text is selected, no mouse event follows a touch
    this.node.focus({ preventScroll: true });
    this.node.setPointerCapture(event.pointerId);
    this.#play(event);
  }

  // A finger that slides goes on to the next key.
  #move(event) {
    if (this.#touches.has(event.pointerId)) this.#play(event);
  }

  #play(event) {
    const { pointerId, clientX, clientY, timeStamp } = event;
    const node = document.elementFromPoint(clientX, clientY)?.closest(".key");
    const pitch = node && this.node.contains(node) ? this.base() + Number(node.dataset.semitone) : null;
    const before = this.#touches.get(pointerId) ?? null;
    if (pitch === before) return;
    this.#touches.set(pointerId, pitch);
    if (before !== null) this.release({ pitch: before, time: timeStamp, source: pointerId });
    if (pitch === null) return;
    const { top, height } = node.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (clientY - top) / height));
    const velocity = Math.round(SOFTEST + (LOUDEST - SOFTEST) * share);
    this.press({ pitch, velocity, time: timeStamp, source: pointerId });
  }

  #up({ pointerId, timeStamp }) {
    const pitch = this.#touches.get(pointerId) ?? null;
    this.#touches.delete(pointerId);
    if (pitch !== null) this.release({ pitch, time: timeStamp, source: pointerId });
  }
}
