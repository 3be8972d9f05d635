"""Trains with Keras's `fit`: seeded batches, checkpoints, stopping, a progress bar.

    model.compile(optimizer="adam", loss="mse")
    fit_bundle(
        model,
        template,
        lambda epoch: seeded_batches(x, y, batch_size=32, seed=seed, epoch=epoch),
        Run(folder, epochs=10),
        steps_per_epoch=steps(len(x), 32),
    )

A training of several phases calls `fit` for each, with one checkpoint of `models.checkpoint.training`.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import count
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models import checkpoint as checkpoints
from models.checkpoint import Checkpoint, Run
from models.keras_weights import averaged_weights, get_arrays, get_state, set_state
from utils.bundle import Bundle
from utils.errors import UserError
from utils.progress import progress

Logs = dict[str, float] | None
Vary = Callable[[NDArray[Any], np.random.Generator], NDArray[Any]]
Batches = Callable[[int], Any]  # what `fit` reads, from an epoch on


def fit_bundle(
    model: keras.Model,
    template: Bundle,
    batches: Batches,
    run: Run,
    *,
    layers: Sequence[keras.Layer] = (),
    **options: Any,
) -> Bundle:
    """Trains a compiled model and writes it as a bundle.

    A training that Ctrl-C, SIGTERM, a loss that is not finite, a full disk or `kill -9` ends keeps the epochs
    before, and a resumed one equals one that was never stopped, bit for bit.

    Args:
        model: The model.
        template: The bundle without its arrays; a resumed training must share its settings.
        batches: Makes what Keras reads, from an epoch on.
        run: How the training runs; `epochs` is needed.
        layers: The layers whose weights are the network; none: the model's own.
        **options: More options of `keras.Model.fit`, such as `steps_per_epoch` and `validation_data`.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        UserError: The folder is not free or cannot be written, or the loss is not finite (exit code 1).
        KeyboardInterrupt: It was stopped.
    """
    with checkpoints.training(template, run) as checkpoint:
        fit(
            model,
            batches,
            epochs=run.epochs or 1,
            checkpoint=checkpoint,
            callbacks=run.callbacks,
            layers=layers,
            **options,
        )
    return checkpoint.trained


def fit(
    model: keras.Model,
    batches: Batches,
    *,
    epochs: int,
    checkpoint: Checkpoint | None = None,
    first: int = 0,
    layers: Sequence[keras.Layer] = (),
    before: Sequence[keras.callbacks.Callback] = (),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    stop: threading.Event | None = None,
    label: str = "training",
    **options: Any,
) -> None:
    """Trains a compiled model up to an epoch, from where its checkpoint is.

    Args:
        model: The model.
        batches: Makes what `fit` reads, whose first epoch, from 0, it is given.
        epochs: The epochs of the whole training that are done afterwards.
        checkpoint: From `models.checkpoint.training`; it keeps the averages of the weights if the optimizer
            has them (`use_ema`). None: nothing is kept.
        first: The epoch of the whole training that is the model's first.
        layers: The layers whose weights are the network; none: the model's own.
        before: Callbacks that come before all others.
        callbacks: Callbacks that come after the checkpoint.
        stop: Ends the training when it is set; None: the checkpoint's.
        label: The text at the progress bar's start.
        **options: More options of `keras.Model.fit`.

    Raises:
        UserError: The loss is not finite (exit code 1), the checkpoint cannot be written, or it does not
            fit the model.
        KeyboardInterrupt: `stop` was set.
    """
    begin = checkpoint.result.epochs if checkpoint else 0
    if begin >= epochs:
        return
    if checkpoint and begin > first:
        _restore(model, checkpoint)
    keeping = [BundleCheckpoint(checkpoint, layers)] if checkpoint else []
    stop = stop or (checkpoint.stop if checkpoint else threading.Event())
    finite = StopOnNonFinite()
    model.fit(
        batches(begin - first),
        epochs=epochs,
        initial_epoch=begin,
        shuffle=False,
        verbose=0,
        callbacks=[*before, ProgressBar(label), *keeping, *callbacks, StopOnEvent(stop), finite],
        **options,
    )
    for error in (*(keep.error for keep in keeping), finite.error(checkpoint)):
        if error is not None:
            raise error
    if stop.is_set():
        raise KeyboardInterrupt


def _restore(model: keras.Model, checkpoint: Checkpoint) -> None:
    """Gives a compiled model the weights, the optimizer and the random state of the checkpoint."""
    model.optimizer.build(model.trainable_variables)
    rate = model.optimizer.learning_rate
    rate = None if "learning_rate" not in checkpoint.free else float(rate)
    try:
        set_state(checkpoint.state, model)
        if rate is not None:  # a new one is allowed
            model.optimizer.learning_rate = rate
    except ValueError as error:
        raise UserError(f"the bundle {checkpoint.folder} cannot be resumed: {error}") from None


def seeded_batches(
    x: NDArray[Any],
    y: NDArray[Any],
    *,
    batch_size: int,
    seed: int,
    epoch: int = 0,
    sample_weight: NDArray[Any] | None = None,
    vary: Vary | None = None,
) -> tf.data.Dataset:
    """Makes infinite batches whose order depends on the seed and the epoch alone, for runs to be resumed.

    `fit` takes them with `steps_per_epoch=steps(len(x), batch_size)` and makes one iterator for all epochs.
    For a `PyDataset` it makes two an epoch, some 50 ms on two cores, and calls `on_epoch_end` before the
    first.

    Args:
        x: Inputs, shape (m, ...), held in memory.
        y: Targets, shape (m, ...), likewise.
        batch_size: Examples in a batch; the last one of an epoch may be smaller.
        seed: The seed of every order.
        epoch: The first epoch, from 0.
        sample_weight: Weights, shape (m, ...); None: none.
        vary: Makes the inputs of each epoch from x and a generator, for example with some left out. None: x,
            every time.

    Returns:
        Batches (x, y), or (x, y, sample_weight).

    Example:
        >>> batches = seeded_batches(np.arange(5), np.arange(5), batch_size=2, seed=1)
        >>> sorted(int(i) for x, _ in batches.take(steps(5, 2)) for i in x)
        [0, 1, 2, 3, 4]
    """
    inputs = tf.constant(x)
    others = [tf.constant(array) for array in (y, sample_weight) if array is not None]

    def epochs() -> Iterator[tuple[NDArray[Any], ...]]:
        for number in count(epoch):
            generator = np.random.default_rng((seed, number))
            order = generator.permutation(len(x))
            yield (order,) if vary is None else (order, vary(x, generator))

    def batches(order: tf.Tensor, *varied: tf.Tensor) -> tf.data.Dataset:
        arrays = [*(varied or (inputs,)), *others]
        chosen = tf.data.Dataset.from_tensor_slices(order).batch(batch_size)
        return chosen.map(lambda rows: tuple(tf.gather(array, rows) for array in arrays))

    order = tf.TensorSpec(len(x), tf.int64)
    options = tf.data.Options()
    options.autotune.enabled = False
    options.threading.private_threadpool_size = 1  # more threads would slow the computation
    return (
        tf.data.Dataset.from_generator(
            epochs, output_signature=(order,) if vary is None else (order, tf.TensorSpec(x.shape, x.dtype))
        )
        .flat_map(batches)
        .with_options(options)
    )


def steps(examples: int, batch_size: int) -> int:
    """The batches of an epoch, of which the last may be smaller."""
    return -(-examples // batch_size)


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
    """Keeps every finished epoch whose metrics are finite.

    Args:
        checkpoint: Keeps it.
        layers: Those whose weights it keeps; none: the model's own.

    Attributes:
        error: The folder could not be written, which ends the training.
    """

    def __init__(self, checkpoint: Checkpoint, layers: Sequence[keras.Layer] = ()) -> None:
        super().__init__()
        self.checkpoint, self.layers = checkpoint, tuple(layers)
        self.error: UserError | None = None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """Starts the epoch's clock."""
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
        except UserError as error:  # raised behind `fit`, which has then left the terminal as it was
            self.error, self.model.stop_training = error, True


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
    """Ends a training whose loss, or a metric of validation, is NaN or infinite.

    Attributes:
        metrics: Those that were not finite; empty if all were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.metrics: dict[str, float] = {}
        self._epoch = 0

    def error(self, checkpoint: Checkpoint | None) -> UserError | None:
        """The error that says so, exit code 1; None if all were finite."""
        folder = checkpoint.folder if checkpoint else None
        return checkpoints.divergence_error(self._epoch, self.metrics, folder) if self.metrics else None

    def on_epoch_begin(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """Stops at the batch that diverged."""
        self._check({"loss": float((logs or {}).get("loss", 0.0))})

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """Stops also when only a validation metric diverged."""
        self._check({name: float(value) for name, value in (logs or {}).items()})

    def _check(self, metrics: dict[str, float]) -> None:
        if not self.metrics and not checkpoints.is_finite(metrics):
            self.metrics, self.model.stop_training = metrics, True


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that begins in the state that earlier epochs left it in.

    `models.checkpoint.Checkpoint` keeps the weights of the best epoch, averaged where the optimizer averages.

    Args:
        values: The monitored metric after each earlier epoch, rounded as a `TrainingResult` has them.
        patience: Epochs without a lower value that end the training.
        monitor: The metric.
    """

    def __init__(self, values: Sequence[float], patience: int, monitor: str = "val_loss") -> None:
        super().__init__(monitor, patience=patience, mode="min")
        self.values, self.patience = list(values), patience

    @property
    def ended(self) -> bool:
        """Whether the earlier epochs have ended the training."""
        return bool(self.values and len(self.values) - np.argmin(self.values) > self.patience)

    def on_train_begin(self, logs: Logs = None) -> None:
        """Replays the earlier epochs."""
        super().on_train_begin(logs)
        for epoch, value in enumerate(self.values):
            self.on_epoch_end(epoch, {self.monitor: value})

    def get_monitor_value(self, logs: Logs) -> float:
        """Rounds as the history is rounded."""
        return round(float((logs or {})[self.monitor]), 6)


class StopOnEvent(keras.callbacks.Callback):
    """Ends a training after the batch in which an event was set, by a signal or by another thread.

    Args:
        event: The event.
    """

    def __init__(self, event: threading.Event) -> None:
        super().__init__()
        self.event = event

    def on_train_batch_end(self, batch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        if self.event.is_set():
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Logs = None) -> None:
        """See `keras.callbacks.Callback`."""
        self.on_train_batch_end(0)


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
