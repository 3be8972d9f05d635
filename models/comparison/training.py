"""Trains the networks of a comparison through `fit`, all with the same recipe.

Letters: m examples, T steps.
"""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from models.checkpoint import deferred_interrupt
from models.comparison.data import Examples, Split
from models.comparison.networks import build
from models.comparison.sizes import NAMES, Dimensions, parameters
from models.engine.engine import Engine
from models.keras_weights import get_arrays
from models.training import fit, seeded_batches, steps
from utils import sampling
from utils.errors import UserError

BATCH_SIZE = 32
EVALUATION_BATCH_SIZE = 2048  # a long text's examples would not fit into the memory together
CLIP_NORM = 1.0  # of all gradients together: an RNN's explode without it
BURSTS, BURST_LENGTH = 8, 400  # sampled characters are timed in bursts; the fastest is the least disturbed


@dataclass(frozen=True)
class Trial:
    """A trained network.

    Args:
        kind: A key of `models.comparison.sizes.NAMES`.
        seed: For the initial weights and the order of the examples.
        n_a: Units.
        parameters: The number of weights, without an embedding's.
        history: For each epoch the seconds of its training, unless others ran on the same cores, and after
            it "training_loss" (nats), "training_accuracy", and the same for "validation" and "held_out".
        characters_per_second: Of sampling; None where the outputs are no characters.
    """

    kind: str
    seed: int
    n_a: int
    parameters: int
    history: dict[str, list[float]]
    characters_per_second: float | None = None

    @property
    def best_epoch(self) -> int:
        """The epoch with the lowest validation loss, from 1."""
        return 1 + int(np.argmin(self.history["validation_loss"]))

    def best(self, metric: str) -> float:
        """A metric at the best epoch."""
        return self.history[metric][self.best_epoch - 1]

    @property
    def seconds(self) -> float | None:
        """The median epoch's seconds; the first, which has the compilation, counts only if it is alone."""
        seconds = self.history.get("seconds")
        return None if seconds is None else statistics.median(seconds[1:] or seconds)


class EpochMetrics(keras.callbacks.Callback):
    """Adds the seconds of an epoch's training, and the loss and accuracy on each part after it, to the logs.

    Args:
        split: The examples.
    """

    def __init__(self, split: Split) -> None:
        super().__init__()
        self.split = split

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """See `keras.callbacks.Callback`."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """See `keras.callbacks.Callback`."""
        if logs is None:
            return
        logs["seconds"] = time.perf_counter() - self._started
        for name, examples in self.split._asdict().items():
            logs[f"{name}_loss"], logs[f"{name}_accuracy"] = evaluate(self.model, examples)


def train(
    kind: str,
    n_a: int,
    dimensions: Dimensions,
    split: Split,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    end: int | None = None,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    stop: threading.Event | None = None,
) -> Trial:
    """Builds and trains a network by Adam; the learning rate falls to zero as half a cosine.

    The order of an epoch's examples depends on the seed and the epoch alone, so that all kinds of networks
    see the same examples in the same order.

    Args:
        kind: A key of `models.comparison.sizes.NAMES`.
        n_a: Units.
        dimensions: The inputs and outputs.
        split: The examples.
        epochs: Passes over the training examples.
        learning_rate: At the start.
        seed: For the initial weights and the order of the examples.
        end: The symbol after which sampling starts again; None: there is none.
        callbacks: More callbacks for `fit`, whose logs have the metrics of `Trial.history`.
        stop: Ends the training as Ctrl-C does when another thread sets it.

    Raises:
        KeyboardInterrupt: It was stopped.
        UserError: The loss is not finite any more (exit code 1).
    """
    name, (x, y, weights) = f"{NAMES[kind]}, seed {seed}", split.training
    batches = steps(len(x), BATCH_SIZE)
    try:
        with deferred_interrupt(stop) as interrupted:  # TensorFlow may not survive an exception in `build`
            network = build(kind, n_a, dimensions, seed)
            compile_network(network, epochs * batches, learning_rate)
            fit(
                network,
                lambda epoch: seeded_batches(
                    x, y, batch_size=BATCH_SIZE, seed=seed, epoch=epoch, sample_weight=weights
                ),
                epochs=epochs,
                callbacks=[EpochMetrics(split), *callbacks],
                stop=interrupted,
                label=name,
                steps_per_epoch=batches,
            )
    except UserError as error:
        raise UserError(f"{name}: {error}; try a smaller learning rate", error.exit_code) from None
    speed = None
    if not dimensions.embedding:
        speed = characters_per_second(Engine(get_arrays(network)), end, np.random.default_rng(seed))
    return Trial(kind, seed, n_a, parameters(kind, n_a, dimensions), network.history.history, speed)


def compile_network(network: keras.Model, steps: int, learning_rate: float) -> None:
    """Compiles a network with the comparison's recipe.

    Args:
        network: From `models.comparison.networks.build`.
        steps: Batches in all, over which the learning rate falls.
        learning_rate: At the start.
    """
    schedule = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    network.compile(
        optimizer=keras.optimizers.Adam(schedule, global_clipnorm=CLIP_NORM),
        loss=keras.losses.SparseCategoricalCrossentropy(
            from_logits=True, reduction="mean_with_sample_weight"
        ),
        weighted_metrics=[
            keras.metrics.SparseCategoricalCrossentropy("nats", from_logits=True),
            keras.metrics.SparseCategoricalAccuracy("accuracy"),
        ],
    )


def evaluate(network: keras.Model, examples: Examples) -> tuple[float, float]:
    """Evaluates a compiled network.

    Returns:
        The mean cross-entropy in nats, and the share of correct outputs, padding left out.
    """
    x, y, weights = examples
    metrics: dict[str, Any] = network.evaluate(
        x, y, sample_weight=weights, batch_size=EVALUATION_BATCH_SIZE, verbose=0, return_dict=True
    )
    return float(metrics["nats"]), float(metrics["accuracy"])


def characters_per_second(engine: Engine, end: int | None, generator: np.random.Generator) -> float:
    """Measures how fast the NumPy engine samples, a character at a time.

    Args:
        engine: The network's.
        end: The symbol after which sampling starts again; None: there is none.
        generator: Draws the characters.
    """
    symbol, state, seconds = None, engine.zero_state(), []
    for _ in range(BURSTS):
        started = time.perf_counter()
        for _ in range(BURST_LENGTH):
            probabilities, state = engine.step(symbol, state)
            symbol = int(sampling.draw(probabilities[0], generator.random()))
            if symbol == end:
                symbol, state = None, engine.zero_state()
        seconds.append(time.perf_counter() - started)
    return BURST_LENGTH / min(seconds)
