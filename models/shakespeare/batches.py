"""Batches for training the poem network: stateful sequences, and windows.

They are read from the text when they are needed, so that a text may be a mapped file of any size.

Letters: m rows, T characters in a sequence.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from models.shakespeare.windows import STRIDE, TX, Indices
from utils.permutation import permute

FAR = 4096  # characters back to which the start of a record is looked for


@dataclass(frozen=True)
class StageSettings:
    """The settings of one stage of a training from nothing. The defaults are those of the first stage.

    Args:
        epochs: Epochs of `steps_per_epoch` batches.
        steps_per_epoch: Batches from one validation to the next.
        batch_size: m, rows in a batch.
        length: T, characters in a sequence.
        learning_rate: The highest learning rate, which warm-up ends at and cosine decay starts from.
        alpha: The learning rate at the end, as a share of the highest.
        warmup_steps: Batches of warm-up.
        dropout: Share of each LSTM's outputs that training drops.
        ema_momentum: Decay of the moving average of the weights, which is the network that is kept.
        beta_2: Adam's decay of the squared gradients.
        global_clipnorm: The largest norm of all gradients together.
        restart: Probability that a row restarts at a random position before a batch.
        window_share: Share of the batches, at the end, whose rows are independent windows.
        context: In windows, the first characters, whose predictions are not scored.
        main_share: Probability that a row that restarts reads the main text.
        final_main_share: The same at the end; it grows while the batches are windows.
    """

    epochs: int = 160
    steps_per_epoch: int = 100
    batch_size: int = 64
    length: int = 64
    learning_rate: float = 4e-3
    alpha: float = 0.01
    warmup_steps: int = 100
    dropout: float = 0.1
    ema_momentum: float = 0.999
    beta_2: float = 0.99
    global_clipnorm: float = 1.0
    restart: float = 0.25
    window_share: float = 0.3
    context: int = 16
    main_share: float = 0.12
    final_main_share: float = 0.3

    @property
    def steps(self) -> int:
        """The batches of all epochs."""
        return self.epochs * self.steps_per_epoch

    def with_steps(self, steps: int) -> "StageSettings":
        """The same settings for another number of batches, rounded up to whole epochs.

        The moving average spans at most a tenth of them, or it would still hold the random start.
        """
        epochs = -(-steps // self.steps_per_epoch)
        momentum = min(self.ema_momentum, max(0.0, 1 - 10 / steps))
        return replace(self, epochs=epochs, steps_per_epoch=-(-steps // epochs), ema_momentum=momentum)


# The second stage: windows, most of them of the main text, so that poems sound like it.
POLISH = StageSettings(
    epochs=12,
    steps_per_epoch=20,
    learning_rate=1e-3,
    warmup_steps=20,
    dropout=0.25,
    ema_momentum=0.98,
    window_share=1.0,
    main_share=0.85,
    final_main_share=0.85,
)


class SequenceInputs(NamedTuple):
    """The inputs of a stateful batch.

    Args:
        indices: Characters, shape (m, T).
        keep: 1 where a row continues with its carried state, 0 where it restarts, shape (m, 1).
    """

    indices: NDArray[np.int32]
    keep: NDArray[np.float32]


class SequenceBatches(keras.utils.PyDataset):
    """Stateful sequence batches.

    Rows continue with carried state, restart at a random position with probability `restart`, and become
    independent windows in the last phase. A batch depends on the seed and its step alone, so that a
    training can be resumed at any epoch. Pass `shuffle=False` to `fit`.

    Args:
        main: The main text as indices, longer than a sequence.
        other: A longer text of the same kind, or an empty one.
        settings: The stage's settings.
        seed: The seed of all positions.
        epoch: The first epoch, from 0.
        rows: The rows of every batch that are read; None: all.
        start: The symbol that every record begins with, where a row restarts; None: it restarts anywhere.
    """

    def __init__(
        self,
        main: Indices,
        other: Indices,
        settings: StageSettings,
        *,
        seed: int,
        epoch: int = 0,
        rows: slice | None = None,
        start: int | None = None,
    ) -> None:
        super().__init__()
        self._start = start
        self.settings, self.seed, self.epoch = settings, seed, epoch
        self._rows = rows or slice(None)
        self._begun = False
        self._texts, self._edge, self._characters = (other, main), len(other), len(other) + len(main)
        positions = np.full(settings.batch_size, -1)
        for step in range(epoch * settings.steps_per_epoch):
            positions = self._next(step, positions)[0]
        self._plan_epoch(positions)

    def __len__(self) -> int:
        return self.settings.steps_per_epoch

    def __getitem__(self, index: int) -> tuple[SequenceInputs, NDArray[np.int32], NDArray[np.float32]]:
        settings = self.settings
        positions, restarts = self._plan[index]
        positions, restarts = positions[self._rows], restarts[self._rows]
        symbols = self._read(positions)
        weights = np.ones((len(positions), settings.length), dtype=np.float32)
        if self._in_windows(self.epoch * settings.steps_per_epoch + index):
            weights[:, : settings.context] = 0
        inputs = SequenceInputs(symbols[:, :-1], (~restarts).astype(np.float32)[:, None])
        return inputs, symbols[:, 1:], weights

    def on_epoch_begin(self) -> None:
        """Draws the next epoch's positions; those of the first are there already.

        `on_epoch_end` will not do: `fit` calls it before the first epoch, too.
        """
        if self._begun:
            self.epoch += 1
            self._plan_epoch(self._plan[-1][0])
        self._begun = True

    def _read(self, positions: NDArray[np.int64]) -> NDArray[np.int32]:
        """Reads sequences and the character after each; the main text is behind the other."""
        found = np.empty((len(positions), self.settings.length + 1), np.int32)
        in_main = positions >= self._edge
        for text, start, here in zip(self._texts, (0, self._edge), (~in_main, in_main), strict=True):
            found[here] = text[positions[here, None] - start + np.arange(self.settings.length + 1)]
        return found

    def _plan_epoch(self, positions: NDArray[np.int64]) -> None:
        """Draws where the rows of every batch of an epoch start, from where those before it started."""
        first = self.epoch * self.settings.steps_per_epoch
        self._plan = []
        for step in range(first, first + self.settings.steps_per_epoch):
            positions, restarts = self._next(step, positions)
            self._plan.append((positions, restarts))

    def _next(self, step: int, before: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """The positions of a step's rows, and which of them are new, from those of the step before."""
        settings = self.settings
        random = np.random.default_rng((self.seed, step))
        following = np.where(before < 0, -1, before + settings.length)
        limits = np.where(before < self._edge, self._edge, self._characters)
        ended = (following < 0) | (following + settings.length >= limits)
        chance = 1.0 if self._in_windows(step) else settings.restart
        restarts = (random.random(len(before)) < chance) | ended
        in_main = random.random(len(before)) < self._main_share(step)
        anywhere = self._random_positions(in_main, random.random(len(before)))
        return np.where(restarts, anywhere, following), restarts

    def _random_positions(
        self, in_main: NDArray[np.bool_], fractions: NDArray[np.float64]
    ) -> NDArray[np.int64]:
        length = self.settings.length
        main = self._edge + fractions * (self._characters - self._edge - length)
        if self._edge > length:
            main = np.where(in_main, main, fractions * (self._edge - length))
        positions = main.astype(np.int64)
        if self._start is None:
            return positions
        return np.array([self._record_start(int(place)) for place in positions])

    def _record_start(self, place: int) -> int:
        """The last start of a record up to a place of the main text, or the place if there is none near."""
        text, at = self._texts[1], place - self._edge
        if at < 0:
            return place
        nearest = np.flatnonzero(text[max(0, at - FAR) : at + 1][::-1] == self._start)
        return place - int(nearest[0]) if len(nearest) else place

    def _in_windows(self, step: int) -> bool:
        return step >= self.settings.steps * (1 - self.settings.window_share)

    def _main_share(self, step: int) -> float:
        settings = self.settings
        start = settings.steps * (1 - settings.window_share)
        done = max(0.0, (step - start) / max(1.0, settings.steps - start))
        return settings.main_share + (settings.final_main_share - settings.main_share) * done


