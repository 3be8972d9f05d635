// What a person plays, on the clock of the music: presses and releases become notes [start, end, pitch, velocity], in
// seconds of the take. Nothing is moved to the grid here: the studio does that, as the network reads.

const SHORTEST = 0.03; // seconds

export class Recorder {
  #notes = [];
  #held = new Map(); // by pitch: [start, velocity]

  press(pitch, velocity, position) {
    this.release(pitch, position); // struck again before it was let go
    this.#held.set(pitch, [position, velocity]);
  }

  // Returns the note that ends; null: the pitch was not held.
  release(pitch, position) {
    const held = this.#held.get(pitch);
    if (!held) return null;
    this.#held.delete(pitch);
    const note = finished(pitch, held, position);
    this.#notes.push(note);
    return note;
  }

  releaseAll(position) {
    return [...this.#held.keys()].map((pitch) => this.release(pitch, position));
  }

  // All notes so far in the order of their starts; what is still held lasts until `position`.
  notes(position) {
    const held = [...this.#held].map(([pitch, begun]) => finished(pitch, begun, position));
    return [...this.#notes, ...held].sort((a, b) => a[0] - b[0] || a[2] - b[2]);
  }
}

function finished(pitch, [start, velocity], position) {
  const [from, to] = [start, Math.max(position, start + SHORTEST)].map((time) => Math.round(time * 1e4) / 1e4);
  return [from, to, pitch, velocity];
}
