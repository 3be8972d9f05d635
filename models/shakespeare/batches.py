"""What each row of a training batch reads: running text with the state carried, or windows from zero.

Letters: m rows, T characters in a sequence.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.shakespeare.course import STRIDE
from models.shakespeare.predictors import TX

Indices = NDArray[np.int32]


@dataclass(frozen=True)
class Recipe:
    """How the network is trained from nothing. The defaults made the bundle that ships.

    Args:
        steps: How many batches.
        batch: m, how many sequences side by side.
        length: T, the characters of a sequence.
        peak: The highest learning rate; it rises to it and then falls as half a cosine.
        floor: The learning rate at the end, as a share of the peak.
        warmup: The steps until the peak.
        dropout: The share of each LSTM's outputs that are dropped.
        average: The decay of the moving average of the weights, which is what is kept.
        windows: The share of the steps, at the end, that train on windows.
        settle: In windows, the first characters that do not count.
        restart: Before windows, the chance that a row starts anew at a batch.
        main_share: The chance that a row that starts anew reads the main text: before windows, at the end.
        seed: What all random numbers are drawn from.
        beta_2: Adam's decay of the squared gradients.
        clip: The largest norm of all gradients together.
        report: The steps from one validation to the next.
    """

    steps: int = 16_000
    batch: int = 64
    length: int = 64
    peak: float = 4e-3
    floor: float = 0.01
    warmup: int = 100
    dropout: float = 0.1
    average: float = 0.999
    windows: float = 0.3
    settle: int = 16
    restart: float = 0.25
    main_share: tuple[float, float] = (0.12, 0.3)
    seed: int = 1
    beta_2: float = 0.99
    clip: float | None = 1.0
    report: int = 100

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step."""
        if step < self.warmup:
            return self.peak * (step + 1) / self.warmup
        part = (step - self.warmup) / max(1, self.steps - self.warmup)
        return self.peak * (self.floor + (1 - self.floor) * (1 + math.cos(math.pi * min(1.0, part))) / 2)

    def in_windows(self, step: int) -> bool:
        """Whether a step trains on windows."""
        return step >= self.steps * (1 - self.windows)

    def share(self, step: int) -> float:
        """The chance of the main text at a step: constant for sequences, rising in windows."""
        first, last = self.main_share
        start = self.steps * (1 - self.windows)
        part = max(0.0, (step - start) / max(1.0, self.steps - start))
        return first + (last - first) * part


# After the training from nothing: windows, nearly all of the main text, so that poems sound like it.
POLISH = Recipe(
    steps=240,
    peak=1e-3,
    warmup=20,
    dropout=0.25,
    average=0.98,
    windows=1.0,
    main_share=(0.85, 0.85),
    report=20,
)


@dataclass(frozen=True)
class WindowRecipe:
    """How a trained network is trained further, the course's way: every window of 40 once an epoch.

    Args:
        windows: How many windows the text has.
        epochs: How often each is read.
        batch: m, how many windows side by side.
        rate: Adam's learning rate.
        dropout: The share of each LSTM's outputs that are dropped.
        seed: What all random numbers are drawn from.
        length: T, the characters of a window.
        stride: The characters from one window's start to the next.
        average: The decay of the moving average of the weights; 0: the weights themselves.
        beta_2: Adam's decay of the squared gradients.
        clip: The largest norm of all gradients together; None: any.
    """

    windows: int
    epochs: int = 1
    batch: int = 128
    rate: float = 1e-3
    dropout: float = 0.5
    seed: int = 1
    length: int = TX
    stride: int = STRIDE
    average: float = 0.0
    beta_2: float = 0.999
    clip: float | None = None

    @property
    def report(self) -> int:
        """The steps from one measurement to the next: an epoch."""
        return self.batches

    @property
    def batches(self) -> int:
        """The batches of an epoch; the last one may be short."""
        return max(1, -(-self.windows // self.batch))

    @property
    def steps(self) -> int:
        """The batches of all epochs."""
        return self.epochs * self.batches

    def learning_rate(self, step: int) -> float:
        """The learning rate, the same for every step."""
        return self.rate


class Batch(NamedTuple):
    """Inputs and targets (m, T), the weight of each target, and for each row (m, 1) 0 if it starts anew."""

    x: Indices
    y: Indices
    weights: NDArray[np.float32]
    keep: NDArray[np.float32]


class RunningRows:
    """Rows that read on, and are sent to a random place now and then; at the end windows only.

    What a batch holds follows from the seed, the step and `places`.

    Args:
        main: The main text as indices, longer than a sequence.
        other: A longer text of the same kind, or an empty one.
        recipe: How.
    """

    def __init__(self, main: Indices, other: Indices, recipe: Recipe) -> None:
        self.recipe, self.edge = recipe, len(other)
        self.text = np.concatenate((other, main)).astype(np.int32)
        self.places = np.full(recipe.batch, -1, dtype=np.int64)

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        recipe = self.recipe
        random = np.random.default_rng((recipe.seed, step))
        windows = recipe.in_windows(step)
        starts = (random.random(recipe.batch) < (1.0 if windows else recipe.restart)) | self._at_end()
        in_main = random.random(recipe.batch) < recipe.share(step)
        new = self._new_places(in_main, random.random(recipe.batch))
        self.places = np.where(starts, new, self.places)
        symbols = self.text[self.places[:, None] + np.arange(recipe.length + 1)]
        self.places = self.places + recipe.length
        weights = np.ones((recipe.batch, recipe.length), dtype=np.float32)
        if windows:
            weights[:, : recipe.settle] = 0
        return Batch(symbols[:, :-1], symbols[:, 1:], weights, (~starts).astype(np.float32)[:, None])

    def _at_end(self) -> NDArray[np.bool_]:
        limits = np.where(self.places < self.edge, self.edge, len(self.text))
        return np.asarray((self.places < 0) | (self.places + self.recipe.length >= limits))

    def _new_places(self, in_main: NDArray[np.bool_], fractions: NDArray[Any]) -> NDArray[np.int64]:
        length = self.recipe.length
        main = self.edge + fractions * (len(self.text) - self.edge - length)
        if self.edge <= length:
            return main.astype(np.int64)
        return np.where(in_main, main, fractions * (self.edge - length)).astype(np.int64)


class WindowRows:
    """Windows in a new order every epoch, of whose targets only the last counts.

    Args:
        text: The text as indices, longer than a window.
        recipe: How.
    """

    def __init__(self, text: Indices, recipe: WindowRecipe) -> None:
        self.text, self.recipe = text.astype(np.int32), recipe
        self.places = np.zeros(0, dtype=np.int64)  # all follows from the step

    def batch(self, step: int) -> Batch:
        """The batch of a step; a short last one is filled up with windows that do not count."""
        recipe = self.recipe
        epoch, number = divmod(step, recipe.batches)
        order = np.random.default_rng((recipe.seed, epoch)).permutation(recipe.windows)
        chosen = order[number * recipe.batch : (number + 1) * recipe.batch]
        weights = np.zeros((recipe.batch, recipe.length), dtype=np.float32)
        weights[: len(chosen), -1] = 1
        starts = np.resize(chosen, recipe.batch) * recipe.stride
        symbols = self.text[starts[:, None] + np.arange(recipe.length + 1)]
        return Batch(symbols[:, :-1], symbols[:, 1:], weights, np.zeros((recipe.batch, 1), dtype=np.float32))