class WindowBatches(keras.utils.PyDataset):
    """Windows in an order that depends on the seed and the epoch alone; each epoch reads each window once.

    Neither the windows nor their order are held in memory. Pass `shuffle=False` to `fit`.

    Args:
        text: Indices.
        Tx: Characters of a window.
        stride: Characters from one window's start to the next.
        batch_size: m, windows in a batch; the last one of an epoch may have fewer.
        seed: The seed of every order.
        epoch: The first epoch, from 0.
        worker: The number of this process, from 0, of those that share every batch.
        workers: Their number. The rows of the last batch that they cannot share equally are left out.

    Example:
        >>> batches = WindowBatches(np.arange(8), Tx=3, stride=1, batch_size=4, seed=1)
        >>> sorted(y.tolist() for number in range(len(batches)) for y in batches[number][1])
        [3, 4, 5, 6, 7]
    """

    def __init__(
        self,
        text: Indices,
        *,
        Tx: int = TX,  # noqa: N803
        stride: int = STRIDE,
        batch_size: int,
        seed: int,
        epoch: int = 0,
        worker: int = 0,
        workers: int = 1,
    ) -> None:
        super().__init__()
        self.batch_size, self.seed, self.epoch = batch_size, seed, epoch
        self._process, self._processes = worker, workers  # to Keras workers are threads
        self.windows = len(range(0, len(text) - Tx, stride))
        self._text, self._stride, self._places = text, stride, np.arange(Tx + 1)
        self._begun = False

    def __len__(self) -> int:
        return -(-(self.windows - self.windows % self._processes) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        first = index * self.batch_size
        share = min(self.batch_size, self.windows - first) // self._processes
        places = first + share * self._process + np.arange(share)
        starts = self._stride * permute(places, self.windows, (self.seed, self.epoch))
        symbols = self._text[starts[:, None] + self._places].astype(np.int32)
        return symbols[:, :-1], symbols[:, -1]

    def on_epoch_begin(self) -> None:
        """Goes on to the next epoch's order; see `SequenceBatches.on_epoch_begin`."""
        self.epoch += self._begun
        self._begun = True
