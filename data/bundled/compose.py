"""Composes "Tram Line Nine", the project's own tune: a head and an improvised chorus over it.

    python -m data.bundled.compose        writes tune.mid beside this file, always the same bytes

The melody is written in words, a rhythm letter and a degree of the chord under it (motifs.py):
"L5 s6 p8" is a long swung eighth on the fifth, a short one on the sixth, and a pushed note on the
root. The same words fit every chord, so a motif moves through the keys by itself. The head is
written out; the chorus chains such motifs, drawn by a seeded generator from those that fit.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.bundled import motifs
from utils.cli import Parser, run
from utils.files import write_bytes
from utils.music.midi_writer import to_midi
from utils.music.score import Note, Part, Score

SEED = 1
TUNE = Path(__file__).with_name("tune.mid")


class Chord(NamedTuple):
    """A chord of the chart: the root's pitch class and the quality."""

    root: int
    quality: str

    def above(self, degree: int) -> int:
        """Semitones from the root to a degree; see motifs.WORD."""
        octave, step = divmod(degree - 1, 7)
        return 12 * octave + motifs.SCALES[self.quality][step]


def chart() -> list[list[Chord]]:
    """The chords of the 32 measures."""
    return [[_chord(name) for name in measure.split()] for measure in motifs.CHART.split("|")]


def compose() -> Score:
    """The tune: the head, then a chorus, with the piano under both."""
    measures = chart()
    line = _Line(measures * 2)
    for measure in motifs.HEAD:
        line.play(measure)
    _improvise(line, np.random.default_rng(SEED))
    melody = Part("Melody", tuple(line.notes), program=26, channel=0)
    piano = Part("Piano", tuple(_comp(measures * 2)), program=0, channel=1)
    return Score((melody, piano), motifs.TEMPO, motifs.BEATS, motifs.TITLE)


def main(argv: Sequence[str]) -> int:
    """Writes the tune."""
    parser = Parser("data.bundled.compose", description="Compose the bundled tune.")
    parser.add_argument("--out", type=Path, default=TUNE, help="the MIDI file to write")
    options = parser.parse_args(argv)
    write_bytes(options.out, to_midi(compose()))
    print(options.out)
    return 0


class _Step(NamedTuple):
    """A word in its place: a note, or a semitone beside the next note, or neither."""

    start: Fraction
    length: Fraction
    pitch: int | None = None
    lean: int = 0


class _Line:
    """A melody that grows by words, those on one chord in the octave nearest to what has sounded."""

    def __init__(self, measures: Sequence[Sequence[Chord]]) -> None:
        self.measures = measures
        self.now = Fraction(0)
        self.previous = motifs.MIDDLE
        self.notes: list[Note] = []
        self.leaning: list[_Step] = []

    def play(self, words: str) -> None:
        """Adds words that fill a measure, or half of one."""
        for step in self.placed(words):
            self.now += step.length
            if step.lean:
                self.leaning.append(step)
            elif step.pitch is not None:
                for lean in self.leaning:
                    self._sound(lean, step.pitch + lean.lean)
                self.leaning.clear()
                self._sound(step, step.pitch)
                self.previous = step.pitch
        if self.now % 2:
            raise ValueError(f"words must fill a measure or half of one, got {words!r}")

    def placed(self, words: str) -> list[_Step]:
        """The steps that words would make from here."""
        steps, start = [], self.now
        for word in words.split():
            match = motifs.WORD.fullmatch(word)
            if match is None:
                raise ValueError(f"words must be rhythm letters with degrees, got {word!r}")
            pitch, length = None, motifs.LENGTHS[match[1]]
            if match["degree"]:
                chord = self._chord(start)
                pitch = chord.root + chord.above(int(match["degree"]))
            steps.append(_Step(start, length, pitch, {"u": -1, "o": 1}.get(match["lean"], 0)))
            start += length
        found, near = [], self.previous
        for _, group in groupby(steps, key=lambda step: self._chord_place(step.start)):
            found += _in_octave(list(group), near)
            near = next((step.pitch for step in reversed(found) if step.pitch is not None), near)
        return found

    def _chord(self, start: Fraction) -> Chord:
        measure, place = self._chord_place(start)
        return self.measures[measure][place]

    def _chord_place(self, start: Fraction) -> tuple[int, int]:
        measure, beat = divmod(start, motifs.BEATS)
        return int(measure), int(beat * len(self.measures[int(measure)]) / motifs.BEATS)

    def _sound(self, step: _Step, pitch: int) -> None:
        velocity = 96 if step.start.denominator == 1 else 84  # on the beat, and off it
        self.notes.append(Note(float(step.start), float(step.length), pitch, velocity))


