// The second part of the Learn view: an RNN, an LSTM and a GRU of one size, drawn against each other.

import { el, field, select, slider } from "../ui.js";
import { lineChart } from "./chart.js";
import { runner } from "./run.js";

const KINDS = { rnn: "RNN", lstm: "LSTM", gru: "GRU" };

export function comparePart(api, { materials }) {
  const material = select("All three learn");
  const offer = () => material.fill([...materials.dinos, ...materials.shakespeare].map(({ id, title }) => [id, title]));
  document.addEventListener("materials", offer); // another one was uploaded
  offer();
  const epochs = slider("Epochs", { min: 2, max: 20, value: 8 });
  const size = slider("Weights of each", {
    min: 2000,
    max: 20000,
    step: 1000,
    value: 6000,
    show: (weights) => `about ${weights.toLocaleString("en")}`,
  });
  const seed = el("input", { type: "number", min: 0, max: 4294967295, step: 1, value: 1, required: true });
  const go = el("button", { type: "submit", class: "button primary" }, "Compare");
  const settings = el("fieldset", { class: "stack" }, material.node, epochs.node, size.node, field("Seed", seed), go);
  const form = el("form", { class: "stack", "aria-label": "What to compare", onsubmit: compare }, settings);
  const chart = lineChart({
    title: "Held-out loss of an RNN, an LSTM and a GRU by epoch",
    empty: "Three curves are drawn here, one network after another.",
  });
  const units = el("ul", { class: "row" });
  const run = runner(api, {
    onevent,
    onend: () => {
      settings.disabled = false;
    },
  });
  const explained = el(
    "p",
    { class: "note" },
    "The networks have the same number of weights, and see the same examples in the same order. The loss is on examples that none of them learns from.",
  );
  let planned = 0;

  function compare(event) {
    event.preventDefault();
    settings.disabled = true;
    planned = epochs.value;
    chart.reset({
      epochs: planned,
      unit: "nats a character",
      series: Object.entries(KINDS).map(([name, label]) => ({ name, label })),
    });
    units.replaceChildren();
    const body = { material: material.value, epochs: planned, parameters: size.value, seed: Number(seed.value) };
    run.start("learn/comparisons", body, "The networks learn, one after another.");
  }

  function onevent(event) {
    if (event.event === "network") {
      units.append(el("li", { class: "chip" }, `${event.title}: ${event.units} units`));
      run.say(`The ${event.title} learns.`);
    } else if (event.event === "epoch") {
      chart.add(event.kind, event.epoch, event.val_loss);
      run.show(event.epoch, planned);
    } else if (event.event === "done") {
      run.say(event.stopped ? "Stopped." : "Done.");
    }
  }

  const panel = el("div", { class: "panel stack" }, run.node, chart.node, units, explained);
  return { node: el("div", { class: "columns" }, form, panel) };
}
