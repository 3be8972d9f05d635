// What a person's keys sound like, at once. It has an audio context of its own with the shortest buffers there are: the
// band, which is scheduled long before, keeps the longer ones that never break up.

import { Mixer } from "../sound/mixer.js";

const SAMPLE_RATE = 44100;

export class Monitor {
  #context = null;
  #mixer = null;

  constructor(instruments, instrument) {
    this.instruments = instruments;
    this.instrument = instrument;
  }

  // Loads the instrument, and starts the sound, which a browser allows once something was pressed.
  async wake() {
    if (!this.#context) {
      this.#context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: 0 });
      this.#mixer = new Mixer(this.#context, this.instruments);
      this.#mixer.channels(1);
    }
    await Promise.all([
      this.#context.state === "running" || this.#context.resume(),
      this.instruments.load([this.instrument, "room"]),
    ]);
  }

  // Nothing is played any longer for now.
  sleep() {
    this.#context?.suspend();
  }

  // The loudness of the mix that is played over.
  set gain(gain) {
    this.#mixer?.setGain(gain);
  }

  // Sounds until its release(); null: there is no sound yet.
  press(pitch, velocity) {
    if (this.#context?.state !== "running") {
      this.wake().catch(() => {}); // the next key sounds
      return null;
    }
    const when = this.#context.currentTime;
    return this.#mixer.start({ channel: 0, instrument: this.instrument, pitch, velocity, when });
  }
}
