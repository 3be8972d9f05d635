// What the page remembers. Nothing here knows a view.
//
// The address: #view/part?name=value&... holds what is needed to make the thing again. A view returns from mount()
// an object with open({part, values}), which app.js calls when the address names it, by a link, by Back or by a
// reload. A view calls visit() when something new was made (Back leads to the one before) and amend() when a
// setting changed. What is at its default stays out of the address; networks are there by their titles.
//
// The store: this browser's database of what was made, by kind. A record has an `id`; a take and a poem have the
// `values` of their address, which are their recipe. Other tabs hear of each change.

// ---- The address

// "#poem?seed=1" -> {view: "poem", part: "", values: {seed: "1"}}; values are texts.
export function parseAddress(hash) {
  const [, path, query] = /^#?([^?]*)\??(.*)$/s.exec(hash);
  const [view = "", part = ""] = path.split("/");
  return { view, part, values: Object.fromEntries(new URLSearchParams(query)) };
}

// The other way. Values that are undefined, null or "" stay out.
export function formatAddress({ view, part = "", values = {} }) {
  const said = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const query = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return `#${view}${part && `/${part}`}${query && `?${query}`}`;
}

export function currentAddress() {
  return parseAddress(location.hash);
}

// The address in full, to be sent to somebody.
export function link(address) {
  return new URL(formatAddress(address), location.href).href;
}

const last = new Map(); // by "view" and by "view/part": the address that it had last

// What a view, or a part of it, was last at: by this page, else by the store; null: it was never opened.
export async function lastAddress({ view, part = "" }) {
  const key = part ? `${view}/${part}` : view;
  return last.get(key) ?? (await store.get("settings", key).catch(() => null))?.address ?? null;
}

function remember(given, write) {
  const text = formatAddress(given);
  const address = parseAddress(text);
  const shown = currentAddress();
  // What is not shown any longer may still finish its work: the address is another's by then.
  const current = shown.view === address.view && (!shown.part || shown.part === address.part || write === push);
  if (current && text !== location.hash) write(text);
  for (const key of new Set([current && address.view, `${address.view}/${address.part}`])) {
    if (!key) continue;
    last.set(key, address);
    store.put("settings", { id: key, address }).catch(() => {});
  }
}

function push(text) {
  history.pushState(null, "", text);
}

function replace(text) {
  history.replaceState(null, "", text);
}

// Another thing is shown: a new entry in the history.
export function visit(address) {
  remember(address, push);
}

// The same thing, or a setting of the next: no new entry.
export function amend(address) {
  remember(address, replace);
}

// ---- The store

export const KINDS = ["takes", "poems", "uploads", "trainings", "settings"];
const NAME = "cadenza";
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(NAME) : null;
const listeners = new Map([...KINDS, "networks"].map((kind) => [kind, new Set()]));

function announce(kind) {
  tell(kind);
  channel?.postMessage(kind);
}

function tell(kind) {
  for (const listener of listeners.get(kind) ?? []) listener();
}

channel?.addEventListener("message", ({ data }) => tell(data));

// Calls a function when something of a kind changed, in this tab or another. Returns the function that ends it.
export function onChange(kind, listener) {
  listeners.get(kind).add(listener);
  return () => listeners.get(kind).delete(listener);
}

// The networks that can be chosen have changed: tells every view, in every tab.
export function networksChanged() {
  announce("networks");
}

let opened = null;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      for (const kind of KINDS) request.result.createObjectStore(kind, { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  opened.catch(() => (opened = null));
  return opened;
}

// Runs one request against a kind's records and waits until it is on the disk.
async function act(kind, mode, request) {
  const transaction = (await database()).transaction(kind, mode);
  const asked = request(transaction.objectStore(kind));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(asked.result);
    transaction.onabort = () => reject(transaction.error);
    transaction.onerror = () => reject(transaction.error);
  });
}

export const store = {
  // A record by its id, or undefined.
  get: (kind, id) => act(kind, "readonly", (records) => records.get(id)),

  // All records of a kind, the newest first.
  async all(kind) {
    const records = await act(kind, "readonly", (found) => found.getAll());
    return records.sort((a, b) => b.made - a.made);
  },

  // Writes a record whole. `made`, the time in milliseconds, is set once.
  async put(kind, record) {
    const whole = { made: Date.now(), ...record };
    await act(kind, "readwrite", (records) => records.put(whole));
    announce(kind);
    return whole;
  },

  // Changes some of a record's fields, if it is there.
  async change(kind, id, fields) {
    const record = await store.get(kind, id);
    if (record) await store.put(kind, { ...record, ...fields });
  },

  async remove(kind, id) {
    await act(kind, "readwrite", (records) => records.delete(id));
    announce(kind);
  },
};

// ---- A session as one file

const FORMAT = 1;

// Everything in the store as a file of JSON; the bytes of uploads are in it as base64.
export async function exportSession() {
  const session = { cadenza: FORMAT };
  for (const kind of KINDS) session[kind] = await store.all(kind);
  session.uploads = await Promise.all(
    session.uploads.map(async ({ file, ...upload }) => ({ ...upload, file: await toBase64(file) })),
  );
  return new Blob([JSON.stringify(session)], { type: "application/json" });
}

// Adds what a file of exportSession() holds; returns how many takes and poems came. Records of the same id are
// replaced. Throws an error with one line, and writes nothing, if the file is no session.
export async function importSession(file) {
  let session;
  try {
    session = JSON.parse(await file.text());
  } catch {
    session = null;
  }
  const records = (kind) => session?.[kind] ?? [];
  const whole = (record) => typeof record?.id === "string" && typeof record.made === "number";
  if (session?.cadenza !== FORMAT || !KINDS.every((kind) => Array.isArray(records(kind)) && records(kind).every(whole))) {
    throw new Error(`${file.name || "The file"} is no session of Cadenza.`);
  }
  const uploads = records("uploads").map((upload) => ({ ...upload, file: fromBase64(upload.file) }));
  for (const kind of KINDS) {
    for (const record of kind === "uploads" ? uploads : records(kind)) await store.put(kind, record);
  }
  return { takes: records("takes").length, poems: records("poems").length };
}

async function toBase64(file) {
  let text = "";
  for (const byte of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text) {
  try {
    return new Blob([Uint8Array.from(atob(text), (character) => character.charCodeAt(0))]);
  } catch {
    throw new Error("A file of the session is damaged.");
  }
}

// ---- Leaving the page

const held = new Set();

function ask(event) {
  event.preventDefault();
}

// Asks before the page is left, while work would be lost by that; returns the function that ends it.
export function hold() {
  const token = {};
  held.add(token);
  addEventListener("beforeunload", ask);
  return () => {
    held.delete(token);
    if (!held.size) removeEventListener("beforeunload", ask);
  };
}
