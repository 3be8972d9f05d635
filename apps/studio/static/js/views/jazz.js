// The Jazz view: a tune, a chart or a file in; takes out, played, seen as a roll and as a sheet.

import { ChartEditor } from "../jazz/chart.js";
import { recipeOf, requestOf } from "../jazz/recipe.js";
import { Roll } from "../jazz/roll.js";
import { Sheet } from "../jazz/sheet.js";
import { thumbnail } from "../jazz/thumbnail.js";
import { sessionTools, shelf } from "../shelf.js";
import { Instruments } from "../sound/instruments.js";
import { Player, sectionAt } from "../sound/player.js";
import { amend, formatAddress, store, visit } from "../state.js";
import { give, recall } from "../uploads.js";
import {
  button,
  download,
  dropZone,
  el,
  emptyState,
  errorLine,
  field,
  intro,
  networkSelect,
  newId,
  select,
  slider,
} from "../ui.js";

const LARGEST_FILE = 2 << 20;
const BANDS = [
  ["", "As the piece says"],
  ["swing", "Swing"],
  ["bossa", "Bossa nova"],
  ["ballad", "Ballad"],
  ["waltz", "Waltz"],
  ["two", "Swing in two"],
  ["latin", "Latin"],
  ["none", "No band: held chords"],
];

const ENDINGS = [
  ["hold", "A held last chord"],
  ["tag", "The last measures three times"],
  ["fade", "Fade out"],
];
const PRACTICE = [
  ["", "No"],
  ["fourths", "Every key, by fourths"],
  ["semitones", "Every key, by semitones"],
  ["faster", "Faster by 10 each chorus"],
];

export async function mount(section, api) {
  const setup = new Setup(api);
  const stage = new Stage(api, (recipe, options) => setup.request(recipe, options));
  setup.onstart = (recipe, options) => stage.improvise(recipe, options);
  stage.onbusy = (busy) => setup.busy(busy);
  setup.onstop = () => stage.stop();
  section.append(
    intro("jazz", "Jazz", "A network improvises over a tune, a chart or a file of yours, with a band."),
    el("div", { class: "columns jazz" }, setup.node, stage.node, stage.music),
    stage.shelf.node,
    sessionTools(),
  );
  await setup.fill();

  // A recipe with a seed is a take: the kept one, or it is made again. Without one it sets what is asked for.
  async function open({ values }) {
    const recipe = recipeOf(values);
    const kept = recipe.seed && (await store.get("takes", addressOf(recipe)));
    if (!stage.take || !kept) await setup.set(recipe);
    if (kept) stage.show(kept);
    else if (recipe.seed) await stage.improvise(recipe, { plays: false });
    else if (!stage.take) await first();
  }

  // Something to listen to, before anything was asked for.
  async function first() {
    const [newest] = await store.all("takes");
    if (newest) stage.show(newest);
    else await stage.improvise(setup.recipe, { plays: false });
  }

  return { open };
}

// A take's address, which is its id in the store.
function addressOf(recipe) {
  return formatAddress({ view: "jazz", values: recipe });
}

// What is improvised over, and how.
class Setup {
  #piece = null; // the uploaded one: {id, title, measures, notices}
  #upload = null; // AbortController
  #tempo = null; // the chart's
  #slow = 0; // the timer after which work can be stopped

