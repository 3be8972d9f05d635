import { comparePart } from "../learn/compare.js";
import { insidePart } from "../learn/inside.js";
import { trainPart } from "../learn/train.js";
import { amend, lastAddress, visit } from "../state.js";
import { el, errorLine, intro } from "../ui.js";

const PARTS = [
  ["train", "Train", trainPart],
  ["compare", "Compare", comparePart],
  ["inside", "Look inside", insidePart],
];

export async function mount(section, api) {
  const tabs = el("div", { class: "tabs", role: "tablist", "aria-label": "Parts of this view" });
  const opened = new Map(); // promises of the parts: {node, show(values)}
  let offered = null;
  section.append(
    intro("learn", "Learn", "Watch a network learn, compare three kinds of cells, or look inside one while it reads."),
    tabs,
  );
  for (const [name, title] of PARTS) {
    const tab = el(
      "button",
      { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `part-${name}`, onclick: () => choose(name) },
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
    choose(name);
  });

  async function choose(name) {
    const address = (await lastAddress({ view: "learn", part: name })) ?? { view: "learn", part: name, values: {} };
    visit(address);
    await open(address);
  }

  async function open({ part: chosen, values = {} }) {
    if (!PARTS.some(([name]) => name === chosen)) chosen = PARTS[0][0];
    for (const [name] of PARTS) {
      const tab = document.getElementById(`tab-${name}`);
      tab.setAttribute("aria-selected", name === chosen);
      tab.tabIndex = name === chosen ? 0 : -1;
      document.getElementById(`part-${name}`).hidden = name !== chosen;
    }
    const part = document.getElementById(`part-${chosen}`);
    try {
      if (!opened.has(chosen)) opened.set(chosen, make(chosen));
      const { node, show } = await opened.get(chosen);
      if (!node.isConnected) part.replaceChildren(node);
      if (Object.keys(values).length) await show?.(values);
    } catch (error) {
      opened.delete(chosen);
      const line = errorLine();
      part.replaceChildren(line.node);
      line.show(error);
      document.addEventListener("answers", () => open({ part: chosen, values }), { once: true });
    }
  }

  async function make(chosen) {
    const [, , part] = PARTS.find(([name]) => name === chosen);
    return part(api, await materials(), settle);
  }

  // What can be learnt from, for all parts.
  function materials() {
    offered ??= api.get("learn/materials");
    offered.catch(() => (offered = null));
    return offered;
  }

  // A part's settings, for the address.
  function settle(part, values) {
    amend({ view: "learn", part, values });
  }

  return { open };
}
