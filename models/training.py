"""Additions to Keras's `fit`: seeded batches, checkpoints, stopping, a progress bar.

    checkpoint = BundleCheckpoint(folder, template)
    model.fit(
        SeededBatches(x, y, batch_size=32, seed=seed, epoch=checkpoint.epoch),
        epochs=epochs, initial_epoch=checkpoint.epoch, shuffle=False, verbose=0,
        callbacks=standard_callbacks(checkpoint),
    )
    checkpoint.result

The order of the callbacks matters: what raises at the end comes after what saves.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models import checkpoint as checkpoints
from models.checkpoint import Checkpoint, TrainingResult
from models.keras_weights import averaged_weights, get_arrays, get_state, set_state
from utils.bundle import Bundle
from utils.errors import UserError
from utils.progress import progress

Logs = dict[str, float] | None


class SeededBatches(keras.utils.PyDataset):
    """Batches in an order that depends on the seed and the epoch alone, so that a run can be resumed.

    Pass `shuffle=False` to `fit`, which would shuffle the batches again.

    Args:
        x: Inputs, shape (m, ...).
        y: Targets, shape (m, ...).
        batch_size: Examples in a batch; the last one of an epoch may be smaller.
        seed: The seed of every order.
        epoch: The first epoch, from 0.

    Example:
        >>> batches = SeededBatches(np.arange(5), np.arange(5), batch_size=2, seed=1)
        >>> len(batches), sorted(int(i) for number in range(3) for i in batches[number][0])
        (3, [0, 1, 2, 3, 4])
    """

    def __init__(
        self,
        x: NDArray[Any],
        y: NDArray[Any],
        *,
        batch_size: int,
        seed: int,
        epoch: int = 0,
    ) -> None:
        super().__init__()
        self.arrays = (x, y)
        self.batch_size, self.seed, self.epoch = batch_size, seed, epoch
        self._order = self._permutation()

    def __len__(self) -> int:
        return -(-len(self.arrays[0]) // self.batch_size)

    def __getitem__(self, index: int) -> tuple[NDArray[Any], ...]:
        chosen = self._order[index * self.batch_size : (index + 1) * self.batch_size]
        return tuple(array[chosen] for array in self.arrays)

    def on_epoch_end(self) -> None:
        """Draws the next epoch's order."""
        self.epoch += 1
        self._order = self._permutation()

    def _permutation(self) -> NDArray[np.int64]:
        return np.random.default_rng((self.seed, self.epoch)).permutation(len(self.arrays[0]))


def seeded_dataset(
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    batch_size: int,
    seed: int,
    epoch: int = 0,
    sample_weight: NDArray[Any] | None = None,
) -> tf.data.Dataset:
    """Makes infinite batches for `fit(..., steps_per_epoch=..., shuffle=False)`, ordered by (seed, epoch).

    For short epochs: `fit` makes one iterator for the whole run, where it makes two an epoch for a
    `SeededBatches`. On two cores that saves some 50 ms an epoch.

    Args:
        x: Inputs, shape (m, ...), held in memory.
        y: Targets, shape (m, ...), likewise.
        batch_size: Examples in a batch; the last one of an epoch may be smaller.
        seed: The seed of every order.
        epoch: The first epoch, from 0.
        sample_weight: Weights, shape (m, ...); None: none.

    Returns:
        Batches (x, y), or (x, y, sample_weight); an epoch has ceil(m / batch_size).

    Example:
        >>> batches = seeded_dataset(np.arange(5), np.arange(5), batch_size=2, seed=1)
        >>> sorted(int(i) for x, _ in batches.take(3) for i in x)
        [0, 1, 2, 3, 4]
    """
    arrays = [tf.constant(array) for array in (x, y, sample_weight) if array is not None]

    def orders() -> Iterator[NDArray[np.int64]]:
        for number in count(epoch):
            yield np.random.default_rng((seed, number)).permutation(len(x))

    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1  # more threads would slow the computation
    return (
        tf.data.Dataset.from_generator(orders, output_signature=tf.TensorSpec(len(x), tf.int64))
        .flat_map(lambda order: tf.data.Dataset.from_tensor_slices(order).batch(batch_size))
        .map(lambda chosen: tuple(tf.gather(array, chosen) for array in arrays))
        .with_options(options)
    )


