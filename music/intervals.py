"""Pitches with one spelling each, and the names of the intervals between them.

A pitch is a MIDI number (60 is the C of octave 4). Every pitch class has one spelling, whatever the
key; flats are written with a minus sign, as in B-. An interval is counted in staff steps and in
semitones; its directed name puts the quality before the signed number: P-4, m2, d-5, A1.
"""

import re
from typing import NamedTuple

NAMES = ("C", "C#", "D", "E-", "E", "F", "F#", "G", "G#", "A", "B-", "B")
_STEP_OF_CLASS = (0, 0, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6)  # C is 0, D is 1, ... B is 6
_NATURAL = (0, 2, 4, 5, 7, 9, 11)  # semitones of the perfect or major interval over 0 to 6 steps
_USUAL_STEPS = (0, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 6)  # of 0 to 11 semitones
_PERFECT = frozenset({0, 3, 4})  # unison, fourth, fifth, and their octaves
_DIRECTED_NAME = re.compile(r"(P|M|m|A{1,9}|d{1,9})(-?)([1-9][0-9]?)")


class Interval(NamedTuple):
    """A directed interval.

    Args:
        steps: Staff steps, upwards positive: 0 is a unison, 1 a second, -7 an octave down.
        semitones: Semitones, upwards positive.
    """

    steps: int
    semitones: int

    def moved(self, other: "Interval", sign: int = 1) -> "Interval":
        """This interval followed by another one, or by its inverse where sign is -1."""
        return Interval(self.steps + sign * other.steps, self.semitones + sign * other.semitones)


MINOR_THIRD = Interval(2, 3)


def name(pitch: int) -> str:
    """The name of a pitch without its octave: 58 is B-."""
    return NAMES[pitch % 12]


def octave(pitch: int) -> int:
    """The octave of a pitch: 60 is in octave 4."""
    return pitch // 12 - 1


def step(pitch: int) -> int:
    """The staff step of a pitch, octaves included: 7 times the octave number and 0 to 6 more."""
    return 7 * octave(pitch) + _STEP_OF_CLASS[pitch % 12]


def between(first: int, second: int) -> Interval:
    """The interval from one pitch to another."""
    return Interval(step(second) - step(first), second - first)


def usual(semitones: int) -> Interval:
    """The interval of so many semitones by its usual name: 1 is a minor second, 6 an augmented fourth."""
    sign = -1 if semitones < 0 else 1
    octaves, rest = divmod(abs(semitones), 12)
    return Interval(sign * (7 * octaves + _USUAL_STEPS[rest]), semitones)


def directed_name(interval: Interval) -> str:
    """The directed name: quality, then the number with a minus sign if it goes down the staff."""
    sign = -1 if interval.steps < 0 else 1
    steps, semitones = sign * interval.steps, sign * interval.semitones
    excess = semitones - 12 * (steps // 7) - _NATURAL[steps % 7]
    return f"{_quality(steps % 7, excess)}{'-' if sign < 0 else ''}{steps + 1}"


def parse_name(text: str) -> Interval:
    """Parses a directed name: the inverse of `directed_name`.

    Raises:
        ValueError: The text is not a directed name.
    """
    match = _DIRECTED_NAME.fullmatch(text)
    if match is None:
        raise ValueError(f"expected an interval such as P-4, m2 or A1, got {text!r}")
    quality, minus, number = match.groups()
    steps = int(number) - 1
    perfect = steps % 7 in _PERFECT
    if quality in ("M", "m") if perfect else quality == "P":
        allowed = "P, A or d" if perfect else "M, m, A or d"
        raise ValueError(f"the interval {text!r}: expected the quality {allowed}, got {quality}")
    semitones = 12 * (steps // 7) + _NATURAL[steps % 7] + _excess(quality, perfect)
    sign = -1 if minus else 1
    return Interval(sign * steps, sign * semitones)


def _quality(simple_steps: int, excess: int) -> str:
    """The quality of an interval `excess` semitones wider than the perfect or major one."""
    if excess > 0:
        return "A" * excess
    if simple_steps in _PERFECT:
        return "P" if excess == 0 else "d" * -excess
    return ("M", "m")[-excess] if excess >= -1 else "d" * (-excess - 1)


def _excess(quality: str, perfect: bool) -> int:
    if quality[0] == "A":
        return len(quality)
    if quality[0] == "d":
        return -len(quality) - (0 if perfect else 1)
    return -1 if quality == "m" else 0
