// What is improvised over, and how: folded to one line while there is a take.

import { recall, give } from "../uploads.js";
import { button, dropZone, el, errorLine, field, networkSelect, newId, select, slider } from "../ui.js";
import { ChartEditor } from "./chart.js";
import { recipeOf, requestOf } from "./recipe.js";

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

export class Setup {
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
    this.fields = el(
      "div",
      { class: "setup-fields", id: newId("settings") },
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
          { class: "setup-fields" },
          this.choruses.node,
          this.intro.node,
          this.ending.node,
          this.practice.node,
          this.transpose.node,
          field("Seed", this.seed, { hint: "empty: a new one every time" }),
        ),
      ),
    );
    this.said = el("span", { class: "setup-said" });
    this.opener = button("", { class: "setup-opener", "aria-controls": this.fields.id, onclick: () => this.fold(!this.folded) });
    this.opener.append(el("span", {}, "Play over"), this.said, el("span", { class: "fold-sign", "aria-hidden": "true" }, "▾"));
    this.node = el(
      "form",
      {
        class: "setup",
        "aria-label": "What to play",
        onsubmit: (event) => event.preventDefault(),
        oninput: () => this.#say(),
        onchange: () => this.#say(),
      },
      el("div", { class: "setup-bar" }, this.opener, this.start, this.stop),
      this.fields,
      this.error.node,
    );
    this.fold(true);
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

  get folded() {
    return this.fields.hidden;
  }

  // Shows one line of the settings, or all of them.
  fold(folded) {
    this.fields.hidden = folded;
    this.opener.setAttribute("aria-expanded", String(!folded));
  }

  // What will be played, in a line.
  #say() {
    const tune = this.tune.input.selectedOptions[0]?.textContent;
    const over = { tune, chart: "your chords", file: this.#piece?.title ?? "a file of yours" }[this.source];
    this.said.textContent = [over, `${this.tempo.value} bpm`].filter(Boolean).join(" · ");
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
    this.#say();
  }

  // The slider shows the tempo of what is played over, and can be moved after that.
  #follow(tempo) {
    if (tempo) this.tempo.value = tempo;
    this.#say();
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
    const recipe = await this.wanted();
    if (recipe) this.onstart(recipe, { takes: this.takes.value });
  }

  // The recipe of what is wanted next; null: something is missing, and it says what.
  async wanted() {
    this.error.clear();
    if (this.source === "chart") {
      await this.chart.check(); // what was typed last
      if (!this.chart.valid) {
        this.fold(false);
        this.error.show(this.chart.status.textContent);
        return null;
      }
    }
    const seed = this.seed.value.trim();
    if (seed && !/^[0-9]+$/.test(seed)) {
      this.fold(false);
      this.error.show("Seed: expected a whole number, or nothing.");
      this.seed.focus();
      return null;
    }
    if (this.source === "file" && !this.#piece) {
      this.fold(false);
      this.error.show("Choose a file first, or play over a tune or a chart.");
      return null;
    }
    return { ...this.recipe, seed: seed || undefined };
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
    this.#say();
  }

  // What the studio is asked for by a recipe, once it has its file.
  async request(recipe, { takes }) {
    if (recipe.file) await recall(this.api, recipe.file, recipe.name);
    return requestOf(recipe, { network: this.networks.idOf(recipe.network), takes });
  }
}

function semitones(value) {
  return value === 0 ? "none" : `${value > 0 ? "+" : "−"}${Math.abs(value)}`;
}
