// Play, the chord now and the next, the place; and how it is practised: tempo, key, loop, count-in, metronome.

import { sectionAt } from "../sound/player.js";
import { button, el, newId, select, slider } from "../ui.js";
import { higher, typeset } from "./chords.js";

const LOWEST = -6; // semitones; up to 11 more

export class Transport {
  #take = null;
  #starts = []; // of chords

  // ontoggle(), onseek(position)
  constructor(player, { ontoggle, onseek }) {
    this.player = player;
    this.toggle = button("Play", { primary: true, onclick: ontoggle });
    this.toggle.classList.add("play");
    this.now = el("strong", { class: "chord-now" });
    this.next = el("span", { class: "chord-next" });
    this.clock = el("span", { class: "clock number" });
    this.place = el("input", { type: "range", min: 0, max: 1, step: "any", "aria-label": "Position" });
    this.place.value = 0;
    this.place.addEventListener("input", () => onseek(Number(this.place.value)));
    this.node = el(
      "div",
      { class: "transport", role: "group", "aria-label": "Playback" },
      this.toggle,
      el("p", { class: "chords" }, this.now, this.next),
      el("div", { class: "place" }, this.place, this.clock),
    );
    this.#makePractice();
  }

  set take(take) {
    this.#take = take;
    this.#starts = take.chords.map(([start]) => start);
    const most = take.measures.length - 1;
    for (const input of [this.from, this.to]) input.max = most;
    this.from.value = Math.min(this.from.value, most);
    this.to.value = Math.min(this.to.value, most);
    this.place.max = take.seconds;
    this.speed.value = this.speed.value; // says the tempo anew
    this.key.fill(Array.from({ length: 12 }, (_, n) => [String(LOWEST + n), keyName(take, LOWEST + n)]));
    this.key.value = String(this.player.transposition);
  }

  // Whether it loops the measures from .. to, numbers from 1.
  loop(from, to) {
    this.from.value = from;
    this.to.value = to;
    this.loops.checked = true;
    this.#applyLoop();
  }

  changed() {
    const { playing, waiting, loop } = this.player;
    this.toggle.textContent = playing ? "Pause" : "Play";
    this.node.setAttribute("aria-busy", String(waiting));
    this.loops.checked = Boolean(loop);
  }

  // Shows where the sound is.
  draw(position) {
    const take = this.#take;
    this.place.value = position;
    const measure = Math.min(sectionAt(take.measures, position) + 1, take.measures.length - 1);
    const counted = this.player.untilItBegins;
    const clock = this.player.waiting
      ? "Loading …"
      : counted
        ? `in ${Math.ceil(counted)} …`
        : `${time(position)} / ${time(take.seconds)} · measure ${measure}`;
    if (clock !== this.clock.textContent) {
      this.clock.textContent = clock;
      this.place.setAttribute("aria-valuetext", `measure ${measure}, ${time(position)}`);
    }
    const chord = sectionAt(this.#starts, position);
    const name = (number) => typeset(higher(take, take.chords[number]?.[1] ?? "", this.player.transposition));
    const [now, next] = [name(chord), name(chord + 1)];
    if (now !== this.now.textContent) this.now.textContent = now;
    if (next !== this.next.textContent) this.next.textContent = next;
  }

  #makePractice() {
    const { player } = this;
    const show = (percents) => `${Math.round(((this.#take?.tempo ?? 100) * percents) / 100)} bpm · ${percents} %`;
    const oninput = (percents) => (player.speed = percents / 100);
    this.speed = slider("Speed", { min: 50, max: 150, value: 100, show, oninput });
    this.key = select("Key", { onchange: (semitones) => (player.transposition = Number(semitones)) });
    const check = (label, onchange) => {
      const input = el("input", { type: "checkbox", id: newId("check"), onchange: () => onchange(input.checked) });
      return { input, node: el("label", { class: "check" }, input, label) };
    };
    const loop = check("Loop measures", () => this.#applyLoop());
    this.loops = loop.input;
    const number = (label, value) => {
      const onchange = () => this.#applyLoop();
      return el("input", { type: "number", min: 1, value, class: "measure", "aria-label": label, onchange });
    };
    this.from = number("Loop from measure", 1);
    this.to = number("Loop to measure", 4);
    const loops = [loop.node, this.from, el("span", { "aria-hidden": "true" }, "–"), this.to];
    this.practice = el(
      "div",
      { class: "practice", role: "group", "aria-label": "Practice" },
      this.speed.node,
      this.key.node,
      el("div", { class: "row loop" }, loops),
      el(
        "div",
        { class: "row" },
        check("Count-in", (on) => (player.countsIn = on)).node,
        check("Metronome", (on) => (player.metronome = on)).node,
      ),
    );
  }

  #applyLoop() {
    const { measures } = this.#take;
    const most = measures.length - 1;
    const bound = (input, low) => Math.max(low, Math.min(Math.round(Number(input.value)) || low, most));
    const from = bound(this.from, 1);
    const to = bound(this.to, from);
    [this.from.value, this.to.value] = [from, to];
    const loop = this.loops.checked ? { from: measures[from - 1], to: measures[to] } : null;
    const { loop: before } = this.player;
    if (loop?.from !== before?.from || loop?.to !== before?.to) this.player.loop = loop;
  }
}

export function time(seconds) {
  const whole = Math.floor(seconds + 1e-3);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// "B♭ (as played)", "C (+2)"; without a key the semitones alone.
function keyName(take, semitones) {
  const key = typeset(take.keys[(semitones + 12) % 12]);
  const moved = semitones === 0 ? "as played" : `${semitones > 0 ? "+" : "−"}${Math.abs(semitones)}`;
  return key ? `${key} (${moved})` : moved;
}
