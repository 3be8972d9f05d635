// The first part of the Learn view: a network learns while its loss is drawn.

import { networksChanged, onChange, store } from "../state.js";
import { give, recall } from "../uploads.js";
import { button, dropZone, el, errorLine, field, reducedMotion, select } from "../ui.js";
import { lineChart } from "./chart.js";
import { ownNetworks } from "./networks.js";
import { runner } from "./run.js";

const APPS = {
  dinos: { title: "Names", view: "names", accept: ".txt", file: "a list of names", hint: "a text file, one name a line" },
  emojify: {
    title: "Emoji",
    view: "emoji",
    accept: ".csv",
    file: "labelled sentences",
    hint: "a CSV file: a sentence and its label from 0 to 4 (❤️ ⚾ 😄 😞 🍴)",
  },
  shakespeare: { title: "Poems", view: "poem", accept: ".txt", file: "a text", hint: "a text file of 800 characters or more" },
  jazz: {
    title: "Jazz",
    view: "jazz",
    accept: ".mid,.midi,.musicxml,.mxl,.xml",
    file: "a solo",
    hint: "MIDI or MusicXML, with more than 30 notes",
  },
};
const STARTS = { new: "From nothing", pretrained: "From the bundled network" };
const MOST_SAMPLES = 10;

function number(attributes) {
  return el("input", { type: "number", inputmode: "decimal", required: true, ...attributes });
}