class _EpochCallback(keras.callbacks.Callback):
    """Counts an epoch's batches, to tell one that ran to its end from one that Ctrl-C cut short."""

    _batches = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._batches = 0

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._batches = batch + 1

    @property
    def _finished(self) -> bool:
        """Whether the epoch had all of its batches, where `fit` knows their number."""
        return self._batches >= (self.params.get("steps") or 0)


class BundleCheckpoint(_EpochCallback):
    """Keeps every finished epoch, and writes the last one as a bundle every `every_seconds` and at the end.

    A run that is resumed from it equals one that was never stopped, bit for bit. If the optimizer averages
    the weights (`use_ema`), the bundle holds the averages. A folder that cannot be written ends the training
    with a UserError from `fit`.

    Args:
        folder: The bundle's folder.
        template: See `models.checkpoint.Checkpoint`.
        layers: The layers whose weights are the network; none: the model's own.
        every_seconds: The shortest time between two writes.
        writes: See `models.checkpoint.Checkpoint`.
    """

    def __init__(
        self,
        folder: str | Path,
        template: Bundle,
        *,
        layers: Sequence[keras.Layer] = (),
        every_seconds: float = 10.0,
        writes: bool = True,
    ) -> None:
        super().__init__()
        self.checkpoint = Checkpoint(folder, template, every_seconds=every_seconds, writes=writes)
        self.layers = tuple(layers)
        self._error: UserError | None = None

    @property
    def result(self) -> TrainingResult:
        """The epochs, history and seconds so far."""
        return self.checkpoint.result

    @property
    def epoch(self) -> int:
        """The epochs done: `fit`'s `initial_epoch`."""
        return self.checkpoint.result.epochs

    def resume(self, model: keras.Model) -> None:
        """Restores a compiled model to the folder's last epoch.

        Raises:
            UserError: The folder holds no such training; see `models.checkpoint.Checkpoint.resume`.
        """
        saved = self.checkpoint.resume()
        model.optimizer.build(model.trainable_variables)
        try:
            set_state(saved.optimizer(), model)
        except ValueError as error:
            folder = self.checkpoint.folder
            raise UserError(f"the bundle {folder} cannot be resumed: {error}") from None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        super().on_epoch_begin(epoch, logs)
        self.checkpoint.start_clock()

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Keeps the epoch unless it was cut short or its metrics are not finite."""
        metrics = {name: float(value) for name, value in (logs or {}).items()}
        if not self._finished or not checkpoints.is_finite(metrics):
            return
        state = get_state(self.model)
        with averaged_weights(self.model):
            network = get_arrays(*(self.layers or (self.model,)))
        try:
            self.checkpoint.keep(network, state, metrics)
        except UserError as error:  # raised at the end, when the terminal and the signals are as before
            self._error, self.model.stop_training = error, True

    def on_train_end(self, logs: Logs = None) -> None:
        """Writes the last epoch."""
        if self._error is not None:
            raise self._error
        self.checkpoint.save()


class FinishedEpochs(_EpochCallback):
    """Calls a function after each epoch that ran to its end, and not after one that Ctrl-C cut short.

    Args:
        function: Takes the epoch, from 0, and its metrics.
    """

    def __init__(self, function: Callable[[int, dict[str, float]], None]) -> None:
        super().__init__()
        self.function = function

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        if self._finished:
            self.function(epoch, dict(logs or {}))


class StopOnNonFinite(keras.callbacks.Callback):
    """Ends a training whose loss is NaN or infinite with one line.

    Args:
        folder: Where the epochs before are kept, for the message; None: nowhere.

    Raises:
        UserError: From `fit`, with exit code 1.
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        super().__init__()
        self.folder = None if folder is None else Path(folder)
        self._error: UserError | None = None
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Stops at the batch that diverged."""
        self._check({"loss": float((logs or {}).get("loss", 0.0))})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Stops also when only a validation metric diverged."""
        self._check({name: float(value) for name, value in (logs or {}).items()})

    def on_train_end(self, logs: Logs = None) -> None:
        """Raises what was found, once the callbacks before this one have saved their work."""
        if self._error is not None:
            raise self._error

    def _check(self, metrics: dict[str, float]) -> None:
        if self._error is None and not checkpoints.is_finite(metrics):
            self._error = checkpoints.divergence_error(self._epoch, metrics, self.folder)
            self.model.stop_training = True


