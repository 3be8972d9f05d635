// A chart of losses by epochs that grows while a network learns, drawn as SVG.

import { el } from "../ui.js";

const NAMESPACE = "http://www.w3.org/2000/svg";
const MARGIN = { top: 28, right: 16, bottom: 28, left: 48 };
const MOST_MARKERS = 60; // points of a line beyond which they are not marked

function svg(tag, attributes = {}, text = "") {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.textContent = text;
  return node;
}

// Round numbers from `low` to `high`, about `count` of them.
export function ticks(low, high, count = 4, whole = false) {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough);
  const step = whole ? Math.max(1, Math.round(factor * power)) : factor * power;
  const found = [];
  for (let number = Math.ceil(low / step - 1e-9); number * step <= high + step * 1e-6; number += 1) {
    found.push(Number((number * step).toPrecision(10)));
  }
  return found;
}

// lineChart({title, empty}): {node, reset({epochs, unit, series}), add(series, epoch, loss)}
// `series`: [{name, label, faint}], each a line; a faint one has no marks and no place in the legend.
export function lineChart({ title, empty }) {
  const drawing = svg("svg", { class: "chart-drawing", role: "img", "aria-label": title });
  const legend = el("ul", { class: "chart-legend" });
  const placeholder = el("p", { class: "chart-empty note" }, empty);
  const box = el("div", { class: "chart-box" }, drawing, placeholder);
  const rows = el("tbody");
  const head = el("tr");
  const table = el(
    "details",
    { class: "as-table", hidden: true },
    el("summary", {}, "Losses as a table"),
    el(
      "div",
      { class: "scroll", tabindex: 0, role: "region", "aria-label": `${title}, as a table` },
      el("table", {}, el("thead", {}, head), rows),
    ),
  );
  const node = el("div", { class: "chart" }, legend, box, table);
  let lines = [];
  let epochs = 1;
  let unit = "";
  let frame = 0;

  function reset(options) {
    ({ epochs, unit } = options);
    lines = options.series.map((line, number) => ({ ...line, number, points: [] }));
    legend.replaceChildren(
      ...lines
        .filter((line) => !line.faint)
        .map((line) => {
          line.value = el("span", { class: "number" });
          line.item = el("li", {}, swatch(line.number), el("span", {}, line.label), line.value);
          line.item.hidden = true;
          return line.item;
        }),
    );
    redraw();
  }

  function add(name, epoch, loss) {
    const line = lines.find((candidate) => candidate.name === name);
    line.points.push([epoch, loss]);
    if (!line.faint) {
      line.item.hidden = false;
      line.value.textContent = loss.toFixed(3);
    }
    redraw();
  }

  function extend(more) {
    epochs = more;
    redraw();
  }

  function redraw() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    const points = lines.flatMap((line) => line.points);
    placeholder.hidden = points.length > 0;
    table.hidden = points.length === 0;
    const width = box.clientWidth;
    const height = width < 480 ? 220 : 300;
    if (!width) return;
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    drawing.setAttribute("width", width);
    drawing.setAttribute("height", height);
    if (!points.length) {
      drawing.replaceChildren();
      return;
    }
    const losses = points.map(([, loss]) => loss);
    const span = Math.max(...losses) - Math.min(...losses) || Math.max(...losses) || 1;
    const low = Math.max(0, Math.min(...losses) - 0.08 * span);
    const high = Math.max(...losses) + 0.05 * span;
    const from = Math.min(1, ...points.map(([epoch]) => epoch)) < 1 ? 0 : 1;
    const to = Math.max(epochs, from + 1);
    const x = (epoch) => MARGIN.left + ((epoch - from) / (to - from)) * (width - MARGIN.left - MARGIN.right);
    const y = (loss) => height - MARGIN.bottom - ((loss - low) / (high - low)) * (height - MARGIN.top - MARGIN.bottom);
    const parts = [];
    for (const loss of ticks(low, high)) {
      parts.push(svg("line", { class: "grid", x1: MARGIN.left, x2: width - MARGIN.right, y1: y(loss), y2: y(loss) }));
      parts.push(svg("text", { class: "tick", x: MARGIN.left - 8, y: y(loss) + 4, "text-anchor": "end" }, String(loss)));
    }
    for (const epoch of ticks(from, to, width < 480 ? 4 : 8, true)) {
      parts.push(svg("text", { class: "tick", x: x(epoch), y: height - 8, "text-anchor": "middle" }, String(epoch)));
    }
    parts.push(svg("text", { class: "tick", x: 0, y: 12 }, `loss, ${unit}`));
    parts.push(svg("text", { class: "tick", x: 0, y: height - 8 }, "epoch"));
    for (const line of lines) {
      const classes = line.faint ? "line faint" : `line series-${line.number + 1}`;
      const places = line.points.map(([epoch, loss]) => [x(epoch).toFixed(1), y(loss).toFixed(1)]);
      if (places.length > 1) parts.push(svg("polyline", { class: classes, points: places.join(" ") }));
      if (line.faint) continue;
      const marked = places.length <= MOST_MARKERS ? places : places.slice(-1);
      for (const [cx, cy] of marked) {
        parts.push(svg("circle", { class: `mark series-${line.number + 1}`, cx, cy, r: 3 }));
      }
    }
    drawing.replaceChildren(...parts);
    const shown = lines.filter((line) => !line.faint && line.points.length);
    drawing.setAttribute("aria-label", `${title}. ${shown.map(summary).join(" ")}`);
    if (table.open) fill(shown);
  }

  function summary({ label, points }) {
    const [[first, before], [last, after]] = [points[0], points.at(-1)];
    return `${label}: ${before.toFixed(2)} after epoch ${first}, ${after.toFixed(2)} after epoch ${last}.`;
  }

  function fill(shown) {
    head.replaceChildren(
      el("th", { scope: "col" }, "Epoch"),
      ...shown.map(({ label }) => el("th", { scope: "col" }, label)),
    );
    const all = [...new Set(shown.flatMap(({ points }) => points.map(([epoch]) => epoch)))].sort((a, b) => a - b);
    const maps = shown.map(({ points }) => new Map(points));
    rows.replaceChildren(
      ...all.map((epoch) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, String(epoch)),
          ...maps.map((of) => el("td", { class: "number" }, of.has(epoch) ? of.get(epoch).toFixed(3) : "")),
        ),
      ),
    );
  }

  function swatch(number) {
    const line = svg("line", { class: `line series-${number + 1}`, x1: 0, x2: 24, y1: 6, y2: 6 });
    const mark = svg("circle", { class: `mark series-${number + 1}`, cx: 12, cy: 6, r: 3 });
    const node = svg("svg", { class: "swatch", viewBox: "0 0 24 12", width: 24, height: 12, "aria-hidden": "true" });
    node.append(line, mark);
    return node;
  }

  table.addEventListener("toggle", redraw);
  new ResizeObserver(redraw).observe(box);
  return { node, reset, add, extend };
}