export async function trainPart(api, { materials, limits, uploads }, settle) {
  const descriptions = new Map();
  const networks = ownNetworks(api, APPS);
  let planned = 0; // epochs of the training that is shown
  let last = null; // its end: {id, epochs, resumable, stopped}
  let id = null;
  let record = null; // the store's of the training that is shown: {id, app, epochs, title, events}
  let saved = 0; // when it was written last

  const app = select("Network of", {
    options: Object.entries(APPS).map(([key, { title }]) => [key, title]),
    onchange: choose,
  });
  const material = select("Learns from", { onchange: describe });
  const about = el("p", { class: "hint" });
  const drop = el("div");
  const uploadError = errorLine();
  const start = select("Begins", { options: Object.entries(STARTS), onchange: defaults });
  const epochs = number({ min: 1, step: 1 });
  const epochHint = el("p", { class: "hint", id: "epoch-hint" });
  epochs.setAttribute("aria-describedby", epochHint.id);
  const rate = number({ min: 0.00001, max: 0.1, step: "any" });
  const rateField = field("Learning rate", rate);
  const seed = number({ min: 0, max: 4294967295, step: 1, value: 1 });
  const go = el("button", { type: "submit", class: "button primary" }, "Train");
  const settings = el("fieldset", { class: "stack" }, app.node, material.node, about, drop, uploadError.node);
  settings.append(
    start.node,
    el("div", { class: "pair" }, field("Epochs", epochs), field("Seed", seed)),
    epochHint,
    rateField,
    go,
    el("p", { class: "hint" }, "Closing this tab stops a training; the epochs that are done are kept."),
    networks.node,
  );
  const form = el("form", { class: "stack", "aria-label": "What to train", onsubmit: train }, settings);

  const chart = lineChart({ title: "Loss by epoch", empty: "The loss is drawn here while the network learns." });
  const run = runner(api, { onevent: (event) => (keep(event), onevent(event)), onend });
  const resume = button("Resume", { onclick: goOn });
  const result = el("div", { class: "row result", hidden: true });
  const samples = el("ol", { class: "samples" });
  const sampleHead = el("h2", { hidden: true }, "What it makes");
  const player = el("figure", { class: "listen", hidden: true });
  const shown = el("div", { class: "panel stack" }, run.node, chart.node, result, player, sampleHead, samples);

  function choose() {
    const chosen = APPS[app.value];
    offer();
    drop.replaceChildren(
      dropZone({ title: `Drop or choose ${chosen.file}`, hint: chosen.hint, accept: chosen.accept, onfile: upload }),
    );
    uploadError.clear();
    start.node.hidden = !Object.keys(limits[app.value].starts).length;
    defaults();
    describe();
  }

  // The bundled materials, and the uploads that the browser keeps.
  function offer() {
    material.fill(materials[app.value].map(({ id: key, title }) => [key, title]));
  }

  async function remember() {
    for (const { id: key, title, use, found } of await store.all("uploads")) {
      if (!materials[use] || materials[use].some((other) => other.id === key)) continue;
      materials[use].push({ id: key, title });
      descriptions.set(key, found.description);
    }
    offer();
  }

  function defaults() {
    const limit = limits[app.value];
    const chosen = { ...limit, ...(limit.starts[start.value] ?? {}) };
    epochs.value = chosen.epochs;
    epochs.max = limit.most_epochs;
    epochHint.textContent = chosen.epoch;
    epochHint.hidden = !chosen.epoch;
    rateField.hidden = limit.learning_rate === null;
    rate.required = !rateField.hidden;
    rate.value = chosen.learning_rate ?? "";
  }

  function describe() {
    about.textContent = descriptions.get(material.value) ?? "";
    about.hidden = !about.textContent;
  }

  async function upload(file) {
    const name = app.value;
    uploadError.clear();
    try {
      const found = await give(api, name, file, { limit: uploads[name] });
      await remember();
      document.dispatchEvent(new CustomEvent("materials"));
      if (app.value !== name) return;
      material.value = found.id;
      describe();
    } catch (problem) {
      uploadError.show(problem);
    }
  }

  async function train(event) {
    event.preventDefault();
    const name = app.value;
    const body = { material: material.value, epochs: Number(epochs.value), seed: Number(seed.value) };
    if (!rateField.hidden) body.learning_rate = Number(rate.value);
    if (!start.node.hidden) body.start = start.value;
    uploadError.clear();
    try {
      if (!body.material.startsWith("bundled-")) body.material = (await recall(api, body.material)).id;
    } catch (problem) {
      uploadError.show(problem);
      return;
    }
    settle("train", { app: name, epochs: body.epochs, seed: body.seed });
    begin({ app: name, epochs: body.epochs, title: material.input.selectedOptions[0]?.textContent ?? "", events: [] });
    follow("learn/trainings", body);
    if (matchMedia("(max-width: 46rem)").matches) {
      shown.scrollIntoView({ behavior: reducedMotion() ? "auto" : "smooth", block: "start" });
    }
  }

  // An empty chart for a training, new or of the store.
  function begin(training) {
    record = training;
    planned = training.epochs;
    shown.dataset.app = training.app;
    chart.reset({
      epochs: planned,
      unit: limits[training.app].unit,
      series: [
        { name: "loss", label: "Training" },
        { name: "val_loss", label: "Held out" },
        { name: "within", label: "", faint: true },
      ],
    });
    result.replaceChildren();
    samples.replaceChildren();
    sampleHead.hidden = true;
  }

  // Writes what the training has shown so far, now and then and at its end.
  function keep(event) {
    if (event.event === "started") record.id = event.id;
    if (!["epoch", "sample", "done"].includes(event.event)) return;
    record.events.push(event);
    record.epochs = planned;
    if (event.event !== "done" && Date.now() - saved < 1000) return;
    saved = Date.now();
    store.put("trainings", record).catch(() => {});
  }

  // The last training, as it was before the page was left.
  async function restore() {
    const [newest] = await store.all("trainings");
    if (!newest || !limits[newest.app]) return;
    begin(newest);
    id = newest.id;
    for (const event of newest.events) if (event.event !== "done") onevent(event);
    const done = newest.events.find((event) => event.event === "done");
    if (!done) {
      run.say(`The page was left while it learnt from ${newest.title}. The epochs that were done are kept.`);
      return;
    }
    const there = await api.get(`learn/trainings/${newest.id}`).then(
      () => true,
      () => false,
    );
    const all = (await api.get("networks"))[newest.app]; // it may have another name by now, or be deleted
    const network = all.find((other) => other.id === done.network?.id);
    end({ ...done, network, resumable: done.resumable && there });
  }

  function goOn() {
    record.events = record.events.filter((event) => event.event !== "done");
    planned = last.epochs < planned ? planned : Math.min(last.epochs + planned, limits[shown.dataset.app].most_epochs);
    chart.extend(planned);
    follow(`learn/trainings/${last.id}/resume`, { epochs: planned });
  }

  function follow(path, body) {
    settings.disabled = true;
    result.hidden = true;
    player.hidden = true;
    player.replaceChildren();
    const words = path.endsWith("resume") ? "Learning goes on." : `Learning from ${record.title}.`;
    run.start(path, body, words);
  }

  function onevent(event) {
    if (event.event === "started") {
      ({ id } = event);
    } else if (event.event === "loss") {
      chart.add("within", event.epoch, event.loss);
      run.show(event.epoch, planned);
    } else if (event.event === "epoch") {
      chart.add("loss", event.epoch, event.loss);
      if (event.val_loss !== undefined) chart.add("val_loss", event.epoch, event.val_loss);
      run.show(event.epoch, planned);
    } else if (event.event === "sample") {
      showSample(event);
    } else if (event.event === "listen") {
      player.hidden = false;
      player.replaceChildren(
        el("figcaption", { class: "note" }, "Eight measures that it improvises now"),
        el("audio", { controls: true, preload: "auto", src: event.audio }),
      );
    } else if (event.event === "done") {
      end(event);
    }
  }

  function showSample({ epoch, lines }) {
    sampleHead.hidden = false;
    samples.prepend(
      el(
        "li",
        {},
        el("span", { class: "note number" }, `epoch ${epoch}`),
        el("p", {}, ...lines.map((line) => el("span", {}, line))),
      ),
    );
    if (samples.children.length > MOST_SAMPLES) samples.lastChild.remove();
  }

  function end(event) {
    last = { ...event, id };
    const count = event.epochs === 1 ? "1 epoch is" : `${event.epochs} epochs are`;
    if (!event.epochs) run.say("Stopped before the first epoch was done: nothing is kept.");
    else run.say(event.stopped ? `Stopped: ${count} kept.` : `Done: ${count} kept.`);
    result.replaceChildren();
    if (event.network) {
      networksChanged();
      result.append(networks.result(event.network, shown.dataset.app));
    }
    const most = limits[shown.dataset.app].most_epochs;
    if (event.resumable && (event.epochs < planned || event.epochs < most)) {
      resume.textContent = event.epochs < planned ? `Resume to ${planned} epochs` : `${Math.min(planned, most - event.epochs)} more epochs`;
      result.append(resume);
    }
    result.hidden = !result.children.length;
  }

  function onend(ended) {
    settings.disabled = false;
    if (!ended) result.hidden = !result.children.length;
  }

  function show({ app: name, epochs: wanted, seed: drawn }) {
    if (name in APPS && name !== app.value) {
      app.value = name;
      choose();
    }
    if (wanted) epochs.value = wanted;
    if (drawn) seed.value = drawn;
  }

  choose();
  await Promise.all([remember(), restore()]).catch(() => {});
  onChange("uploads", () => remember().catch(() => {}));
  return { node: el("div", { class: "columns" }, form, shown), show };
}
