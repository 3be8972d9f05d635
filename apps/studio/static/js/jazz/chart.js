// The editor of chord charts: checked while it is typed into, a fault marked where it is.

import { el, newId } from "../ui.js";

const PAUSE = 250; // milliseconds without a key after which a chart is checked

export const EXAMPLE = `title: Turnaround
tempo: 140

| Dm7 | G7 | Cmaj7 | A7b9 |
| Dm7 | G7 | C6 / / A7 | Dm7 G7 |
`;

export class ChartEditor {
  #timer = 0;
  #check = null; // AbortController

  // oncheck(answer): what the server says of the chart.
  constructor({ api, oncheck }) {
    this.api = api;
    this.oncheck = oncheck;
    const id = newId("chart");
    this.status = el("p", { class: "hint chart-status", id: newId("hint"), role: "status" });
    this.input = el("textarea", {
      id,
      class: "chart-input",
      rows: "8",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      "aria-describedby": this.status.id,
      oninput: () => this.#typed(),
      onscroll: () => this.#scrolled(),
    });
    this.input.value = EXAMPLE;
    this.marks = el("div", { class: "chart-marks", "aria-hidden": "true" });
    this.node = el(
      "div",
      { class: "field" },
      el("label", { for: id }, "Chord chart"),
      el("div", { class: "chart-editor" }, this.marks, this.input),
      this.status,
    );
  }

  get text() {
    return this.input.value;
  }

  // Whether the chart was found to be one.
  valid = true;

  async check() {
    clearTimeout(this.#timer);
    this.#check?.abort();
    const check = (this.#check = new AbortController());
    if (!this.text.trim()) {
      this.#show({ error: "A chart has chords between bars: Dm7 | G7 | Cmaj7", line: 0 });
      return;
    }
    try {
      const answer = await this.api.post("jazz/chart", { text: this.text }, { signal: check.signal });
      this.#show(answer);
    } catch (error) {
      if (error.name !== "AbortError") this.#show({ error: error.message, line: 0 });
    }
  }

  #typed() {
    this.#mark(null);
    this.status.textContent = "…";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), PAUSE);
  }

  #show(answer) {
    this.valid = !answer.error;
    this.input.setAttribute("aria-invalid", String(!this.valid));
    this.status.classList.toggle("wrong", !this.valid);
    this.status.textContent = this.valid
      ? `${answer.measures} ${answer.measures === 1 ? "measure" : "measures"}`
      : answer.error;
    this.#mark(this.valid ? null : answer);
    this.oncheck(answer);
  }

  // Marks the word at a line and a column; both count from 1, in characters as Python counts them.
  #mark(place) {
    this.marks.replaceChildren();
    if (!place?.line) return;
    const lines = this.text.split("\n");
    const line = [...(lines[place.line - 1] ?? "")];
    const start = place.column ? place.column - 1 : 0;
    const rest = line.slice(start).join("");
    const word = place.column ? (/^[^\s|]+/.exec(rest)?.[0] ?? rest.slice(0, 1)) : rest;
    const before = [...lines.slice(0, place.line - 1), line.slice(0, start).join("")].join("\n");
    const after = rest.slice(word.length);
    this.marks.append(before, el("mark", {}, word || " "), [after, ...lines.slice(place.line)].join("\n"));
    this.#scrolled();
  }

  #scrolled() {
    this.marks.scrollTop = this.input.scrollTop;
    this.marks.scrollLeft = this.input.scrollLeft;
  }
}
