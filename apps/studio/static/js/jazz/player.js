// Plays a take: its parts in sections, which the server renders when they are needed, at any speed at the same
// pitch. A section holds the notes that begin in it, to the end of their sound; it is started at its own time
// while the one before rings on.
//
// All positions are seconds of the take at its own tempo; all times are seconds of the audio context.

const SAMPLE_RATE = 44100; // the server's: nothing is resampled
const AHEAD = 2.5; // seconds by which sections are scheduled; timers of hidden tabs come once a second
const MARGIN = 0.05; // seconds from the order to play to the sound
const FADE = 0.008; // seconds; without it a cut clicks
const KEPT_SECTIONS = 6;

export class Player extends EventTarget {
  #context = null;
  #master = null;
  #gains = []; // a GainNode for each part
  #levels = []; // {volume, muted} of each part, kept from take to take
  #take = null;
  #buffers = new Map(); // by address, oldest first: promises of AudioBuffers
  #run = 0; // the number of the run that plays; a run ends when this changes
  #spans = []; // {time, position, speed}: from `time` on the sound is at `position`
  #sources = new Set(); // {source, fade, until}
  #position = 0; // while nothing plays
  #speed = 1;
  #loop = null; // {from, to}
  #fetch;

  // `fetch(path)`: a promise of a Response of the API.
  constructor(fetch) {
    super();
    this.#fetch = fetch;
  }

  playing = false;
  waiting = false; // for the server

  get take() {
    return this.#take;
  }

  get speed() {
    return this.#speed;
  }

  get loop() {
    return this.#loop;
  }

