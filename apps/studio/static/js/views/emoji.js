// The Emoji view: the answer changes while typing.

import { onChange } from "../state.js";
import { bar, button, el, errorLine, field, intro, percent, setBar, strip } from "../ui.js";

const EXAMPLES = ["I love you", "not feeling happy", "let us play ball", "who ate my pizza?"];
const SHOWN = 3; // networks that answer side by side, the newest of them where there are more

export async function mount(section, api) {
  const sentence = el("input", { type: "text", maxlength: 400, autocomplete: "off", spellcheck: "false" });
  sentence.value = EXAMPLES[0];
  const errors = errorLine();
  const answers = el("div", { class: "answers" });
  const examples = EXAMPLES.map((text) =>
    button(text, {
      small: true,
      onclick: () => {
        sentence.value = text;
        ask();
      },
    }),
  );
  section.append(
    intro("emoji", "Emoji", "Type a sentence, and a network reads it word by word and chooses an emoji as you go."),
    el(
      "div",
      { class: "stack" },
      el("div", { class: "sentence" }, field("Sentence", sentence)),
      el("div", { class: "row" }, el("span", { class: "note" }, "Try"), examples),
      errors.node,
      answers,
    ),
  );

  let panels = [];

  async function show() {
    const all = (await api.get("networks")).emojify;
    const shown = all.length > SHOWN ? [...all.slice(0, 2), all.at(-1)] : all;
    panels = shown.map((network) => answerPanel(network, shown.length > 1, api, errors));
    answers.replaceChildren(...panels.map((panel) => panel.node));
    await ask();
  }

  async function ask() {
    errors.clear();
    await Promise.all(panels.map((panel) => panel.ask(sentence.value)));
  }

  sentence.addEventListener("input", ask);
  onChange("networks", () => show().catch(errors.show));
  await show();
}

// What one network answers.
function answerPanel({ id, title }, titled, api, errors) {
  const face = el("p", { class: "face" });
  const sure = el("p", { class: "note number" });
  const labels = el("ul", { class: "labels" });
  const words = el("div", { class: "words" });
  const note = el("p", { class: "note" }, "The network is being read.");
  const bars = [];

  function show(answer) {
    const best = answer.labels[answer.label];
    face.textContent = answer.sure ? best.emoji : "not sure";
    face.classList.toggle("unsure", !answer.sure);
    if (answer.sure) {
      face.setAttribute("role", "img");
      face.setAttribute("aria-label", best.name);
    } else {
      face.removeAttribute("role");
      face.removeAttribute("aria-label");
    }
    sure.textContent = answer.sure ? percent(best.probability) : `${best.emoji} at ${percent(best.probability)}`;
    answer.labels.forEach(({ emoji, name, probability }, index) => {
      if (!bars[index]) {
        bars[index] = { share: bar(probability), number: el("span", { class: "number" }) };
        const mark = el("span", { role: "img", "aria-label": name }, emoji);
        labels.append(el("li", {}, mark, bars[index].share, bars[index].number));
      }
      setBar(bars[index].share, probability);
      bars[index].number.textContent = percent(probability);
    });
    const most = Math.max(0.2, ...answer.words.map(({ change }) => Math.abs(change)));
    words.replaceChildren(strip(answer.words.map((word) => column(word, most))));
    note.textContent = remark(answer);
  }

  // One request at a time: while it is on its way, only the newest sentence waits.
  let busy = false;
  let newest = null;
  async function ask(text) {
    newest = text;
    if (busy) return;
    busy = true;
    while (newest !== null) {
      const body = { text: newest, network: id };
      newest = null;
      try {
        show(await api.post("emoji/predict", body));
      } catch (error) {
        errors.show(error);
      }
    }
    busy = false;
  }

  return {
    ask,
    node: el(
      "article",
      { class: "panel stack answer" },
      titled ? el("h2", {}, title) : null,
      el("div", { class: "best" }, el("div", {}, face, sure), labels),
      el(titled ? "h3" : "h2", { class: "small" }, "What each word contributes"),
      words,
      note,
    ),
  };
}

// `most`: the largest change, whose column is as tall as can be.
function column({ word, unknown, change }, most) {
  const points = Math.round(change * 100);
  return {
    label: word,
    share: Math.abs(change) / most,
    figure: unknown ? "unknown" : `${points > 0 ? "+" : points < 0 ? "−" : "±"}${Math.abs(points)}`,
    down: change < 0,
    mark: unknown ? "unknown" : undefined,
  };
}

function remark({ words, read, cut }) {
  if (!words.length) return "Nothing is typed: the bars are how often each emoji occurred in training.";
  if (!read) return "No word is known: the bars are how often each emoji occurred in training.";
  if (cut) return `The last ${cut} words are beyond the longest sentence that the network reads.`;
  return "Percentage points that the answer loses when the word is left out.";
}
