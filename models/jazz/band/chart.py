"""The measures of a piece as the band reads them, with their harmonies and beats."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from music.changes import symbol_of
from music.harmony import Chord
from music.qualities import scale_of

ChordSet = tuple[float, Sequence[Chord]]  # a measure's length in quarter notes, its chords from its start

_EPSILON = 1e-6  # quarter notes


@dataclass(frozen=True, slots=True)
class Harmony:
    """A chord and how long it lasts.

    Args:
        start: Where it begins, in quarter notes from the start of the piece.
        end: Where the next one or the next measure begins.
        root: The root's pitch class, 0 (C) to 11.
        bass: The bass note's pitch class.
        intervals: Semitones above the root, 0 to 11.
        stop: Whether everyone strikes it once and rests until the next one.
    """

    start: float
    end: float
    root: int
    bass: int
    intervals: frozenset[int]
    stop: bool = False

    @property
    def third(self) -> int | None:
        """Semitones from the root to the third, or to the fourth or second that stands for it."""
        return next((interval for interval in (4, 3, 5, 2) if interval in self.intervals), None)

    @property
    def fifth(self) -> int:
        """Semitones from the root to the fifth; a chord without one has a perfect one."""
        return next((interval for interval in (7, 6, 8) if interval in self.intervals), 7)

    @property
    def seventh(self) -> int | None:
        """Semitones from the root to the seventh, or to the sixth where there is none."""
        return next((interval for interval in (10, 11, 9) if interval in self.intervals), None)

    @property
    def scale(self) -> tuple[int, ...]:
        """Semitones above the root of the scale that goes with the chord."""
        return scale_of(self.intervals)

    def sounds_like(self, other: "Harmony | None") -> bool:
        """Whether another harmony is the same chord."""
        return other is not None and self._chord == other._chord

    @property
    def _chord(self) -> tuple[int, int, frozenset[int], bool]:
        return self.root, self.bass, self.intervals, self.stop


@dataclass(frozen=True, slots=True)
class BandMeasure:
    """A measure as the band reads it.

    Args:
        number: Its place in the piece, the first being 0.
        start: Quarter notes from the start of the piece.
        length: Quarter notes.
        harmonies: In order; there is none where no chord is played.
        place: Its place in its chorus, the first being 0.
        closing: Whether the next measure opens a new chorus.
    """

    number: int
    start: float
    length: float
    harmonies: tuple[Harmony, ...]
    place: int = 0
    closing: bool = False

    @property
    def end(self) -> float:
        """Where the next measure begins."""
        return self.start + self.length

    def beats(self) -> list[tuple[float, float]]:
        """The start and length of each beat: quarter notes, and what is left at the end."""
        count = math.ceil(self.length - _EPSILON)
        return [(self.start + beat, min(1.0, self.length - beat)) for beat in range(count)]

    def groups(self) -> list[tuple[float, float]]:
        """The start and length of each group of beats, whose first is the strong one.

        Groups have two beats; an odd number of beats begins with a group of three: 5/4 is 3 + 2.
        """
        return [(self.start + start, length) for start, length in _groups(self.length)]


@lru_cache(maxsize=256)
def _groups(length: float) -> list[tuple[float, float]]:
    """`Measure.groups` of a measure that begins at 0."""
    whole = int(length + _EPSILON)
    sizes = ([3] if whole % 2 and whole > 1 else []) + [2] * ((whole - 3 * (whole % 2)) // 2)
    starts = [sum(sizes[:number]) for number in range(max(1, len(sizes)))]
    ends = [*starts[1:], length]
    return [(start, end - start) for start, end in zip(starts, ends, strict=True)]


def read(chord_sets: Sequence[ChordSet], chorus_starts: Sequence[int] = (0,)) -> list[BandMeasure]:
    """Reads chord sets as measures with harmonies.

    Args:
        chord_sets: For each measure its length in quarter notes and its chords, with onsets from the
            measure's start. The first holds from the start of the measure; of two at one place the later
            counts. A measure without any is N.C.
        chorus_starts: The numbers of the measures that open a chorus, rising.

    Raises:
        ValueError: A measure's length is not above 0.
    """
    measures, start, opened = [], 0.0, 0
    for number, (length, chords) in enumerate(chord_sets):
        opened = number if number in chorus_starts else opened
        if not 0 < length < float("inf"):
            raise ValueError(f"expected measures with a length above 0, got {length} in measure {number + 1}")
        harmonies = tuple(_harmonies(start, length, chords))
        closing = number + 1 in chorus_starts
        measures.append(BandMeasure(number, start, length, harmonies, number - opened, closing))
        start += length
    return measures


def _harmonies(start: float, length: float, chords: Sequence[Chord]) -> list[Harmony]:
    """The harmonies of a measure; a chord that is played again goes on."""
    if not chords:
        return []
    onsets = _on_beats([chord.onset for chord in chords], length)
    harmonies: list[Harmony] = []
    for chord, onset, after in zip(chords, onsets, [*onsets[1:], length], strict=True):
        end = min(after, length)
        symbol = symbol_of(chord)
        if symbol is None or end - onset < _EPSILON:
            continue
        intervals = {interval % 12 for interval in symbol.intervals}
        if chord.symbol is None:  # tensions that the reading does not name
            intervals |= {(pitch - symbol.root) % 12 for pitch in chord.pitches}
        bass = symbol.root if symbol.bass is None else symbol.bass
        new = Harmony(start + onset, start + end, symbol.root, bass, frozenset(intervals), chord.stop)
        if harmonies and not chord.stop and new.sounds_like(harmonies[-1]) and new.start == harmonies[-1].end:
            new = replace(new, start=harmonies.pop().start)
        harmonies.append(new)
    return harmonies


def _on_beats(onsets: Sequence[float], length: float) -> list[float]:
    """Where chords count from: the first from the measure's start, others from the nearest beat.

    A chord half-way between two beats is early for the second. Where chords change faster than the
    beats, their onsets stay as they are.
    """
    nearest = [0.0, *(float(math.floor(onset + 0.5 + _EPSILON)) for onset in onsets[1:])]
    distinct = len(set(nearest)) == len(nearest) and max(nearest) < length
    return nearest if distinct else [0.0, *onsets[1:]]