  // Where in the take what is heard now is.
  get position() {
    if (!this.playing || !this.#spans.length) return this.#position;
    const now = this.#heard();
    while (this.#spans.length > 1 && this.#spans[1].time <= now) this.#spans.shift();
    const { time, position, speed } = this.#spans[0];
    return Math.min(position + Math.max(0, now - time) * speed, this.#take.seconds);
  }

  // Another take; what plays goes on in it at the same place.
  load(take) {
    const position = Math.min(this.position, take.seconds);
    const playing = this.playing && position < take.seconds;
    this.#stop();
    this.#take = take;
    this.#position = position;
    if (this.#loop && this.#loop.to > take.seconds + 0.01) this.#loop = null;
    if (this.#context) this.#connect();
    this.#changed();
    if (playing) this.play();
  }

  async play() {
    if (!this.#take || this.playing) return;
    this.#start();
    if (this.#position >= this.#take.seconds - 0.01) this.#position = 0;
    if (this.#loop && (this.#position < this.#loop.from || this.#position >= this.#loop.to)) {
      this.#position = this.#loop.from;
    }
    this.playing = true;
    this.#run += 1;
    this.#changed();
    const run = this.#run;
    try {
      if (this.#context.state !== "running") await this.#context.resume();
      await this.#play(run);
    } catch (error) {
      if (run !== this.#run) return;
      this.pause();
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    }
  }

  pause() {
    if (!this.playing) return;
    this.#position = this.position;
    this.#stop();
    this.#changed();
  }

  seek(position) {
    const wanted = Math.max(0, Math.min(position, this.#take?.seconds ?? 0));
    const playing = this.playing;
    this.#stop();
    this.#position = wanted;
    if (this.#loop && (wanted < this.#loop.from || wanted >= this.#loop.to)) this.#loop = null;
    this.#changed();
    if (playing) this.play();
  }

  set speed(speed) {
    if (speed === this.#speed) return;
    this.#again(() => (this.#speed = speed));
  }

  // {from, to}: positions; null: no loop.
  set loop(loop) {
    this.#again(() => (this.#loop = loop));
  }

  volume(part) {
    return (this.#levels[part] ??= { volume: 1, muted: false });
  }

  setVolume(part, { volume, muted }) {
    const level = this.volume(part);
    if (volume !== undefined) level.volume = volume;
    if (muted !== undefined) level.muted = muted;
    this.#applyLevel(part);
  }

  #again(change) {
    const playing = this.playing;
    this.pause();
    change();
    this.#changed();
    if (playing) this.play();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #start() {
    if (this.#context) return;
    this.#context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
    this.#master = this.#context.createGain();
    this.#master.gain.value = 0.95;
    this.#master.connect(this.#context.destination);
    this.#connect();
  }

  #connect() {
    const before = this.#gains;
    setTimeout(() => before.forEach((gain) => gain.disconnect()), 100); // what plays fades out first
    this.#gains = this.#take.parts.map(() => {
      const gain = this.#context.createGain();
      gain.connect(this.#master);
      return gain;
    });
    this.#gains.forEach((_, part) => this.#applyLevel(part));
  }

  #applyLevel(part) {
    const gain = this.#gains[part]?.gain;
    if (!gain) return;
    const { volume, muted } = this.volume(part);
    gain.setTargetAtTime(muted ? 0 : volume ** 2, this.#context.currentTime, 0.01);
  }

  // The context's time of the sound that leaves the loudspeaker now.
  #heard() {
    const context = this.#context;
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {};
    const since = (performance.now() - performanceTime) / 1000;
    if (contextTime > 0 && since < 1) return Math.min(contextTime + since, context.currentTime);
    return context.currentTime - (context.outputLatency || 0);
  }

  // Schedules section after section until the run ends.
  async #play(run) {
    const { sections, seconds } = this.#take;
    const speed = this.#speed;
    const loop = this.#loop;
    const end = loop ? loop.to : seconds;
    let position = this.#position;
    let time = null; // of `position`; null: as soon as possible, after a gap
    let number = sectionAt(sections, position);
    for (;;) {
      const buffers = await this.#section(number, run);
      if (run !== this.#run) return;
      const earliest = this.#context.currentTime + MARGIN / 2;
      const gap = time === null || time < earliest;
      if (gap) {
        time = this.#context.currentTime + MARGIN;
        this.#spans.push({ time, position, speed });
        this.#ringOn(number, position, time, speed, run);
      }
      this.#schedule(buffers, sections[number], position, time, speed);
      if (gap) this.dispatchEvent(new Event("sound"));
      const next = Math.min(sections[number + 1] ?? Infinity, end);
      time += (next - position) / speed;
      position = next;
      number += 1;
      if (position >= end - 1e-6) {
        if (!loop) break;
        position = loop.from;
        number = sectionAt(sections, position);
        this.#cut(time);
        this.#spans.push({ time, position, speed });
      }
      this.#section(number % sections.length, run).catch(() => {}); // ahead; it is waited for above
      while (run === this.#run && this.#context.currentTime < time - AHEAD) await this.#sleep(time - AHEAD);
      if (run !== this.#run) return;
    }
    while (run === this.#run && this.#heard() < time) await this.#sleep(time + 0.05);
    if (run !== this.#run) return;
    this.playing = false; // the last notes ring on
    this.#run += 1;
    this.#spans = [];
    this.#position = seconds;
    this.#changed();
  }

  #sleep(time) {
    const seconds = Math.max(0.02, time - this.#context.currentTime);
    return new Promise((wake) => setTimeout(wake, 1000 * seconds));
  }

  // The buffers of a section, one for each part.
  async #section(number, run) {
    const late = setTimeout(() => run === this.#run && this.#setWaiting(this.#late()), 200);
    try {
      return await Promise.all(this.#take.parts.map((_, part) => this.#buffer(number, part)));
    } finally {
      clearTimeout(late);
      if (run === this.#run) this.#setWaiting(false);
    }
  }

  // Whether there is nothing to hear until the server answers.
  #late() {
    return ![...this.#sources].some(({ until }) => until > this.#context.currentTime);
  }

  #setWaiting(waiting) {
    if (waiting === this.waiting) return;
    this.waiting = waiting;
    this.#changed();
  }

  #buffer(number, part) {
    const path = `jazz/takes/${this.#take.id}/sections/${number}/${part}.wav?speed=${this.#speed}`;
    let buffer = this.#buffers.get(path);
    if (buffer) {
      this.#buffers.delete(path);
    } else {
      buffer = this.#fetch(path)
        .then((response) => response.arrayBuffer())
        .then((content) => this.#context.decodeAudioData(content));
      buffer.catch(() => this.#buffers.delete(path));
    }
    this.#buffers.set(path, buffer);
    while (this.#buffers.size > KEPT_SECTIONS * this.#take.parts.length) {
      this.#buffers.delete(this.#buffers.keys().next().value);
    }
    return buffer;
  }

  // Plays a section that begins at `start` so that `position` comes at `time`.
  #schedule(buffers, start, position, time, speed) {
    const offset = Math.max(0, position - start) / speed;
    const when = time + Math.max(0, start - position) / speed;
    buffers.forEach((buffer, part) => {
      if (offset >= buffer.duration) return;
      const source = this.#context.createBufferSource();
      const fade = this.#context.createGain();
      source.buffer = buffer;
      source.connect(fade).connect(this.#gains[part]);
      if (offset > 0) {
        fade.gain.setValueAtTime(0, when);
        fade.gain.linearRampToValueAtTime(1, when + FADE);
      }
      source.start(when, offset);
      const playing = { source, fade, until: when + buffer.duration - offset };
      source.onended = () => {
        this.#sources.delete(playing);
        fade.disconnect();
      };
      this.#sources.add(playing);
    });
  }

  // What began in the section before rings on into the place where the sound begins.
  async #ringOn(number, position, time, speed, run) {
    if (!number) return;
    const { sections } = this.#take;
    const buffers = await this.#section(number - 1, run).catch(() => []);
    if (run !== this.#run) return;
    const late = Math.max(0, this.#context.currentTime + MARGIN / 2 - time);
    this.#schedule(buffers, sections[number - 1], position + late * speed, time + late, speed);
  }

  // Fades everything out at a time.
  #cut(time) {
    for (const { source, fade } of this.#sources) {
      fade.gain.setValueAtTime(1, Math.max(time - FADE, this.#context.currentTime));
      fade.gain.linearRampToValueAtTime(0, time);
      source.stop(time + 0.01);
    }
  }

  #stop() {
    this.playing = false;
    this.waiting = false;
    this.#run += 1;
    this.#spans = [];
    if (this.#context) this.#cut(this.#context.currentTime + FADE);
  }
}

// The number of the section, or of the measure, in which a position is; `starts` rise.
export function sectionAt(starts, position) {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= position + 1e-6) low = middle;
    else high = middle - 1;
  }
  return low;
}
