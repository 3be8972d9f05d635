"""Chords as lists of pitches: their root and quality, the scale that goes with them, their symbol.

The grammar of solos was defined with one version of music21. That version's root, quality and scale
of a chord are defined here on pitches with one spelling each: a solo gives the same tokens whatever
version is installed, without the time that music21 takes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from music import intervals, spelling
from music.chord_symbols import ROOTS, ChordSymbol


class Chord(NamedTuple):
    """A chord.

    Args:
        onset: Where it is struck, in quarter notes.
        pitches: Its MIDI numbers in the order in which they are played; none: it is voiced from the symbol.
        symbol: Its symbol where that is known, from a chart, a lead sheet or recognition; None:
            `symbol` derives one from the pitches, and without pitches it is no chord, N.C.
        stop: Whether the band strikes it once and rests until the next chord.
    """

    onset: float
    pitches: tuple[int, ...]
    symbol: ChordSymbol | None = None
    stop: bool = False

    @property
    def silent(self) -> bool:
        """Whether it is no chord, N.C.: the band is silent."""
        return self.symbol is None and not self.pitches


# Positions on the line of fifths, see `music.spelling`.
_TONICS = (0, -5, 2, -3, 4, -1, 6, 1, 8, 3, -2, 5)  # C D- D E- E F F# G G# A B- B
_MODES = {"major": range(-1, 6), "dorian": range(-3, 4)}  # above the tonic's
_STEPS_BY_WEIGHT = (2, 4, 6, 1, 3, 5)  # third, fifth, seventh, ninth, eleventh, thirteenth
_TRIADS = {(4, 7): "major", (3, 7): "minor", (4, 8): "augmented", (3, 6): "diminished"}
_SYMBOLS: tuple[tuple[set[int], set[int], str], ...] = (
    # Semitones above the root that must be there, those that may be, and what is written.
    ({4, 7, 11}, {2, 6, 9}, "maj7"),
    ({4, 10}, {1, 2, 3, 6, 7, 8, 9}, "7"),
    ({3, 7, 10}, {2, 5, 9}, "m7"),
    ({3, 6, 10}, {2, 5, 8}, "m7b5"),
    ({3, 6, 9}, {2, 5, 8}, "dim7"),
    ({3, 7, 11}, {2, 5, 9}, "mMaj7"),
    ({4, 7, 9}, {2}, "6"),
    ({3, 7, 9}, {2, 5}, "m6"),
    ({5, 7, 10}, {2, 9}, "7sus4"),
    ({4, 7}, {2}, ""),
    ({3, 7}, {2, 5}, "m"),
    ({3, 6}, set(), "dim"),
    ({4, 8}, set(), "aug"),
    ({5, 7}, {2}, "sus4"),
    ({2, 7}, set(), "sus2"),
    ({4, 11}, {2, 9}, "maj7"),
    ({3, 10}, {2, 5}, "m7"),
    ({7}, set(), "5"),
)


def root(chord: Sequence[int]) -> int:
    """The pitch class of a chord's root: the note whose steps above it are stacked thirds.

    Where no note has all others stacked in thirds above it, the note with the most and nearest
    thirds (the third counts most, then the fifth, the seventh, the ninth ...) is the root.

    Args:
        chord: MIDI numbers, one or more, in the order in which they are played.

    Raises:
        ValueError: The chord is empty.
    """
    if not chord:
        raise ValueError("chord: expected one pitch or more, got none")
    classes: dict[int, int] = {}  # the pitch class that stands first on each staff step, in playing order
    for pitch in chord:
        classes.setdefault(intervals.step(pitch) % 7, pitch % 12)
    if len(classes) == 1:
        return chord[0] % 12
    if len(classes) == 7:
        return min(chord) % 12
    for step in sorted(classes):
        thirds = [(step + 2 * number) % 7 for number in range(len(classes))]
        if set(thirds) == set(classes):
            return classes[step]
    return classes[max(classes, key=lambda step: _rootness(step, classes))]


def quality(chord: Sequence[int]) -> str:
    """The quality of the triad in a chord: major, minor, augmented, diminished or other.

    A chord that holds two different notes on the root's, the third's or the fifth's staff step is
    "other"; one without a fifth is classified by its third.
    """
    base = root(chord)
    root_step = intervals.step(base) % 7
    above: dict[int, set[int]] = {}
    for pitch in chord:
        above.setdefault((intervals.step(pitch) - root_step) % 7, set()).add((pitch - base) % 12)
    third, fifth = above.get(2), above.get(4)
    if third is None or any(len(above.get(step, ())) > 1 for step in (0, 2, 4)):
        return "other"
    if fifth is None:
        return {4: "major", 3: "minor"}.get(min(third), "other")
    return _TRIADS.get((min(third), min(fifth)), "other")


@lru_cache(maxsize=4096)
def scale_names(chord: tuple[int, ...]) -> frozenset[str]:
    """The names of the seven notes of the scale derived from a chord.

    The scale is major if the chord's quality is major, else Dorian; of the twelve tonics it has the
    one whose scale holds most of the chord's pitch classes, and of equals the highest from C to B.

    Args:
        chord: MIDI numbers in the order in which they are played.

    Returns:
        Names as the scale spells them, such as A# or F##. A note whose own spelling differs is not
        among them: that is how the grammar tells scale tones from others.
    """
    mode = _MODES["major" if quality(chord) == "major" else "dorian"]
    classes = {pitch % 12 for pitch in chord}
    held = [len(classes & {7 * (tonic + fifths) % 12 for fifths in mode}) for tonic in _TONICS]
    best = max(range(12), key=lambda tonic: (held[tonic], tonic))
    spelled = (spelling.letter_of(_TONICS[best] + fifths) for fifths in mode)
    return frozenset(f"{letter}{'#' * alteration}{'-' * -alteration}" for letter, alteration in spelled)


@lru_cache(maxsize=4096)
def scale_classes(chord: tuple[int, ...]) -> frozenset[int]:
    """The pitch classes whose one spelling is among `scale_names`."""
    names = scale_names(chord)
    return frozenset(number for number in range(12) if intervals.NAMES[number] in names)


@lru_cache(maxsize=4096)
def symbol(chord: tuple[int, ...]) -> str:
    """A chord symbol as lead sheets write it: Am7, E-maj7, G7; the best reading of the notes.

    Rootless voicings are common on the piano, so the bass note counts for little: of all readings
    that explain every note the one with the most essential notes is taken, then the one whose
    root is lowest in the chord.
    """
    classes = {pitch % 12 for pitch in chord}
    best, best_score = "", (-1.0, 0, 0)
    for position, pitch in enumerate(sorted(chord)):
        above = {(other - pitch) % 12 for other in classes} - {0}
        for needed, allowed, suffix in _SYMBOLS:
            if needed <= above:
                unexplained = len(above - needed - allowed)
                score = (-unexplained - 0.5 * position, len(needed), -position)
                if not best or score > best_score:
                    best, best_score = ROOTS[pitch % 12] + suffix, score
    return best or ROOTS[min(chord) % 12]


def _rootness(step: int, classes: dict[int, int]) -> float:
    return sum(
        1 / (weight + 6) for weight, above in enumerate(_STEPS_BY_WEIGHT) if (step + above) % 7 in classes
    )
