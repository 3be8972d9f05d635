// The instruments: a few tones of each from the server, once; all others are these, played faster or slower.
//
//   const instruments = new Instruments((path) => fetch(`/api/${path}`));
//   await instruments.load(["piano", "drums"]);
//   instruments.sound("piano", 61) -> {buffer, start, seconds, rate, level, pan, release}

const SAMPLE_RATE = 44100; // of the decoded sounds

export class Instruments extends EventTarget {
  #fetch;
  #list = null; // a promise of what the server says of all of them
  #loading = new Map(); // by name: promises
  #loaded = new Map();

  // `fetch(path)`: a promise of a Response of the API.
  constructor(fetch) {
    super();
    this.#fetch = fetch;
  }

  // Resolves when these have arrived; each is fetched once, and again only where that failed.
  async load(names) {
    await Promise.all(names.map((name) => this.#once(name)));
  }

  has(name) {
    return this.#loaded.has(name);
  }

  // The sound for a pitch, or for a key of the drums; null: the instrument has not arrived.
  // `start` and `seconds` say where in the buffer it is, `rate` how fast it must be played.
  sound(name, pitch) {
    const instrument = this.#loaded.get(name);
    if (!instrument) return null;
    const { buffer, about, sounds } = instrument;
    const pitched = about.release > 0;
    const [key, start, seconds, level, pan] = pitched ? nearest(about.sounds, pitch) : sounds.get(about.keys[pitch] ?? pitch);
    return {
      buffer,
      start,
      seconds,
      level,
      rate: pitched ? 2 ** ((pitch - key) / 12) : 1,
      pan: Math.max(-0.8, Math.min(0.8, pan + (about.width * (pitch - 60)) / 12)),
      release: about.release,
    };
  }

  // The response of the room as a buffer for a ConvolverNode that does not normalise; null: it has not arrived.
  get room() {
    return this.#loaded.get("room")?.response ?? null;
  }

  #once(name) {
    if (!this.#loading.has(name)) {
      const load = this.#load(name);
      load.catch(() => this.#loading.delete(name));
      this.#loading.set(name, load);
    }
    return this.#loading.get(name);
  }

  async #load(name) {
    this.#list ??= this.#fetch("instruments").then((response) => response.json());
    this.#list.catch(() => (this.#list = null));
    const about = (await this.#list)[name];
    const content = await (await this.#fetch(`instruments/${about.file}`)).arrayBuffer();
    const buffer = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(content);
    const instrument = { about, buffer, sounds: new Map(about.sounds.map((sound) => [sound[0], sound])) };
    if (name === "room") scale(buffer, (about.sounds[0][3] * about.sampleRate) / SAMPLE_RATE);
    if (name === "room") instrument.response = buffer;
    this.#loaded.set(name, instrument);
    this.dispatchEvent(new CustomEvent("loaded", { detail: name }));
  }
}

// Of sounds in the order of their pitches, the one nearest to a pitch.
function nearest(sounds, pitch) {
  return sounds.reduce((best, sound) => (Math.abs(sound[0] - pitch) < Math.abs(best[0] - pitch) ? sound : best));
}

function scale(buffer, factor) {
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    samples.forEach((sample, place) => (samples[place] = sample * factor));
  }
}
