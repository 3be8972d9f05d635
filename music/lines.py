"""A solo as one line of steps, notes and rests with their places in the measure, and its factors as numbers.

The course's tokens start anew in every measure and know no rests. A line goes on over bar lines: a step is
a note or a rest, and says where in the measure it begins. A network of factors reads a step as three numbers,
of its length (a note's or a rest's), its kind and its move, and predicts the next step's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from music.grammar import KINDS, REST, Token, parse_token
from music.score import Note
from utils.errors import UserError
from utils.vocabulary import Vocabulary

TICKS = 12  # to a quarter note: what sixteenths and triplets have in common
BEATS = 8  # that are told apart; later ones count as the last
PLACES = BEATS + TICKS  # numbers that say where a step begins: its beat, and its tick in the beat
WIDEST = 12  # semitones: the widest move that is told apart
MOVES = range(-WIDEST, WIDEST + 1)
NONE = -1  # the number of a factor that a step does not have
_SHORTEST_REST = 6  # ticks: a shorter gap is articulation
_EIGHTH, _CLIPPED = 6, 2  # ticks: a note that ends so little before an eighth's place is one that was clipped
_LONGEST = 96  # ticks of a note


class Step(NamedTuple):
    """A note or a rest of a line.

    Args:
        token: What it is; its window's middle is the move from the note before, rests aside.
        place: Where it begins, in ticks from the measure's start.
    """

    token: Token
    place: int


def read_line(
    notes: Sequence[Note],
    kinds: Sequence[str],
    starts: Sequence[float],
    *,
    before: int | None = None,
    end: float | None = None,
) -> list[Step]:
    """Reads a melody as a line.

    A note lasts until the next one, unless a rest of an eighth or more lies between: what is shorter is
    articulation. Rests end at beats and bar lines, so that few lengths say them all.

    Args:
        notes: The melody in onset order, in quarter notes.
        kinds: The kind of each note.
        starts: Where the measures begin.
        before: The pitch that the line goes on from; None: it begins.
        end: Where the line ends, in quarter notes; None: where its last note does.

    Example:
        >>> notes = [Note(0.0, 0.5, 60), Note(0.5, 0.4, 62), Note(2.0, 1.0, 60)]
        >>> [tuple(step.token[:2]) for step in read_line(notes, "CSC", [0.0])]
        [('C', 0.5), ('S', 0.5), ('R', 1.0), ('C', 1.0)]
    """
    bars = [round(start * TICKS) for start in starts]
    steps: list[Step] = []
    onsets = [round(note.onset * TICKS) for note in notes]
    followers = [*onsets, None if end is None else round(end * TICKS)][1:]
    for note, onset, following, kind in zip(notes, onsets, followers, kinds, strict=True):
        if following is not None and following <= onset:
            continue
        stop = onset + max(1, min(round(note.duration * TICKS), _LONGEST))
        if following is not None and following - stop < _SHORTEST_REST:
            stop = min(following, onset + _LONGEST)
        elif -stop % _EIGHTH <= _CLIPPED:
            stop += -stop % _EIGHTH
        move = None if before is None else max(-WIDEST, min(WIDEST, note.pitch - before))
        steps.append(Step(Token.of_move(kind, (stop - onset) / TICKS, move), _place(onset, bars)))
        before = note.pitch
        steps += _rests(stop, following or stop, bars)
    return steps


def _rests(start: int, end: int, bars: Sequence[int]) -> Iterable[Step]:
    """The rests that fill a gap: to the next beat, then whole beats to the bar line."""
    while end - start > 1:
        place = _place(start, bars)
        following = bisect_right(bars, start)
        bar = bars[following] if following < len(bars) else end
        stop = start + TICKS - place % TICKS if place % TICKS else start + (end - start) // TICKS * TICKS
        stop = min(end, bar, stop if stop > start else end, start + BEATS * TICKS)
        yield Step(Token(REST, (stop - start) / TICKS), place)
        start = stop


def _place(time: int, bars: Sequence[int]) -> int:
    return time - bars[max(0, bisect_right(bars, time) - 1)]


@dataclass(frozen=True)
class Factors:
    """The values that each factor of a step can have, and their numbers.

    Args:
        lengths: Of notes, in ticks, ascending.
        rests: Of rests, likewise.
    """

    lengths: tuple[int, ...]
    rests: tuple[int, ...]

    @classmethod
    def of(cls, lines: Iterable[Sequence[Step]]) -> "Factors":
        """The factors of all steps of some lines, and a rest of a beat: nothing is told from one value."""
        tokens = [step.token for line in lines for step in line]
        notes = {_ticks(token) for token in tokens if token.kind != REST}
        rests = {_ticks(token) for token in tokens if token.kind == REST}
        return cls(tuple(sorted(notes)), tuple(sorted(rests | {TICKS})))

    @classmethod
    def parse(cls, vocabulary: Vocabulary) -> "Factors":
        """Reads the factors from the vocabulary that `vocabulary` gives.

        Raises:
            UserError: It is not such a vocabulary.
        """
        fixed = (*KINDS, *(f"{move:+d}" for move in MOVES))
        symbols = vocabulary.symbols
        if symbols[-len(fixed) :] != fixed:
            raise UserError("expected the kinds and the moves last")
        tokens = [parse_token(symbol) for symbol in symbols[: -len(fixed)]]
        lengths, rests = (
            tuple(_ticks(token) for token in tokens if (token.kind == REST) is rest) for rest in (False, True)
        )
        factors = cls(lengths, rests)
        if not lengths or min(lengths + rests) < 1 or factors.vocabulary != vocabulary:
            raise UserError("expected lengths of notes, then of rests, each ascending")
        return factors

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The factors as symbols: notes' lengths as C tokens, rests' lengths, kinds, moves."""
        lengths = [f"C,{ticks / TICKS:.3f}" for ticks in self.lengths]
        rests = [f"{REST},{ticks / TICKS:.3f}" for ticks in self.rests]
        return Vocabulary([*lengths, *rests, *KINDS, *(f"{move:+d}" for move in MOVES)])

    @property
    def n_lengths(self) -> int:
        """Lengths of notes and of rests."""
        return len(self.lengths) + len(self.rests)

    @property
    def n_values(self) -> int:
        """Values of all factors."""
        return self.n_lengths + len(KINDS) + len(MOVES)

    def numbers(self, token: Token) -> tuple[int, int, int]:
        """The numbers of a token's length, kind and move, NONE where it has none; the nearest length's."""
        ticks = _ticks(token)
        if token.kind == REST:
            if not self.rests:
                return NONE, NONE, NONE
            return len(self.lengths) + _nearest(self.rests, ticks), NONE, NONE
        move = NONE if token.move is None else max(-WIDEST, min(WIDEST, token.move)) + WIDEST
        return _nearest(self.lengths, ticks), KINDS.index(token.kind), move

    def token(self, length: int, kind: int, move: int) -> Token:
        """The token of three numbers: the inverse of `numbers`."""
        if length >= len(self.lengths):
            return Token(REST, self.rests[length - len(self.lengths)] / TICKS)
        return Token.of_move(
            KINDS[kind], self.lengths[length] / TICKS, None if move == NONE else move - WIDEST
        )

    def rows(self, numbers: tuple[int, int, int], place: int) -> list[int]:
        """The inputs that are 1: those of the step before, and of the place of the step to come."""
        length, kind, move = numbers
        columns = [length] if length != NONE else []
        if kind != NONE:
            columns.append(self.n_lengths + kind)
        if move != NONE:
            columns.append(self.n_lengths + len(KINDS) + move)
        return [*columns, *(self.n_values + row for row in place_rows(place))]

    def encode(self, line: Sequence[Step]) -> NDArray[np.intp]:
        """The numbers of a line's lengths, kinds, moves and places, shape (steps, 4)."""
        return np.array([(*self.numbers(step.token), step.place) for step in line], dtype=np.intp).reshape(
            -1, 4
        )


def place_rows(place: int) -> tuple[int, int]:
    """The inputs of a place, in ticks from the measure's start: its beat's, and its tick's."""
    beat, tick = divmod(place, TICKS)
    return min(beat, BEATS - 1), BEATS + tick


def _ticks(token: Token) -> int:
    return round(token.duration * TICKS)


@lru_cache(maxsize=4096)
def _nearest(values: tuple[int, ...], ticks: int) -> int:
    return min(range(len(values)), key=lambda number: abs(values[number] - ticks))
