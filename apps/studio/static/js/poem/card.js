// The card under a character: what else it could have been; another can be chosen, and the poem goes on from there.

import { bar, el, percent } from "../ui.js";

const NAMES = { " ": "space", "\n": "line break", "\t": "tab", "\u00a0": "no-break space" };
const AWAY = 250; // milliseconds from the pointer's leaving to the card's: it may be on its way to the card

export function spoken(symbol) {
  return NAMES[symbol] ?? symbol;
}

// likeliestCard(): {node, show(character, options), leave(), hide()}
// character: {node, symbol, likeliest}. `choose(symbol)` is called for another one; `pinned`: it stays until hide(), as
// after a tap; `speak`: it is read aloud; `focus`: the first choice has the focus, and `back()` gives it back.
export function likeliestCard() {
  const list = el("ol");
  const hint = el("p", { class: "hint" }, "Choose one, and it goes on from there.");
  const aloud = el("p", { class: "visually-hidden", "aria-live": "polite" });
  const box = el(
    "div",
    { class: "likeliest", role: "group", "aria-label": "What it could have been", hidden: true },
    list,
    hint,
  );
  let timer = 0;
  let pin = false;
  let shown = null;
  let giveBack = () => {};

  function hide() {
    clearTimeout(timer);
    const inside = box.contains(document.activeElement);
    box.hidden = true;
    pin = false;
    shown?.node.classList.remove("chosen");
    shown = null;
    if (inside) giveBack();
  }

  function show(character, { choose, pinned = false, speak = false, focus = false, back = () => {} }) {
    clearTimeout(timer);
    if (pin && !pinned && !speak) return; // a tapped one stays under the moving pointer
    if (shown !== character) shown?.node.classList.remove("chosen");
    shown = character;
    pin = pinned;
    giveBack = back;
    const { node, symbol, likeliest } = character;
    node.classList.add("chosen");
    list.replaceChildren(
      ...likeliest.map(([other, chance]) =>
        el(
          "li",
          { class: other === symbol ? "drawn" : undefined },
          el(
            "button",
            {
              type: "button",
              "aria-label": `${spoken(other)}, ${percent(chance)}${other === symbol ? ", drawn" : ""}`,
              onclick: () => {
                hide();
                choose(other);
              },
            },
            el("span", { class: NAMES[other] ? "named" : "symbol" }, spoken(other)),
            bar(chance),
            el("span", { class: "number" }, percent(chance)),
          ),
        ),
      ),
    );
    box.hidden = false;
    const desk = box.offsetParent.getBoundingClientRect();
    const spot = node.getClientRects()[0] ?? node.getBoundingClientRect();
    box.style.left = `${Math.max(0, Math.min(spot.left - desk.left - 12, desk.width - box.offsetWidth))}px`;
    box.style.top = `${spot.bottom - desk.top + 4}px`;
    const words = likeliest.map(([other, chance]) => `${spoken(other)} ${percent(chance)}`);
    if (speak) aloud.textContent = `${spoken(symbol)}: ${words.join(", ")}`;
    if (focus) list.querySelector("button").focus();
  }

  function leave() {
    clearTimeout(timer);
    if (!pin) timer = setTimeout(hide, AWAY);
  }

  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", leave);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const choices = [...list.querySelectorAll("button")];
    if (event.key === "Escape") hide();
    else if (step) choices[(choices.indexOf(document.activeElement) + step + choices.length) % choices.length].focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("pointerdown", (event) => {
    if (!box.hidden && !box.contains(event.target) && !event.target.closest(".poem")) hide();
  });

  return { node: el("div", {}, box, aloud), show, leave, hide };
}
