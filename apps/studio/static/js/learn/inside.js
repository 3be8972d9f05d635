// The third part of the Learn view: the gates and states of one LSTM layer, character by character.

import { el, errorLine, field, networkSelect, percent, select } from "../ui.js";
import { heatMap, heatScale, visible } from "./heatmap.js";

const GATES = ["forget", "update", "output"];
const QUANTITIES = {
  c: "Cell state c",
  a: "Hidden state a",
  forget: "Forget gate",
  update: "Update gate",
  output: "Output gate",
};
const WAIT = 250; // milliseconds after the last key

// A number with a minus sign that is one.
function fixed(value, digits = 2) {
  return value.toFixed(digits).replace("-", "−");
}

// The value with the full colour: a few cells count far beyond the others, and would leave those pale.
function bound(values) {
  const sizes = values.flat().map(Math.abs).sort((a, b) => a - b);
  return Math.max(0.1, sizes[Math.floor(0.95 * (sizes.length - 1))]);
}

function spoken(character) {
  return { "\n": "line end", " ": "space" }[character] ?? character;
}

export async function insidePart(api, _, settle) {
  const text = el("textarea", { rows: 2, maxlength: 160, spellcheck: "false" });
  text.value = "Shall I compare thee to a summer's day?";
  const network = await networkSelect(api, "shakespeare", { onchange: ask });
  const layer = select("Layer", { options: [["1", "First LSTM"], ["2", "Second LSTM"]], onchange: ask });
  const quantity = select("The cells' map shows", { options: Object.entries(QUANTITIES), onchange: () => (said(), draw()) });
  const form = el(
    "form",
    { class: "stack", "aria-label": "What to look into", onsubmit: (event) => event.preventDefault() },
    field("A text, read by the poem network", text, { hint: "At most 160 characters. Capitals and accents are folded." }),
    el("div", { class: "inside-choices" }, network.node, layer.node, quantity.node),
  );
  const error = errorLine();
  const gates = heatMap({ label: "Mean of each gate", rowHeight: 22, onpoint: (row, column) => choose("gates", row, column) });
  const cells = heatMap({ label: "Cells", rowHeight: 11, onpoint: (row, column) => choose("cells", row, column) });
  const gateScale = heatScale();
  const cellScale = heatScale();
  const readout = el("p", { class: "readout number", "aria-hidden": "true" });
  const gateNames = el(
    "ul",
    { class: "map-names gate-names note", "aria-hidden": "true" },
    ...GATES.map((name) => el("li", {}, name)),
  );
  const cellTitle = el("p", { class: "map-names note" });
  const about = el("p", { class: "note" });
  const rows = el("tbody");
  const head = el("tr");
  const table = el(
    "details",
    { class: "as-table" },
    el("summary", {}, "All numbers as a table"),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": "Gates and cells, as a table" },
      el("table", {}, el("thead", {}, head), rows),
    ),
  );
  const maps = el(
    "div",
    { class: "maps" },
    readout,
    el("div", { class: "map-head row" }, el("h2", {}, "Gates, the mean of all cells, and cells"), gateScale.node),
    el(
      "div",
      { class: "scroll map-scroll" },
      el("div", { class: "map-wide" }, gateNames, gates.node, cellTitle, cells.node),
    ),
    cellScale.node,
    about,
    table,
  );
  const panel = el("div", { class: "panel", hidden: true }, maps);
  let traced = null;
  let timer = 0;
  let controller = null;

  function said() {
    settle("inside", {
      text: text.value,
      network: network.title,
      layer: layer.value === "1" ? undefined : layer.value,
      map: quantity.value === "c" ? undefined : quantity.value,
    });
  }

  async function ask() {
    said();
    clearTimeout(timer);
    controller?.abort();
    controller = new AbortController();
    const { signal } = controller;
    if (!text.value) {
      panel.hidden = true;
      error.clear();
      return;
    }
    try {
      const body = { text: text.value, network: network.value || "pretrained", layer: Number(layer.value) };
      traced = await api.post("learn/trace", body, { signal });
      error.clear();
      panel.hidden = false;
      draw();
    } catch (problem) {
      error.show(problem);
    }
  }

  function draw() {
    if (!traced) return;
    const { characters } = traced;
    const name = quantity.value;
    const values = traced.values[name];
    const signed = name === "c" || name === "a";
    const largest = signed ? bound(values) : 1;
    maps.style.setProperty("--characters", characters.length);
    gates.show({
      characters,
      rows: GATES,
      values: GATES.map((gate) => traced.gates[gate]),
      largest: 1,
      words: (row, column) => `${place(column)}, ${GATES[row]} gate ${fixed(traced.gates[GATES[row]][column])}`,
    });
    cells.show({
      characters,
      rows: traced.cells,
      values,
      largest,
      words: (row, column) => `${place(column)}, cell ${traced.cells[row]}: ${QUANTITIES[name]} ${fixed(values[row][column])}`,
    });
    gateScale.show(["0 closed", "1 open"], false);
    cellScale.show(signed ? [`${fixed(-largest, 1)} or less`, `${fixed(largest, 1)} or more`] : ["0 closed", "1 open"], signed);
    cellTitle.textContent = name.length === 1 ? `${name} of cells` : `${name} of cells`;
    about.textContent =
      `The cells are those ${traced.cells.length} of ${traced.units} whose state varies most over this text. ` +
      "Point at a place, or go there with the arrow keys, to read its numbers.";
    choose("cells", 0, 0);
    if (table.open) fill();
  }

  function place(column) {
    return `character ${column + 1}, ${spoken(traced.characters[column])}`;
  }

  function choose(from, row, column) {
    if (from === "gates") cells.point(0, column);
    else gates.point(0, column);
    const { gates: means, values, expected } = traced;
    const numbers = [
      ["forget", means.forget[column]],
      ["update", means.update[column]],
      ["output", means.output[column]],
    ].map(([name, mean]) => pair(name, mean.toFixed(2)));
    if (from === "cells") {
      numbers.push(pair(`cell ${traced.cells[row]} c`, fixed(values.c[row][column])), pair("a", fixed(values.a[row][column])));
    }
    const next = expected[column];
    numbers.push(pair("next, likeliest", `${visible(next.character)} ${percent(next.probability)}`));
    readout.replaceChildren(el("strong", { class: "letter" }, visible(traced.characters[column])), ...numbers);
  }

  function pair(name, value) {
    return el("span", {}, el("span", { class: "note" }, `${name} `), value);
  }

  function fill() {
    if (!traced) return;
    const name = quantity.value;
    head.replaceChildren(
      ...["Character", "Forget", "Update", "Output", "Likeliest next", ...traced.cells.map((cell) => `Cell ${cell}`)].map(
        (title) => el("th", { scope: "col" }, title),
      ),
    );
    rows.replaceChildren(
      ...traced.characters.map((character, column) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, spoken(character)),
          ...GATES.map((gate) => el("td", { class: "number" }, traced.gates[gate][column].toFixed(2))),
          el("td", {}, spoken(traced.expected[column].character)),
          ...traced.values[name].map((row) => el("td", { class: "number" }, fixed(row[column]))),
        ),
      ),
    );
  }

  text.addEventListener("input", () => {
    said();
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  table.addEventListener("toggle", () => table.open && fill());
  ask();
  async function show({ text: said, network: title, layer: number, map }) {
    if (said !== undefined) text.value = said;
    if (number === "1" || number === "2") layer.value = number;
    if (map in QUANTITIES) quantity.value = map;
    try {
      network.title = title;
    } catch (problem) {
      error.show(problem);
      return;
    }
    await ask();
  }

  return { node: el("div", { class: "stack" }, form, error.node, panel), show };
}
