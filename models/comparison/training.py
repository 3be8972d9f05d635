"""Training one network of a comparison, an epoch at a call, and what is measured on the way.

Letters: m rows, T steps.
"""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from models.comparison.data import Parts, Rows
from models.engine.engine import Engine
from utils import sampling
from utils.backend import keras, tensorflow

BATCH = 32  # rows a step
PART = 2048  # rows that are measured at once: a long text's would not fit into the memory together
CLIP = 1.0  # the largest norm of all gradients together: an RNN's explode without it
BURSTS, BURST = 8, 400  # characters are timed in bursts; the fastest counts, the others were disturbed


class Measure(NamedTuple):
    """Mean cross-entropy in nats, and the share of the answers that are right."""

    loss: float
    accuracy: float


class Epoch(NamedTuple):
    """One epoch: the seconds its training took, and the network after it on each part of the data."""

    seconds: float
    training: Measure
    validation: Measure
    held_out: Measure


@dataclass(frozen=True)
class Run:
    """A network that has been trained.

    Args:
        kind: A key of `comparison.NAMES`.
        seed: What its weights and the order of the rows were drawn from.
        n_a: Its units.
        parameters: Its weights, without an embedding's.
        epochs: All its epochs.
        speed: Characters a second when it writes; None where it writes nothing.
    """

    kind: str
    seed: int
    n_a: int
    parameters: int
    epochs: Sequence[Epoch]
    speed: float | None

    @property
    def chosen(self) -> int:
        """The number of the epoch whose loss on the validation part was lowest, the first being 1."""
        return 1 + min(range(len(self.epochs)), key=lambda number: self.epochs[number].validation.loss)

    @property
    def best(self) -> Epoch:
        """That epoch."""
        return self.epochs[self.chosen - 1]

    @property
    def seconds(self) -> float:
        """The middle epoch's seconds: a machine that was busy for a moment does not count."""
        return statistics.median(epoch.seconds for epoch in self.epochs)


class Trainer:
    """Trains a network by Adam, its learning rate falling to zero as half a cosine.

    Args:
        network: From `comparison.build`; its weights change.
        parts: The data.
        epochs: How many there will be: the learning rate falls by it.
        learning_rate: At the start.
        seed: For the order of the rows. The order of an epoch depends on the seed and the epoch's
            number alone, so that all kinds of networks see the same rows in the same order.
    """

    def __init__(self, network: Any, parts: Parts, epochs: int, learning_rate: float, seed: int) -> None:
        k, tf = keras(), tensorflow()
        self.network, self.parts, self.seed = network, parts, seed
        steps = epochs * -(-len(parts.training.x) // BATCH)
        schedule = k.optimizers.schedules.CosineDecay(learning_rate, steps)
        self.optimizer = k.optimizers.Adam(schedule, global_clipnorm=CLIP)
        self.optimizer.build(network.trainable_variables)
        # Traced before the first epoch, so that an epoch's seconds are those of training.
        shapes = [tf.TensorSpec((None, *array.shape[1:]), array.dtype) for array in parts.training]
        self._step = tf.function(self._one_step).get_concrete_function(*shapes)
        any_shapes = [tf.TensorSpec([None] * array.ndim, array.dtype) for array in parts.training]
        self._sums = tf.function(self._measured, input_signature=any_shapes)

    def epoch(self, number: int) -> Epoch:
        """Runs epoch `number`, the first being 0."""
        rows, tf = self.parts.training, tensorflow()
        order = np.random.default_rng((self.seed, number)).permutation(len(rows.x))
        started = time.perf_counter()
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            self._step(*(tf.constant(array[chosen]) for array in rows))
        seconds = time.perf_counter() - started
        return Epoch(seconds, *(self.measure(part) for part in self.parts))

    def measure(self, rows: Rows) -> Measure:
        """The network on some rows, as it is now."""
        tf, sums = tensorflow(), np.zeros(3)
        for start in range(0, len(rows.x), PART):
            sums += self._sums(*(tf.constant(array[start : start + PART]) for array in rows))
        return Measure(float(sums[0] / sums[2]), float(sums[1] / sums[2]))

    def _one_step(self, x: Any, y: Any, weights: Any) -> None:
        tf, variables = tensorflow(), self.network.trainable_variables
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, self.network(x, training=True))
            loss = tf.reduce_sum(losses * weights) / tf.reduce_sum(weights)
        self.optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)

    def _measured(self, x: Any, y: Any, weights: Any) -> Any:
        """The sum of the losses, how many answers are right, and how many there are."""
        tf, logits = tensorflow(), self.network(x, training=False)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits)
        right = tf.cast(tf.argmax(logits, axis=-1, output_type=y.dtype) == y, weights.dtype)
        return tf.stack(
            [tf.reduce_sum(values * weights) for values in (losses, right, tf.ones_like(weights))]
        )


def characters_per_second(engine: Engine, end: int | None, generator: np.random.Generator) -> float:
    """How fast the NumPy engine writes, a character at a time.

    Args:
        engine: The network's.
        end: The symbol after which it begins anew; None: it never does.
        generator: Draws the characters.
    """
    symbol, state, seconds = None, engine.zero_state(), []
    for _ in range(BURSTS):
        started = time.perf_counter()
        for _ in range(BURST):
            probabilities, state = engine.step(symbol, state)
            symbol = int(sampling.draw(probabilities[0], generator.random()))
            if symbol == end:
                symbol, state = None, engine.zero_state()
        seconds.append(time.perf_counter() - started)
    return BURST / min(seconds)
