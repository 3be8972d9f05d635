// Where takes are played, seen and taken away.

import { shelf } from "../shelf.js";
import { Instruments } from "../sound/instruments.js";
import { Player, sectionAt } from "../sound/player.js";
import { amend, formatAddress, link, onChange, store, visit } from "../state.js";
import { button, copy, download, el, emptyState, errorLine } from "../ui.js";
import { typeset } from "./chords.js";
import { MixerPanel } from "./mixer.js";
import { recipeOf } from "./recipe.js";
import { Roll } from "./roll.js";
import { Sheet } from "./sheet.js";
import { thumbnail } from "./thumbnail.js";
import { Transport } from "./transport.js";

const SEEN_AFTER = 8; // milliseconds from the drawing of a frame to its sight: half of one

export class Stage {
  #current = null; // take
  #record = null; // the store's of the current take: {id, title, values, take}
  #stream = null; // AbortController of the takes that are being made
  #frame = 0;
  #unengraved = null; // the take whose sheet is not shown yet
  #before = null; // what was shown and set before a trade
  trading = false;

  // request(recipe, {takes}): a promise of the body that asks for takes.
  constructor(api, request) {
    this.api = { ...api, get: this.#again(api.get), fetch: this.#again(api.fetch) };
    this.request = request;
    this.instruments = new Instruments((path) => api.fetch(path));
    this.player = new Player(this.instruments);
    this.player.addEventListener("change", () => this.#changed());
    this.player.addEventListener("sound", () => this.#showSheet());
    this.player.addEventListener("failed", (event) => this.error.show(event.detail));
    this.error = errorLine();
    this.empty = emptyState("A solo is on its way", "It takes a second; then press Play.");
    this.title = el("h2", {});
    this.about = el("p", { class: "note" });
    this.notice = el("p", { class: "hint" }); // what nobody said, and was chosen
    this.keep = button("☆ Keep", { onclick: () => this.#star() });
    this.again = button("Again", { onclick: () => this.#anew() });
    this.share = button("Copy link", { onclick: () => this.#share() });
    this.shelf = shelf({
      kind: "takes",
      label: "Kept takes",
      about: ({ take }) => [el("span", {}, `${Math.round(take.tempo)} bpm`), thumbnail(take)],
      onopen: (record) => this.show(record, { visits: true }),
    });
    onChange("takes", () => this.#showStar());
    const seek = (position) => this.#seek(position);
    this.transport = new Transport(this.player, { ontoggle: () => this.#toggle(), onseek: seek });
    this.mixer = new MixerPanel(this.player);
    this.canvas = el("canvas", { class: "roll", role: "img", "aria-label": "Piano roll" });
    this.roll = new Roll(this.canvas, { onseek: seek, onloop: ({ from, to }) => this.trading || this.transport.loop(from, to) });
    this.sheet = new Sheet({ api: this.api, onseek: seek, onerror: (error) => this.error.show(error) });
    this.body = el(
      "div",
      { class: "stack stage-body", hidden: true },
      el(
        "div",
        { class: "stage-head" },
        el("div", { class: "stage-title" }, this.title, this.about, this.notice),
        el("div", { class: "row" }, this.keep, this.again, this.share),
      ),
      this.transport.node,
      this.canvas,
      this.transport.practice,
      this.mixer.node,
      this.shelf.node,
      this.sheet.node,
      this.#makeDownloads(),
    );
    this.node = el("div", { class: "stack stage" }, this.error.node, this.empty, this.body);
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("view", (event) => event.detail !== "jazz" && this.player.pause());
  }

  stop() {
    this.#stream?.abort();
  }

  get take() {
    return this.#current;
  }

  // Makes takes and keeps them; `plays`: the first one, as soon as it is there.
  async improvise(recipe, { takes = 1, plays = true } = {}) {
    this.#stream?.abort();
    const stream = (this.#stream = new AbortController());
    this.error.clear();
    this.onbusy(true);
    let first = true;
    try {
      const body = await this.request(recipe, { takes });
      for await (const { take } of this.api.stream("jazz/improvise", body, { signal: stream.signal })) {
        const values = recipeOf({ ...recipe, seed: take.seed });
        const record = { id: addressOf(values), values, title: take.title || "Improvisation", take };
        if (first && plays) {
          this.player.pause();
          this.player.loop = null;
          this.player.seek(0);
        }
        if (first) this.show(record, { plays, visits: plays });
        if (first && plays) {
          this.player.play();
          this.onplayed();
          if (this.node.getBoundingClientRect().top < 0) this.node.scrollIntoView();
        }
        first = false;
        await this.#keep(record);
      }
    } catch (error) {
      if (!stream.signal.aborted) this.error.show(error);
    } finally {
      if (this.#stream === stream) this.onbusy(false);
    }
  }

  // Numbers takes of one title; one that was kept before stays as it is.
  async #keep(record) {
    if (await store.get("takes", record.id)) return;
    const same = (await store.all("takes")).filter(({ take }) => take.title === record.take.title);
    await store.put("takes", same.length ? { ...record, title: `${record.title} ${same.length + 1}` } : record);
    this.shelf.mark(this.#record?.id);
  }

  // Shows a take of the shelf; `visits`: as the next step of the history.
  show(record, { visits = false, ...options } = {}) {
    this.#record = record;
    const address = { view: "jazz", values: record.values };
    if (visits) visit(address);
    else amend(address);
    this.empty.hidden = true;
    this.body.hidden = false;
    this.shelf.mark(record.id);
    this.#select(record.take, options);
  }

  // Shows and loads the band that is traded over. What would take the music elsewhere waits until the end.
  beginTrade(take) {
    const { player } = this;
    player.pause();
    const { speed, transposition, countsIn } = player;
    this.#before = { record: this.#record, settings: { speed, transposition, countsIn } };
    Object.assign(player, { loop: null, speed: 1, transposition: 0, countsIn: true });
    player.seek(0);
    this.#record = { id: "", title: `Trade: ${take.title}`, values: {}, take };
    this.#setTrading(true);
    this.#select(take, { plays: true });
    this.#unengraved = null; // there is no sheet yet
    this.roll.follow();
  }

  endTrade() {
    if (!this.trading) return;
    this.#setTrading(false);
    const { record, settings } = this.#before;
    Object.assign(this.player, settings);
    this.#record = record;
    if (record) this.#select(record.take, { plays: false });
  }

  // A trade is a take of the shelf like any other; its notes are in its record.
  keepTrade(recipe, take, body) {
    const values = recipeOf({ ...recipe, seed: take.seed, trade: take.id.slice(0, 12) });
    const record = { id: addressOf(values), values, title: `Trade: ${take.title || "Improvisation"}`, take, trade: body };
    this.show(record, { plays: false, visits: true });
    return this.#keep(record);
  }

  #setTrading(trading) {
    this.trading = trading;
    this.node.classList.toggle("trading", trading);
    this.transport.node.inert = trading;
  }

  // A question about a take, asked again after the take was made anew if the studio does not have it any longer.
  #again(ask) {
    return async (path, options) => {
      try {
        return await ask(path, options);
      } catch (error) {
        if (error.status !== 404 || !path.startsWith("jazz/takes/") || !this.#record) throw error;
        const body = await this.request(this.#record.values, { takes: 1 });
        let id = null;
        if (this.#record.trade) {
          const { trade } = this.#record;
          const made = { ...trade, trade: { ...trade.trade, network: body.network } };
          ({ id } = await this.api.post("jazz/trade/take", made, options));
          return ask(path.replace(this.#record.take.id, id), options);
        }
        for await (const { take } of this.api.stream("jazz/improvise", body, options)) ({ id } = take);
        return ask(path.replace(this.#record.take.id, id), options);
      }
    };
  }

  // `plays`: whether it is going to be played, or is if the one before was.
  #select(take, { plays = this.player.playing } = {}) {
    if (this.#current === take) return;
    this.#current = take;
    const measures = take.measures.length - 1;
    this.title.textContent = this.#record.title;
    this.about.textContent = [take.key && `in ${typeset(take.key)}`, `${Math.round(take.tempo)} bpm`, `${measures} measures`]
      .filter(Boolean)
      .join(" · ");
    this.notice.textContent = take.notice;
    this.notice.hidden = !take.notice;
    this.transport.take = take;
    this.mixer.take = take;
    this.roll.take = take;
    this.player.load(take);
    this.#unengraved = take;
    if (!plays) this.#showSheet(); // else the sound comes first
    this.canvas.setAttribute("aria-label", `Piano roll: ${take.summary}`);
    this.#showStar();
    this.#draw();
  }

  // Whether the take is starred, and how it is called now.
  async #showStar() {
    const record = this.#record && (await store.get("takes", this.#record.id));
    if (!record || record.id !== this.#record.id) return;
    this.title.textContent = record.title;
    this.keep.textContent = record.starred ? "★ Kept" : "☆ Keep";
    this.keep.setAttribute("aria-pressed", String(Boolean(record.starred)));
  }

  async #star() {
    try {
      const { id } = this.#record;
      const record = (await store.get("takes", id)) ?? (await store.put("takes", this.#record));
      await store.change("takes", id, { starred: !record.starred });
    } catch (error) {
      this.error.show(error);
    }
  }

  // Another solo over the same, and in the same way.
  #anew() {
    const { seed, trade, ...recipe } = this.#record.values;
    return this.improvise(recipe);
  }

  #share() {
    const address = link({ view: "jazz", values: this.#record.values });
    copy(address, this.share).catch(() => this.error.show(`This browser keeps the clipboard to itself; the link is ${address}`));
  }

  #showSheet() {
    if (this.#unengraved) this.sheet.take = this.#unengraved;
    this.#unengraved = null;
  }

  #makeDownloads() {
    const file = (text, path, suffix) => {
      const node = button(text, { small: true, onclick: () => this.#download(node, path(), suffix) });
      return node;
    };
    return el(
      "div",
      { class: "row downloads", role: "group", "aria-label": "Take away" },
      file("MIDI", () => "solo.mid", "mid"),
      file("WAV", () => "solo.wav", "wav"),
      file("MusicXML", () => `solo.musicxml?reader=${this.sheet.reader.value}`, "musicxml"),
      button("Print", { small: true, onclick: () => this.sheet.print().catch((e) => this.error.show(e)) }),
    );
  }

  async #download(clicked, path, suffix) {
    this.error.clear();
    const take = this.#current;
    clicked.disabled = true; // until a long piece is rendered
    try {
      const response = await this.api.fetch(`jazz/takes/${take.id}/${path}`);
      download(await response.blob(), this.#fileName(suffix));
    } catch (error) {
      this.error.show(error);
    } finally {
      clicked.disabled = false;
    }
  }

  #fileName(suffix) {
    const title = this.#record.title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
    return `${title || "solo"}.${suffix}`;
  }

  #toggle() {
    this.error.clear();
    if (this.player.playing) this.player.pause();
    else {
      this.roll.follow();
      this.player.play();
    }
  }

  #seek(position) {
    if (this.trading) return;
    this.roll.follow();
    this.player.seek(position);
    this.#draw();
  }

  #changed() {
    this.transport.changed();
    cancelAnimationFrame(this.#frame);
    if (this.player.playing) this.#frame = requestAnimationFrame(() => this.#tick());
    else this.#draw();
  }

  #tick() {
    this.#draw();
    if (this.player.playing) this.#frame = requestAnimationFrame(() => this.#tick());
  }

  // Shows where the sound is, everywhere.
  #draw() {
    const take = this.#current;
    if (!take) return;
    const { playing, loop, transposition } = this.player;
    const position = playing ? this.player.positionAt(performance.now() + SEEN_AFTER) : this.player.position;
    const muted = take.parts.map((_, part) => !this.player.audible(part));
    this.roll.paint({ position, playing, loop, muted, transposition });
    this.sheet.follow(position, playing);
    this.transport.draw(position);
  }

  #key(event) {
    if (!this.#current || this.node.closest("section[hidden]")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const typing = target.closest?.("input:not([type=range], [type=checkbox], [type=radio]), textarea, select, summary");
    const pressing = target.closest?.("button, a, [type=checkbox], [type=radio]");
    const sliding = target.closest?.("input, .sheet-frame") && event.key !== " ";
    if (typing || sliding || (pressing && event.key === " ")) return;
    const { measures } = this.#current;
    const { position } = this.player;
    const here = sectionAt(measures, position);
    const actions = {
      " ": () => this.#toggle(),
      ArrowLeft: () => this.#seek(measures[position - measures[here] > 0.4 ? here : Math.max(0, here - 1)]),
      ArrowRight: () => this.#seek(measures[Math.min(here + 1, measures.length - 2)]),
      Home: () => this.#seek(0),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    actions[event.key]();
  }
}

// A take's address, which is its id in the store.
export function addressOf(recipe) {
  return formatAddress({ view: "jazz", values: recipe });
}
