// Sounds of instruments in an audio context: a channel for each part, the room, the loudness, and no clipping.
// It is the mix of the server's WAV. It works in an OfflineAudioContext too.
//
//   const mixer = new Mixer(context, instruments);
//   mixer.channels(2);
//   const voice = mixer.start({ channel: 0, instrument: "piano", pitch: 60, velocity: 90, when: 1, until: 1.5 });
//
// All times are seconds of the context.

const FADE = 0.008; // seconds; without it a cut clicks
const RING_FADE = 0.06; // of what rings on
const KNEE = 0.8; // of full scale: louder than that is bent, so that nothing clips
const CURVE = 2049; // points of that curve
const NO_GAIN = 0.4; // before a take has said its own: that of a band

export class Mixer {
  #channels = []; // {input, pans}
  #voices = new Set();
  #room = null;

  constructor(context, instruments) {
    this.context = context;
    this.instruments = instruments;
    this.bus = new GainNode(context);
    this.fader = new GainNode(context);
    this.loudness = new GainNode(context, { gain: NO_GAIN });
    this.limiter = new WaveShaperNode(context, { curve: bend() });
    this.bus.connect(this.fader).connect(this.loudness).connect(this.limiter).connect(context.destination);
    this.#addRoom();
    instruments.addEventListener("loaded", () => this.#addRoom());
  }

  // Makes so many channels; those that are there stay.
  channels(count) {
    while (this.#channels.length < count) {
      const input = new GainNode(this.context);
      input.connect(this.bus);
      this.#channels.push({ input, pans: new Map() });
    }
  }

  // The level of a channel, 0 to 1, at once.
  setLevel(channel, level) {
    this.#channels[channel].input.gain.setTargetAtTime(level, this.context.currentTime, 0.01);
  }

  // The factor that gives the mix its loudness.
  setGain(gain) {
    this.loudness.gain.setTargetAtTime(gain, this.context.currentTime, 0.01);
  }

  // The end of the music: all fades out until a time; the next start is at full level again.
  fadeOut(seconds, until) {
    this.fader.gain.setValueAtTime(1, Math.max(this.context.currentTime, until - seconds));
    this.fader.gain.linearRampToValueAtTime(0, until);
    this.fader.gain.setValueAtTime(1, until + 0.02);
  }

  // Takes that back.
  stayIn() {
    this.fader.gain.cancelScheduledValues(this.context.currentTime);
    this.fader.gain.setTargetAtTime(1, this.context.currentTime, 0.003);
  }

  // Plays a note, or from `offset` seconds after its beginning on; null: the instrument is not there, or it has died
  // away by then. Without `until` it sounds until `release`.
  start({ channel, instrument, pitch, velocity, when, until = Infinity, offset = 0 }) {
    const sound = this.instruments.sound(instrument, pitch);
    if (!sound || offset * sound.rate >= sound.seconds) return null;
    const voice = new Voice(this.context, sound, { velocity, when, until, offset });
    voice.onended = () => this.#voices.delete(voice);
    voice.output.connect(this.#place(channel, sound.pan));
    this.#voices.add(voice);
    return voice;
  }

  // Ends what sounds, and takes back what has not begun at a time.
  cut(time) {
    for (const voice of this.#voices) voice.cut(time);
  }

  // Takes back what has not begun at a time.
  takeBack(time) {
    for (const voice of this.#voices) if (voice.when >= time) voice.cut(time);
  }

  // How many notes sound or will.
  get count() {
    return this.#voices.size;
  }

  // A place from left to right in a channel, where a mono sound goes in.
  #place(channel, pan) {
    const { input, pans } = this.#channels[channel];
    const key = Math.round(pan * 100);
    if (!pans.has(key)) {
      const node = new StereoPannerNode(this.context, { pan: key / 100, channelCount: 1, channelCountMode: "explicit" });
      node.connect(input);
      pans.set(key, node);
    }
    return pans.get(key);
  }

  // The room, once its response has arrived; it hears the sum of both sides.
  #addRoom() {
    const { room } = this.instruments;
    if (!room || this.#room) return;
    const sum = new GainNode(this.context, { gain: 2, channelCount: 1, channelCountMode: "explicit" }); // else their mean
    this.#room = new ConvolverNode(this.context, { disableNormalization: true, buffer: room });
    this.bus.connect(sum).connect(this.#room).connect(this.fader);
  }
}

// A note that sounds, or will.
class Voice {
  #source;
  #level;
  #release; // seconds; 0: it rings on
  #ends = Infinity; // when its release begins

  constructor(context, sound, { velocity, when, until, offset }) {
    this.context = context;
    this.when = when;
    this.until = Infinity;
    this.sounds = true; // or will
    this.#release = sound.release;
    this.#level = sound.level * (velocity / 127) ** 1.5;
    this.#source = new AudioBufferSourceNode(context, { buffer: sound.buffer, playbackRate: sound.rate });
    this.output = new GainNode(context, { gain: this.#level });
    this.#source.connect(this.output);
    this.#source.onended = () => {
      this.sounds = false;
      this.output.disconnect();
      this.onended?.();
    };
    if (offset > 0) {
      this.output.gain.setValueAtTime(0, when);
      this.output.gain.linearRampToValueAtTime(this.#level, when + FADE);
    }
    const from = offset * sound.rate;
    this.#source.start(when, sound.start + from, sound.seconds - from);
    this.endAt(until);
  }

  // Ends a note at another time than it was going to, unless it is ending.
  endAt(until) {
    if (!this.#release || until === this.until || this.context.currentTime > this.#ends) return;
    const { gain } = this.output;
    if (this.#ends < Infinity) gain.cancelScheduledValues(this.#ends);
    this.until = until;
    this.#ends = Infinity;
    if (until === Infinity) return;
    const now = Math.max(this.when, this.context.currentTime);
    this.#ends = Math.max(now, until - Math.min(this.#release, (until - this.when) / 2));
    gain.setValueAtTime(this.#level, this.#ends);
    gain.linearRampToValueAtTime(0, Math.max(until, this.#ends + FADE));
    this.#source.stop(Math.max(until, this.#ends + FADE) + 0.01);
  }

  // Ends it now, as when a key is let go.
  release() {
    this.endAt(this.context.currentTime + Math.max(this.#release, FADE));
  }

  // Silences it at a time; if it has not begun by then it never does.
  cut(time) {
    if (this.when >= time) {
      this.#source.stop();
      return;
    }
    const { gain } = this.output;
    const fade = this.#release ? FADE : RING_FADE;
    if (gain.cancelAndHoldAtTime) gain.cancelAndHoldAtTime(time);
    else gain.cancelScheduledValues(time);
    gain.setTargetAtTime(0, time, fade / 3);
    this.#source.stop(time + 2 * fade);
  }
}

// A straight line to the knee, then a curve; whatever comes in, 0.95 comes out at most.
function bend() {
  return Float32Array.from({ length: CURVE }, (_, place) => {
    const x = (2 * place) / (CURVE - 1) - 1;
    const over = Math.max(0, Math.abs(x) - KNEE) / (1 - KNEE);
    return Math.sign(x) * (Math.min(Math.abs(x), KNEE) + (1 - KNEE) * Math.tanh(over));
  });
}
