"""An epoch of training for compiled Keras models, a batch at a call."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray


def train_epoch(
    model: Any, x: NDArray[Any], y: NDArray[Any], batch_size: int, generator: np.random.Generator
) -> Iterator[float]:
    """Trains a compiled model on every example once, in an order that the generator draws.

    Keras's own `fit` feeds its batches through a data pipeline whose threads and the computation's wait for
    each other: on two cores about half of its runs use one of them only.

    Args:
        model: A Keras model with one loss.
        x: Inputs, shape (m, ...), m at least 1.
        y: Targets, shape (m, ...).
        batch_size: Examples a step.
        generator: For the order.

    Yields:
        After every step the mean loss of the examples so far; the last is the epoch's.
    """
    order = generator.permutation(len(y))
    total = 0.0
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        model.reset_metrics()  # some of Keras's versions give the mean so far, others the batch's loss
        total += float(np.asarray(model.train_on_batch(x[chosen], y[chosen]))) * len(chosen)
        yield total / (start + len(chosen))
