"""What a jazz network proposes for the next note: lengths, and kinds with moves.

A network of the course has one softmax over whole tokens; a factored one has a softmax each for length, kind
and move. Both are read here as the same three things, so that one soloist plays with either. Letters:
n_lengths note lengths, `KINDS` and `MOVES` as below.
"""

from collections.abc import Sequence
from copy import copy
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.layers import NO_SYMBOL
from music.grammar import KINDS, Token, parse_token
from utils.vocabulary import Vocabulary

WIDEST = 12  # semitones: the widest move that is told apart
MOVES = range(-WIDEST, WIDEST + 1)
_LONGEST = 8.0  # quarter notes; longer tokens are not played
_TRIPLETS = 0.35  # of a third's probability, on the beat
_TICKS = 12  # of a quarter note: what sixteenths and triplets have in common
# Where a vocabulary says nothing of moves: steps are likelier than leaps, as in any melody.
_USUAL_MOVES = np.array([0.5 if move == 0 else 1 / abs(move) ** 1.3 for move in MOVES])

Floats = NDArray[np.float64]


class Network(Protocol):
    """A network that a soloist plays with; what `begin` returns holds the state of one solo."""

    lengths: tuple[float, ...]
    rests: tuple[float, ...]

    def begin(self) -> "Network":
        """Makes a network with the same weights that has read nothing."""

    def propose(self, place: float) -> tuple[list[float], list[float]]:
        """Computes the probabilities of the next note's or rest's length.

        Args:
            place: Where it begins, in quarter notes from the measure's start.

        Returns:
            The probabilities of a note of each of `lengths`, and of a rest of each of `rests`.
        """

    def pitches(self, length: float) -> Floats:
        """Computes the joint probabilities (KINDS, MOVES) of the next note, given its length."""

    def read(self, token: Token) -> None:
        """Reads what was played: a note, or a rest of the kind R."""


class TokenNetwork:
    """The course's network: a softmax over tokens, read as lengths, kinds and moves.

    A token's window is the move that it was made from, plus and minus a minor third; the move is its middle.
    Tokens without a window, the first of their measure, may move as the others do.

    Args:
        engine: The network.
        vocabulary: Its tokens.
    """

    rests: tuple[float, ...] = ()

    def __init__(self, engine: Engine, vocabulary: Vocabulary) -> None:
        self.engine, self.vocabulary = engine, vocabulary
        tokens = [parse_token(text) for text in vocabulary.symbols]
        ticks = [round(token.duration * _TICKS) for token in tokens]
        known = sorted({tick for tick in ticks if 0 < tick <= _LONGEST * _TICKS})
        self.lengths = tuple(tick / _TICKS for tick in known)
        self._ticks, self._tokens = np.array(ticks), tokens
        self._by_length = np.zeros((len(tokens), len(known)))
        for number, tick in enumerate(ticks):
            if tick in known:
                self._by_length[number, known.index(tick)] = 1
        self._by_pitch = self._kinds_and_moves(tokens)
        # Tokens say nothing of places: nearly every third that was learnt is the end of a swung pair.
        self._on_beat = np.where(np.array(known) == _TICKS // 3, _TRIPLETS, 1.0)
        self._nearest = dict[tuple[str, int, int | None], int]()
        self._state, self._index = engine.zero_state(), NO_SYMBOL
        self._p = np.zeros(len(tokens))

    def begin(self) -> "TokenNetwork":
        """See `Network`."""
        fresh = copy(self)
        fresh._state, fresh._index = self.engine.zero_state(), NO_SYMBOL
        return fresh

    def propose(self, place: float) -> tuple[list[float], list[float]]:
        """See `Network`."""
        p, self._state = self.engine.step(np.array([self._index]), self._state)
        self._p = p[0].astype(np.float64)
        lengths = self._p @ self._by_length
        if place == int(place):
            lengths = lengths * self._on_beat
        return lengths.tolist(), []

    def pitches(self, length: float) -> Floats:
        """See `Network`; a token of another length counts a tenth."""
        weights = np.where(abs(self._ticks - round(length * _TICKS)) < 1, self._p, 0.1 * self._p)
        return np.asarray(weights @ self._by_pitch).reshape(len(KINDS), len(MOVES))

    def read(self, token: Token) -> None:
        """See `Network`; the token of the vocabulary that is most like it is read, and no rest."""
        if token.kind in KINDS:
            key = token.kind, round(token.duration * _TICKS), token.move
            if key not in self._nearest:
                self._nearest[key] = self._most_like(*key)
            self._index = self._nearest[key]

    def _kinds_and_moves(self, tokens: Sequence[Token]) -> Floats:
        """For each token the share of each kind and move, (n_values, KINDS * MOVES)."""
        table = np.zeros((len(tokens), len(KINDS), len(MOVES)))
        for number, token in enumerate(tokens):
            if token.move is not None and token.kind in KINDS:
                move = max(-WIDEST, min(WIDEST, token.move))
                table[number, KINDS.index(token.kind), move + WIDEST] = 1
        known = table.sum(axis=(0, 1)) + 0.05 * _USUAL_MOVES
        for number, token in enumerate(tokens):
            if token.move is None and token.kind in KINDS:
                table[number, KINDS.index(token.kind)] = known / known.sum()
        return table.reshape(len(tokens), -1)

    def _most_like(self, kind: str, ticks: int, move: int | None) -> int:
        def distance(number: int) -> tuple[int, bool, int]:
            other = self._tokens[number]
            apart = 99 if move is None or other.move is None else abs(move - other.move)
            far = 0 if move is None and other.move is None else apart
            return abs(int(self._ticks[number]) - ticks), other.kind != kind, far

        return min(range(len(self._tokens)), key=distance)
