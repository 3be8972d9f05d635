// The engraved sheet: one page at a time, a line where the sound is, the sounding notes in colour.

import { button, el, select } from "../ui.js";
import { sectionAt } from "../sound/player.js";

const READERS = [
  ["C", "C"],
  ["Bb", "B♭"],
  ["Eb", "E♭"],
  ["bass", "Bass clef"],
];
const STAVES = [
  ["solo", "Solo"],
  ["all", "All parts"],
];
// All that an engraved page consists of; whatever else a page held would be left out.
const ELEMENTS = new Set(
  "svg g defs symbol use path polygon polyline rect ellipse circle line text tspan".split(" "),
);
const ATTRIBUTES = new Set(
  (
    "id class d transform viewBox x y x1 y1 x2 y2 cx cy rx ry r points width height href xlink:href " +
    "stroke-width stroke-linecap stroke-linejoin stroke-dasharray fill-opacity font-size font-weight font-style " +
    "text-anchor overflow xml:space"
  ).split(" "),
);
const LONG = 400; // measures: engraving more takes its time, and waits for a click
const SVG = "http://www.w3.org/2000/svg";

export class Sheet {
  #take = null;
  #load = null; // AbortController of the sheet that is being loaded
  #notes = []; // [page, measure, element's id, start, end] in the order of their starts
  #starts = [];
  #longest = 0;
  #pages = []; // how many measures each has
  #texts = []; // of the pages: promises
  #shown = -1; // page
  #showing = 0; // the number of the latest order to show a page
  #sounding = new Set(); // elements
  #points = []; // of the page that is shown: {time, x, top, bottom}, in shares of the page
  #times = [];
  #position = 0;

