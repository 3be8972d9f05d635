"""The one table of chord qualities: their notes, scales, kinds in MusicXML, and how played notes are read.

All notes are semitones above the root; ninths, elevenths and thirteenths lie above the octave.
"""

from functools import lru_cache
from typing import NamedTuple

# Scales, the plainest first: of those that hold a chord's notes the first is the chord's.
SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "Mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "Dorian": (0, 2, 3, 5, 7, 9, 10),
    "Lydian": (0, 2, 4, 6, 7, 9, 11),
    "Lydian dominant": (0, 2, 4, 6, 7, 9, 10),
    "Locrian": (0, 1, 3, 5, 6, 8, 10),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "Aeolian": (0, 2, 3, 5, 7, 8, 10),
    "whole tone": (0, 2, 4, 6, 8, 10),
    "Phrygian dominant": (0, 1, 4, 5, 7, 8, 10),
    "diminished": (0, 2, 3, 5, 6, 8, 9, 11),  # whole tone first
    "dominant diminished": (0, 1, 3, 4, 6, 7, 9, 10),  # semitone first
    "altered": (0, 1, 3, 4, 6, 8, 10),
    "Lydian augmented": (0, 2, 4, 6, 8, 9, 11),
}


class Reading(NamedTuple):
    """Played notes that are read as a quality: those that must be there, and those that may be."""

    needed: frozenset[int]
    allowed: frozenset[int]


class Quality(NamedTuple):
    """A chord quality without altered or added notes.

    Args:
        intervals: Its notes.
        scale: The name of the scale that a melody plays over it.
        kind: The kind of MusicXML with its notes; "": it is written as another with degrees.
        kind_adds: Notes that the kind has beside them.
        readings: Which played notes are read as it.
    """

    intervals: tuple[int, ...]
    scale: str
    kind: str = ""
    kind_adds: tuple[int, ...] = ()
    readings: tuple[Reading, ...] = ()


def _read(needed: set[int], *allowed: int) -> Reading:
    return Reading(frozenset(needed), frozenset(allowed))


QUALITIES: dict[str, Quality] = {
    "": Quality((0, 4, 7), "major", "major", (), (_read({4, 7}, 2),)),
    "m": Quality((0, 3, 7), "Dorian", "minor", (), (_read({3, 7}, 2, 5),)),
    "dim": Quality((0, 3, 6), "diminished", "diminished", (), (_read({3, 6}),)),
    "aug": Quality((0, 4, 8), "whole tone", "augmented", (), (_read({4, 8}),)),
    "sus2": Quality((0, 2, 7), "major", "suspended-second", (), (_read({2, 7}),)),
    "sus4": Quality((0, 5, 7), "Mixolydian", "suspended-fourth", (), (_read({5, 7}, 2),)),
    "5": Quality((0, 7), "major", "power", (), (_read({7}),)),
    "7": Quality((0, 4, 7, 10), "Mixolydian", "dominant", (), (_read({4, 10}, 1, 2, 3, 6, 7, 8, 9),)),
    "maj7": Quality(
        (0, 4, 7, 11), "major", "major-seventh", (), (_read({4, 7, 11}, 2, 6, 9), _read({4, 11}, 2, 9))
    ),
    "m7": Quality(
        (0, 3, 7, 10), "Dorian", "minor-seventh", (), (_read({3, 7, 10}, 2, 5, 9), _read({3, 10}, 2, 5))
    ),
    "mMaj7": Quality((0, 3, 7, 11), "melodic minor", "major-minor", (), (_read({3, 7, 11}, 2, 5, 9),)),
    "m7b5": Quality((0, 3, 6, 10), "Locrian", "half-diminished", (), (_read({3, 6, 10}, 2, 5, 8),)),
    "dim7": Quality((0, 3, 6, 9), "diminished", "diminished-seventh", (), (_read({3, 6, 9}, 2, 5, 8),)),
    "6": Quality((0, 4, 7, 9), "major", "major-sixth", (), (_read({4, 7, 9}, 2),)),
    "m6": Quality((0, 3, 7, 9), "Dorian", "minor-sixth", (), (_read({3, 7, 9}, 2, 5),)),
    "69": Quality((0, 4, 7, 9, 14), "major"),
    "m69": Quality((0, 3, 7, 9, 14), "Dorian"),
    "6sus4": Quality((0, 5, 7, 9), "major"),
    "dimMaj7": Quality((0, 3, 6, 11), "diminished"),
    "7sus2": Quality((0, 2, 7, 10), "Mixolydian"),
    "7sus4": Quality((0, 5, 7, 10), "Mixolydian", readings=(_read({5, 7, 10}, 2, 9),)),
    "maj7sus2": Quality((0, 2, 7, 11), "major"),
    "maj7sus4": Quality((0, 5, 7, 11), "major"),
    "7alt": Quality((0, 4, 10, 13, 15, 20), "altered"),
    "9": Quality((0, 4, 7, 10, 14), "Mixolydian", "dominant-ninth"),
    "maj9": Quality((0, 4, 7, 11, 14), "major", "major-ninth"),
    "m9": Quality((0, 3, 7, 10, 14), "Dorian", "minor-ninth"),
    "mMaj9": Quality((0, 3, 7, 11, 14), "melodic minor"),
    "9sus4": Quality((0, 5, 7, 10, 14), "Mixolydian"),
    "maj9sus4": Quality((0, 5, 7, 11, 14), "major"),
    # Players leave out the major third, a semitone below the eleventh.
    "11": Quality((0, 7, 10, 14, 17), "Mixolydian", "dominant-11th", (4,)),
    "maj11": Quality((0, 7, 11, 14, 17), "major", "major-11th", (4,)),
    "m11": Quality((0, 3, 7, 10, 14, 17), "Dorian", "minor-11th"),
    "mMaj11": Quality((0, 3, 7, 11, 14, 17), "melodic minor"),
    "13": Quality((0, 4, 7, 10, 14, 21), "Mixolydian", "dominant-13th", (17,)),
    "maj13": Quality((0, 4, 7, 11, 14, 21), "major", "major-13th", (17,)),
    "m13": Quality((0, 3, 7, 10, 14, 17, 21), "Dorian", "minor-13th"),
    "mMaj13": Quality((0, 3, 7, 11, 14, 17, 21), "melodic minor"),
    "13sus4": Quality((0, 5, 7, 10, 14, 21), "Mixolydian"),
}


@lru_cache(maxsize=1024)
def scale_of(intervals: frozenset[int]) -> tuple[int, ...]:
    """The scale that goes with a chord's notes, 0 to 11 above the root; if none holds them, they themselves.

    Example:
        >>> scale_of(frozenset({0, 4, 7, 10}))
        (0, 2, 4, 5, 7, 9, 10)
    """
    scale_of_chord = next((scale for scale in SCALES.values() if intervals <= set(scale)), None)
    return scale_of_chord or tuple(sorted(intervals))