def _in_octave(steps: list[_Step], near: int) -> list[_Step]:
    """Moves steps by octaves into the melody's range, the first note near the one before."""
    pitches = [step.pitch for step in steps if step.pitch is not None]
    if not pitches:
        return steps
    shifts = range(-(-(motifs.LOWEST - min(pitches)) // 12) * 12, motifs.HIGHEST - max(pitches) + 1, 12)
    first = pitches[0]
    shift = min(shifts, key=lambda shift: abs(first + shift - near) + abs(first + shift - motifs.MIDDLE) / 4)
    return [step if step.pitch is None else step._replace(pitch=step.pitch + shift) for step in steps]


def _improvise(line: _Line, generator: np.random.Generator) -> None:
    """Chains words into phrases of four measures that begin with a motif and come back to it."""
    halves = motifs.HALVES * len(line.measures) - len(motifs.CHORUS_ENDING)
    while (played := int(line.now * motifs.HALVES / motifs.BEATS)) < halves:
        motif = (_fitting(line, motifs.LINES, generator),)
        middle = [motifs.LINES] * 3
        phrase = [motif, *middle, motif, motifs.LINES, motifs.ENDINGS, motifs.BREATHS]
        for choices in phrase[: halves - played]:
            line.play(_fitting(line, choices, generator))
    for words in motifs.CHORUS_ENDING:
        line.play(words)


def _fitting(line: _Line, choices: Sequence[str], generator: np.random.Generator) -> str:
    """Some words that begin near the pitch that has just sounded, but on another."""
    fitting = [words for words in choices if 0 < _leap(line, words) <= motifs.LARGEST_LEAP] or choices
    return fitting[int(generator.integers(len(fitting)))]


def _leap(line: _Line, words: str) -> int:
    """Semitones from the last note to the first sound of words; 1 where they are silent."""
    steps = line.placed(words)
    pitches = [step.pitch for step in steps if step.pitch is not None]
    if not pitches:
        return 1
    lean = [*line.leaning, *steps][0].lean  # an approach sounds before the note that it leans on
    return abs(pitches[0] + lean - line.previous)


def _comp(measures: Sequence[Sequence[Chord]]) -> Iterator[Note]:
    """The piano: the root below, four voices above that move as little as they can."""
    voices: tuple[int, ...] = ()
    for number, chords in enumerate(measures):
        patterns = motifs.COMPING[len(chords)]
        voiced = []
        for chord in chords:
            voices = _voices(chord, voices)
            voiced.append((_at_least(motifs.LOWEST_ROOT, chord.root), *voices))
        for place, (start, length) in enumerate(patterns[number % len(patterns)]):
            for pitch in voiced[min(place, len(voiced) - 1)]:
                yield Note(motifs.BEATS * number + float(start), float(length), pitch, 66 - 4 * place)


def _voices(chord: Chord, before: tuple[int, ...]) -> tuple[int, ...]:
    """The position of the right hand nearest to the one before it."""
    candidates = []
    for degrees in motifs.VOICINGS[chord.quality]:
        voices = [_at_least(motifs.LOWEST_VOICE, chord.root + chord.above(degrees[0]))]
        for degree in degrees[1:]:
            voices.append(_at_least(voices[-1] + 1, chord.root + chord.above(degree)))
        candidates.append(tuple(voices))
    fitting = [voices for voices in candidates if voices[-1] <= motifs.HIGHEST_VOICE] or candidates
    return min(fitting, key=lambda voices: (_movement(voices, before), voices))


def _movement(voices: tuple[int, ...], before: tuple[int, ...]) -> int:
    """Semitones that the voices move in all; 0 at the beginning."""
    return sum(abs(voice - other) for voice, other in zip(voices, before, strict=False))


def _at_least(lowest: int, pitch_class: int) -> int:
    """The first pitch of a class from `lowest` on."""
    return lowest + (pitch_class - lowest) % 12


def _chord(name: str) -> Chord:
    root = name[:2] if name[1:2] == "b" else name[:1]
    return Chord(motifs.ROOTS[root], name[len(root) :])


if __name__ == "__main__":
    import sys

    sys.exit(run(main))
