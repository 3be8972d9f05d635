import { comparePart } from "../learn/compare.js";
import { insidePart } from "../learn/inside.js";
import { trainPart } from "../learn/train.js";
import { el, errorLine, intro } from "../ui.js";

const PARTS = [
  ["train", "Train", trainPart],
  ["compare", "Compare", comparePart],
  ["inside", "Look inside", insidePart],
];

export async function mount(section, api) {
  const tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Parts of this view" });
  const opened = new Set();
  let offered = null; // what can be learnt from, for all parts
  section.append(
    intro("learn", "Learn", "Watch a network learn, compare three kinds of cells, or look inside one while it reads."),
    tabs,
  );
  for (const [name, title] of PARTS) {
    const tab = el(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `part-${name}`, onclick: () => open(name) },
      title,
    );
    tabs.append(tab);
    section.append(
      el("div", { role: "tabpanel", id: `part-${name}`, "aria-labelledby": `tab-${name}`, class: "part", hidden: true }),
    );
  }

  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const chosen = PARTS.findIndex(([name]) => document.getElementById(`tab-${name}`) === document.activeElement);
    const [name] = PARTS[(chosen + step + PARTS.length) % PARTS.length];
    document.getElementById(`tab-${name}`).focus();
    open(name);
  });

  async function open(chosen) {
    for (const [name] of PARTS) {
      const tab = document.getElementById(`tab-${name}`);
      tab.setAttribute("aria-selected", name === chosen);
      tab.tabIndex = name === chosen ? 0 : -1;
      document.getElementById(`part-${name}`).hidden = name !== chosen;
    }
    if (opened.has(chosen)) return;
    opened.add(chosen);
    const part = document.getElementById(`part-${chosen}`);
    try {
      offered ??= api.get("learn/materials");
      part.replaceChildren(await PARTS.find(([name]) => name === chosen)[2](api, await offered));
    } catch (error) {
      opened.delete(chosen);
      offered = null;
      const line = errorLine();
      part.replaceChildren(line.node);
      line.show(error);
    }
  }

  await open("train");
}
