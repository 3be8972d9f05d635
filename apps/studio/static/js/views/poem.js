// The Poem view: characters stream in, and each shows what else it could have been.

import {
  bar,
  button,
  copy,
  el,
  emptyState,
  errorLine,
  field,
  intro,
  networkSelect,
  newId,
  percent,
  reducedMotion,
  slider,
} from "../ui.js";

const ALL = 40; // the end of the top-k slider: all characters
const NAMES = { " ": "space", "\n": "line break", "\t": "tab", "\u00a0": "no-break space" };

export async function mount(section, api) {
  const prompt = el("textarea", { rows: 2, maxlength: 2000, spellcheck: "false", dir: "auto" });
  prompt.value = "love is ";
  const network = await networkSelect(api, "shakespeare");
  const temperature = slider("Temperature", {
    min: 0.1,
    max: 1.5,
    step: 0.05,
    value: 0.7,
    show: (value) => value.toFixed(2),
    hint: "Low: careful. High: wild.",
  });
  const topK = slider("Top-k", {
    min: 1,
    max: ALL,
    value: ALL,
    show: (value) => (value === ALL ? "all characters" : `the ${value} likeliest`),
  });
  const topP = slider("Top-p", {
    min: 0.05,
    max: 1,
    step: 0.05,
    value: 1,
    show: (value) => (value === 1 ? "all characters" : `the likeliest ${percent(value)}`),
  });
  const takes = slider("Takes", { min: 1, max: 4, value: 1 });
  const write = button("Write", { primary: true, type: "submit" });
  const stop = button("Stop", { disabled: true });
  const errors = errorLine();
  const notice = el("p", { class: "note", hidden: true });
  const card = likeliestCard();
  const page = el("div", { class: "takes" }, emptyState("A blank page", "Type a beginning, then let the network go on."));
  const form = el(
    "form",
    { class: "panel stack" },
    field("Beginning", prompt),
    network.node,
    temperature.node,
    topK.node,
    topP.node,
    takes.node,
    el("div", { class: "row actions" }, write, stop),
    errors.node,
    notice,
  );
  section.append(
    intro(
      "poem",
      "Poem",
      "A network that has read Shakespeare goes on from your words, a character at a time. Point at a character to " +
        "see what else it could have been.",
    ),
    el("div", { class: "columns" }, form, el("div", { class: "desk" }, page, card.node)),
  );

  let running = null;

  async function start() {
    running?.abort();
    const controller = new AbortController();
    running = controller;
    errors.clear();
    notice.hidden = true;
    stop.disabled = false;
    page.setAttribute("aria-busy", "true");
    const body = {
      prompt: prompt.value,
      network: network.value,
      temperature: temperature.value,
      top_k: topK.value === ALL ? null : topK.value,
      top_p: topP.value,
      takes: takes.value,
    };
    const poems = Array.from({ length: body.takes }, (_, number) => takePanel(number, body, card));
    card.hide();
    try {
      let first = true;
      for await (const item of paced(api.stream("poem/write", body, { signal: controller.signal }), controller.signal)) {
        if (item.seed !== undefined) {
          const words = item.notice ?? "";
          notice.textContent = words.charAt(0).toUpperCase() + words.slice(1);
          notice.hidden = !words;
          continue;
        }
        if (first) page.replaceChildren(...poems.map((poem) => poem.node));
        first = false;
        poems.forEach((poem, number) => poem.add(item.symbols[number], item.likeliest[number]));
      }
    } catch (error) {
      errors.show(error);
    } finally {
      if (running === controller) {
        running = null;
        write.textContent = "Write again";
        if (document.activeElement === stop) write.focus();
        stop.disabled = true;
        page.removeAttribute("aria-busy");
      }
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    start();
  });
  prompt.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) start();
  });
  stop.addEventListener("click", () => running?.abort());
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

// One poem: its text, and its copy button.
function takePanel(number, { prompt, takes }, card) {
  const label = takes > 1 ? `Take ${number + 1}` : "Poem";
  const help = newId("keys");
  const text = el("p", {
    class: "poem",
    dir: "auto",
    tabindex: "0",
    role: "group",
    "aria-label": label,
    "aria-describedby": help,
  });
  if (prompt) text.append(el("span", { class: "given" }, prompt));
  const characters = []; // {node, symbol, likeliest}
  const copied = button("Copy", { small: true, onclick: () => copy(text.textContent, copied) });
  let chosen = -1;

  function choose(index, aloud = false) {
    characters[chosen]?.node.classList.remove("chosen");
    chosen = Math.max(0, Math.min(characters.length - 1, index));
    const character = characters[chosen];
    if (!character) return;
    character.node.classList.add("chosen");
    card.show(character, aloud);
  }

  function leave() {
    characters[chosen]?.node.classList.remove("chosen");
    card.hide();
  }

  text.addEventListener("pointerover", (event) => {
    const index = characters.findIndex(({ node }) => node === event.target);
    if (index >= 0) choose(index);
  });
  text.addEventListener("pointerleave", leave);
  text.addEventListener("focus", () => text.matches(":focus-visible") && choose(Math.max(0, chosen), true));
  text.addEventListener("blur", leave);
  text.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: characters.length - 1 };
    if (event.key in moves) {
      event.preventDefault();
      choose(moves[event.key], true);
    } else if (event.key === "Escape") leave();
  });

  return {
    node: el(
      "figure",
      { class: "panel take" },
      el("figcaption", { class: "row" }, el("h2", {}, label), copied),
      text,
      el("p", { class: "visually-hidden", id: help }, "The arrow keys show what each character could have been."),
    ),
    add(symbol, likeliest) {
      const node = el("span", {}, symbol);
      characters.push({ node, symbol, likeliest });
      text.append(node);
    },
  };
}

// The five likeliest characters, under the one that was drawn.
function likeliestCard() {
  const list = el("ol");
  const aloud = el("p", { class: "visually-hidden", "aria-live": "polite" });
  const box = el("div", { class: "likeliest", hidden: true, "aria-hidden": "true" }, list);
  return {
    node: el("div", {}, box, aloud),
    show({ node, symbol, likeliest }, speak) {
      list.replaceChildren(
        ...likeliest.map(([other, chance]) =>
          el(
            "li",
            { class: other === symbol ? "drawn" : undefined },
            el("span", { class: NAMES[other] ? "named" : "symbol" }, NAMES[other] ?? other),
            bar(chance),
            el("span", { class: "number" }, percent(chance)),
          ),
        ),
      );
      box.hidden = false;
      const desk = box.offsetParent.getBoundingClientRect();
      const spot = node.getClientRects()[0] ?? node.getBoundingClientRect();
      const left = Math.max(0, Math.min(spot.left - desk.left - 12, desk.width - box.offsetWidth));
      box.style.left = `${left}px`;
      box.style.top = `${spot.bottom - desk.top + 4}px`;
      const words = likeliest.map(([other, chance]) => `${NAMES[other] ?? other} ${percent(chance)}`);
      if (speak) aloud.textContent = `${NAMES[symbol] ?? symbol}: ${words.join(", ")}`;
    },
    hide() {
      box.hidden = true;
    },
  };
}
