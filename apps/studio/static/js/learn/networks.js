// The networks that were trained here: named, renamed, deleted, and a way to each in its view.

import { formatAddress, networksChanged, onChange } from "../state.js";
import { button, el, errorLine } from "../ui.js";

// ownNetworks(api, apps): {node, result(network, app)}; `apps` has {title, view} of each.
export function ownNetworks(api, apps) {
  const list = el("ul", { class: "own-networks" });
  const error = errorLine();
  const node = el(
    "details",
    { class: "own", hidden: true },
    el("summary", {}, "Networks of your own"),
    el("div", { class: "stack" }, list, error.node),
  );
  const shown = new Map(); // texts of the list, to leave it alone while nothing changed

  async function fill() {
    const all = await api.get("networks");
    const own = Object.keys(apps).flatMap((app) => all[app].filter((network) => network.own).map((network) => [app, network]));
    node.hidden = !own.length;
    const text = JSON.stringify(own);
    if (text === shown.get(list)) return;
    shown.set(list, text);
    list.replaceChildren(...own.map(([app, network]) => entry(app, network)));
  }

  function entry(app, network) {
    const title = el("span", {}, way(app, network), el("span", { class: "note" }, ` ${apps[app].title}`));
    const row = el("li", {});
    const show = (...parts) => row.replaceChildren(...parts);
    const rename = button("Rename", {
      small: true,
      "aria-label": `Rename ${network.title}`,
      onclick: () => {
        show(naming(app, network, () => show(title, tools)));
        row.querySelector("input").select();
      },
    });
    const remove = button("Delete", {
      small: true,
      "aria-label": `Delete ${network.title}`,
      onclick: () => {
        const back = button("Keep it", { small: true, onclick: () => show(title, tools) });
        const sure = button("Delete for good", {
          small: true,
          onclick: () => change(() => api.remove(`networks/${app}/${network.id}`)),
        });
        show(el("span", {}, `Delete “${network.title}”?`), el("span", { class: "row" }, sure, back));
        back.focus();
      },
    });
    const tools = el("span", { class: "row" }, rename, remove);
    show(title, tools);
    return row;
  }

  // A field with a network's title; done() is called when it was left.
  function naming(app, network, done = () => {}) {
    const input = el("input", { type: "text", maxlength: 120, "aria-label": `Name of ${network.title}`, value: network.title });
    return el(
      "form",
      {
        class: "row naming",
        onsubmit: (event) => {
          event.preventDefault();
          const title = input.value.trim();
          if (!title || title === network.title) done();
          else change(() => api.post(`networks/${app}/${network.id}`, { title }), input);
        },
        onkeydown: (event) => event.key === "Escape" && done(),
      },
      input,
      button("Save name", { small: true, type: "submit" }),
    );
  }

  async function change(act) {
    error.clear();
    try {
      await act();
      networksChanged();
    } catch (problem) {
      error.show(problem);
    }
  }

  // A link to a network in its view.
  function way(app, { title }, text = title) {
    return el("a", { href: formatAddress({ view: apps[app].view, values: { network: title } }) }, text);
  }

  // What is said of a network that was just trained: where it can be used, and its name, which can be changed.
  function result(network, app) {
    const { view } = apps[app];
    const place = document.querySelector(`.views a[href="#${view}"]`).textContent;
    const problem = errorLine();
    const name = el("strong", {}, network.title);
    const link = el("span", {}, way(app, network, `Use it in ${place}`));
    const input = el("input", { type: "text", maxlength: 120, value: network.title });
    const form = el(
      "form",
      {
        class: "row naming",
        onsubmit: async (event) => {
          event.preventDefault();
          problem.clear();
          try {
            const renamed = await api.post(`networks/${app}/${network.id}`, { title: input.value });
            name.textContent = renamed.title;
            link.replaceChildren(way(app, renamed, `Use it in ${place}`));
            networksChanged();
          } catch (fault) {
            problem.show(fault);
          }
        },
      },
      el("label", { class: "row" }, "Its name ", input),
      button("Save name", { small: true, type: "submit" }),
    );
    const until = network.kept ? "It is kept as " : "It stays until the studio ends, as ";
    return el("div", { class: "stack trained" }, el("p", {}, until, name, ". ", link), form, problem.node);
  }

  onChange("networks", () => fill().catch(() => {}));
  document.addEventListener("answers", () => fill().catch(() => {}));
  fill().catch(() => {});
  return { node, result };
}
