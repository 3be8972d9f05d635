"""What a jazz network proposes for the next note: lengths, and kinds with moves.

A network of the course has one softmax over whole tokens; a factored one has a softmax each for length, kind
and move. Both are read here as the same three things, so that one soloist plays with either. Letters:
n_lengths note lengths, `KINDS` and `MOVES` as below.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.layers import NO_SYMBOL, LayerState, Lstm
from music.grammar import KINDS, REST, Token, parse_token
from music.lines import MOVES, NONE, TICKS, WIDEST, Factors
from utils.vocabulary import Vocabulary

_LONGEST = 8.0  # quarter notes; longer tokens are not played
_BOLD = 0.9  # power of what is read of pitches: few tokens were learnt, and by heart
_TRIPLETS = 0.35  # of a third's probability, on the beat
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
        ticks = [round(token.duration * TICKS) for token in tokens]
        known = sorted({tick for tick in ticks if 0 < tick <= _LONGEST * TICKS})
        self.lengths = tuple(tick / TICKS for tick in known)
        self._ticks, self._tokens = np.array(ticks), tokens
        self._by_length = np.zeros((len(tokens), len(known)))
        for number, tick in enumerate(ticks):
            if tick in known:
                self._by_length[number, known.index(tick)] = 1
        self._by_pitch = self._kinds_and_moves(tokens)
        # Tokens say nothing of places: nearly every third that was learnt is the end of a swung pair.
        self._on_beat = np.where(np.array(known) == TICKS // 3, _TRIPLETS, 1.0)
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
        weights = np.where(abs(self._ticks - round(length * TICKS)) < 1, self._p, 0.1 * self._p)
        return np.asarray(weights @ self._by_pitch).reshape(len(KINDS), len(MOVES)) ** _BOLD

    def read(self, token: Token) -> None:
        """See `Network`; the token of the vocabulary that is most like it is read, and no rest."""
        if token.kind in KINDS:
            key = token.kind, round(token.duration * TICKS), token.move
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


class FactoredNetwork:
    """A network of factors: a softmax each over lengths, kinds and moves.

    Args:
        arrays: Its weights, of the shapes that `models.jazz.weights.factored_shapes` gives.
        factors: What its outputs stand for.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], factors: Factors) -> None:
        weights = {name: np.asarray(array, np.float32) for name, array in arrays.items()}
        self.factors = factors
        self.lengths = tuple(ticks / TICKS for ticks in factors.lengths)
        self.rests = tuple(ticks / TICKS for ticks in factors.rests)
        kernel, recurrent_kernel = weights["lstm_1/kernel"], weights["lstm_1/recurrent_kernel"]
        self._lstm = Lstm(kernel, recurrent_kernel, weights["lstm_1/bias"], "sigmoid")
        self._table = self._lstm.kernel  # a row for each input that is 1
        n_a, n = self._lstm.n_a, factors.n_lengths
        # The heads' shares of the hidden state in one product; the rest of their kernels are rows to add.
        self._heads = np.concatenate(
            [weights[f"{name}/kernel"][:n_a] for name in ("length", "kind", "move")], axis=1
        )
        self._biases = np.concatenate([weights[f"{name}/bias"] for name in ("length", "kind", "move")])
        self._kind_of_length = weights["kind/kernel"][n_a:]
        self._move_of_length = weights["move/kernel"][n_a : n_a + n]
        self._move_of_kind = weights["move/kernel"][n_a + n :]
        self._splits = n, n + len(KINDS)
        self._state: LayerState = self._lstm.zero_state(1)
        self._numbers = NONE, NONE, NONE
        self._logits = self._biases
        self._first: NDArray[np.float32] | None = None

    def begin(self) -> "FactoredNetwork":
        """See `Network`."""
        fresh = copy(self)
        fresh._state, fresh._numbers = self._lstm.zero_state(1), (NONE, NONE, NONE)
        return fresh

    def begin_from(
        self, x: NDArray[np.float32], a: NDArray[np.float32], c: NDArray[np.float32]
    ) -> "FactoredNetwork":
        """Makes a network that has a state, and reads a vector (n_values,) as the step before the next."""
        fresh = self.begin()
        fresh._state, fresh._first = (a[None], c[None]), x @ self._table[: len(x)]
        return fresh

    def propose(self, place: float) -> tuple[list[float], list[float]]:
        """See `Network`."""
        rows = self.factors.rows(self._numbers, round(place * TICKS))
        projected = np.add.reduce(self._table[rows]) + self._lstm.bias
        if self._first is not None:
            projected, self._first = projected + self._first, None
        self._state = self._lstm.step_projected(projected[None], self._state)
        self._logits = self._state[0][0] @ self._heads + self._biases
        p = _softmax(self._logits[: self._splits[0]]).tolist()
        count = len(self.lengths)
        return p[:count], p[count:]

    def pitches(self, length: float) -> Floats:
        """See `Network`."""
        number, _, _ = self.factors.numbers(Token(KINDS[0], length))
        return np.asarray(self.kinds(number)[:, None] * self.moves(number), np.float64)

    def kinds(self, length: int) -> NDArray[np.float32]:
        """Computes the probabilities of the kinds (KINDS,), given a length's number."""
        first, second = self._splits
        return _softmax(self._logits[first:second] + self._kind_of_length[length])

    def moves(self, length: int) -> NDArray[np.float32]:
        """Computes the probabilities of the moves for each kind (KINDS, MOVES), given a length's number."""
        given = self._move_of_length[length] + self._move_of_kind
        return _softmax(self._logits[self._splits[1] :] + given)

    def read(self, token: Token) -> None:
        """See `Network`."""
        if token.kind != REST or self.rests:
            self._numbers = self.factors.numbers(token)


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    # The ufuncs themselves: for so few numbers the methods max and sum cost more than their work.
    weights = np.exp(logits - np.maximum.reduce(logits, axis=-1, keepdims=True))
    weights /= np.add.reduce(weights, axis=-1, keepdims=True)
    return weights
