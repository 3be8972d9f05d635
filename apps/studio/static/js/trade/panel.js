// The panel in which a person trades measures with the network, over the band.

import { Hands, computerKeys, keyLabels, midiIsAllowed, midiKeyboards } from "./inputs.js";
import { Keyboard } from "./keyboard.js";
import { Monitor } from "./monitor.js";
import { TradeSession } from "./session.js";
import { button, el, errorLine, select, slider } from "../ui.js";

const INSTRUMENT = "piano"; // what a person plays, here and in the take

export class TradePanel {
  #session = null;
  #unkept = null; // the body of a take that could not be made
  #sounding = new Map(); // by source and pitch: the voice, or null
  #ready = false; // keys and MIDI are listened to

  // request(): a promise of what is asked for to play over, as for takes; null: it was refused, and said why.
  // begin(take): shows and loads it; add(part, note): shows a note; keep(take, body): a take of the trade was made;
  // end(): nothing is traded any longer.
  constructor({ api, player, instruments, request, begin, add, keep, end }) {
    Object.assign(this, { api, player, request, begin, add, keep, ended: end });
    this.monitor = new Monitor(instruments, INSTRUMENT);
    this.error = errorLine();
    this.length = select("Turns", {
      options: [2, 4, 8].map((count) => [String(count), `${count} measures each`]),
      value: "4",
    });
    this.begins = select("First", { options: [["you", "You begin"], ["network", "The network begins"]] });
    this.choruses = slider("Choruses to trade", { min: 1, max: 8, value: 2 });
    this.start = button("Trade", { primary: true, onclick: () => this.#start() });
    this.stop = button("Stop and keep it", { onclick: () => this.#session?.stop(), hidden: true });
    this.again = button("Try to keep it again", { onclick: () => this.#keep(this.#unkept), hidden: true });
    this.turn = el("p", { class: "trade-turn" });
    this.count = el("p", { class: "trade-count number", "aria-hidden": "true" });
    this.said = el("p", { class: "note", role: "status" }); // what a screen reader is told
    this.midi = button("Use a MIDI keyboard", { small: true, onclick: () => this.#connect() });
    this.connected = el("p", { class: "note", role: "status" });
    this.set = el("output", { class: "number" });
    this.hands = new Hands(() => this.#showHands());
    const playing = { press: (key) => this.#press(key), release: (key) => this.#release(key) };
    this.keyboard = new Keyboard({ base: () => this.hands.base, ...playing });
    this.playing = playing;
    const tool = (text, says, act) => button(text, { small: true, "aria-label": says, onclick: act });
    this.node = el(
      "details",
      { class: "panel trade" },
      el("summary", {}, "Trade with the network"),
      el(
        "div",
        { class: "stack" },
        el(
          "p",
          { class: "note trade-about" },
          "You play some measures over the band, the network answers, and so on. " +
            "Play with the computer’s keys, a MIDI keyboard, or by touch.",
        ),
        el("div", { class: "trade-settings" }, this.length.node, this.begins.node, this.choruses.node),
        el("div", { class: "row" }, this.start, this.stop, this.again, this.midi),
        this.error.node,
        el("div", { class: "trade-status" }, this.turn, this.count),
        this.said,
        this.keyboard.node,
        el(
          "div",
          { class: "row" },
          tool("Octave −", "Octave down (Z)", () => this.hands.shift(-1)),
          tool("Octave +", "Octave up (X)", () => this.hands.shift(1)),
          tool("Softer", "Softer (C)", () => this.hands.louder(-15)),
          tool("Louder", "Louder (V)", () => this.hands.louder(15)),
          this.set,
        ),
        this.connected,
      ),
    );
    this.node.addEventListener("toggle", () => (this.node.open ? this.#open() : this.monitor.sleep()));
    this.#showHands();
  }

  get trading() {
    return this.#session !== null;
  }

  // The keys are heard as soon as the panel is open.
  #open() {
    this.monitor.wake().catch((error) => this.error.show(error));
    if (this.#ready) return;
    this.#ready = true;
    const labels = keyLabels();
    labels.then((found) => (this.keyboard.labels = this.printed = found));
    this.letGo = computerKeys({
      hands: this.hands,
      ...this.playing,
      active: () => this.node.open && !this.node.closest("[hidden]"),
      onlabel: (code, key) => this.#relabel(code, key),
    });
    midiIsAllowed().then((allowed) => allowed && this.#connect());
  }

  #relabel(code, key) {
    const letter = key.toUpperCase();
    if (!this.printed || this.printed[code] === letter) return;
    this.printed[code] = letter;
    this.keyboard.labels = this.printed;
  }

  async #connect() {
    this.error.clear();
    this.midi.disabled = true;
    try {
      await midiKeyboards({
        ...this.playing,
        onstate: ({ names, gone }) => {
          const here = names.length ? `MIDI: ${names.join(", ")}.` : "No MIDI keyboard is connected; plug one in.";
          this.connected.textContent = gone.length ? `${gone.join(", ")} is gone. ${here}` : here;
        },
      });
      this.midi.hidden = true;
    } catch (error) {
      this.error.show(error);
    }
    this.midi.disabled = false;
  }

  // Sounds at once; what is played in a trade is recorded too.
  #press({ pitch, velocity, time, source }) {
    if (pitch < 0 || pitch > 127) return;
    const key = `${source}/${pitch}`;
    this.#let(key);
    this.#sounding.set(key, this.monitor.press(pitch, velocity));
    this.#session?.press({ pitch, velocity, time });
    this.#showKeys();
  }

  #release({ pitch, time, source }) {
    this.#let(`${source}/${pitch}`);
    this.#session?.release({ pitch, time });
    this.#showKeys();
  }

  #let(key) {
    this.#sounding.get(key)?.release();
    this.#sounding.delete(key);
  }

  #showKeys() {
    this.keyboard.show(new Set([...this.#sounding.keys()].map((key) => Number(key.slice(key.lastIndexOf("/") + 1)))));
  }

  #showHands() {
    const { base, velocity } = this.hands;
    this.set.textContent = `C${base / 12 - 1} to F${base / 12}, loudness ${velocity}`;
  }

  async #start() {
    this.error.clear();
    this.start.disabled = true;
    try {
      const asked = await this.request();
      if (!asked) return;
      const { takes: _, ...over } = asked;
      const loops = over.loop_keys || over.loop_tempo;
      const trade = {
        ...over,
        choruses: loops ? 1 : this.choruses.value,
        measures: Number(this.length.value),
        begins: this.begins.value,
      };
      const take = await this.api.post("jazz/trade", trade);
      trade.seed = take.seed;
      this.begin(take);
      this.monitor.gain = take.gain;
      await this.#trade(take, trade);
    } catch (error) {
      this.#over();
      this.error.show(error);
    } finally {
      this.start.disabled = false;
    }
  }

  async #trade(take, trade) {
    const { player, api } = this;
    const session = new TradeSession({ player, api, take, trade, onnote: (part, note) => this.add(part, note) });
    this.#session = session;
    this.start.hidden = true;
    this.stop.hidden = false;
    this.again.hidden = true;
    this.said.textContent = "";
    this.node.classList.add("trading");
    this.node.scrollIntoView({ block: "nearest" });
    session.addEventListener("turn", ({ detail: { turn, beats } }) => {
      this.turn.textContent = turn ? (turn.person ? "Your turn" : "The network’s turn") : "The band begins";
      this.node.dataset.turn = turn ? (turn.person ? "you" : "network") : "band";
      const whose = turn ? this.turn.textContent : "The band begins. The first turn comes";
      if (!turn || turn.person) this.said.textContent = turn ? `${whose}: ${beats} beats.` : `${whose} in ${beats} beats.`;
    });
    session.addEventListener("beat", ({ detail: { left } }) => (this.count.textContent = left));
    session.addEventListener("answer", ({ detail: { heard } }) => {
      const count = heard.filter((token) => !token.startsWith("R")).length;
      const notes = count === 1 ? "1 note" : `${count} notes`;
      this.said.textContent = count ? `The network heard ${notes} and answers.` : "The network heard nothing and plays its own idea.";
    });
    session.addEventListener("late", () => {
      this.said.textContent = "The answer did not come in time: the band plays on alone until your turn.";
    });
    session.addEventListener("failed", ({ detail }) => this.error.show(detail));
    session.addEventListener("end", ({ detail }) => this.#keep(detail));
    this.keyboard.node.focus({ preventScroll: true });
    await session.start();
  }

  // Makes a take of what was played.
  async #keep(body) {
    this.#over();
    this.#unkept = body;
    this.again.hidden = true;
    try {
      this.keep(await this.api.post("jazz/trade/take", body), body);
      this.#unkept = null;
      this.said.textContent = "The trade is kept as a take.";
    } catch (error) {
      this.error.show(error);
      const empty = !body.played.length && !body.answered.length;
      this.again.hidden = empty;
    }
  }

  #over() {
    this.#session = null;
    this.start.hidden = false;
    this.stop.hidden = true;
    this.turn.textContent = "";
    this.count.textContent = "";
    delete this.node.dataset.turn;
    this.node.classList.remove("trading");
    this.ended();
  }
}
