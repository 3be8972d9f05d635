// The third part of the Learn view: the gates and states of one recurrent layer, character by character.

import { el, errorLine, field, networkSelect, percent, select } from "../ui.js";
import { heatMap, heatScale, visible } from "./heatmap.js";

// What the layers of all kinds have; each kind has some of it.
const QUANTITIES = {
  c: "Cell state c",
  a: "Hidden state a",
  forget: "Forget gate",
  update: "Update gate",
  output: "Output gate",
  reset: "Reset gate",
};
const KINDS = { lstm: "LSTM", gru: "GRU", rnn: "RNN" };
const PLACES = ["First", "Second", "Third"];
const LEVELS = 4; // of a tint, in each direction
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

function layers(count, cell) {
  return PLACES.slice(0, count).map((place, number) => [String(number + 1), `${place} ${KINDS[cell]}`]);
}

export async function insidePart(api, _, settle) {
  const text = el("textarea", { rows: 2, maxlength: 160, spellcheck: "false" });
  text.dir = "auto";
  text.value = "Shall I compare thee to a summer's day?";
  const network = await networkSelect(api, "shakespeare", { onchange: () => ((layer.value = "1"), ask()) });
  const layer = select("Layer", { options: layers(2, "lstm"), onchange: ask });
  const quantity = select("The cells' map shows", { options: Object.entries(QUANTITIES), onchange: () => (said(), draw()) });
  const cell = select("One cell", { onchange: () => (said(), tint()) });
  const form = el(
    "form",
    { class: "stack", "aria-label": "What to look into", onsubmit: (event) => event.preventDefault() },
    field("A text, read by the poem network", text, { hint: "At most 160 characters." }),
    el("div", { class: "inside-choices" }, network.node, layer.node, quantity.node, cell.node),
  );
  const error = errorLine();
  const gates = heatMap({ label: "Mean of each gate", rowHeight: 22, onpoint: (row, column) => choose("gates", row, column) });
  const cells = heatMap({
    label: "Cells",
    rowHeight: 11,
    onpoint: (row, column) => choose("cells", row, column),
    onpick: (row) => ((cell.value = String(traced.cells[row])), said(), tint()),
  });
  const tinted = el("p", { class: "tinted", dir: "auto" });
  const tintedFor = el("h2", {});
  const oneCell = el("div", { class: "one-cell", hidden: true }, tintedFor, tinted);
  const gateScale = heatScale();
  const cellScale = heatScale();
  const readout = el("p", { class: "readout number", "aria-hidden": "true" });
  const gateNames = el("ul", { class: "map-names gate-names note", "aria-hidden": "true" });
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
  const heading = el("h2");
  const maps = el(
    "div",
    { class: "maps" },
    oneCell,
    readout,
    el("div", { class: "map-head row" }, heading, gateScale.node),
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
  let wanted; // the cell of an address, until the text is read

  function said() {
    settle("inside", {
      text: text.value,
      network: network.title,
      layer: layer.value === "1" ? undefined : layer.value,
      map: quantity.value === "c" ? undefined : quantity.value,
      cell: cell.value,
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
      layer.fill(layers(traced.layers, traced.cell));
      quantity.fill(Object.entries(QUANTITIES).filter(([name]) => name in traced.values));
      cell.fill([["", "All of them"], ...traced.cells.map((number) => [String(number), `Cell ${number}`])]);
      if (wanted !== undefined) cell.value = traced.cells.includes(Number(wanted)) ? wanted : "";
      wanted = undefined;
      error.clear();
      panel.hidden = false;
      said();
      draw();
    } catch (problem) {
      error.show(problem);
    }
  }

  function draw() {
    if (!traced) return;
    const { characters } = traced;
    const names = Object.keys(traced.gates);
    const name = quantity.value;
    const values = traced.values[name];
    const signed = name === "c" || name === "a";
    const largest = signed ? bound(values) : 1;
    maps.style.setProperty("--characters", characters.length);
    for (const node of [gateNames, gates.node, gateScale.node]) node.hidden = !names.length;
    heading.textContent = names.length ? "Gates, the mean of all cells, and cells" : "Cells";
    gateNames.replaceChildren(...names.map((gate) => el("li", {}, gate)));
    if (names.length) {
      gates.show({
        characters,
        rows: names,
        values: names.map((gate) => traced.gates[gate]),
        largest: 1,
        words: (row, column) => `${place(column)}, ${names[row]} gate ${fixed(traced.gates[names[row]][column])}`,
      });
    }
    cells.show({
      characters,
      rows: traced.cells,
      values,
      largest,
      words: (row, column) => `${place(column)}, cell ${traced.cells[row]}: ${QUANTITIES[name]} ${fixed(values[row][column])}`,
    });
    gateScale.show(["0 closed", "1 open"], false);
    cellScale.show(signed ? [`${fixed(-largest, 1)} or less`, `${fixed(largest, 1)} or more`] : ["0 closed", "1 open"], signed);
    cellTitle.textContent = `${name} of cells`;
    about.textContent =
      `The cells are those ${traced.cells.length} of ${traced.units} whose state varies most over this text. ` +
      "Point at a place, or go there with the arrow keys, to read its numbers.";
    choose("cells", 0, 0);
    tint();
    if (table.open) fill();
  }

  // The whole text in the colours of one cell.
  function tint() {
    const row = traced ? traced.cells.indexOf(Number(cell.value)) : -1;
    oneCell.hidden = !cell.value || row < 0;
    if (oneCell.hidden) return;
    const name = quantity.value;
    const values = traced.values[name][row];
    const most = name === "c" || name === "a" ? Math.max(0.05, ...values.map(Math.abs)) : 1;
    tintedFor.textContent = `${QUANTITIES[name]} of cell ${cell.value}`;
    tinted.replaceChildren(
      ...traced.characters.map((character, column) => {
        const level = Math.round((LEVELS * values[column]) / most);
        const tone = level ? `${level < 0 ? "low" : "high"}-${Math.abs(level)}` : undefined;
        const title = `${spoken(character)}: ${fixed(values[column])}`;
        return el("span", { class: tone, title }, character);
      }),
    );
  }

  function place(column) {
    return `character ${column + 1}, ${spoken(traced.characters[column])}`;
  }

  function choose(from, row, column) {
    if (from === "gates") cells.point(0, column);
    else if (!gates.node.hidden) gates.point(0, column);
    const { gates: means, values, expected } = traced;
    const numbers = Object.entries(means).map(([name, mean]) => pair(name, mean[column].toFixed(2)));
    if (from === "cells") {
      const states = ["c", "a"].filter((name) => name in values);
      states.forEach((name, number) => {
        const title = number ? name : `cell ${traced.cells[row]} ${name}`;
        numbers.push(pair(title, fixed(values[name][row][column])));
      });
    }
    const next = expected[column];
    numbers.push(pair("next, likeliest", `\u2068${visible(next.character)}\u2069 ${percent(next.probability)}`));
    readout.replaceChildren(el("strong", { class: "letter" }, visible(traced.characters[column])), ...numbers);
  }

  function pair(name, value) {
    return el("span", {}, el("span", { class: "note" }, `${name} `), value);
  }

  function fill() {
    if (!traced) return;
    const name = quantity.value;
    head.replaceChildren(
      ...[
        "Character",
        ...Object.keys(traced.gates).map((gate) => QUANTITIES[gate]),
        "Likeliest next",
        ...traced.cells.map((cell) => `Cell ${cell}`),
      ].map((title) => el("th", { scope: "col" }, title)),
    );
    rows.replaceChildren(
      ...traced.characters.map((character, column) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, spoken(character)),
          ...Object.values(traced.gates).map((means) => el("td", { class: "number" }, means[column].toFixed(2))),
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
  async function show({ text: said, network: title, layer: number, map, cell: one }) {
    wanted = one ?? "";
    if (said !== undefined) text.value = said;
    if (["1", "2", "3"].includes(number)) {
      layer.fill(layers(3, "lstm"));
      layer.value = number;
    }
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
