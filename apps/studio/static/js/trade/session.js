// A trade that is being played: whose turn it is, what was played, and answers that are there before their measures.
//
// An answer is asked for several times, first early, in case the studio is slow, and last so late that the network hears
// nearly everything. The latest that comes before its turn counts; if none does the band plays alone.
//
// Events: "turn" (detail: {turn, beats}), "beat" (detail: {turn, left}), "answer" (detail: {turn, heard}), "late" (detail:
// {turn}), "failed" (detail: the error), "end" (detail: the body that makes a take of it).

import { beats } from "../sound/player.js";
import { Recorder } from "./recorder.js";

const ASKED = [2, 1, 0.5, 0.25]; // seconds before a turn at which an answer is asked for
const READY = 0.1; // before a turn: what has come is scheduled now
const MEMORY = 33; // measures that are sent: the network reads no more
const LOOK = 20; // milliseconds between two looks at the clock
const NETWORK = 0; // the number of the network's part
export const YOU = 1;

export class TradeSession extends EventTarget {
  #recorder = new Recorder();
  #answers = new Map(); // by turn: {asked: how often, found, done}
  #written = []; // the network's notes as the studio writes them: {turn, notes}
  #timer = 0;
  #turn = null;
  #left = null;
  #ended = false;

  // `take`: the studio's answer to jazz/trade, and `trade` the body that was asked for, with its seed.
  constructor({ player, api, take, trade, onnote }) {
    super();
    Object.assign(this, { player, api, take, trade, onnote });
    this.beats = beats(take).map(({ at }) => at);
    this.turns = take.turns.map(([first, end, person]) => ({
      first,
      end,
      person,
      from: take.measures[first],
      to: take.measures[end],
    }));
  }

  async start() {
    await this.player.play();
    this.#timer = setInterval(() => this.#look(), LOOK);
    this.player.addEventListener("change", this.#changed);
    this.#look();
  }

  // Where what is heard now is; below 0 while it is counted in.
  get position() {
    return this.player.position - this.player.untilItBegins;
  }

  press({ pitch, velocity, time }) {
    this.#recorder.press(pitch, velocity, this.player.positionAt(time));
  }

  release({ pitch, time }) {
    const note = this.#recorder.release(pitch, this.player.positionAt(time));
    if (note) this.onnote(YOU, note);
  }

  // What the person holds, as notes that end now.
  get notes() {
    return this.#recorder.notes(this.player.position);
  }

  stop() {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#timer);
    this.player.removeEventListener("change", this.#changed);
    const { position } = this.player;
    const over = !this.player.playing && position >= this.take.seconds - 0.01;
    if (this.player.playing) this.player.pause();
    for (const note of this.#recorder.releaseAll(position)) if (note) this.onnote(YOU, note);
    const body = { ...this.#body(position), measures: over ? undefined : Math.max(1, this.#measure(position)) };
    this.dispatchEvent(new CustomEvent("end", { detail: body }));
  }

  #changed = () => {
    if (!this.player.playing) this.stop(); // it is over, or something else was played
  };

  // The number of the measure after the one that sounds.
  #measure(position) {
    return this.take.measures.findLastIndex((start) => start <= position + 0.05) + 1;
  }

  // What has been played, from `since` on.
  #body(until, since = -1) {
    return {
      trade: this.trade,
      played: this.#recorder.notes(until).filter(([start]) => start >= since),
      answered: this.#written.filter(({ from }) => from >= since).flatMap(({ notes }) => notes),
    };
  }

  #look() {
    const { position } = this;
    this.turns.forEach((turn, number) => turn.person || this.#prepare(number, turn, position));
    const number = this.turns.findIndex(({ from, to }) => position >= from && position < to);
    this.#announce(number, position);
  }

  // Says whose turn it is, and how many beats are left until the other's.
  #announce(number, position) {
    const next = this.turns[number]?.to ?? this.turns[0].from; // before the first turn: until it
    const left = this.beats.filter((at) => at > position + 1e-3 && at < next - 1e-3).length + 1;
    if (number !== this.#turn) {
      this.#turn = number;
      this.#left = null;
      this.dispatchEvent(new CustomEvent("turn", { detail: { turn: this.turns[number] ?? null, beats: left } }));
    }
    if (left === this.#left) return;
    this.#left = left;
    this.dispatchEvent(new CustomEvent("beat", { detail: { turn: this.turns[number] ?? null, left } }));
  }

  #prepare(number, turn, position) {
    const away = turn.from - position;
    if (away < -1) return;
    const answer = this.#answers.get(number) ?? { asked: 0, found: null, done: false };
    this.#answers.set(number, answer);
    if (answer.done) return;
    const due = ASKED.filter((seconds) => away < seconds).length;
    if (due > answer.asked) {
      answer.asked = due;
      this.#ask(number, turn, answer, due);
    }
    if (answer.found?.order === ASKED.length || (answer.found && away < READY)) this.#play(turn, answer);
    else if (away < READY / 2 && !answer.found) {
      answer.done = true;
      this.dispatchEvent(new CustomEvent("late", { detail: { turn } }));
    }
  }

  async #ask(number, turn, answer, order) {
    const since = this.take.measures[Math.max(0, turn.first - MEMORY)];
    const body = { ...this.#body(turn.from, since), turn: number };
    try {
      const found = await this.api.post("jazz/trade/answer", body);
      if (this.#ended || answer.done || answer.found?.order > order) return;
      answer.found = { ...found, order };
      this.#look(); // at once: it may be just in time
    } catch (error) {
      if (!this.#ended) this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    }
  }

  #play(turn, answer) {
    answer.done = true;
    const { notes, written, heard } = answer.found;
    this.player.add(NETWORK, notes);
    this.#written.push({ from: turn.from, notes: written });
    for (const note of notes) this.onnote(NETWORK, note);
    this.dispatchEvent(new CustomEvent("answer", { detail: { turn, heard } }));
  }
}