class Interruptible(keras.callbacks.Callback):
    """Ends the training after the current batch when Ctrl-C is pressed, then raises KeyboardInterrupt.

    By then the checkpoint before it in the list has saved the finished epochs. From another thread, set
    its event `requested` to stop the training: `train(..., callbacks=[Interruptible(event)])`.

    Args:
        requested: An event that stops the training when it is set: the caller's own, or that of a
            `deferred_interrupt` around the building of the network and `fit`, where TensorFlow may not
            survive an exception either; None: only `fit` is covered.
        checkpoint: The checkpoint whose epochs a warning counts; it is not logged if `requested` is given.
    """

    def __init__(
        self, requested: threading.Event | None = None, checkpoint: BundleCheckpoint | None = None
    ) -> None:
        super().__init__()
        self._given, self._checkpoint = requested, checkpoint

    def on_train_begin(self, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._stack = ExitStack()
        self.requested = self._given or self._stack.enter_context(checkpoints.deferred_interrupt())

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        if self.requested.is_set():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Restores Python's handling of Ctrl-C after the last epoch, for the final save may fail."""
        self.on_train_batch_end(0)
        if self.model.stop_training or epoch + 1 >= self.params["epochs"]:
            self._stack.close()

    def on_train_end(self, logs: Logs = None) -> None:
        """Raises KeyboardInterrupt if Ctrl-C was pressed."""
        self._stack.close()
        if self.requested.is_set():
            if self._checkpoint is not None and self._given is None:
                checkpoints.log_interruption(self._checkpoint.result, self._checkpoint.checkpoint.folder)
            raise KeyboardInterrupt


class ProgressBar(keras.callbacks.Callback):
    """Shows batches, loss and time left on a terminal.

    Args:
        label: The text at the bar's start.
    """

    def __init__(self, label: str = "training") -> None:
        super().__init__()
        self.label = label

    def on_train_begin(self, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._steps = self.params.get("steps") or 1
        self._stack = ExitStack()
        total = self.params["epochs"] * self._steps
        self._advance = self._stack.enter_context(progress(self.label, total))
        self._done = 0

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._done = epoch * self._steps

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._advance(self._done + batch + 1, f"loss {float((logs or {}).get('loss', 0.0)):.3f}")

    def on_train_end(self, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._stack.close()


def standard_callbacks(
    checkpoint: BundleCheckpoint | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    *,
    label: str = "training",
    stop: threading.Event | None = None,
) -> list[keras.callbacks.Callback]:
    """Returns the callbacks of every training in the order that they need.

    Args:
        checkpoint: Keeps the epochs; None: nothing is kept.
        callbacks: The training's own.
        label: The text at the progress bar's start.
        stop: See `Interruptible`.

    Raises:
        UserError: From `fit`: the loss is not finite (exit code 1), or the checkpoint cannot be written.
        KeyboardInterrupt: From `fit`: Ctrl-C; the finished epochs are kept, and a warning says how many.
    """
    kept = [checkpoint] if checkpoint else []
    folder = checkpoint.checkpoint.folder if checkpoint else None
    endings = [Interruptible(stop, checkpoint), StopOnNonFinite(folder)]
    return [ProgressBar(label), *kept, *callbacks, *endings]
