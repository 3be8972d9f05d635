"""Spelling: key signatures, and the names of notes in a key and over a chord.

Names have positions on the line of fifths: F is -1, C 0, G 1, D 2 ... B 5, F# 6, and downwards B- -2, E- -3.
A name's pitch class is seven times its position.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from music.chord_symbols import ChordSymbol

_LETTERS = "FCGDAEB"
_FLATTEST, _SHARPEST = -6, 10  # G- and A#: no other altered names but those of the key signature
# Fifths from a chord's root to its notes, by semitones: thirds, fifths and sevenths as they are stacked.
_FIFTHS = {0: 0, 1: -5, 2: 2, 3: -3, 4: 4, 5: -1, 6: -6, 7: 1, 8: -4, 9: 3, 10: -2, 11: 5}
# Those that depend on whether the chord has a perfect fifth and a major third: #5, #11, #9 and a
# diminished seventh.
_FIFTHS_WHERE = {
    (9, False, False): -9,
    (8, False, True): 8,
    (6, True, True): 6,
    (6, True, False): 6,
    (3, True, True): 9,
    (3, False, True): 9,
}
# How well the twelve pitch classes above the tonic fit a major and a minor key. Source: Krumhansl and
# Kessler, "Tracing the dynamic changes in perceived tonal organization", 1982.
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


class Name(NamedTuple):
    """A note's name: its letter, its alteration in semitones, and its octave; 4 holds the middle C."""

    letter: str
    alteration: int
    octave: int


def estimated_key(weights: Mapping[int, float]) -> tuple[int, str]:
    """The key that fits music best: its signature as a number of sharps, flats negative, and major or minor.

    The key is the one of 24 whose profile correlates best with the pitch classes' weights.

    Args:
        weights: How much of each pitch class, 0 to 11, sounds: quarter notes, for example.

    Returns:
        -6 to 5, and the mode; C major if nothing sounds.
    """
    weight = _centred([weights.get(number, 0.0) for number in range(12)])
    best, key = 1e-9, (0, "major")
    for mode, profile, tonic_of_none in (("major", _MAJOR, 0), ("minor", _MINOR, 9)):
        fit = _centred(profile)
        for tonic in range(12):
            correlation = sum(weight[(tonic + above) % 12] * fit[above] for above in range(12))
            if correlation > best:
                best, key = correlation, (wrapped(7 * (tonic - tonic_of_none)), mode)
    return key


def wrapped(sharps: int) -> int:
    """The key signature of -6 to 5 sharps that sounds the same."""
    return (sharps + 6) % 12 - 6


def fifths(pitch_class: int, sharps: int, chord: ChordSymbol | None = None) -> int:
    """The position on the line of fifths of a pitch class in a key, over a chord.

    A note of the chord is spelled as its third, fifth, seventh ...; others as the key has them, with
    the flats and sharps that lie nearest to it. Double accidentals do not occur, nor C flat, E sharp
    and their like outside of their keys.

    Args:
        pitch_class: 0 to 11.
        sharps: The key signature.
        chord: The chord that sounds; None: unknown.
    """
    position = _nearest(7 * pitch_class, sharps + 0.5)
    above = 0 if chord is None else (pitch_class - chord.root) % 12
    if chord is not None and above in {interval % 12 for interval in chord.intervals}:
        # Diminished chords lead upwards: in C they are C#dim7 and F#m7b5, not D-dim7 and G-m7b5.
        leading = {3, 6} <= set(chord.intervals)
        position = _nearest(7 * chord.root, sharps + (3.5 if leading else 0.5))
        position += _FIFTHS_WHERE.get((above, 7 in chord.intervals, 4 in chord.intervals), _FIFTHS[above])
    if sharps - 1 <= position <= sharps + 5:
        return position
    return position + 12 * ((position < _FLATTEST) - (position > _SHARPEST))


def spell(pitch: int, sharps: int, chord: ChordSymbol | None = None) -> Name:
    """The name of a MIDI number in a key, over a chord; see `fifths`.

    Example:
        >>> spell(61, sharps=-1)
        Name(letter='D', alteration=-1, octave=4)
        >>> spell(61, sharps=-1, chord=ChordSymbol(9, "7"))
        Name(letter='C', alteration=1, octave=4)
    """
    letter, alteration = letter_of(fifths(pitch % 12, sharps, chord))
    return Name(letter, alteration, (pitch - alteration) // 12 - 1)


def letter_of(position: int) -> tuple[str, int]:
    """The letter and the alteration in semitones of a position on the line of fifths."""
    return _LETTERS[(position + 1) % 7], (position + 1) // 7


def position_of(letter: str, alteration: int = 0) -> int:
    """The position on the line of fifths of a letter and its alteration in semitones.

    Example:
        >>> position_of("B", -1), position_of("F", 1)
        (-2, 6)
    """
    return _LETTERS.index(letter) - 1 + 7 * alteration


def transposed(symbol: ChordSymbol, semitones: int, sharps: int) -> ChordSymbol:
    """A chord symbol on another root, its names spelled in a key, its quality as it was written.

    Args:
        symbol: The symbol.
        semitones: How far it is moved.
        sharps: The key signature after it.

    Example:
        >>> from music.chord_symbols import parse_symbol
        >>> transposed(parse_symbol("F-7/Eb"), 1, sharps=3).text
        'F#-7/E'
    """
    moved = symbol.transposed(semitones)
    names = [
        "" if pitch_class is None else _name(*letter_of(fifths(pitch_class, sharps, moved)))
        for pitch_class in (moved.root, moved.bass)
    ]
    return moved.spelled(*names)


def _name(letter: str, alteration: int) -> str:
    return letter + "#" * alteration + "b" * -alteration


def _nearest(position: int, centre: float) -> int:
    """The enharmonic position within six fifths of a centre."""
    return position - 12 * round((position - centre) / 12)


def _centred(values: Sequence[float]) -> list[float]:
    """Values less their mean, at length 1, so that products are correlations."""
    mean = sum(values) / len(values)
    length = sum((value - mean) ** 2 for value in values) ** 0.5 or 1.0
    return [(value - mean) / length for value in values]
