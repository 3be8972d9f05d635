// A heat map on a canvas: a column for each character, a row for each gate or cell.

import { el } from "../ui.js";

const NAMES = { "\n": "↵", " ": "␣" };
const LABEL = 20; // pixels of the row of characters

export function visible(character) {
  return NAMES[character] ?? character;
}

// The colours of a canvas, as [r, g, b]: custom properties of the style sheet, so that they follow the scheme.
function colours(canvas) {
  const style = getComputedStyle(canvas);
  const pen = document.createElement("canvas").getContext("2d");
  const read = (name) => {
    pen.fillStyle = style.getPropertyValue(name).trim();
    return [1, 3, 5].map((place) => parseInt(pen.fillStyle.slice(place, place + 2), 16));
  };
  return {
    low: read("--heat-low"),
    zero: read("--heat-zero"),
    high: read("--heat-high"),
    ink: style.getPropertyValue("--ink"),
    accent: style.getPropertyValue("--accent"),
  };
}

// The colour of a share from -1 to 1: zero is neutral.
export function mix(palette, share) {
  const end = share < 0 ? palette.low : palette.high;
  const part = Math.min(1, Math.abs(share));
  return `rgb(${palette.zero.map((zero, channel) => Math.round(zero + (end[channel] - zero) * part)).join(" ")})`;
}

// heatMap({label, rowHeight, onpoint}): {node, show(data), point(row, column)}
// `data`: {characters, rows: [title, ...], values: [[...], ...], largest, words(row, column)}
// onpoint(row, column) is called when the pointer or an arrow key is at a place, onpick(row, column) on a press of
// the pointer or Enter; words() says its numbers.
export function heatMap({ label, rowHeight, onpoint, onpick }) {
  const canvas = el("canvas", {
    class: "heat",
    tabindex: 0,
    role: "slider",
    "aria-label": label,
    "aria-valuemin": 0,
    "aria-valuemax": 0,
    "aria-valuenow": 0,
    "aria-valuetext": "",
  });
  let data = null;
  let place = [0, 0];
  let frame = 0;

  function show(given) {
    data = given;
    place = [Math.min(place[0], data.rows.length - 1), Math.min(place[1], data.characters.length - 1)];
    canvas.setAttribute("aria-valuemax", data.rows.length * data.characters.length - 1);
    describe();
    redraw();
  }

  function point(row, column) {
    if (!data) return;
    place = [
      Math.max(0, Math.min(data.rows.length - 1, row)),
      Math.max(0, Math.min(data.characters.length - 1, column)),
    ];
    describe();
    redraw();
  }

  function describe() {
    const [row, column] = place;
    canvas.setAttribute("aria-valuenow", row * data.characters.length + column);
    canvas.setAttribute("aria-valuetext", data.words(row, column));
  }

  function redraw() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const width = canvas.clientWidth;
    if (!data || !width) return;
    const scale = devicePixelRatio;
    const height = LABEL + data.rows.length * rowHeight;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.setProperty("height", `${height}px`);
    const pen = canvas.getContext("2d");
    pen.scale(scale, scale);
    const palette = colours(canvas);
    const cell = width / data.characters.length;
    pen.font = `${Math.min(14, cell)}px ${getComputedStyle(canvas).fontFamily}`;
    pen.textAlign = "center";
    pen.fillStyle = palette.ink;
    data.characters.forEach((character, column) => pen.fillText(visible(character), (column + 0.5) * cell, LABEL - 6));
    data.values.forEach((values, row) => {
      values.forEach((value, column) => {
        pen.fillStyle = mix(palette, value / data.largest);
        // Whole device pixels, and each up to the next: no seams.
        const from = Math.round(column * cell * scale) / scale;
        const to = Math.round((column + 1) * cell * scale) / scale;
        pen.fillRect(from, LABEL + row * rowHeight, to - from, rowHeight - (rowHeight > 12 ? 1 : 0));
      });
    });
    pen.strokeStyle = palette.ink;
    pen.lineWidth = 2;
    pen.strokeRect(place[1] * cell, LABEL + place[0] * rowHeight, cell, rowHeight);
  }

  function at(event) {
    if (!data) return;
    const { left, top, width } = canvas.getBoundingClientRect();
    point(
      Math.floor((event.clientY - top - LABEL) / rowHeight),
      Math.floor(((event.clientX - left) / width) * data.characters.length),
    );
    onpoint(...place);
  }

  canvas.addEventListener("pointermove", at);
  canvas.addEventListener("pointerdown", (event) => {
    at(event);
    if (data) onpick?.(...place);
  });
  canvas.addEventListener("focus", () => data && onpoint(...place));
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const [row, column] = place;
    if (event.key in moves) point(row + moves[event.key][0], column + moves[event.key][1]);
    else if (event.key === "Home") point(row, 0);
    else if (event.key === "End") point(row, Infinity);
    else if (event.key === "Enter") onpick?.(...place);
    else return;
    event.preventDefault();
    onpoint(...place);
  });
  new ResizeObserver(redraw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return { node: canvas, show, point, redraw };
}

// A strip of the colours with what its ends stand for: {node, show(texts, diverging)}.
export function heatScale() {
  const canvas = el("canvas", { class: "heat-strip", width: 120, height: 10, "aria-hidden": "true" });
  const low = el("span", { class: "number" });
  const high = el("span", { class: "number" });
  const node = el("p", { class: "heat-scale note" }, low, canvas, high);
  let from = 0;

  function draw() {
    const pen = canvas.getContext("2d");
    const palette = colours(canvas);
    for (let x = 0; x < canvas.width; x += 1) {
      pen.fillStyle = mix(palette, from + ((1 - from) * x) / (canvas.width - 1));
      pen.fillRect(x, 0, 1, canvas.height);
    }
  }

  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  return {
    node,
    show(texts, diverging) {
      [low.textContent, high.textContent] = texts;
      from = diverging ? -1 : 0;
      draw();
    },
  };
}
