"""The plan of a solo: its arc over the choruses, and what each phrase is to be.

A network of one LSTM layer plans no further than some notes. These rules do: where a phrase ends and how long
the rest after it is, how busy, how high, how loud and how colourful it is, and which motif it takes up again.
Times are in ticks, `TICKS` to a quarter note.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from music.lines import TICKS

LOWEST, HIGHEST = 50, 86  # the soloist's range as MIDI numbers
_HOME, _CLIMB = 64.0, 11.0  # where the line lies when calm, and how much higher at the peak
_CALM, _BUSY = 0.86, 0.46  # quarter notes a note when calm, and at the peak
FASTEST_NOTE = 0.08  # seconds: nobody plays shorter notes one after the other
_DOUBLE_TIME, _SLOW_DOUBLE_TIME = 0.14, 0.5  # of the phrases at medium heat run in sixteenths; in a ballad
_SLOW, _MEDIUM = 60.0, 100.0  # tempi up to which the latter, and from which on the former holds
_DOUBLED = 0.36  # quarter notes a note on average: an answer that is busier runs in sixteenths
_FASTEST = 7.5  # notes a second on average
_NEAREST = 0.75  # how much of a call an answer's first phrase keeps; the next keeps as much of that
_RESTS = ((12, 1.0), (18, 2.0), (24, 2.0), (30, 2.0), (36, 1.2), (48, 0.6))  # ticks, and how often
_PICKUPS = ((0, 1.0), (6, 1.0), (12, 1.0), (18, 1.0))  # the same before the first phrase


class Motif(NamedTuple):
    """The beginning of a phrase that may return.

    Args:
        place: Where in its beat it begins, in ticks.
        lengths: Each note's time to the next, in ticks.
        moves: Semitones from each note to the next, one fewer.
    """

    place: int
    lengths: tuple[int, ...]
    moves: tuple[int, ...]


class Call(NamedTuple):
    """How somebody else played, from which an answer sets out.

    Args:
        centre: The pitch around which it lay.
        rate: Quarter notes from note to note within its phrases, on average.
        length: Of a phrase, in ticks.
        rest: Between two phrases, in ticks; 0: there was one phrase.
        intensity: How loud it was, on the scale of `Phrase.intensity`.
    """

    centre: float
    rate: float
    length: float
    rest: float
    intensity: float


_NOBODY = Call(0.0, 1.0, 0.0, 0.0, 0.0)


class Phrase(NamedTuple):
    """What a phrase is to be.

    Args:
        start: Where it begins.
        end: Where its last note begins or is over.
        lands: Whether it ends with a long note exactly at its end: the last of the solo.
        intensity: 0 (calm) to 1 (the peak of the solo).
        rate: Quarter notes from note to note, on average.
        double_time: Whether it runs in sixteenths.
        centre: The pitch around which it begins.
        target: The pitch around which it ends.
        colour: 0 (chord tones) to 1 (many others).
        motif: What it begins with; None: something new.
    """

    start: int
    end: int
    lands: bool
    intensity: float
    rate: float
    double_time: bool
    centre: float
    target: float
    colour: float
    motif: Motif | None


def intensity(time: float, choruses: Sequence[int], end: int) -> float:
    """The arc of a solo: calm at first, at its peak in the last chorus's first half, then home.

    Args:
        time: Where.
        choruses: Where each chorus begins, the first at 0.
        end: Where the last one ends.

    Returns:
        0.15 to 1.

    Example:
        >>> [round(intensity(time, [0, 100], 200), 2) for time in (0, 75, 140, 200)]
        [0.2, 0.63, 1.0, 0.15]
    """
    last = choruses[-1]
    peak = last + 0.4 * (end - last) if len(choruses) > 1 else 0.62 * end
    if time <= peak:
        return 0.2 + 0.8 * time / peak
    return 1.0 - 0.85 * min(1.0, (time - peak) / (end - peak))


class Planner:
    """Plans one phrase after another.

    Args:
        generator: For every choice.
        choruses: Where each chorus begins, in ticks.
        end: Where the last one ends.
        tempo: Quarter notes a minute.
    """

    def __init__(
        self, generator: np.random.Generator, choruses: Sequence[int], end: int, tempo: float
    ) -> None:
        self.generator, self.choruses, self.end = generator, choruses, end
        self.tempo, self.shortest = tempo, tempo / 60 / _FASTEST
        slow = min(1.0, max(0.0, (_MEDIUM - tempo) / (_MEDIUM - _SLOW)))
        self._doubling = _DOUBLE_TIME + slow * (_SLOW_DOUBLE_TIME - _DOUBLE_TIME)
        self.motifs: list[Motif] = []
        self.call: Call | None = None  # what the next phrases answer
        self._taken_up = self._answered = 0

    def phrase(self, now: int, landing: int, beats: int, *, first: bool = False) -> Phrase:
        """Plans the phrase after a rest.

        Args:
            now: Where the phrase before ended, or the solo or the turn of a trade begins.
            landing: Where the last note of the solo, or of the turn, begins.
            beats: Quarter notes in the measure.
            first: Whether it is the first of the solo or of a turn: it begins soon, and takes up a motif
                that was heard.
        """
        draw, measure = self.generator, beats * TICKS
        motif = self.motifs[-1] if first and self.motifs else self._motif()
        call, nearness = self.call or _NOBODY, self._nearness(first)
        start = self._after_rest(now, motif, measure, first)
        if not first and call.rest and nearness > draw.random():
            start = max(start, now + round(call.rest / 6) * 6)
        length = int(measure * float(np.exp(draw.normal(0.75, 0.42))))
        if nearness:
            length = int(length ** (1 - nearness) * max(call.length, TICKS) ** nearness)
        length = max(2 * TICKS, min(length, int(4.6 * measure)))
        lands = start + length + 1.5 * measure >= landing
        if lands and landing - start > 4.6 * measure:  # rather two phrases than a very long one
            lands, length = False, (landing - start) // 2
        if lands:
            start = max(now, min(start, landing - 3 * TICKS))
        heat = intensity(start, self.choruses, self.end)
        busy = min(1.0, max(0.0, heat + draw.normal(0, 0.28)))
        rate = max(_CALM + (_BUSY - _CALM) * busy, self.shortest)
        double_time = draw.random() < self._doubling * (0.4 + heat) and 15 / self.tempo > FASTEST_NOTE
        double_time = double_time and not lands  # the last phrase comes to rest
        if nearness:
            rate = max(rate ** (1 - nearness) * call.rate**nearness, self.shortest)
            double_time = rate < _DOUBLED and 15 / self.tempo > FASTEST_NOTE
            heat += nearness * (call.intensity - heat)
        elif double_time:
            rate = 0.3
        centre = _HOME + _CLIMB * (heat - 0.3) + draw.normal(0, 2.0)
        centre += nearness * (call.centre - centre)
        home = _HOME - 2 + nearness * (call.centre - _HOME) / 2  # the last note of a turn is not yet at home
        target = home if lands else centre + draw.normal(-0.5, 2.5)
        colour = min(1.0, max(0.0, 0.25 + 0.5 * heat + draw.normal(0, 0.25)))
        end = landing if lands else start + length
        return Phrase(start, end, lands, heat, rate, double_time, centre, target, colour, motif)

    def _nearness(self, first: bool) -> float:
        """How near the next phrase is to the call, 0 to 1: an answer begins there and goes its own way."""
        self._answered = 1 if first else self._answered + 1
        return 0.0 if self.call is None else _NEAREST**self._answered

    def remember(self, motif: Motif) -> None:
        """Keeps the beginning of a phrase; the first of the solo and the last three can return."""
        self.motifs.append(motif)
        if len(self.motifs) > 4:
            del self.motifs[1]

    def _motif(self) -> Motif | None:
        """A motif of the phrases before, two times in five; it is not played more than three times on end."""
        if not self.motifs or self._taken_up >= 2 or self.generator.random() > 0.45:
            self._taken_up = 0
            return None
        self._taken_up += 1
        return self.motifs[
            -1 if self.generator.random() < 0.7 else int(self.generator.integers(len(self.motifs)))
        ]

    def _after_rest(self, now: int, motif: Motif | None, measure: int, first: bool) -> int:
        """Where a phrase begins after a rest: off the beat as often as on it, rarely on the first."""
        places = (motif.place,) if motif else (0, 6)
        options: list[int] = []
        weights: list[float] = []
        for rest, weight in _PICKUPS if first else _RESTS:
            for place in places:
                start = now + rest
                start += (place - start) % TICKS
                options.append(start)
                weights.append(weight * (0.45 if start % measure == 0 else 1.0))
        return options[pick(weights, self.generator)]


def pick(weights: Sequence[float], generator: np.random.Generator | None) -> int:
    """Draws a number with these weights, or takes the one with the largest without a generator."""
    if generator is None:
        return max(range(len(weights)), key=weights.__getitem__)
    left = generator.random() * sum(weights)
    for number, weight in enumerate(weights):
        left -= weight
        if left < 0:
            return number
    return max(range(len(weights)), key=weights.__getitem__)
