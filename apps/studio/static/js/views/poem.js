// The Poem view: characters stream in, and each shows what else it could have been, and can be another.

import { likeliestCard } from "../poem/card.js";
import { poemPanel } from "../poem/panel.js";
import { sessionTools, shelf } from "../shelf.js";
import { amend, formatAddress, store, visit } from "../state.js";
import {
  button,
  el,
  emptyState,
  errorLine,
  field,
  folding,
  intro,
  networkSelect,
  newSeed,
  percent,
  reducedMotion,
  slider,
} from "../ui.js";

const ALL = 40; // the end of the top-k slider: all characters
const LONGEST = 2000; // characters that the studio reads and writes at once
const WORD = 40; // characters after the length within which the word ends
const USUAL = { temperature: "0.7", top_k: String(ALL), top_p: "1", length: "400", takes: "1" };
// In the order of the address. `given`: how many characters of the prompt are the person's, where not all are.
const NAMES = ["prompt", "given", "network", "temperature", "top_k", "top_p", "length", "takes", "compare", "seed"];

export async function mount(section, api) {
  const prompt = el("textarea", { rows: 2, maxlength: LONGEST, spellcheck: "false", dir: "auto" });
  prompt.value = "love is ";
  const network = await networkSelect(api, "shakespeare", { onchange: settle });
  const temperature = slider("Temperature", {
    min: 0.1,
    max: 1.5,
    step: 0.05,
    value: USUAL.temperature,
    show: (value) => value.toFixed(2),
    hint: "Low: careful. High: wild.",
    oninput: settle,
  });
  const compare = el("input", { type: "checkbox", onchange: settle });
  const topK = slider("Top-k", {
    min: 1,
    max: ALL,
    value: ALL,
    show: (value) => (value === ALL ? "all characters" : `the ${value} likeliest`),
    oninput: settle,
  });
  const topP = slider("Top-p", {
    min: 0.05,
    max: 1,
    step: 0.05,
    value: 1,
    show: (value) => (value === 1 ? "all characters" : `the likeliest ${percent(value)}`),
    oninput: settle,
  });
  const length = slider("Length", { min: 100, max: 1900, step: 100, value: USUAL.length, show: characters, oninput: settle });
  const takes = slider("Takes", { min: 1, max: 4, value: 1, oninput: settle });
  const colour = el("input", { type: "checkbox", onchange: () => page.classList.toggle("plain", !colour.checked) });
  colour.checked = true;
  const write = button("Write", { primary: true, type: "submit" });
  const stop = button("Stop", { disabled: true });
  const errors = errorLine();
  const notice = el("p", { class: "note", hidden: true });
  const card = likeliestCard();
  const page = el("div", { class: "takes" }, emptyState("A blank page", "Type a beginning, then let the network go on."));
  const kept = shelf({
    kind: "poems",
    label: "Kept poems",
    about: ({ poems }) => el("span", { class: "poem-start" }, poems[0].text.slice(0, 120)),
    onopen: (record) => show(record, visit),
  });
  const form = el(
    "form",
    { class: "panel stack" },
    field("Beginning", prompt),
    notice,
    errors.node,
    network.node,
    el("div", { class: "row actions" }, write, stop),
    folding(
      "Settings",
      temperature.node,
      el("label", { class: "check" }, compare, "Three temperatures side by side"),
      length.node,
      topK.node,
      topP.node,
      takes.node,
    ),
  );
  const legend = el(
    "div",
    { class: "row legend" },
    el("label", { class: "check" }, colour, "Colour by surprise"),
    el(
      "span",
      { class: "note surprises", "aria-hidden": "true" },
      "expected ",
      ...[1, 2, 3, 4, 5].map((level) => el("span", { class: `surprise-${level}` }, "\u00a0")),
      " surprising",
    ),
  );
  section.append(
    intro(
      "poem",
      "Poem",
      "A network goes on from your words. Tap a character to see what else it could have been, and let it go on from " +
        "another.",
    ),
    el("div", { class: "columns" }, form, el("div", { class: "desk" }, page, legend, card.node)),
    kept.node,
    sessionTools(),
  );

  let running = null;
  let shown = null; // the values of what is on the page

  // What the next poem is asked for, as values of the address.
  function choices() {
    const unusual = (name, control) => (String(control.value) === USUAL[name] ? undefined : control.value);
    return {
      prompt: prompt.value,
      network: network.title,
      temperature: unusual("temperature", temperature),
      top_k: unusual("top_k", topK),
      top_p: unusual("top_p", topP),
      length: unusual("length", length),
      takes: compare.checked ? undefined : unusual("takes", takes),
      compare: compare.checked ? "yes" : undefined,
    };
  }

  function settle() {
    if (!running) amend({ view: "poem", values: choices() });
  }

  function set(values) {
    if (!values.given) prompt.value = values.prompt ?? "";
    temperature.value = values.temperature ?? USUAL.temperature;
    topK.value = values.top_k ?? USUAL.top_k;
    topP.value = values.top_p ?? USUAL.top_p;
    length.value = values.length ?? USUAL.length;
    takes.value = values.takes ?? USUAL.takes;
    compare.checked = values.compare === "yes";
    network.title = values.network;
  }

  // The poems that values ask for: a label and what differs from poem to poem.
  function plans(values) {
    const usual = Number(values.temperature ?? USUAL.temperature);
    const seed = Number(values.seed);
    if (values.compare === "yes") {
      return [usual / 2, usual, usual * 2].map((heat) => {
        const bounded = Math.round(Math.max(0.05, Math.min(5, heat)) * 1000) / 1000;
        return { label: `Temperature ${bounded}`, temperature: bounded, seed };
      });
    }
    const count = Math.max(1, Math.min(4, Math.round(Number(values.takes)) || 1));
    return Array.from({ length: count }, (_, number) => ({
      label: count > 1 ? `Take ${number + 1}` : "Poem",
      temperature: usual,
      seed: (seed + number) % 2 ** 32,
    }));
  }

  function panel(label, values) {
    const only = { ...values, takes: undefined, compare: undefined };
    const begin = (text) => ({ ...only, prompt: text, given: ownPart(values) === text.length ? undefined : ownPart(values), seed: newSeed() });
    return poemPanel({
      label,
      card,
      onchoose: (before, symbol) => start(begin(before + symbol)),
      ongo: (text) => start(begin(text)),
    });
  }

  // Writes what values ask for; `record`: how the address is written.
  async function start(values, record = visit) {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    const { signal } = controller;
    errors.clear();
    card.hide();
    notice.hidden = true;
    stop.disabled = false;
    page.setAttribute("aria-busy", "true");
    const known = recipe(values);
    shown = known;
    const poems = plans(known).map((plan) => ({ plan, panel: panel(plan.label, { ...known, temperature: plan.temperature }) }));
    try {
      const id = network.idOf(known.network);
      for (const poem of poems) poem.panel.begin(known.prompt ?? "", ownPart(known));
      let first = true;
      const fresh = () => {
        if (first) page.replaceChildren(...poems.map((poem) => poem.panel.node));
        if (first) record({ view: "poem", values: known });
        first = false;
      };
      await Promise.all(poems.map((poem) => one(poem, id, known, signal, fresh)));
    } catch (error) {
      if (!signal.aborted) errors.show(error);
    } finally {
      for (const poem of poems) poem.panel.finish();
      if (poems[0].panel.characters.length) await keep(known, poems).catch(errors.show);
      if (running === controller) {
        running = null;
        if (document.activeElement === stop) write.focus();
        stop.disabled = true;
        page.removeAttribute("aria-busy");
      }
    }
  }

  async function one({ plan, panel: poem }, id, values, signal, fresh) {
    const wanted = Number(values.length ?? USUAL.length);
    const body = {
      prompt: (values.prompt ?? "").slice(-LONGEST),
      network: id,
      temperature: plan.temperature,
      length: Math.min(LONGEST, wanted + WORD),
      seed: plan.seed,
    };
    if (values.top_k !== undefined) body.top_k = Number(values.top_k);
    if (values.top_p !== undefined) body.top_p = Number(values.top_p);
    for await (const item of paced(api.stream("poem/write", body, { signal }), signal)) {
      if (item.seed !== undefined) {
        const words = item.notice ?? "";
        notice.textContent = words.charAt(0).toUpperCase() + words.slice(1);
        notice.hidden = !words;
        continue;
      }
      fresh();
      if (item.symbols[0]) poem.add(item.symbols[0], item.likeliest[0], item.bits[0]);
      if (poem.characters.length >= wanted && /\s/.test(item.symbols[0])) return;
    }
  }

  async function keep(values, poems) {
    const id = formatAddress({ view: "poem", values });
    if (await store.get("poems", id)) return;
    const texts = poems.map(({ plan, panel: poem }) => ({
      label: plan.label,
      temperature: plan.temperature,
      text: poem.text,
      characters: poem.characters.map(({ symbol, likeliest, bits }) => [symbol, likeliest, bits]),
    }));
    const title = texts[0].text.trim().split("\n")[0].slice(0, 40).trim() || "Poem";
    await store.put("poems", { id, values, title, poems: texts });
    kept.mark(id);
  }

  // A poem of the store: nothing is asked of the studio.
  function show(record, write_ = amend) {
    running?.abort();
    card.hide();
    errors.clear();
    shown = record.values;
    const panels = record.poems.map((poem) => {
      const one = panel(poem.label, { ...record.values, temperature: poem.temperature });
      one.begin(record.values.prompt ?? "", ownPart(record.values));
      for (const [symbol, likeliest, bits] of poem.characters) one.add(symbol, likeliest, bits);
      one.finish();
      return one.node;
    });
    page.replaceChildren(...panels);
    write_({ view: "poem", values: record.values });
    kept.mark(record.id);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start({ ...choices(), seed: newSeed() });
  });
  prompt.addEventListener("input", settle);
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start({ ...choices(), seed: newSeed() });
  });
  stop.addEventListener("click", () => running?.abort());

  return {
    async open({ values }) {
      const wanted = recipe(values);
      try {
        await network.refresh();
        if (Object.keys(values).length) set(wanted);
      } catch (error) {
        errors.show(error);
      }
      const record = wanted.seed && (await store.get("poems", formatAddress({ view: "poem", values: wanted })));
      if (record) show(record);
      else if (wanted.seed) await start(wanted, amend);
      else if (!shown) await start({ ...choices(), seed: newSeed() }, amend);
    },
  };
}

function recipe(values) {
  return Object.fromEntries(
    NAMES.filter((name) => values[name] !== undefined && values[name] !== "").map((name) => [name, String(values[name])]),
  );
}

// How many characters of the beginning are the person's.
function ownPart({ prompt = "", given }) {
  return given === undefined ? prompt.length : Math.min(prompt.length, Number(given) || 0);
}

function characters(count) {
  return `${count} characters`;
}

// Passes items on one a frame, as a hand writes; all at once where less motion is wanted.
async function* paced(items, signal) {
  for await (const item of items) {
    if (signal.aborted) return;
    yield item;
    if (item.symbols && !reducedMotion() && !document.hidden) await new Promise(requestAnimationFrame);
    if (signal.aborted) return;
  }
}
