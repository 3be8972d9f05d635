// Shows the view that the address names (#jazz, #poem, ...) and mounts each when it is first shown.

import { api } from "./api.js";
import { el, errorLine } from "./ui.js";

const VIEWS = ["jazz", "poem", "names", "emoji", "learn"];
const mounted = new Map();

function named() {
  const name = location.hash.slice(1);
  return VIEWS.includes(name) ? name : VIEWS[0];
}

async function show() {
  const name = named();
  for (const view of VIEWS) {
    document.getElementById(`view-${view}`).hidden = view !== name;
    const link = document.querySelector(`.views a[href="#${view}"]`);
    if (view === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (view === name) document.title = `${link.textContent} · Cadenza`;
  }
  if (!mounted.has(name)) mounted.set(name, mount(name));
  await mounted.get(name);
  document.dispatchEvent(new CustomEvent("view", { detail: name }));
}

async function mount(name) {
  const section = document.getElementById(`view-${name}`);
  try {
    const module = await import(`./views/${name}.js`);
    await module.mount(section, api);
  } catch (error) {
    const line = errorLine();
    section.replaceChildren(el("h1", { id: `title-${name}` }, "This view cannot be shown"), line.node);
    line.show(error);
    throw error;
  }
}

// The skip link moves the focus; the address keeps naming the view.
document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});

// A file that misses a drop zone must not replace the page.
for (const type of ["dragover", "drop"]) addEventListener(type, (event) => event.preventDefault());

addEventListener("hashchange", show);
show();
