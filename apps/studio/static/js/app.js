// Shows the view that the address names (#jazz, #poem, ...) and mounts each when it is first shown.

import { api } from "./api.js";
import { amend, currentAddress, formatAddress, lastAddress } from "./state.js";
import { el, errorLine } from "./ui.js";

const VIEWS = ["jazz", "poem", "names", "emoji", "learn"];
const mounted = new Map(); // promises of what mount() returned: {open({part, values})}
let turn = 0;

async function show() {
  const order = ++turn;
  const address = currentAddress();
  const name = VIEWS.includes(address.view) ? address.view : VIEWS[0];
  for (const view of VIEWS) {
    document.getElementById(`view-${view}`).hidden = view !== name;
    const entry = document.querySelector(`.views a[href="#${view}"]`);
    if (view === name) entry.setAttribute("aria-current", "page");
    else entry.removeAttribute("aria-current");
    if (view === name) document.title = `${entry.textContent} · Cadenza`;
  }
  const first = !mounted.has(name);
  if (first) mounted.set(name, mount(name));
  const view = await mounted.get(name);
  if (order !== turn) return; // another view was chosen meanwhile
  await open(name, view, address, first);
  document.dispatchEvent(new CustomEvent("view", { detail: name }));
}

// Opens what the address says. A bare address (#poem, #learn/inside) is the view, or the part, as it was last.
async function open(name, view, address, first) {
  if (address.view !== name) history.replaceState(null, "", `#${name}`);
  const { part, values } = address.view === name ? address : { part: "", values: {} };
  const bare = !Object.keys(values).length;
  const wanted = (bare && (await lastAddress({ view: name, part }))) || { view: name, part, values };
  if (bare && formatAddress(wanted) !== formatAddress({ view: name, part })) amend(wanted);
  if (first || part || !bare) await view?.open?.(wanted);
}

async function mount(name) {
  const section = document.getElementById(`view-${name}`);
  try {
    const module = await import(`./views/${name}.js`);
    return await module.mount(section, api);
  } catch (error) {
    const line = errorLine();
    section.replaceChildren(el("h1", { id: `title-${name}` }, "This view cannot be shown"), line.node);
    line.show(error);
    return recovered().then(() => {
      section.replaceChildren();
      return mount(name);
    });
  }
}

// Waits for the studio to answer again.
function recovered() {
  return new Promise((resolve) => document.addEventListener("answers", resolve, { once: true }));
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