  constructor(api) {
    this.api = api;
    this.error = errorLine();
    const name = newId("source");
    this.sources = ["Tune", "Chart", "File"].map((label, number) => {
      const input = el("input", { type: "radio", name, value: label.toLowerCase(), onchange: () => this.#choose() });
      input.checked = number === 0;
      return { input, node: el("label", { class: "segment" }, input, el("span", {}, label)) };
    });
    this.tune = select("Tune", { onchange: () => this.#choose() });
    this.chart = new ChartEditor({ api, oncheck: (answer) => this.#checked(answer) });
    this.drop = dropZone({
      title: "Choose or drop a file",
      hint: "MIDI or MusicXML, up to 2 MB",
      accept: ".mid,.midi,.kar,.rmi,.musicxml,.mxl,.xml",
      onfile: (file) => this.#take(file),
    });
    this.piece = el("div", { class: "stack piece", role: "status" });
    this.file = el("div", { class: "stack" }, this.drop, this.piece);
    this.band = select("Band", { options: BANDS });
    this.tempo = slider("Tempo", { min: 40, max: 320, value: 130, show: (value) => `${value} bpm` });
    this.temperature = slider("Temperature", {
      min: 0.3,
      max: 2,
      step: 0.1,
      value: 1,
      show: (value) => value.toFixed(1),
      hint: "low: safe; high: wild",
    });
    this.takes = slider("Takes", { min: 1, max: 6, value: 1 });
    this.choruses = slider("Choruses", { min: 1, max: 8, value: 1 });
    this.intro = slider("Introduction", { min: 0, max: 16, value: 0, show: (value) => `${value} measures` });
    this.ending = select("Ending", { options: ENDINGS });
    this.practice = select("Practice", { options: PRACTICE, hint: "a chorus in each key, or at each tempo" });
    this.transpose = slider("Transpose", { min: -12, max: 12, value: 0, show: semitones });
    this.seed = el("input", { type: "text", inputmode: "numeric", autocomplete: "off", maxlength: "15" });
    this.start = button("Improvise", { primary: true, onclick: () => this.#start() });
    this.stop = button("Stop", { onclick: () => this.onstop(), hidden: true });
    this.network = el("div", { hidden: true });
    this.node = el(
      "form",
      { class: "panel stack setup", "aria-label": "What to play", onsubmit: (event) => event.preventDefault() },
      el(
        "fieldset",
        { class: "field" },
        el("legend", {}, "Play over"),
        el("div", { class: "segments" }, this.sources.map((source) => source.node)),
      ),
      this.tune.node,
      this.chart.node,
      this.file,
      this.network,
      this.band.node,
      this.tempo.node,
      this.temperature.node,
      this.takes.node,
      el(
        "details",
        {},
        el("summary", {}, "More"),
        el(
          "div",
          { class: "stack" },
          this.choruses.node,
          this.intro.node,
          this.ending.node,
          this.practice.node,
          this.transpose.node,
          field("Seed", this.seed, { hint: "empty: a new one every time" }),
        ),
      ),
      this.error.node,
      el("div", { class: "row" }, this.start, this.stop),
    );
    this.#choose();
  }

  async fill() {
    try {
      const [tunes, network] = await Promise.all([this.api.get("jazz/tunes"), networkSelect(this.api, "jazz")]);
      this.tune.fill(tunes.map(({ id, title }) => [id, title]));
      this.tempi = Object.fromEntries(tunes.map(({ id, tempo }) => [id, tempo]));
      this.#choose();
      this.networks = network;
      this.network.replaceWith(network.node);
    } catch (error) {
      this.error.show(error);
    }
  }

  get source() {
    return this.sources.find(({ input }) => input.checked).input.value;
  }

  busy(busy) {
    clearTimeout(this.#slow);
    if (busy) this.#slow = setTimeout(() => (this.stop.hidden = false), 500);
    else this.stop.hidden = true;
    this.start.textContent = busy ? "Improvising …" : "Improvise";
  }

  #choose() {
    this.tune.node.hidden = this.source !== "tune";
    this.chart.node.hidden = this.source !== "chart";
    this.file.hidden = this.source !== "file";
    this.error.clear();
    if (this.source === "chart") this.chart.check();
    else this.#follow(this.source === "tune" ? this.tempi?.[this.tune.value] : this.#piece?.tempo);
  }

  // The slider shows the tempo of what is played over, and can be moved after that.
  #follow(tempo) {
    if (tempo) this.tempo.value = tempo;
  }

  // A tempo that is written into the chart sets the slider, which can be moved after that.
  #checked({ error, tempo }) {
    if (!error && tempo !== this.#tempo) this.#follow(tempo);
    if (!error) this.#tempo = tempo;
  }

  async #take(file) {
    this.#upload?.abort();
    const upload = (this.#upload = new AbortController());
    this.error.clear();
    this.piece.replaceChildren(el("p", { class: "hint" }, "Reading the file …"));
    try {
      this.#show(await give(this.api, "piece", file, { signal: upload.signal, limit: LARGEST_FILE }));
      this.#follow(this.#piece.tempo);
    } catch (error) {
      if (upload.signal.aborted) return;
      this.#piece = null;
      this.piece.replaceChildren();
      this.error.show(error);
    }
  }

  #show(piece) {
    const { title, measures, notices = [], chart } = piece;
    this.#piece = piece;
    this.piece.replaceChildren(
      el("p", { class: "piece-title" }, title),
      ...[measures && `${measures} measures`, ...notices].filter(Boolean).map((line) => el("p", { class: "hint" }, line)),
      chart ? el("div", {}, button("Edit its chords", { small: true, onclick: () => this.#edit(chart) })) : "",
    );
  }

  #edit(chart) {
    this.chart.input.value = chart;
    this.sources[1].input.checked = true;
    this.#choose();
    this.chart.input.focus();
  }

  async #start() {
    this.error.clear();
    if (this.source === "chart") await this.chart.check(); // what was typed last
    const seed = this.seed.value.trim();
    if (seed && !/^[0-9]+$/.test(seed)) {
      this.error.show("Seed: expected a whole number, or nothing.");
      this.seed.focus();
      return;
    }
    if (this.source === "file" && !this.#piece) {
      this.error.show("Choose a file first, or play over a tune or a chart.");
      return;
    }
    this.onstart({ ...this.recipe, seed: seed || undefined }, { takes: this.takes.value });
  }

  // What the next take is asked for, as the values of its address.
  get recipe() {
    const over = {
      tune: { tune: this.tune.value || "tune" },
      chart: { chart: this.chart.text },
      file: { file: this.#piece?.id, name: this.#piece?.title },
    }[this.source];
    const unusual = (control, usual) => (String(control.value) === usual ? undefined : control.value);
    return recipeOf({
      ...over,
      network: this.networks?.title,
      band: this.band.value,
      tempo: this.tempo.value,
      temperature: this.temperature.value,
      choruses: unusual(this.choruses, "1"),
      intro: unusual(this.intro, "0"),
      ending: unusual(this.ending, "hold"),
      practice: this.practice.value,
      transpose: unusual(this.transpose, "0"),
    });
  }

  // Shows the choices of a recipe.
  async set(recipe) {
    const source = ["file", "chart", "tune"].find((name) => recipe[name] !== undefined) ?? "tune";
    this.sources.forEach(({ input }) => (input.checked = input.value === source));
    if (recipe.tune) this.tune.value = recipe.tune;
    if (recipe.chart) this.chart.input.value = recipe.chart;
    this.#choose();
    try {
      if (recipe.file) this.#show(await recall(this.api, recipe.file, recipe.name));
      this.networks.title = recipe.network;
    } catch (error) {
      this.error.show(error);
    }
    if (recipe.tempo) this.tempo.value = recipe.tempo;
    this.temperature.value = recipe.temperature ?? 1;
    this.choruses.value = recipe.choruses ?? 1;
    this.intro.value = recipe.intro ?? 0;
    this.transpose.value = recipe.transpose ?? 0;
    this.band.value = recipe.band ?? "";
    this.ending.value = recipe.ending ?? "hold";
    this.practice.value = recipe.practice ?? "";
  }

  // What the studio is asked for by a recipe, once it has its file.
  async request(recipe, { takes }) {
    if (recipe.file) await recall(this.api, recipe.file, recipe.name);
    return requestOf(recipe, { network: this.networks.idOf(recipe.network), takes });
  }
}

// Where takes are played, seen and taken away.
class Stage {
  #current = null; // take
  #record = null; // the store's of the current take: {id, title, values, take}
  #stream = null; // AbortController of the takes that are being made
  #frame = 0;
  #unengraved = null; // the take whose sheet is not shown yet

  // request(recipe, {takes}): a promise of the body that asks for takes.
  constructor(api, request) {
    this.api = { ...api, get: this.#again(api.get), fetch: this.#again(api.fetch) };
    this.request = request;
    this.player = new Player(new Instruments((path) => api.fetch(path)));
    this.player.addEventListener("change", () => this.#changed());
    this.player.addEventListener("sound", () => this.#showSheet());
    this.player.addEventListener("failed", (event) => this.error.show(event.detail));
    this.error = errorLine();
    this.empty = emptyState("No take yet", "Choose what to play over, then press Improvise.");
    this.title = el("h2", {});
    this.summary = el("p", { class: "note" });
    this.notice = el("p", { class: "hint" }); // what nobody said, and was chosen
    this.shelf = shelf({
      kind: "takes",
      label: "Kept takes",
      about: ({ take }) => [el("span", {}, `${Math.round(take.tempo)} bpm`), thumbnail(take)],
      onopen: (record) => this.show(record, { visits: true }),
    });
    this.#makeTransport();
    this.#makeMixer();
    this.canvas = el("canvas", { class: "roll", role: "img", "aria-label": "Piano roll" });
    this.roll = new Roll(this.canvas, {
      onseek: (position) => this.#seek(position),
      onloop: ({ from, to }) => this.#setLoop(from, to),
    });
    this.sheet = new Sheet({ api: this.api, onseek: (at) => this.#seek(at), onerror: (error) => this.error.show(error) });
    this.downloads = this.#makeDownloads();
    this.body = el(
      "div",
      { class: "stack stage-body", hidden: true },
      el("div", { class: "stage-head" }, this.title, this.summary, this.notice),
      this.transport,
      this.mixer,
      this.downloads,
    );
    this.music = el("div", { class: "stack music", hidden: true }, this.canvas, this.sheet.node);
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
        if (first && plays && this.node.getBoundingClientRect().top > innerHeight / 2) this.node.scrollIntoView();
        if (first && plays) {
          this.player.pause();
          this.player.loop = null;
          this.player.seek(0);
        }
        if (first) this.show(record, { plays, visits: plays });
        if (first && plays) this.player.play();
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
    this.music.hidden = false;
    this.shelf.mark(record.id);
    this.#select(record.take, options);
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
        for await (const { take } of this.api.stream("jazz/improvise", body, options)) ({ id } = take);
        return ask(path.replace(this.#record.take.id, id), options);
      }
    };
  }

  // `plays`: whether it is going to be played, or is if the one before was.
  #select(take, { plays = this.player.playing } = {}) {
    if (this.#current === take) return;
    this.#current = take;
    this.title.textContent = take.title || "Improvisation";
    this.summary.textContent = take.summary;
    this.notice.textContent = take.notice;
    this.notice.hidden = !take.notice;
    const most = take.measures.length - 1;
    for (const input of [this.from, this.to]) input.max = most;
    this.from.value = Math.min(this.from.value, most);
    this.to.value = Math.min(this.to.value, most);
    this.place.max = take.seconds;
    this.#fillMixer(take);
    this.roll.take = take;
    this.player.load(take);
    this.#unengraved = take;
    if (!plays) this.#showSheet(); // else the sound comes first
    this.canvas.setAttribute("aria-label", `Piano roll: ${take.summary}`);
    this.#draw();
  }

  #showSheet() {
    if (this.#unengraved) this.sheet.take = this.#unengraved;
    this.#unengraved = null;
  }

  #makeTransport() {
    this.toggle = button("Play", { primary: true, onclick: () => this.#toggle() });
    this.toggle.classList.add("play");
    this.clock = el("output", { class: "clock number" });
    this.place = el("input", { type: "range", min: 0, max: 1, step: "any", "aria-label": "Position" });
    this.place.value = 0;
    this.place.addEventListener("input", () => this.#seek(Number(this.place.value)));
    this.speed = slider("Speed", { min: 50, max: 150, step: 5, value: 100, show: (value) => `${value} %` });
    this.speed.input.addEventListener("change", () => (this.player.speed = this.speed.value / 100));
    this.loops = el("input", { type: "checkbox", id: newId("loop"), onchange: () => this.#applyLoop() });
    const number = (label, value) => {
      const onchange = () => this.#applyLoop();
      return el("input", { type: "number", min: 1, value, class: "measure", "aria-label": label, onchange });
    };
    this.from = number("Loop from measure", 1);
    this.to = number("Loop to measure", 4);
    this.transport = el(
      "div",
      { class: "panel transport", role: "group", "aria-label": "Playback" },
      this.toggle,
      el("div", { class: "place" }, this.place, this.clock),
      el(
        "div",
        { class: "row loop" },
        el("label", { class: "check" }, this.loops, "Loop measures"),
        this.from,
        el("span", { "aria-hidden": "true" }, "–"),
        this.to,
      ),
      this.speed.node,
    );
  }

  #makeMixer() {
    this.mixer = el("div", { class: "mixer", role: "group", "aria-label": "Mixer" });
  }

  #fillMixer(take) {
    const names = take.parts.map((part) => part.name).join();
    if (names === this.mixed) return;
    this.mixed = names;
    this.mixer.replaceChildren(
      ...take.parts.map((part, number) => {
        const level = this.player.level(number);
        const mute = button("Mute", {
          small: true,
          "aria-label": `Mute ${part.name}`,
          "aria-pressed": String(level.muted),
          onclick: () => {
            const muted = !this.player.level(number).muted;
            this.player.setLevel(number, { muted });
            mute.setAttribute("aria-pressed", String(muted));
            this.#draw();
          },
        });
        const volume = el("input", { type: "range", min: 0, max: 1, step: 0.05, "aria-label": `Volume of ${part.name}` });
        volume.value = level.volume;
        volume.addEventListener("input", () => this.player.setLevel(number, { volume: Number(volume.value) }));
        return el(
          "div",
          { class: `channel part-${number % 4}` },
          el("span", { class: "swatch", "aria-hidden": "true" }),
          el("span", { class: "channel-name" }, part.name),
          mute,
          volume,
        );
      }),
    );
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
    this.roll.follow();
    this.player.seek(position);
    this.#draw();
  }

  #setLoop(from, to) {
    this.from.value = from;
    this.to.value = to;
    this.loops.checked = true;
    this.#applyLoop();
  }

  #applyLoop() {
    const { measures } = this.#current;
    const most = measures.length - 1;
    const bound = (input, low) => Math.max(low, Math.min(Math.round(Number(input.value)) || low, most));
    const from = bound(this.from, 1);
    const to = bound(this.to, from);
    [this.from.value, this.to.value] = [from, to];
    const loop = this.loops.checked ? { from: measures[from - 1], to: measures[to] } : null;
    const { loop: before } = this.player;
    if (loop?.from !== before?.from || loop?.to !== before?.to) this.player.loop = loop;
    this.#draw();
  }

  #changed() {
    const { playing, waiting } = this.player;
    this.toggle.textContent = playing ? "Pause" : "Play";
    this.transport.setAttribute("aria-busy", String(waiting));
    this.loops.checked = Boolean(this.player.loop);
    cancelAnimationFrame(this.#frame);
    if (playing) this.#frame = requestAnimationFrame(() => this.#tick());
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
    const { position, playing, waiting, loop } = this.player;
    const muted = take.parts.map((_, part) => this.player.level(part).muted);
    this.roll.paint({ position, playing, loop, muted });
    this.sheet.follow(position, playing);
    this.place.value = position;
    const measure = Math.min(sectionAt(take.measures, position) + 1, take.measures.length - 1);
    const clock = waiting ? "Loading …" : `${time(position)} / ${time(take.seconds)} · measure ${measure}`;
    if (clock !== this.clock.textContent) {
      this.clock.textContent = clock;
      this.place.setAttribute("aria-valuetext", `measure ${measure}, ${time(position)}`);
    }
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

function time(seconds) {
  const whole = Math.floor(seconds + 1e-3);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function semitones(value) {
  return value === 0 ? "none" : `${value > 0 ? "+" : "−"}${Math.abs(value)}`;
}
