// One poem on the page: its characters in the colours of their surprise, with the card of each.

import { button, copy, el, newId } from "../ui.js";

const LEVELS = 6; // of surprise that have a colour of their own: a bit each

// poemPanel({label, card, onchoose, ongo}): {node, add(...), text, characters, finish()}
// onchoose(before, symbol): another character was chosen after the text `before`. ongo(text): it is to go on.
export function poemPanel({ label, card, onchoose, ongo }) {
  const help = newId("keys");
  const text = el("p", {
    class: "poem",
    dir: "auto",
    tabindex: "0",
    role: "group",
    "aria-label": label,
    "aria-describedby": help,
  });
  const characters = []; // {node, symbol, likeliest, bits}
  const places = new WeakMap(); // of their nodes
  const copied = button("Copy", { small: true, onclick: () => copy(text.textContent, copied) });
  const further = button("Go on", { small: true, hidden: true, onclick: () => ongo(text.textContent) });
  let given = "";
  let chosen = -1;

  function choose(index, options = {}) {
    chosen = Math.max(0, Math.min(characters.length - 1, index));
    const character = characters[chosen];
    if (!character) return;
    const here = chosen;
    const another = (symbol) => onchoose(given + characters.slice(0, here).map((other) => other.symbol).join(""), symbol);
    card.show(character, { choose: another, back: () => text.focus(), ...options });
  }

  text.addEventListener("pointerover", (event) => {
    if (places.has(event.target) && event.pointerType === "mouse") choose(places.get(event.target));
  });
  text.addEventListener("click", (event) => {
    if (places.has(event.target)) choose(places.get(event.target), { pinned: true });
    else card.hide();
  });
  text.addEventListener("pointerleave", card.leave);
  text.addEventListener("focus", () => text.matches(":focus-visible") && choose(Math.max(0, chosen), { speak: true }));
  text.addEventListener("blur", card.leave);
  text.addEventListener("keydown", (event) => {
    const moves = { ArrowRight: chosen + 1, ArrowLeft: chosen - 1, Home: 0, End: characters.length - 1 };
    if (event.key in moves) choose(moves[event.key], { speak: true });
    else if (event.key === "Enter") choose(chosen, { pinned: true, focus: true });
    else if (event.key === "Escape") card.hide();
    else return;
    event.preventDefault();
  });

  return {
    node: el(
      "figure",
      { class: "panel take" },
      el("figcaption", { class: "row" }, el("h2", {}, label), el("span", { class: "row" }, further, copied)),
      text,
      el(
        "p",
        { class: "visually-hidden", id: help },
        "The arrow keys show what each character could have been; Enter leads to the choices.",
      ),
    ),
    characters,

    get text() {
      return text.textContent;
    },

    // The beginning: `own` characters of it are the person's, the rest was written before.
    begin(prompt, own = prompt.length) {
      given = prompt;
      if (own) text.append(el("span", { class: "given" }, prompt.slice(0, own)));
      if (prompt.length > own) text.append(el("span", { class: "before" }, prompt.slice(own)));
    },

    add(symbol, likeliest, bits) {
      const level = Math.min(LEVELS - 1, Math.floor(bits));
      const node = el("span", { class: level > 0 ? `surprise-${level}` : undefined }, symbol);
      places.set(node, characters.length);
      characters.push({ node, symbol, likeliest, bits });
      text.append(node);
    },

    finish() {
      further.hidden = false;
    },
  };
}
