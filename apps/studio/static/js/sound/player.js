// Plays a take: the page schedules its notes ahead of time, so that nothing it does meanwhile is heard. Tempo, place,
// loop, transposition and levels change at once: what has not begun is taken back and scheduled anew.
//
//   const player = new Player(instruments);
//   player.load(take);             // as the server's jazz/improvise gives it
//   await player.play();           // resolves when the sound is scheduled
//   player.speed = 0.75;           // the tempo by this factor
//   player.transposition = -2;     // semitones
//   player.loop = { from: 4, to: 8 };
//   player.setLevel(0, { volume: 0.8, muted: false, solo: true });
//   player.countsIn = player.metronome = true;
//   player.seek(12); player.pause();
//
// To play along:
//
//   player.positionAt(event.timeStamp)   // where in the take an event was heard
//   player.add(0, [[start, end, pitch, velocity], ...])   // notes for a part of what plays; returns how many came late
//
// A position is in seconds of the take at its own tempo. Events: "change" (what plays, and how), "sound" (the first notes
// of a run are scheduled), "failed" (detail: the error). The module touches no document.

import { Mixer } from "./mixer.js";

const SAMPLE_RATE = 44100;
const AHEAD = 2; // seconds by which notes are scheduled: timers of hidden tabs come once a second
const PAUSE = 200; // milliseconds between two looks
const MARGIN = 0.05; // seconds from an order to play to the sound
const CHANGE = 0.02; // seconds after which a change is heard
const LAST_FADE = 0.75; // seconds at the end, as in the WAV
const CLICK = { instrument: "drums", pitch: 76, velocity: 72 };
const ACCENT = { instrument: "drums", pitch: 76, velocity: 110 };

export class Player extends EventTarget {
  #instruments;
  #context = null;
  #mixer = null;
  #levels = []; // {volume, muted, solo} of each part, kept from take to take
  #take = null;
  #parts = []; // {instrument, rings, longest, notes: in the order of their starts}
  #beats = []; // {at, first}
  #run = 0; // the number of the run that plays; a run ends when this changes
  #spans = []; // {time, position, speed, from, to}: from `time` on the sound is at `position`, within a loop
  #next = null; // {time, position}: up to where notes are scheduled
  #due = []; // {voice, span, end}: notes whose ends follow the tempo
  #timer = 0;
  #position = 0; // while nothing plays
  #speed = 1;
  #transposition = 0;
  #loop = null;
  #metronome = false;

  constructor(instruments) {
    super();
    this.#instruments = instruments;
  }

  playing = false;
  waiting = false; // for instruments
  countsIn = false; // a measure, whenever it starts to play

  get take() {
    return this.#take;
  }

  get speed() {
    return this.#speed;
  }

  get loop() {
    return this.#loop;
  }

  get transposition() {
    return this.#transposition;
  }

  get metronome() {
    return this.#metronome;
  }

