// The mixer's panel: solo, mute and volume of each part.

import { button, el } from "../ui.js";

export class MixerPanel {
  #shown = "";

  constructor(player) {
    this.player = player;
    this.node = el("div", { class: "mixer", role: "group", "aria-label": "Mixer" });
  }

  set take(take) {
    const names = take.parts.map((part) => part.name).join();
    if (names === this.#shown) return;
    this.#shown = names;
    this.node.replaceChildren(...take.parts.map((part, number) => this.#channel(part, number)));
  }

  #channel({ name }, part) {
    const { player } = this;
    const level = player.level(part);
    const volume = el("input", { type: "range", min: 0, max: 1, step: 0.05, "aria-label": `Volume of ${name}` });
    volume.value = level.volume;
    volume.addEventListener("input", () => player.setLevel(part, { volume: Number(volume.value) }));
    return el(
      "div",
      { class: `channel part-${part % 5}` },
      el("span", { class: "swatch", "aria-hidden": "true" }),
      el("span", { class: "channel-name" }, name),
      this.#switch("Solo", "solo", name, part),
      this.#switch("Mute", "muted", name, part),
      volume,
    );
  }

  #switch(label, field, name, part) {
    const { player } = this;
    const node = button(label, {
      small: true,
      "aria-label": `${label} ${name}`,
      "aria-pressed": String(player.level(part)[field]),
      onclick: () => {
        const on = !player.level(part)[field];
        player.setLevel(part, { [field]: on });
        node.setAttribute("aria-pressed", String(on));
      },
    });
    return node;
  }
}
