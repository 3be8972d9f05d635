"""Chords as lists of pitches: their root and quality, the scale that goes with them, their symbol.

The grammar of solos was defined with one version of music21. That version's root, quality and scale
of a chord are defined here on pitches with one spelling each: a solo gives the same tokens whatever
version is installed, without the time that music21 takes.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from music import intervals, spelling
from music.chord_symbols import ChordSymbol
from music.qualities import QUALITIES, Quality


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
_FIFTH_MISSING = 0.1  # beside another note's 1
_READINGS = [(reading, name) for name, kind in QUALITIES.items() for reading in kind.readings]


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
def symbol(chord: tuple[int, ...]) -> ChordSymbol:
    """The best reading of notes as a chord symbol.

    Rootless voicings are common on the piano, so the bass note counts for little: of all readings
    that explain every note the one with the most essential notes is taken, then the one whose
    root is lowest in the chord. Notes that make no quality are a major triad on the lowest.

    Args:
        chord: MIDI numbers, one or more, in any order.

    Example:
        >>> str(symbol((50, 53, 57, 60)))
        'Dm7'
    """
    classes = {pitch % 12 for pitch in chord}
    best, best_score = ChordSymbol(min(chord) % 12, ""), (float("-inf"), 0, 0)
    for position, pitch in enumerate(sorted(chord)):
        above = {(other - pitch) % 12 for other in classes} - {0}
        for (needed, allowed), quality in _READINGS:
            if needed <= above:
                unexplained = len(above - needed - allowed)
                score = (-unexplained - 0.5 * position, len(needed), -position)
                if score > best_score:
                    best, best_score = ChordSymbol(pitch % 12, quality), score
    return best


@lru_cache(maxsize=4096)
def symbol_on(base: int, chord: tuple[int, ...]) -> tuple[ChordSymbol, float]:
    """Names notes as a chord on a given root, which need not be among them.

    Of the qualities the one is taken that has most of the notes and fewest others.

    Args:
        base: The root's pitch class.
        chord: MIDI numbers, one or more.

    Returns:
        The symbol, and how badly it fits: a note that is too much or too little counts 1, a fifth that is
        not played a tenth.

    Example:
        >>> symbol, misfit = symbol_on(2, (53, 57, 60, 64))
        >>> str(symbol), misfit
        ('Dm9', 0.0)
    """
    above = {(pitch - base) % 12 for pitch in chord} - {0}

    def misfit(quality: Quality) -> float:
        notes = {interval % 12 for interval in quality.intervals} - {0}
        missing = sum(_FIFTH_MISSING if interval == 7 else 1 for interval in notes - above)
        return float(len(above - notes) + missing)

    name = min(QUALITIES, key=lambda name: misfit(QUALITIES[name]))
    return ChordSymbol(base, name), misfit(QUALITIES[name])


def _rootness(step: int, classes: dict[int, int]) -> float:
    return sum(
        1 / (weight + 6) for weight, above in enumerate(_STEPS_BY_WEIGHT) if (step + above) % 7 in classes
    )
