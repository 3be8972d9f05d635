"""Predicts the next character of several poems side by side, with the NumPy engine.

Two ways: the state is carried from character to character, or a window of the last characters is run
again from the zero state, as in the course.

Letters: b poems, n symbols, Tx characters in a window.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.engine import State as EngineState
from models.engine.layers import NO_SYMBOL
from models.shakespeare.windows import TX

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
LONGEST = 2000  # characters of a prompt that are read: what lies further back has no influence left
_AT_ONCE = 1 << 25  # numbers computed at once, over all prompts: 128 MB
_DRAWN = 256  # random numbers that a poem draws at a time


class NextSymbolModel(Protocol):
    """A network that predicts the next character, its state handed in and out."""

    def begin(self, prompts: Sequence[Sequence[int]]) -> tuple[Floats, Any]:
        """Reads the prompts, each of one index or more, from the zero state.

        Returns:
            Probabilities (b, n) of the next character, and the state.
        """

    def step(self, chosen: Ints, state: Any) -> tuple[Floats, Any]:
        """Reads one more character for each poem.

        Args:
            chosen: Indices (b,).
            state: From `begin` or `step`; it is used up.

        Returns:
            As `begin`.
        """


class CarriedModel:
    """The NumPy engine with its state carried; see `NextSymbolModel`."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, prompts: Sequence[Sequence[int]]) -> tuple[Floats, EngineState]:
        """See `NextSymbolModel`."""
        texts = [tuple(prompt[-LONGEST:]) for prompt in prompts]
        first = {text: place for place, text in reversed(list(enumerate(texts)))}
        state = self.engine.zero_state(len(texts))
        p = np.empty((len(texts), self.engine.n), dtype=np.float32)
        for length in {len(text) for text in first}:
            unique = [text for text in first if len(text) == length]
            rows = max(1, _AT_ONCE // (length * self.engine.width))
            for start in range(0, len(unique), rows):
                part = unique[start : start + rows]
                places = [first[text] for text in part]
                p[places], new = self.engine.prime(np.array(part))
                for arrays, values in zip(state.layers, new.layers, strict=True):
                    for array, value in zip(arrays, values, strict=True):
                        array[places] = value
        sources = [first[text] for text in texts]
        layers = tuple(tuple(array[sources] for array in arrays) for arrays in state.layers)
        return p[sources], EngineState(layers)

    def step(self, chosen: Ints, state: EngineState) -> tuple[Floats, EngineState]:
        """See `NextSymbolModel`."""
        return self.engine.step(int(chosen[0]) if len(chosen) == 1 else chosen, state)


class WindowModel:
    """The NumPy engine, a window run again from the zero state for every character: the course's way.

    A window shares all but one character with the next, so Tx of them are read at once, each a character
    younger than the one before: a new character is one step for all, and the oldest, which has read Tx,
    answers and starts anew. That is Tx times fewer steps than running each window by itself, and the same
    probabilities. See `NextSymbolModel`; row r of a poem is the window that started at a character r
    modulo Tx.
    """

    def __init__(self, engine: Engine, length: int = TX) -> None:
        self.engine, self.length = engine, length

    def begin(self, prompts: Sequence[Sequence[int]]) -> tuple[Floats, tuple[EngineState, int]]:
        """See `NextSymbolModel`; a prompt shorter than a window is padded on its left with zero vectors."""
        state = self.engine.zero_state(len(prompts) * self.length), 0
        for column in padded(prompts, self.length).T:
            p, state = self.step(column, state)
        return p, state

    def step(self, chosen: Ints, state: tuple[EngineState, int]) -> tuple[Floats, tuple[EngineState, int]]:
        """See `NextSymbolModel`."""
        windows, oldest = state
        for arrays in windows.layers:
            for array in arrays:
                array[oldest :: self.length] = 0
        oldest = (oldest + 1) % self.length
        answered = slice(oldest, None, self.length)
        p, windows = self.engine.step(np.repeat(chosen, self.length), windows, answered=answered)
        return p, (windows, oldest)


def padded(prompts: Sequence[Sequence[int]], length: int) -> NDArray[np.int32]:
    """The last characters of each prompt (b, length), zero vectors on the left of the shorter ones."""
    return np.array(
        [([NO_SYMBOL] * length + list(prompt[-length:]))[-length:] for prompt in prompts], np.int32
    )


def uniforms(seeds: Mapping[int, int | Sequence[int]], poems: int) -> Iterator[Floats]:
    """Random numbers (b,) in [0, 1) for one character after the other.

    Args:
        seeds: What `numpy.random.default_rng` takes, by the place of the poem; at other places are zeros.
        poems: b.
    """
    generators = {place: np.random.default_rng(seed) for place, seed in seeds.items()}
    while True:
        numbers = np.zeros((_DRAWN, poems))
        for place, generator in generators.items():
            numbers[:, place] = generator.random(_DRAWN)
        yield from numbers


class LineCounter:
    """Counts the lines of a poem as it is written: a line counts when it ends and has a letter.

    Args:
        prompt: The beginning, whose last line goes on.
        most: The lines after which the poem ends; None: it does not end.
    """

    def __init__(self, prompt: str, most: int | None) -> None:
        self._left, self._has_letter = most, bool(prompt.rpartition("\n")[2].strip())
        self.done = False

    def ends(self, symbol: str) -> bool:
        """Whether the poem has ended before or with this symbol."""
        if self._left is not None and not self.done:
            if symbol == "\n":
                self._left -= self._has_letter
                self._has_letter, self.done = False, self._left == 0
            elif symbol != " ":
                self._has_letter = True
        return self.done
