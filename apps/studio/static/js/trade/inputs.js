// Where notes come from: the computer's keys, MIDI keyboards, and a drawn keyboard. All of them call the same two
// functions: press({pitch, velocity, time, source}) and release({pitch, time, source}); `time` is an event's timeStamp.

// The keys by their place, whatever is printed on them: semitones above C.
export const KEYS = {
  KeyA: 0,
  KeyW: 1,
  KeyS: 2,
  KeyE: 3,
  KeyD: 4,
  KeyF: 5,
  KeyT: 6,
  KeyG: 7,
  KeyY: 8,
  KeyH: 9,
  KeyU: 10,
  KeyJ: 11,
  KeyK: 12,
  KeyO: 13,
  KeyL: 14,
  KeyP: 15,
  Semicolon: 16,
  Quote: 17,
};
const PRINTED = { Semicolon: ";", Quote: "'" }; // on an American keyboard
const OCTAVES = { KeyZ: -1, KeyX: 1 };
const LOUDNESS = { KeyC: -15, KeyV: 15 };
const LOWEST_C = 24;
const HIGHEST_C = 96;

// What the keys are set to: the pitch of their C, and how loud they are. onchange() after each change.
export class Hands {
  base = 60;
  velocity = 90;

  constructor(onchange) {
    this.onchange = onchange;
  }

  shift(octaves) {
    this.base = Math.max(LOWEST_C, Math.min(HIGHEST_C, this.base + 12 * octaves));
    this.onchange();
  }

  louder(by) {
    this.velocity = Math.max(15, Math.min(120, this.velocity + by));
    this.onchange();
  }
}

// Listens to the computer's keys while active() says so. Returns letGo(), which releases all that is held.
export function computerKeys({ hands, press, release, active, onlabel }) {
  const held = new Map(); // by code: pitch

  function down(event) {
    const { code, key, repeat, ctrlKey, metaKey, altKey, target } = event;
    if (ctrlKey || metaKey || altKey || !active() || typing(target)) return;
    const known = code in KEYS || code in OCTAVES || code in LOUDNESS;
    if (!known) return;
    event.preventDefault();
    event.stopPropagation();
    if (key?.length === 1 && code in KEYS) onlabel(code, key);
    if (repeat) return;
    if (code in OCTAVES) hands.shift(OCTAVES[code]);
    else if (code in LOUDNESS) hands.louder(LOUDNESS[code]);
    else if (!held.has(code)) {
      const pitch = hands.base + KEYS[code];
      held.set(code, pitch);
      press({ pitch, velocity: hands.velocity, time: event.timeStamp, source: "keys" });
    }
  }

  function up({ code, timeStamp }) {
    if (!held.has(code)) return;
    release({ pitch: held.get(code), time: timeStamp, source: "keys" });
    held.delete(code);
  }

  function letGo() {
    for (const code of [...held.keys()]) up({ code, timeStamp: performance.now() });
  }

  document.addEventListener("keydown", down, true);
  document.addEventListener("keyup", up, true);
  addEventListener("blur", letGo); // the release would go to another window
  return letGo;
}

function typing(target) {
  return Boolean(target.closest?.("input:not([type=range], [type=checkbox], [type=radio]), textarea, select"));
}

// What is printed on the keys, by their codes, as far as the browser says.
export async function keyLabels() {
  const printed = await navigator.keyboard?.getLayoutMap?.().catch(() => null);
  return Object.fromEntries(
    Object.keys(KEYS).map((code) => [code, (printed?.get(code) ?? PRINTED[code] ?? code.slice(3)).toUpperCase()]),
  );
}

// Connects MIDI keyboards as they come and go. onstate({names, gone}) after each change; throws an error with one line
// where the browser has no MIDI or it is not allowed.
export async function midiKeyboards({ press, release, onstate }) {
  if (!navigator.requestMIDIAccess) {
    throw new Error("This browser has no MIDI. Chrome, Edge and Firefox have; the computer's keys work everywhere.");
  }
  let access;
  try {
    access = await navigator.requestMIDIAccess();
  } catch {
    throw new Error("MIDI is not allowed for this page. Allow it beside the address, then try again.");
  }
  const held = new Map(); // by the input's id: pitches
  let names = [];

  function hear(input, { data, timeStamp }) {
    const [status, pitch = 0, velocity = 0] = data ?? [];
    const kind = status & 0xf0;
    const pitches = held.get(input.id) ?? held.set(input.id, new Set()).get(input.id);
    if (kind === 0x90 && velocity > 0) {
      pitches.add(pitch);
      press({ pitch, velocity, time: timeStamp, source: input.id });
    } else if ((kind === 0x80 || kind === 0x90) && pitches.delete(pitch)) {
      release({ pitch, time: timeStamp, source: input.id });
    } else if (kind === 0xb0 && (pitch === 120 || pitch === 123)) {
      letGo(input.id, timeStamp);
    }
  }

  function letGo(id, time) {
    for (const pitch of held.get(id) ?? []) release({ pitch, time, source: id });
    held.delete(id);
  }

  function connect() {
    const inputs = [...access.inputs.values()].filter(({ state }) => state !== "disconnected");
    for (const input of inputs) input.onmidimessage = (message) => hear(input, message);
    const here = new Set(inputs.map(({ id }) => id));
    for (const id of [...held.keys()]) if (!here.has(id)) letGo(id, performance.now());
    const now = inputs.map(({ name }) => name || "a MIDI keyboard");
    const gone = names.filter((name) => !now.includes(name));
    names = now;
    onstate({ names, gone });
  }

  access.onstatechange = connect;
  connect();
}

// Whether MIDI has been allowed before, so that nobody is asked.
export async function midiIsAllowed() {
  if (!navigator.requestMIDIAccess) return false;
  const asked = await navigator.permissions?.query({ name: "midi" }).catch(() => null);
  return asked?.state === "granted";
}