  // onseek(position), onerror(error)
  constructor({ api, onseek, onerror }) {
    this.api = api;
    this.onseek = onseek;
    this.onerror = onerror;
    this.reader = select("Written for", { options: READERS, onchange: () => this.#reload() });
    this.staves = select("Staves", { options: STAVES, onchange: () => this.#reload() });
    this.previous = button("←", { small: true, "aria-label": "Previous page", onclick: () => this.#show(this.#shown - 1) });
    this.next = button("→", { small: true, "aria-label": "Next page", onclick: () => this.#show(this.#shown + 1) });
    this.number = el("span", { class: "note number" });
    this.offer = button("", { onclick: () => this.#engrave() });
    this.cursor = el("div", { class: "sheet-cursor", hidden: true });
    this.paper = el("div", { class: "sheet-paper" });
    this.frame = el(
      "div",
      { class: "sheet-frame", tabindex: "0", role: "region", "aria-label": "Sheet music" },
      el("div", { class: "sheet-page" }, this.paper, this.cursor),
      el("div", { class: "empty sheet-offer" }, el("span", {}, this.offer)),
    );
    this.node = el(
      "div",
      { class: "stack" },
      el(
        "div",
        { class: "sheet-bar" },
        this.reader.node,
        this.staves.node,
        el("div", { class: "row sheet-pages" }, this.previous, this.number, this.next),
      ),
      this.frame,
    );
    this.paper.addEventListener("click", (event) => this.#click(event));
  }

  set take(take) {
    this.#take = take;
    const count = take.measures.length - 1;
    this.long = count > LONG;
    this.offer.textContent = `Engrave ${count} measures`;
    this.#reload();
  }

  get query() {
    return `reader=${this.reader.value}&staves=${this.staves.value}`;
  }

  // Marks what sounds at a position; turns the page while the music plays.
  follow(position, playing) {
    this.#position = position;
    if (!this.#notes.length) return;
    const now = new Set();
    let last = sectionAt(this.#starts, position);
    const page = this.#notes[last][0];
    if (playing && page !== this.#shown && page !== this.turning) this.#show(page);
    for (; last >= 0 && this.#starts[last] >= position - this.#longest; last -= 1) {
      const [, , id, start, end] = this.#notes[last];
      if (start > position || end <= position) continue;
      const element = this.#elements.get(id);
      if (element) now.add(element);
    }
    for (const element of this.#sounding) if (!now.has(element)) element.classList.remove("sounding");
    for (const element of now) if (!this.#sounding.has(element)) element.classList.add("sounding");
    this.#sounding = now;
    this.#moveCursor(position, playing);
  }

  // All pages, one to a sheet of paper, for the printer.
  async print() {
    if (!this.#pages.length) throw new Error("The sheet is not engraved yet.");
    const pages = await Promise.all(this.#pages.map((_, page) => this.#text(page)));
    const sheets = el("div", { class: "print-sheets" }, ...pages.map((text) => parse(text)));
    document.body.append(sheets);
    document.body.classList.add("prints-sheet");
    addEventListener(
      "afterprint",
      () => {
        sheets.remove();
        document.body.classList.remove("prints-sheet");
      },
      { once: true },
    );
    print();
  }

  #elements = new Map();
  turning = -1;

  async #reload() {
    this.#load?.abort();
    this.#load = new AbortController();
    this.#notes = [];
    this.#pages = [];
    this.#sounding.clear();
    this.#shown = -1;
    this.number.textContent = "";
    this.previous.disabled = this.next.disabled = true;
    this.cursor.hidden = true;
    this.frame.classList.toggle("offers", this.long);
    if (this.long) this.paper.replaceChildren();
    else await this.#engrave();
  }

  async #engrave() {
    const load = this.#load;
    this.offer.disabled = true;
    this.number.textContent = "Engraving …";
    this.frame.setAttribute("aria-busy", "true");
    try {
      const sheet = await this.api.get(`jazz/takes/${this.#take.id}/sheet?${this.query}`, { signal: load.signal });
      if (load.signal.aborted) return;
      this.frame.classList.remove("offers");
      this.#pages = sheet.pages;
      this.#texts = [];
      this.#notes = sheet.notes;
      this.#starts = sheet.notes.map((note) => note[3]);
      this.#longest = sheet.notes.reduce((most, [, , , start, end]) => Math.max(most, end - start), 0);
      const place = this.#notes.length ? this.#notes[sectionAt(this.#starts, this.#position)][0] : 0;
      await this.#show(place);
    } catch (error) {
      if (!load.signal.aborted) {
        this.number.textContent = "";
        this.onerror(error);
      }
    } finally {
      if (!load.signal.aborted) this.frame.removeAttribute("aria-busy");
      this.offer.disabled = false;
    }
  }

  #text(page) {
    const { id } = this.#take;
    this.#texts[page] ??= this.api
      .fetch(`jazz/takes/${id}/sheet/${page}.svg?${this.query}`, { signal: this.#load.signal })
      .then((response) => response.text());
    return this.#texts[page];
  }

  async #show(page) {
    if (page < 0 || page >= this.#pages.length) return;
    this.turning = page;
    this.#showing += 1;
    const order = this.#showing;
    try {
      const text = await this.#text(page);
      if (order !== this.#showing) return;
      this.paper.replaceChildren(parse(text));
    } catch (error) {
      if (order === this.#showing) this.onerror(error);
      return;
    }
    this.#shown = page;
    this.number.textContent = `Page ${page + 1} of ${this.#pages.length}`;
    this.previous.disabled = page === 0;
    this.next.disabled = page === this.#pages.length - 1;
    this.frame.scrollTop = 0;
    this.#locate();
    this.follow(this.#position, false);
    if (page + 1 < this.#pages.length) this.#text(page + 1).catch(() => {});
  }

  // Finds where on the page the sound is at which time: at notes, and at both ends of measures.
  #locate() {
    const first = this.#pages.slice(0, this.#shown).reduce((sum, count) => sum + count, 0);
    this.#elements = new Map([...this.paper.querySelectorAll("g.note")].map((note) => [note.id, note]));
    const { left, top, width, height } = this.paper.getBoundingClientRect();
    const groups = [...this.paper.querySelectorAll("g.measure")].map((group) => ({ group, box: staffBox(group) }));
    const { measures } = this.#take;
    const byMeasure = new Map();
    for (const note of this.#notes) {
      if (note[0] === this.#shown) byMeasure.set(note[1], [...(byMeasure.get(note[1]) ?? []), note]);
    }
    this.boxes = [];
    this.#points = [];
    groups.forEach(({ group, box }, index) => {
      const number = first + index;
      if (number + 1 >= measures.length) return;
      const place = {
        left: (box.left - left) / width,
        right: (box.right - left) / width,
        top: (box.top - top) / height,
        bottom: (box.bottom - top) / height,
      };
      this.boxes.push({ number, group, ...place });
      const xs = new Map();
      for (const [, , id, start] of byMeasure.get(number) ?? []) {
        const head = this.#elements.get(id)?.querySelector(".notehead") ?? this.#elements.get(id);
        if (!head) continue;
        const box = head.getBoundingClientRect();
        const x = (box.left + box.width / 2 - left) / width;
        xs.set(start, Math.min(x, xs.get(start) ?? Infinity));
      }
      const notes = [...xs].sort((a, b) => a[0] - b[0]);
      if (!notes.length || notes[0][0] > measures[number] + 0.01) {
        const begin = notes.length ? Math.min(place.left + 0.02, notes[0][1]) : place.left + 0.01;
        notes.unshift([measures[number], begin]);
      }
      for (const [time, x] of notes) this.#points.push({ time, x, ...place });
      this.#points.push({ time: measures[number + 1] - 1e-4, x: place.right, ...place });
    });
    this.#times = this.#points.map((point) => point.time);
  }

  #moveCursor(position, playing) {
    const points = this.#points;
    const here = sectionAt(this.#times, position);
    const point = points[here];
    const beyond = !point || position < point.time - 0.01 || (here === points.length - 1 && position > point.time + 0.01);
    this.cursor.hidden = beyond;
    if (beyond) return;
    const next = points[here + 1];
    let { x } = point;
    if (next && next.top === point.top && next.x > x) {
      x += ((next.x - x) * (position - point.time)) / Math.max(next.time - point.time, 1e-3);
    }
    const { clientWidth, clientHeight } = this.paper;
    const top = point.top * clientHeight;
    this.cursor.style.height = `${(point.bottom - point.top) * clientHeight + 20}px`;
    this.cursor.style.transform = `translate(${x * clientWidth - 1}px, ${top - 10}px)`;
    if (playing) this.#scrollTo(x * clientWidth, top, (point.bottom - point.top) * clientHeight);
  }

  // Keeps the place of the cursor in the frame, once it leaves it.
  #scrollTo(x, top, height) {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.frame;
    if (top - 40 < scrollTop || top + height + 20 > scrollTop + clientHeight) {
      this.frame.scrollTop = Math.max(0, top - 48);
    }
    if (x < scrollLeft || x > scrollLeft + clientWidth) this.frame.scrollLeft = Math.max(0, x - 48);
  }

  // A click on a note or in a measure: the position there.
  #click(event) {
    const note = event.target.closest?.("g.note");
    const known = note && this.#notes.find(([, , id]) => id === note.id);
    if (known) {
      this.onseek(known[3]);
      return;
    }
    const { left, top, width, height } = this.paper.getBoundingClientRect();
    const x = (event.clientX - left) / width;
    const y = (event.clientY - top) / height;
    const system = nearest(this.boxes, y);
    const box = this.boxes.find((box) => box.top === system && x >= box.left && x <= box.right);
    if (!box) return;
    const points = this.#points.filter((point) => point.left === box.left && point.top === box.top && point.x <= x);
    this.onseek((points.at(-1) ?? { time: this.#take.measures[box.number] }).time);
  }
}

// The box of a measure's staves, without slurs and chords above.
function staffBox(group) {
  const boxes = [...group.querySelectorAll(":scope > g.staff")].map((staff) => {
    const lines = [...staff.querySelectorAll(":scope > path")];
    const rects = (lines.length ? lines : [staff]).map((line) => line.getBoundingClientRect());
    return {
      left: Math.min(...rects.map((rect) => rect.left)),
      right: Math.max(...rects.map((rect) => rect.right)),
      top: Math.min(...rects.map((rect) => rect.top)),
      bottom: Math.max(...rects.map((rect) => rect.bottom)),
    };
  });
  return {
    left: Math.min(...boxes.map((box) => box.left)),
    right: Math.max(...boxes.map((box) => box.right)),
    top: Math.min(...boxes.map((box) => box.top)),
    bottom: Math.max(...boxes.map((box) => box.bottom)),
  };
}

// The top of the system nearest to a height.
function nearest(boxes, y) {
  let best = null;
  for (const box of boxes) {
    const away = Math.max(box.top - y, y - box.bottom, 0);
    if (!best || away < best.away) best = { away, top: box.top };
  }
  return best && best.away < 0.03 ? best.top : null;
}

// An engraved page as an element of this document: what is not on the lists above is left out.
function parse(text) {
  const source = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (source.localName !== "svg") throw new Error("the page of the sheet cannot be shown");
  const page = clean(source);
  page.setAttribute("aria-hidden", "true");
  return page;
}

function clean(source) {
  const node = document.createElementNS(SVG, source.localName);
  for (const { name, value } of source.attributes) {
    const link = name === "href" || name === "xlink:href";
    if (ATTRIBUTES.has(name) && (!link || value.startsWith("#"))) node.setAttribute(link ? "href" : name, value);
  }
  for (const child of source.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) node.append(child.data);
    else if (child.nodeType === Node.ELEMENT_NODE && child.namespaceURI === SVG && ELEMENTS.has(child.localName)) {
      node.append(clean(child));
    }
  }
  return node;
}
