// The Names view: names, known or new, with the network's surprise at each letter; and networks for names of one's own.

import { ownNetworks } from "../learn/networks.js";
import { runner } from "../learn/run.js";
import { amend, networksChanged, visit } from "../state.js";
import { button, el, errorLine, field, folding, intro, networkSelect, newSeed, slider, strip } from "../ui.js";
import { give } from "../uploads.js";

const TALLEST = 8; // bits of the tallest column
const USUAL = { temperature: "0.7", count: "12" };
const EPOCHS = 60; // of a network for names of one's own: some seconds
const OWN = { dinos: { title: "Names", view: "names" } };

export async function mount(section, api) {
  const start = el("input", { type: "text", maxlength: 49, autocomplete: "off", spellcheck: "false" });
  const network = await networkSelect(api, "dinos", { onchange: () => (settle(), measure()) });
  const temperature = slider("Temperature", {
    min: 0.1,
    max: 1.5,
    step: 0.05,
    value: USUAL.temperature,
    show: (value) => value.toFixed(2),
    hint: "Low: careful. High: wild.",
    oninput: settle,
  });
  const count = slider("How many", { min: 1, max: 50, value: USUAL.count, oninput: settle });
  const make = button("Make names", { primary: true, type: "submit" });
  const errors = errorLine();
  const form = el(
    "form",
    { class: "panel stack names-form" },
    field("Beginning", start, { hint: "Empty: the network chooses." }),
    errors.node,
    network.node,
    make,
    folding("Settings", temperature.node, count.node),
  );
  start.addEventListener("input", settle);

  const own = el("input", { type: "text", maxlength: 50, autocomplete: "off", spellcheck: "false" });
  const ownErrors = errorLine();
  const measured = el("div", { class: "measured", hidden: true });
  const yours = el(
    "div",
    { class: "panel stack" },
    field("A name of your own", own, { hint: "See how the network likes yours." }),
    ownErrors.node,
    measured,
  );
  const lesson = lessons(api, { network, onnames: (names) => rows.replaceChildren(...names.map(plainRow)), onend: learnt });

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
      "A network that has read names makes new ones: dinosaurs, or what you let it read. A tall column is a letter " +
        "that it did not expect.",
    ),
    el(
      "div",
      { class: "columns names-view" },
      form,
      el("div", { class: "panel names-made" }, table),
      el("div", { class: "stack names-own" }, yours, lesson.node),
    ),
  );

  // What the next names are asked for, as values of the address.
  function choices() {
    return {
      start: start.value,
      network: network.title,
      temperature: unusual("temperature", temperature.value),
      count: unusual("count", count.value),
    };
  }

  function settle() {
    amend({ view: "names", values: choices() });
  }

  async function fill(seed = newSeed(), write = visit) {
    errors.clear();
    const body = {
      start: start.value,
      network: network.value,
      count: count.value,
      temperature: temperature.value,
      seed: Number(seed),
    };
    try {
      const { names } = await api.post("names/make", body);
      rows.replaceChildren(...names.map(row));
      write({ view: "names", values: { ...choices(), seed } });
    } catch (error) {
      errors.show(error);
    }
  }

  // A network has learnt: it is chosen, and what it makes is shown.
  async function learnt(title) {
    await network.refresh();
    network.title = title;
    start.value = "";
    await Promise.all([fill(), measure()]);
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

  return {
    async open({ values }) {
      start.value = values.start ?? "";
      temperature.value = values.temperature ?? USUAL.temperature;
      count.value = values.count ?? USUAL.count;
      try {
        await network.refresh();
        network.title = values.network;
      } catch (error) {
        errors.show(error);
        return;
      }
      await Promise.all([fill(values.seed, amend), measure()]);
    },
  };
}

function unusual(name, value) {
  return String(value) === USUAL[name] ? undefined : value;
}

// Names of one's own are pasted, learnt, and made: {node}. onnames(names): what the network makes by then.
function lessons(api, { onnames, onend }) {
  const pasted = el("textarea", { rows: 4, spellcheck: "false", placeholder: "Ada\nGrace\nKatherine\n…" });
  const go = button("Learn these names", { type: "submit" });
  const error = errorLine();
  const networks = ownNetworks(api, OWN);
  const result = el("div");
  let done = null;
  const run = runner(api, {
    onevent(event) {
      if (event.event === "epoch") run.show(event.epoch, EPOCHS);
      else if (event.event === "sample") onnames(event.lines);
      else if (event.event === "done") done = event;
    },
    async onend(ended) {
      go.disabled = false;
      if (!ended || !done?.network) return;
      run.say(done.stopped ? `Stopped after ${done.epochs} of ${EPOCHS} epochs.` : "It has learnt your names.");
      result.replaceChildren(networks.result(done.network, "dinos"));
      networksChanged();
      await onend(done.network.title);
    },
  });

  run.node.hidden = true;

  async function learn(event) {
    event.preventDefault();
    error.clear();
    result.replaceChildren();
    done = null;
    go.disabled = true;
    run.node.hidden = false;
    try {
      const file = new File([pasted.value], "Own names", { type: "text/plain" });
      const { id } = await give(api, "dinos", file, { limit: 4e6 });
      await run.start("learn/trainings", { material: id, epochs: EPOCHS }, "The network reads your names.");
    } catch (problem) {
      go.disabled = false;
      error.show(problem);
    }
  }

  return {
    node: el(
      "form",
      { class: "panel stack", onsubmit: learn },
      field("Names to learn from", pasted, { hint: "Paste a list, one name a line. A few hundred are best." }),
      error.node,
      el("div", { class: "row" }, go),
      run.node,
      result,
      networks.node,
    ),
  };
}

function plainRow(name) {
  return el("tr", {}, el("th", { scope: "row" }, el("div", { class: "named" }, el("strong", {}, name))), el("td"));
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