  // Where in the take what is heard now is.
  get position() {
    if (!this.playing || !this.#spans.length) return this.#position;
    return this.#at(this.#heard());
  }

  // Seconds until the music begins, while it is counted in; else 0.
  get untilItBegins() {
    if (!this.playing || !this.#spans.length) return 0;
    return Math.max(0, this.#spans[0].time - this.#heard());
  }

  // Where in the take something was heard, by the clock of performance.now() and of events' timeStamp.
  positionAt(timeStamp) {
    if (!this.playing || !this.#spans.length) return this.#position;
    return this.#at(this.#heard() - (performance.now() - timeStamp) / 1000);
  }

  // Another take; what plays goes on in it at the same place.
  load(take) {
    const position = Math.min(this.position, take.seconds);
    const playing = this.playing && position < take.seconds;
    this.#stop();
    this.#take = take;
    this.#parts = take.parts.map((part) => ({ ...part, notes: [...part.notes], longest: longest(part.notes) }));
    this.#beats = beats(take);
    this.#position = position;
    if (this.#loop && this.#loop.to > take.seconds + 0.01) this.#loop = null;
    if (this.#mixer) this.#connect();
    this.#needed().catch(() => {}); // it is asked for again, and waited for, when it plays
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
    const run = this.#run;
    const late = setTimeout(() => run === this.#run && this.#setWaiting(true), 200);
    this.#changed();
    try {
      await Promise.all([this.#context.state === "running" || this.#context.resume(), this.#needed()]);
      if (run !== this.#run) return;
      this.#begin();
    } catch (error) {
      if (run !== this.#run) return;
      this.pause();
      this.dispatchEvent(new CustomEvent("failed", { detail: error }));
    } finally {
      clearTimeout(late);
      if (run === this.#run) this.#setWaiting(false);
    }
  }

  pause() {
    if (!this.playing) return;
    this.#position = this.position;
    this.#stop();
    this.#changed();
  }

  // A place outside of the loop ends the loop.
  seek(position) {
    const wanted = Math.max(0, Math.min(position, this.#take?.seconds ?? 0));
    if (this.#loop && (wanted < this.#loop.from || wanted >= this.#loop.to)) this.#loop = null;
    if (this.playing && this.#spans.length) {
      this.#mixer.cut(this.#context.currentTime);
      this.#begin(wanted, { counts: false });
    }
    this.#position = wanted;
    this.#changed();
  }

  set speed(speed) {
    if (speed === this.#speed) return;
    this.#again(() => (this.#speed = speed));
  }

  set transposition(semitones) {
    if (semitones === this.#transposition) return;
    this.#again(() => (this.#transposition = semitones));
  }

  set metronome(on) {
    if (on === this.#metronome) return;
    this.#again(() => (this.#metronome = on));
    if (on && this.playing) this.#needed().then(() => this.#metronome && this.#again(() => {}), () => {});
  }

  // {from, to}: positions; null: no loop. From outside of the loop it goes to its beginning.
  set loop(loop) {
    this.#loop = loop;
    const inside = !loop || (this.position >= loop.from && this.position < loop.to);
    if (!inside) this.seek(loop.from);
    else this.#again(() => {});
  }

  // {volume: 0 to 1, muted, solo} of a part; where one has solo the others without it are silent.
  level(part) {
    return (this.#levels[part] ??= { volume: 1, muted: false, solo: false });
  }

  setLevel(part, level) {
    Object.assign(this.level(part), level);
    this.#applyLevels();
    this.#changed();
  }

  // Whether a part is heard.
  audible(part) {
    const { muted, solo } = this.level(part);
    return !muted && (solo || !this.#parts.some((_, other) => this.level(other).solo));
  }

  // Adds notes to a part, [start, end, pitch, velocity] in seconds of the take; they are heard if they have not been
  // passed, in every pass of a loop. Returns how many have been passed.
  add(part, notes) {
    const { notes: all } = this.#parts[part];
    for (const note of notes) {
      all.splice(firstAt(all, note[0]), 0, note);
      this.#parts[part].longest = Math.max(this.#parts[part].longest, note[1] - note[0]);
    }
    const soon = this.playing && this.#next ? this.#soon() : null;
    this.#again(() => {});
    return soon ? notes.filter(([start]) => start < soon.position).length : 0;
  }

  // Renders the take from its beginning, as it would be heard, in an OfflineAudioContext of two channels.
  async render(context) {
    await this.#needed();
    const mixer = new Mixer(context, this.#instruments);
    mixer.channels(this.#parts.length + 1);
    mixer.loudness.gain.value = this.#take.gain;
    this.#parts.forEach((_, part) => mixer.setLevel(part, this.#heardLevel(part)));
    const span = { time: 0, position: 0, speed: this.#speed, from: 0, to: this.#take.seconds };
    this.#schedule(mixer, span, 0, this.#take.seconds);
    this.#fade(mixer, this.#take.seconds / this.#speed);
    return context.startRendering();
  }

  // ---- the run ----

  // Starts at a position, with what began before it and still sounds.
  #begin(position = this.#position, { counts = this.countsIn } = {}) {
    const now = this.#context.currentTime + MARGIN;
    const time = now + (counts ? this.#countIn(position, now) : 0);
    const span = this.#span(time, position);
    this.#mixer.stayIn();
    this.#spans = [span];
    this.#due = [];
    this.#ringOn(span);
    this.#next = { time, position };
    this.#look();
    this.dispatchEvent(new Event("sound"));
  }

  #span(time, position) {
    const { from = 0, to = this.#take.seconds } = this.#loop ?? {};
    return { time, position, speed: this.#speed, from, to };
  }

  // Schedules what comes within the next seconds, again and again.
  #look() {
    clearTimeout(this.#timer);
    const horizon = this.#context.currentTime + AHEAD;
    const passed = this.#heard() - 1; // events may be a little older than now
    while (this.#spans.length > 1 && this.#spans[1].time <= passed) this.#spans.shift();
    while (this.#next && this.#next.time < horizon - 1e-3) this.#advance(horizon);
    if (!this.#next && this.#heard() >= this.#ends) {
      this.#finish();
      return;
    }
    this.#timer = setTimeout(() => this.#look(), this.#next ? PAUSE : 50);
  }

  #ends = 0; // the context's time at which the take is over

  #advance(horizon) {
    const span = this.#spans.at(-1);
    const { time, position } = this.#next;
    const to = Math.min(span.to, position + (horizon - time) * span.speed);
    for (const due of this.#schedule(this.#mixer, span, position, to)) this.#due.push(due);
    const then = time + (to - position) / span.speed;
    this.#next = { time: then, position: to };
    if (to < span.to - 1e-6) return;
    if (this.#loop) {
      this.#next.position = span.from;
      this.#spans.push(this.#span(then, span.from));
    } else {
      this.#next = null;
      this.#ends = then;
      this.#fade(this.#mixer, then);
    }
  }

  // Schedules all that begins between two positions of a span; lists what ends by the tempo.
  #schedule(mixer, span, from, to) {
    const due = [];
    const when = (position) => span.time + (position - span.position) / span.speed;
    this.#parts.forEach((part, channel) => {
      const { notes } = part;
      for (let place = firstAt(notes, from); place < notes.length && notes[place][0] < to; place += 1) {
        const voice = this.#note(mixer, channel, part, notes[place], span, { when: when(notes[place][0]) });
        if (voice && !part.drums) due.push({ voice, span, end: this.#end(part, notes[place], span) });
      }
    });
    if (this.#metronome) {
      for (const { at, first } of this.#beats) {
        if (at >= from && at < to) mixer.start({ channel: this.#clicks(mixer), when: when(at), ...(first ? ACCENT : CLICK) });
      }
    }
    return due;
  }

  #note(mixer, channel, part, note, span, { when, offset = 0 }) {
    const [, , pitch, velocity] = note;
    const end = this.#end(part, note, span);
    let until = span.time + (end.position - span.position) / span.speed + end.rings;
    if (part.drums) until = Infinity;
    const moved = part.drums ? pitch : pitch + this.#transposition;
    return mixer.start({ channel, instrument: part.instrument, pitch: moved, velocity, when, until, offset });
  }

  // Where a note ends, and for how many seconds it rings on: at the end of a loop all end, at the end of the take some
  // ring.
  #end(part, [, end], span) {
    const rings = part.rings !== null && end >= part.rings && span.to >= this.#take.seconds ? this.#take.ring : 0;
    return { position: Math.min(end, span.to), rings };
  }

  // What began before a place where the sound begins, and still sounds there.
  #ringOn(span) {
    this.#parts.forEach((part, channel) => {
      const before = part.drums ? 3 * span.speed : part.longest;
      for (let place = firstAt(part.notes, span.position - before); place < part.notes.length; place += 1) {
        const note = part.notes[place];
        if (note[0] >= span.position) break;
        if (!part.drums && note[1] <= span.position) continue;
        const offset = (span.position - note[0]) / span.speed;
        const voice = this.#note(this.#mixer, channel, part, note, span, { when: span.time, offset });
        if (voice && !part.drums) this.#due.push({ voice, span, end: this.#end(part, note, span) });
      }
    });
  }

  // Clicks a measure before a position, from a time on; returns its seconds.
  #countIn(position, time) {
    const { measures, beats: counts } = this.#take;
    const measure = Math.min(sectionAt(measures, position + 1e-3), counts.length - 1);
    const count = counts[measure];
    const seconds = (measures[measure + 1] - measures[measure]) / this.#speed;
    for (let beat = 0; beat < count; beat += 1) {
      const when = time + (beat * seconds) / count;
      this.#mixer.start({ channel: this.#clicks(this.#mixer), when, ...(beat ? CLICK : ACCENT) });
    }
    return seconds;
  }

  #clicks(mixer) {
    mixer.channels(this.#parts.length + 1);
    return this.#parts.length;
  }

  // The last notes ring, and all fades out.
  #fade(mixer, end) {
    mixer.fadeOut(LAST_FADE, end + this.#take.ring);
  }

  // Where a change can be heard first.
  #soon() {
    const time = Math.max(this.#context.currentTime + CHANGE, this.#spans[0].time);
    const span = this.#spans.findLast((other) => other.time <= time) ?? this.#spans[0];
    return { time, position: Math.min(span.position + (time - span.time) * span.speed, span.to) };
  }

  // Changes something, and schedules anew what has not begun.
  #again(change) {
    if (!this.playing || !this.#spans.length) {
      change();
      this.#changed();
      return;
    }
    const { time, position } = this.#soon();
    change();
    this.#mixer.takeBack(time);
    this.#mixer.stayIn();
    const span = this.#span(time, position);
    this.#spans = [...this.#spans.filter((other) => other.time < time), span];
    this.#due = this.#due.filter(({ voice }) => voice.sounds && voice.when < time);
    for (const { voice, end } of this.#due) {
      voice.endAt(Math.max(time, time + (Math.min(end.position, span.to) - position) / this.#speed) + end.rings);
    }
    this.#next = { time, position };
    this.#look();
    this.#changed();
  }

  #finish() {
    this.playing = false; // the last notes ring on
    this.#run += 1;
    this.#spans = [];
    this.#due = [];
    this.#position = this.#take.seconds;
    this.#changed();
  }

  #stop() {
    this.playing = false;
    this.waiting = false;
    this.#run += 1;
    this.#spans = [];
    this.#due = [];
    this.#next = null;
    clearTimeout(this.#timer);
    this.#mixer?.cut(this.#context.currentTime);
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }

  #setWaiting(waiting) {
    if (waiting === this.waiting) return;
    this.waiting = waiting;
    this.#changed();
  }

  // ---- the sound ----

  // Loads the instruments that are needed.
  #needed() {
    const names = new Set(this.#parts.map((part) => part.instrument));
    if (this.#metronome || this.countsIn) names.add("drums");
    return this.#instruments.load([...names, "room"]);
  }

  #start() {
    if (this.#context) return;
    this.#context = new AudioContext({ sampleRate: SAMPLE_RATE, latencyHint: "interactive" });
    this.#mixer = new Mixer(this.#context, this.#instruments);
    this.#connect();
  }

  // A channel for each part, and one for clicks.
  #connect() {
    this.#mixer.channels(this.#parts.length + 1);
    if (this.#take) this.#mixer.setGain(this.#take.gain);
    this.#applyLevels();
    this.#mixer.setLevel(this.#parts.length, 1);
  }

  #applyLevels() {
    if (this.#mixer) this.#parts.forEach((_, part) => this.#mixer.setLevel(part, this.#heardLevel(part)));
  }

  #heardLevel(part) {
    return this.audible(part) ? this.level(part).volume ** 2 : 0;
  }

  // The context's time of the sound that leaves the loudspeaker now.
  #heard() {
    const context = this.#context;
    const { contextTime = 0, performanceTime = 0 } = context.getOutputTimestamp?.() ?? {};
    const since = (performance.now() - performanceTime) / 1000;
    if (contextTime > 0 && since < 1) return Math.min(contextTime + since, context.currentTime);
    return context.currentTime - (context.outputLatency || 0);
  }

  #at(time) {
    const span = this.#spans.findLast((other) => other.time <= time) ?? this.#spans[0];
    return Math.min(span.position + Math.max(0, time - span.time) * span.speed, span.to);
  }
}

// The number of the measure, or of whatever begins at `starts`, which rise, in which a position is.
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

// The first of notes, which are in order, that begins at a time or later.
export function firstAt(notes, time) {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle][0] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function longest(notes) {
  return notes.reduce((most, [start, end]) => Math.max(most, end - start), 0);
}

// When in a take the quarter note comes that it counts from its beginning, and the other way round.
export function secondsAt(take, quarter) {
  const [seconds, onset, tempo] = take.tempos.findLast(([, start]) => start <= quarter) ?? take.tempos[0];
  return seconds + ((quarter - onset) * 60) / tempo;
}

export function quarterAt(take, position) {
  const [seconds, onset, tempo] = take.tempos.findLast(([start]) => start <= position) ?? take.tempos[0];
  return onset + ((position - seconds) * tempo) / 60;
}

// The beats of a take: {at, first}, `first` being whether it begins a measure.
export function beats(take) {
  return take.beats.flatMap((count, measure) => {
    const [from, to] = take.measures.slice(measure, measure + 2);
    return Array.from({ length: count }, (_, beat) => ({ at: from + ((to - from) * beat) / count, first: beat === 0 }));
  });
}
