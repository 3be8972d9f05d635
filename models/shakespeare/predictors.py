"""Writing poems character by character: what reads, what chooses, and the loop between them.

A reader turns characters into the probabilities of the next one. Two ways: the state is carried from
character to character, or a window of the last characters is run again from the zero state, as in the
course. Letters: b poems side by side, n symbols, Tx characters in a window.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.layers import NOTHING
from utils import sampling
from utils.bundle import Bundle

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]
TX = 40  # characters of a window
LONGEST = 2000  # characters of a prompt that are read: what lies further back has no influence left


class Reader(Protocol):
    """What predicts: `begin` with a prompt, then `read` each chosen character."""

    def begin(self, prompt: Sequence[int], poems: int) -> Floats:
        """Probabilities (b, n) after the prompt, the same for all poems."""

    def read(self, chosen: Ints) -> Floats:
        """Probabilities (b, n) after one more character for each poem, indices (b,)."""


class CarriedReader:
    """The NumPy engine with its state carried."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._state = engine.zero_state(1)

    def begin(self, prompt: Sequence[int], poems: int) -> Floats:
        """See `Reader`; reading starts from the zero state."""
        p, self._state = self.engine.prime(np.tile(np.asarray(prompt[-LONGEST:]), (poems, 1)))
        return p

    def read(self, chosen: Ints) -> Floats:
        """See `Reader`."""
        p, self._state = self.engine.step(int(chosen[0]) if len(chosen) == 1 else chosen, self._state)
        return p


class WindowReader:
    """The NumPy engine, a window run again from the zero state for every character: the course's way.

    A window shares all but one character with the next, so Tx of them are read at once, each a character
    younger than the one before: a new character is one step for all, and the oldest, which has read Tx,
    answers and starts anew. That is Tx times fewer steps than running each window by itself, and the same
    probabilities.
    """

    def __init__(self, engine: Engine, length: int = TX) -> None:
        self.engine, self.length = engine, length
        self._state, self._oldest = engine.zero_state(1), 0

    def begin(self, prompt: Sequence[int], poems: int) -> Floats:
        """See `Reader`; a prompt shorter than a window is padded on its left with zero vectors."""
        window = [NOTHING] * self.length + list(prompt[-self.length :])
        self._state, self._oldest = self.engine.zero_state(poems * self.length), 0
        for index in window[-self.length :]:
            p = self.read(np.full(poems, index))
        return p

    def read(self, chosen: Ints) -> Floats:
        """See `Reader`. Row r of a poem is the window that started at a character r modulo Tx."""
        for arrays in self._state.layers:
            for array in arrays:
                array[self._oldest :: self.length] = 0
        self._oldest = (self._oldest + 1) % self.length
        p, self._state = self.engine.step(np.repeat(chosen, self.length), self._state)
        return p[self._oldest :: self.length]


def reader(network: Bundle, state: str, where: Path | None = None) -> Reader:
    """What predicts with the NumPy engine, the state "carried" or a "window" run again.

    Args:
        network: A bundle that models.shakespeare.weights.load has passed.
        state: How its state is used.
        where: The bundle's folder, for messages.
    """
    engine, window = Engine.from_bundle(network, where), network.architecture["window"]
    return CarriedReader(engine) if state == "carried" else WindowReader(engine, window)


@dataclass(frozen=True)
class Choice:
    """How a character is chosen from its probabilities: see utils.sampling."""

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def choose(self, p: Floats, uniform: Floats) -> Ints:
        """The indices (b,) that the numbers `uniform` (b,) in [0, 1) choose from p (b, n)."""
        if self.temperature != 1:
            p = sampling.temper(p, self.temperature)
        if self.top_k is not None:
            p = sampling.keep_top_k(p, self.top_k)
        if self.top_p is not None:
            p = sampling.keep_top_p(p, self.top_p)
        return sampling.draw(p, uniform)


def uniforms(seed: int, poems: int, length: int) -> Floats:
    """Numbers (b, length) in [0, 1): those of a poem are the same however many poems there are."""
    return np.stack([np.random.default_rng((seed, poem)).random(length) for poem in range(poems)])


def write(
    reader: Reader, prompt: Sequence[int], numbers: Floats, choice: Choice
) -> Iterator[tuple[Ints, Floats]]:
    """Chooses one character after another.

    Args:
        reader: What predicts.
        prompt: The indices of the beginning, one or more.
        numbers: (b, length) in [0, 1): one for each choice.
        choice: How to choose.

    Yields:
        The chosen indices (b,), and the probabilities (b, n) that they were chosen from.

    Raises:
        ValueError: The prompt is empty.
    """
    if not prompt:
        raise ValueError("prompt must hold one index or more, got none")
    p = reader.begin(prompt, len(numbers))
    for place in range(numbers.shape[1]):
        chosen = choice.choose(p, numbers[:, place])
        yield chosen, p
        if place + 1 < numbers.shape[1]:
            p = reader.read(chosen)


class LineCounter:
    """Counts the lines of a poem as it is written: a line counts when it ends and has a letter."""

    def __init__(self, beginning: str = "") -> None:
        self.lines, self._has_letter = 0, bool(beginning.rpartition("\n")[2].strip())

    def add(self, symbol: str) -> int:
        """The lines that have ended with this symbol."""
        if symbol == "\n":
            self.lines += self._has_letter
            self._has_letter = False
        elif symbol != " ":
            self._has_letter = True
        return self.lines
