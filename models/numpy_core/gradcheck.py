"""Analytic gradients checked against central differences.

Source: (loss(x + h) - loss(x - h)) / 2h is the gradient of the loss with respect to x, up to h**2.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.numpy_core.gru import gru_cell_backward, gru_cell_forward
from models.numpy_core.lstm import lstm_cell_backward, lstm_cell_forward
from models.numpy_core.rnn import rnn_cell_backward, rnn_cell_forward
from models.numpy_core.shapes import Array, cell_shapes

Arrays = dict[str, Array]

STEP = 1e-5  # to either side, for float64: the error of the formula and that of rounding are both near 1e-10
CELLS: dict[str, tuple[Callable[..., Any], Callable[..., Arrays]]] = {
    "rnn": (rnn_cell_forward, rnn_cell_backward),
    "lstm": (lstm_cell_forward, lstm_cell_backward),
    "gru": (gru_cell_forward, gru_cell_backward),
}


class Check(NamedTuple):
    """One array's gradient, computed both ways.

    Args:
        name: The array's name.
        shape: Its shape.
        analytic: The largest entry of the analytic gradient.
        numerical: The same entry of the numerical gradient.
        relative_error: Of the whole arrays; see `relative_error`.
    """

    name: str
    shape: tuple[int, ...]
    analytic: float
    numerical: float
    relative_error: float


def numerical_gradient(loss: Callable[[], float], array: Array) -> NDArray[np.float64]:
    """Computes central differences of a loss with respect to every number of an array.

    Args:
        loss: Reads `array` and returns the loss.
        array: Changed in place, a number at a time, and restored; float64.
    """
    gradient = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        value = array[place]
        array[place] = value + STEP
        above = loss()
        array[place] = value - STEP
        below = loss()
        array[place] = value
        gradient[place] = (above - below) / (2 * STEP)
    return gradient


def relative_error(analytic: Array, numerical: Array) -> float:
    """|analytic - numerical| / (|analytic| + |numerical|), lengths of whole arrays; 0 if both are 0."""
    scale = np.linalg.norm(analytic) + np.linalg.norm(numerical)
    return float(np.linalg.norm(analytic - numerical) / scale) if scale else 0.0


def compare(loss: Callable[[], float], arrays: Arrays, gradients: Arrays) -> list[Check]:
    """Checks each array's gradient.

    Args:
        loss: Reads the arrays and returns the loss.
        arrays: By name; changed in place and restored.
        gradients: The analytic gradient of each, named d + its name.
    """
    checks = []
    for name, array in arrays.items():
        analytic, numerical = gradients[f"d{name}"], numerical_gradient(loss, array)
        top = np.unravel_index(np.abs(analytic).argmax(), analytic.shape)
        error = relative_error(analytic, numerical)
        checks.append(Check(name, array.shape, float(analytic[top]), float(numerical[top]), error))
    return checks


def random_parameters(kind: str, n_x: int, n_a: int, n_y: int, generator: np.random.Generator) -> Arrays:
    """Draws float64 parameters of a cell, all different and no bias zero; see `cell_shapes`."""
    return {
        name: generator.standard_normal(shape) for name, shape in cell_shapes(kind, n_x, n_a, n_y).items()
    }


def check_cell(kind: str, generator: np.random.Generator) -> list[Check]:
    """Checks one step of a cell on random numbers: its input, its state and every parameter.

    The loss is a weighted sum of the step's new states; the weights are the da_next (and dc_next) that the
    backward pass starts from.

    Args:
        kind: "rnn", "lstm" or "gru".
        generator: Draws inputs, parameters and the loss's weights.
    """
    n_x, n_a, m = 3, 5, 4
    parameters = random_parameters(kind, n_x, n_a, 2, generator)
    normal = generator.standard_normal
    arrays: Arrays = {"xt": normal((n_x, m)), "a_prev": normal((n_a, m))}
    da_next, dc_next = normal((n_a, m)), normal((n_a, m))
    if kind == "lstm":
        arrays["c_prev"] = normal((n_a, m))
    checked = {name: array for name, array in parameters.items() if name not in ("Wya", "Wy", "by")}
    upstream = [da_next, dc_next] if kind == "lstm" else [da_next]
    forward, backward = CELLS[kind]

    def step() -> tuple[float, Arrays]:
        *states, _, cache = forward(**arrays, parameters=parameters)
        loss = sum(np.sum(state * gradient) for state, gradient in zip(states, upstream, strict=True))
        return float(loss), backward(*upstream, cache)

    gradients = step()[1]
    return compare(lambda: step()[0], arrays | checked, gradients)
