"""Data-parallel training through `fit`: each of several processes takes its rows of every batch.

    workers = Workers()                                   # before TensorFlow has run anything
    model.compile(optimizer=optimizer, loss=loss)
    workers.average_gradients(model.optimizer)
    model.fit(batches_of(workers.rows(m)), callbacks=[WorkersCallback(workers), ...])

Every worker has the whole network in ordinary variables, and starts from the same weights. The gradients of
its rows are averaged over the workers before the optimizer sees them: clipping, averages of the weights
and the update are then those of one process. `fit` itself is not distributed, so all of its callbacks work.

A request to stop is one more number that is averaged with the gradients, so that every worker learns of it
after the same batch; NaN in its place says that a gradient was not finite. `WorkersCallback` comes first in
`fit`, so that the callbacks after it see what all workers agreed on.
"""

import threading
from collections.abc import Sequence
from math import isfinite, isnan, nan
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from utils.errors import UserError


class Workers:
    """This process among those that train a network together, as `TF_CONFIG` names them.

    Make it before TensorFlow has run anything: its collective operations are configured at the start.

    Attributes:
        rank: The number of this process, from 0. The first one writes.
        count: The number of processes.
        stop: Set it in any of them to stop all after the same batch.
        stopped: Set when all have agreed to stop: for `models.training.fit`.
    """

    def __init__(self) -> None:
        ring = tf.distribute.experimental.CommunicationImplementation.RING
        options = tf.distribute.experimental.CommunicationOptions(implementation=ring)
        self._strategy = tf.distribute.MultiWorkerMirroredStrategy(communication_options=options)
        self.rank = int(self._strategy.cluster_resolver.task_id or 0)
        self.count = int(self._strategy.num_replicas_in_sync)
        self.stop, self.stopped = threading.Event(), threading.Event()
        self._requested, self._agreed = tf.Variable(0.0), tf.Variable(0.0)
        self._mean = tf.function(self._mean_of, reduce_retracing=True)

    @property
    def writes(self) -> bool:
        """Whether this worker writes the checkpoints."""
        return self.rank == 0

    def rows(self, batch_size: int) -> slice:
        """This worker's rows of a batch.

        Raises:
            UserError: The workers do not divide the batch.
        """
        require_divisor(self.count, batch_size)
        share = batch_size // self.count
        return slice(self.rank * share, (self.rank + 1) * share)

    def average_gradients(self, optimizer: keras.Optimizer) -> None:
        """Makes an optimizer average the gradients over the workers before it clips and applies them."""
        apply = optimizer.apply

        def averaged(gradients: Sequence[Any], variables: Sequence[Any] | None = None) -> None:
            *mean, requested = self._mean_of([*gradients, self._requested])
            finite = tf.reduce_all([tf.reduce_all(tf.math.is_finite(gradient)) for gradient in mean])
            self._agreed.assign(tf.where(finite, requested, nan))
            apply(mean, variables)

        optimizer.apply = averaged

    def mean(self, values: Sequence[float]) -> list[float]:
        """The means of numbers over the workers, each of which must call this."""
        found = self._mean([tf.constant(value, tf.float64) for value in values])
        return [float(value) for value in found]

    def gather(self, rows: Any) -> Any:
        """The rows of all workers, one worker's after the other's; each must call this."""

        def gathered(own: Any) -> Any:
            return tf.distribute.get_replica_context().all_gather(tf.identity(own), axis=0)

        return self._local(self._strategy.run(gathered, args=(rows,)))

    def require_same(self, name: str, number: int) -> None:
        """Checks that all workers have the same number, below 2**24.

        Raises:
            UserError: They have not; all of them raise it.
        """
        mean, square = self.mean([float(number), float(number) ** 2])
        if square - mean**2 > 0.5 / self.count**2:
            raise UserError(f"the workers have different {name}: expected the same files on every machine")

    def exchange_stop(self) -> float:
        """Submits this worker's stop request for the next batch, and returns the outcome of the last one.

        0: go on; above 0: stop; NaN: a gradient was not finite.
        """
        self._requested.assign(float(self.stop.is_set()))
        return float(self._agreed.numpy())

    def _mean_of(self, values: Sequence[Any]) -> list[Any]:
        def reduced(own: list[Any]) -> Any:
            # A copy on this replica's device, which values from outside are not on.
            own = [tf.identity(value) for value in own]
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.MEAN, own)

        return [self._local(value) for value in self._strategy.run(reduced, args=(list(values),))]

    def _local(self, value: Any) -> Any:
        return self._strategy.experimental_local_results(value)[0]


def require_divisor(workers: int, batch_size: int) -> None:
    """Checks that every worker gets as many rows of a batch.

    Raises:
        UserError: The workers do not divide the batch.
    """
    if workers < 1 or batch_size % workers:
        raise UserError(f"workers: expected a divisor of the batch of {batch_size} rows, got {workers}")


class WorkersCallback(keras.callbacks.Callback):
    """Keeps the workers together; the first callback of `fit`, so that the others see what all agree on.

    Args:
        workers: The workers.
        validation: This worker's share of the validation examples.
    """

    def __init__(self, workers: Workers, validation: int = 0) -> None:
        super().__init__()
        self.workers, self.validation = workers, validation

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Gives each worker its own dropout seed; that of worker 0, which is checkpointed, is unchanged."""
        for variable in self.model.non_trainable_variables:
            if variable.name == "seed_generator_state":
                variable.assign_add(np.array([self.workers.rank, 0], np.uint32))

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Sets `stopped` in every worker after the same batch.

        A loss that is not finite becomes the value that all workers agreed on: NaN if a gradient was not.
        """
        agreed = self.workers.exchange_stop()
        if agreed > 0:
            self.workers.stopped.set()
        if logs is not None and (isnan(agreed) or not isfinite(logs.get("loss", 0.0))):
            logs["loss"] = agreed

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Averages the metrics, and gathers the rows of a carried state for the checkpoint."""
        if logs is not None:
            names = sorted(logs)
            shares = [self.validation if name.startswith("val_") else 1 for name in names]
            means = self.workers.mean(
                [*(share * logs[name] for name, share in zip(names, shares, strict=True)), *shares]
            )
            for name, total, share in zip(names, means, means[len(names) :], strict=False):
                logs[name] = total / share
        rows = getattr(self.model, "rows", None)
        for state in self.model.carried if rows else ():
            state.assign(self.workers.gather(state[rows]))
