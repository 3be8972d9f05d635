// The Names view: names, known or new, with the network's surprise at each letter.

import { button, el, errorLine, field, intro, networkSelect, slider, strip } from "../ui.js";

const GUESS = Math.log2(27); // bits for a letter when every symbol is equally likely
const TALLEST = 8; // bits of the tallest column

export async function mount(section, api) {
  const start = el("input", { type: "text", maxlength: 49, autocomplete: "off", spellcheck: "false" });
  const network = await networkSelect(api, "dinos", { onchange: measure });
  const temperature = slider("Temperature", {
    min: 0.1,
    max: 1.5,
    step: 0.05,
    value: 0.7,
    show: (value) => value.toFixed(2),
    hint: "Low: careful. High: wild.",
  });
  const count = slider("How many", { min: 1, max: 50, value: 12 });
  const make = button("Make names", { primary: true, type: "submit" });
  const errors = errorLine();
  const form = el(
    "form",
    { class: "panel stack" },
    field("Beginning", start, { hint: "Empty: the network chooses." }),
    network.node,
    temperature.node,
    count.node,
    make,
    errors.node,
  );

  const own = el("input", { type: "text", maxlength: 50, autocomplete: "off", spellcheck: "false" });
  const ownErrors = errorLine();
  const measured = el("div", { class: "measured", hidden: true });
  const yours = el(
    "div",
    { class: "panel stack" },
    field("A name of your own", own, { hint: "See how the network likes yours." }),
    measured,
    ownErrors.node,
  );

  const rows = el("tbody");
  const table = el(
    "table",
    { class: "names" },
    el("caption", { class: "visually-hidden" }, "Names and the bits of surprise at each of their letters"),
    el(
      "thead",
      {},
      el("tr", {}, el("th", { scope: "col" }, "Name"), el("th", { scope: "col" }, "Surprise at each letter, in bits")),
    ),
    rows,
  );
  section.append(
    intro(
      "names",
      "Names",
      "A network that has read the names of dinosaurs makes new ones. Its surprise at a letter is small where it " +
        `expected it; ${GUESS.toFixed(1)} bits is a blind guess.`,
    ),
    el("div", { class: "columns" }, el("div", { class: "stack" }, form, yours), el("div", { class: "panel" }, table)),
  );

  async function fill() {
    errors.clear();
    const body = { start: start.value, network: network.value, count: count.value, temperature: temperature.value };
    try {
      const { names } = await api.post("names/make", body);
      rows.replaceChildren(...names.map(row));
    } catch (error) {
      errors.show(error);
    }
  }

  let last = 0;
  async function measure() {
    const turn = ++last;
    ownErrors.clear();
    const name = own.value.trim();
    measured.hidden = !name;
    if (!name) return;
    try {
      const found = await api.post("names/measure", { name, network: network.value });
      if (turn === last) measured.replaceChildren(...description(found));
    } catch (error) {
      if (turn !== last) return;
      measured.hidden = true;
      ownErrors.show(error);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fill();
  });
  own.addEventListener("input", measure);
  await fill();
}

function row(found) {
  const [head, letters] = description(found);
  return el("tr", {}, el("th", { scope: "row" }, head), el("td", {}, letters));
}

// What is said of a name: whether it is known with its mean surprise, and its letters.
function description({ name, known, bits }) {
  const mean = bits.reduce((sum, number) => sum + number, 0) / bits.length;
  const letters = [...name, "end"].map((letter, index) => ({
    label: letter,
    share: bits[index] / TALLEST,
    figure: bits[index].toFixed(bits[index] < 9.95 ? 1 : 0),
    mark: letter === "end" && index === bits.length - 1 ? "note" : undefined,
  }));
  return [
    el(
      "div",
      { class: "named" },
      el("strong", {}, name),
      el(
        "span",
        { class: "row" },
        el("span", { class: known ? "chip" : "chip accent" }, known ? "known" : "new"),
        el("span", { class: "note number" }, `${mean.toFixed(1)} bits a letter`),
      ),
    ),
    strip(letters),
  ];
}
