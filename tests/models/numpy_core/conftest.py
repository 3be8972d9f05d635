"""What the cells' tests share: the course's random draws, and a Keras layer run on our arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from utils import backend


@pytest.fixture
def course_draws() -> Callable[..., list[np.ndarray]]:
    """course_draws((3, 10), (5, 10), ...): NumPy's legacy numbers of seed 1, in this order."""

    def draws(*shapes: tuple[int, ...]) -> list[np.ndarray]:
        np.random.seed(1)
        return [np.random.randn(*shape) for shape in shapes]

    return draws


@pytest.fixture
def keras_sequence() -> Callable[..., tuple[np.ndarray, np.ndarray, list[np.ndarray], list[np.ndarray]]]:
    """keras_sequence(name, n_a, x, states, weights, da, **options) -> a, dx, dstates, dweights.

    Runs a float64 Keras layer over our x (n_x, m, T_x) from our first states (n_a, m), and the gradient
    of sum(a * da) through GradientTape; a and dx come back in our layout, weights' in Keras's.
    """

    def run(
        name: str,
        n_a: int,
        x: np.ndarray,
        states: list[np.ndarray],
        weights: list[np.ndarray],
        da: np.ndarray,
        **options: Any,
    ) -> tuple[np.ndarray, np.ndarray, list[np.ndarray], list[np.ndarray]]:
        keras, tensorflow = backend.keras(), backend.tensorflow()
        layer = getattr(keras.layers, name)(n_a, return_sequences=True, dtype="float64", **options)
        layer.build((None, None, len(x)))
        layer.set_weights(weights)
        inputs = tensorflow.constant(x.transpose(1, 2, 0))
        first = [tensorflow.constant(state.T) for state in states]
        with tensorflow.GradientTape() as tape:
            tape.watch([inputs, *first])
            a = layer(inputs, initial_state=first)
            loss = tensorflow.reduce_sum(a * da.transpose(1, 2, 0))
        watched = [inputs, *first, *[weight.value for weight in layer.trainable_weights]]
        found = [gradient.numpy() for gradient in tape.gradient(loss, watched)]
        count = 1 + len(first)
        dstates = [gradient.T for gradient in found[1:count]]
        return a.numpy().transpose(2, 0, 1), found[0].transpose(2, 0, 1), dstates, found[count:]

    return run
