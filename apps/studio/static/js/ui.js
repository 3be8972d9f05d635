// Small helpers to build a view with: nothing here ever parses text as HTML.

import { onChange } from "./state.js";

let count = 0;

// An id that no other element has.
export function newId(prefix = "id") {
  count += 1;
  return `${prefix}-${count}`;
}

// el("p", {class: "note", onclick: f, "aria-live": "polite", hidden: true}, "text", node, ...)
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return node;
}

// The head of a view: its title (which labels the section) and a sentence.
export function intro(name, title, text) {
  return el(
    "div",
    { class: "intro" },
    el("h1", { id: `title-${name}` }, title),
    el("p", { class: "lede" }, text),
  );
}

// button("Improvise", {primary: true, onclick: f})
export function button(text, { primary = false, small = false, ...attributes } = {}) {
  const classes = ["button", primary && "primary", small && "small"].filter(Boolean).join(" ");
  return el("button", { type: "button", class: classes, ...attributes }, text);
}

// A labelled control: field("Tempo", input, {hint: "quarter notes a minute"}).
export function field(label, control, { hint, aside } = {}) {
  control.id ||= newId("control");
  const parts = [el("label", { for: control.id }, label, aside), control];
  if (hint) {
    const id = newId("hint");
    control.setAttribute("aria-describedby", id);
    parts.push(el("p", { class: "hint", id }, hint));
  }
  return el("div", { class: "field" }, ...parts);
}

// A labelled slider with its value beside the label: {node, input, value}. `show` turns the value into words.
export function slider(label, { min, max, step = 1, value, show = String, hint, oninput } = {}) {
  const input = el("input", { type: "range", min, max, step });
  input.value = value;
  const output = el("output", {});
  const update = () => {
    output.textContent = show(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  input.addEventListener("input", () => {
    update();
    oninput?.(Number(input.value));
  });
  const node = field(label, input, { hint, aside: output });
  output.htmlFor = input.id;
  update();
  return {
    node,
    input,
    get value() {
      return Number(input.value);
    },
    set value(number) {
      input.value = number;
      update();
    },
  };
}

// A labelled select: {node, input, value}. `options`: [[value, text], ...]
export function select(label, { options = [], value, hint, onchange } = {}) {
  const input = el("select", { onchange: () => onchange?.(input.value) });
  const control = {
    node: field(label, input, { hint }),
    input,
    get value() {
      return input.value;
    },
    set value(chosen) {
      input.value = chosen;
    },
    // Replaces the options and keeps the choice where it is still there.
    fill(pairs) {
      const chosen = input.value;
      input.replaceChildren(...pairs.map(([key, text]) => el("option", { value: key }, text)));
      if (pairs.some(([key]) => key === chosen)) input.value = chosen;
    },
  };
  control.fill(options);
  if (value !== undefined) input.value = value;
  return control;
}

// A select of an app's networks that follows what is trained, saved and deleted; hidden while there is no choice.
// `title` is the chosen one's, for the address: undefined for the bundled one; set, it chooses, or throws an error.
// idOf(title): a network's id. refresh(): asks again.
export async function networkSelect(api, app, { onchange } = {}) {
  const control = select("Network", { onchange });
  let networks = [];
  const refresh = async () => {
    networks = (await api.get("networks"))[app];
    control.fill(networks.map(({ id, title }) => [id, title]));
    control.node.hidden = networks.length < 2;
  };
  control.idOf = (title) => {
    const found = title ? networks.find((network) => network.title === title) : networks[0];
    if (!found) throw new Error(`There is no network \u201c${title}\u201d here. Choose another.`);
    return found.id;
  };
  Object.defineProperty(control, "title", {
    get: () => (control.value === networks[0].id ? undefined : networks.find(({ id }) => id === control.value)?.title),
    set: (title) => (control.value = control.idOf(title)),
  });
  onChange("networks", () => refresh().catch(() => {}));
  document.addEventListener("answers", () => refresh().catch(() => {}));
  control.refresh = refresh;
  await refresh();
  return control;
}

// Settings that are at hand where there is room, and folded where there is not.
export function folding(summary, ...nodes) {
  const open = !matchMedia("(max-width: 46rem)").matches;
  return el("details", { class: "folding", open }, el("summary", {}, summary), el("div", { class: "stack" }, ...nodes));
}

// A seed that nobody chose.
export function newSeed() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

// A line for errors: {node, show(error), clear()}. An abort is not an error.
export function errorLine() {
  const node = el("p", { class: "error", role: "alert", hidden: true });
  return {
    node,
    show(error) {
      if (error?.name === "AbortError") return;
      node.textContent = error instanceof Error ? error.message : String(error);
      node.hidden = false;
    },
    clear() {
      node.textContent = "";
      node.hidden = true;
    },
  };
}

// What a place shows before there is anything.
export function emptyState(title, text) {
  return el("div", { class: "empty" }, el("strong", {}, title), el("span", {}, text));
}

// A share from 0 to 1 as a bar; null: an empty one. setBar changes it.
export function bar(share) {
  const node = el("span", { class: "bar", "aria-hidden": "true" }, el("span"));
  setBar(node, share);
  return node;
}

export function setBar(node, share) {
  node.firstChild.style.setProperty("--share", Math.max(0, Math.min(1, share ?? 0)));
}

// A row of labelled columns: strip([{label, share, figure, down, mark}, ...]). `share`: the column's height, 0 to 1;
// `figure`: the number under the label; `down`: whether the column speaks against; `mark`: a class for the label.
export function strip(items) {
  const columns = items.map(({ label, share, figure, down, mark }) => {
    const column = el("span", { class: down ? "column down" : "column", "aria-hidden": "true" });
    column.style.setProperty("--share", Math.max(0.03, Math.min(1, share)));
    return el("li", {}, column, el("span", { class: mark }, label), el("span", { class: "figure" }, figure));
  });
  return el("ul", { class: "strip" }, columns);
}

// A probability in words: "12 %", "0.3 %", "<0.1 %".
export function percent(share) {
  const value = share * 100;
  if (value >= 10 || value === 0) return `${Math.round(value)}\u00a0%`;
  return value >= 0.1 ? `${value.toFixed(1)}\u00a0%` : "<0.1\u00a0%";
}

// A place to drop a file or choose one: dropZone({title, hint, accept: ".mid,.midi", onfile}).
export function dropZone({ title, hint, accept, onfile }) {
  const input = el("input", { type: "file", class: "visually-hidden", accept });
  const node = el("label", { class: "drop" }, input, el("strong", {}, title), el("span", { class: "hint" }, hint));
  const take = (files) => files.length && onfile(files[0]);
  input.addEventListener("change", () => {
    take(input.files);
    input.value = ""; // so that the same file can be chosen again
  });
  node.addEventListener("dragover", (event) => {
    event.preventDefault();
    node.classList.add("over");
  });
  node.addEventListener("dragleave", () => node.classList.remove("over"));
  node.addEventListener("drop", (event) => {
    event.preventDefault();
    node.classList.remove("over");
    take(event.dataTransfer.files);
  });
  return node;
}

// Copies text to the clipboard and says so on the button for a moment.
export async function copy(text, clicked) {
  const label = clicked.textContent;
  await navigator.clipboard.writeText(text);
  clicked.textContent = "Copied";
  setTimeout(() => (clicked.textContent = label), 1500);
}

// Saves a Blob as a file of the person's.
export function download(blob, name) {
  const link = el("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// Whether a person asked for less motion.
export function reducedMotion() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
