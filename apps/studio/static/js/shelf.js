// A shelf of what was made: takes or poems of the browser's store, to be opened, starred, renamed and deleted.

import { exportSession, importSession, onChange, store } from "./state.js";
import { button, download, el, errorLine } from "./ui.js";

const SHOWN = 8; // of many, before all are asked for
const UNDO = 15_000; // milliseconds for which a deletion can be undone

// shelf({kind, label, about, onopen, empty}): {node, mark(id)}
// about(record): what the card says under its name: nodes or texts. onopen(record): it was chosen.
export function shelf({ kind, label, about, onopen }) {
  const list = el("ul", { class: "shelf-cards", "aria-label": label });
  const more = button("", { small: true, hidden: true, onclick: () => ((all = true), fill()) });
  const undo = el("p", { class: "row undo", role: "status" });
  const error = errorLine();
  const cards = new Map(); // by id: {node, record}
  let marked = null;
  let all = false;
  let timer = 0;

  async function fill() {
    const records = await store.all(kind);
    records.sort((a, b) => Boolean(b.starred) - Boolean(a.starred));
    const shown = all ? records : records.slice(0, SHOWN);
    const kept = new Set(shown.map(({ id }) => id));
    for (const id of cards.keys()) if (!kept.has(id)) cards.delete(id);
    for (const record of shown) {
      const card = cards.get(record.id);
      if (card && card.record.title === record.title && card.record.starred === record.starred) card.record = record;
      else cards.set(record.id, { record, node: make(record) });
    }
    const nodes = shown.map(({ id }) => cards.get(id).node);
    if (nodes.some((node, place) => list.children[place] !== node) || list.children.length !== nodes.length) {
      const focused = list.contains(document.activeElement) ? document.activeElement : null;
      list.replaceChildren(...nodes);
      focused?.focus();
    }
    more.hidden = shown.length === records.length;
    more.textContent = `Show all ${records.length}`;
    node.hidden = !records.length && !undo.firstChild;
    mark(marked);
  }

  // Which record is shown now.
  function mark(id) {
    marked = id;
    for (const [other, { node }] of cards) node.firstChild.setAttribute("aria-pressed", String(other === id));
  }

  function make(record) {
    const { id, title, starred } = record;
    const name = el("strong", {}, title);
    const card = el(
      "button",
      { type: "button", class: "take-card", "aria-pressed": "false", onclick: () => onopen(cards.get(id).record) },
      name,
      about(record),
    );
    const star = tool(starred ? "★" : "☆", `Star ${title}`, () => store.change(kind, id, { starred: !starred }));
    star.setAttribute("aria-pressed", String(Boolean(starred)));
    const tools = el(
      "span",
      { class: "card-tools" },
      star,
      tool("✎", `Rename ${title}`, () => rename(id, card)),
      tool("✕", `Delete ${title}`, () => remove(id)),
    );
    return el("li", { class: "kept" }, card, tools);
  }

  function tool(sign, says, act) {
    const onclick = () => Promise.resolve(act()).catch(error.show);
    return el("button", { type: "button", class: "tool", "aria-label": says, title: says, onclick }, sign);
  }

  function rename(id, card) {
    const { title } = cards.get(id).record;
    const input = el("input", { type: "text", maxlength: 80, "aria-label": `New name of ${title}`, value: title });
    const form = el("form", { class: "rename" }, input);
    let ended = false;
    const end = (keep) => {
      if (ended) return;
      ended = true;
      form.replaceWith(card);
      const said = input.value.trim();
      if (keep && said && said !== title) store.change(kind, id, { title: said }).catch(error.show);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      end(true);
    });
    input.addEventListener("blur", () => end(true));
    input.addEventListener("keydown", (event) => event.key === "Escape" && end(false));
    card.replaceWith(form);
    input.select();
  }

  async function remove(id) {
    const { record } = cards.get(id);
    await store.remove(kind, id);
    clearTimeout(timer);
    const forget = () => {
      undo.replaceChildren();
      fill().catch(error.show);
    };
    const back = button("Undo", {
      small: true,
      onclick: () => {
        clearTimeout(timer);
        store.put(kind, record).then(forget, error.show);
      },
    });
    undo.replaceChildren(el("span", {}, `“${record.title}” is deleted.`), back);
    timer = setTimeout(forget, UNDO);
  }

  const node = el("section", { class: "shelf stack", "aria-label": label, hidden: true }, el("h2", { class: "small" }, label), list, more, undo, error.node);
  onChange(kind, () => fill().catch(error.show));
  fill().catch(error.show);
  return { node, mark };
}

// Two buttons: everything that was made as one file, out and in.
export function sessionTools() {
  const error = errorLine();
  const said = el("span", { class: "note", role: "status" });
  const input = el("input", {
    type: "file",
    accept: ".json,application/json",
    class: "visually-hidden",
    tabindex: -1,
    "aria-label": "A session's file",
  });
  input.addEventListener("change", async () => {
    error.clear();
    try {
      const { takes, poems } = await importSession(input.files[0]);
      said.textContent = `${count(takes, "take")} and ${count(poems, "poem")} are here now.`;
    } catch (problem) {
      error.show(problem);
    }
    input.value = "";
  });
  const out = button("Save everything as a file", {
    small: true,
    onclick: () => exportSession().then((file) => download(file, "cadenza-session.json"), error.show),
  });
  const back = button("Open a saved file", { small: true, onclick: () => input.click() });
  return el("div", { class: "stack session" }, el("div", { class: "row" }, out, back, input, said), error.node);
}

function count(number, what) {
  return `${number} ${number === 1 ? what : `${what}s`}`;
}
