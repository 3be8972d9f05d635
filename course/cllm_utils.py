"""The helpers of the dinosaur exercise: `from course.cllm_utils import *` (`utils` in most editions).

The parameters' hidden bias may be called `b` or `ba`; gradients use the caller's name. Letters: n symbols,
n_a hidden units, T steps. `models.numpy_core.rnn_forward_one_hot` is the same recurrence without one-hot
columns and dictionaries, and trains three times as fast.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from course.dinosaurs import clip as clip
from course.dinosaurs import get_sample, print_sample
from course.dinosaurs import model as model
from course.dinosaurs import optimize as optimize
from course.dinosaurs import sample as sample
from course.names import Arrays, as_in, with_b
from course.rnn_utils import softmax
from models.dinos import course as ours
from models.numpy_core import rnn_cell_backward, rnn_cell_forward
from models.numpy_core.shapes import Array

# Without clip, sample, optimize and model, which the exercise asks for: a learner's missing one is missed.
__all__ = [
    "get_initial_loss",
    "get_sample",
    "initialize_parameters",
    "print_sample",
    "rnn_backward",
    "rnn_forward",
    "rnn_step_backward",
    "rnn_step_forward",
    "smooth",
    "softmax",
    "update_parameters",
]
smooth, get_initial_loss = ours.smooth, ours.get_initial_loss

Steps = dict[int, Array]
Cache = tuple[Steps, Steps, Steps]


def initialize_parameters(n_a: int, n_x: int, n_y: int) -> Arrays:
    """Draws small random weights with seed 1 in the order Wax, Waa, Wya; the biases are zero.

    Returns:
        Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), b (n_a, 1), which is also found as ba, by (n_y, 1).
    """
    return Arrays(ours.initialize_parameters(n_a, n_x, n_y))


def rnn_step_forward(parameters: Mapping[str, Array], a_prev: Array, x: Array) -> tuple[Array, Array]:
    """Reads one symbol.

    Args:
        parameters: Wax (n_a, n), Waa (n_a, n_a), Wya (n, n_a), b or ba (n_a, 1), by (n, 1).
        a_prev: (n_a, 1).
        x: One-hot, or zeros, (n, 1).

    Returns:
        a_next (n_a, 1), and p_t (n, 1), the probabilities of the next symbol.
    """
    a_next, p_t, _ = rnn_cell_forward(x, a_prev, _cell(parameters))
    return a_next, p_t


def rnn_step_backward(
    dy: Array, gradients: dict[str, Array], parameters: Mapping[str, Array], x: Array, a: Array, a_prev: Array
) -> dict[str, Array]:
    """Adds a step's gradients to those of the steps after it, in place.

    Args:
        dy: (n, 1), p_t minus the one-hot symbol expected.
        gradients: dWax, dWaa, dWya, db or dba, dby, and da_next, which flows in from the step after.
        parameters: Those of `rnn_step_forward`.
        x: (n, 1).
        a: (n_a, 1), the step's state.
        a_prev: (n_a, 1), the state before it.

    Returns:
        gradients, whose da_next is now what flows into the step before.
    """
    da = parameters["Wya"].T @ dy + gradients["da_next"]
    step = rnn_cell_backward(da, (a, a_prev, x, _cell(parameters)))
    bias = "dba" if "dba" in gradients else "db"
    for name, gradient in (
        ("dWax", step["dWax"]),
        ("dWaa", step["dWaa"]),
        (bias, step["dba"]),
        ("dWya", dy @ a.T),
        ("dby", dy),
    ):
        gradients[name] += gradient
    gradients["da_next"] = step["da_prev"]
    return gradients


def update_parameters(
    parameters: dict[str, Array], gradients: Mapping[str, Array], lr: float
) -> dict[str, Array]:
    """One step of gradient descent; the parameters are changed in place, and returned."""
    ours.update_parameters(with_b(parameters), with_b(gradients), lr)
    return parameters


def rnn_forward(
    X: Sequence[int | None],
    Y: Sequence[int],
    a0: Array,
    parameters: Mapping[str, Array],
    vocab_size: int = 27,
) -> tuple[float, Cache]:
    """Reads a name and scores the predictions.

    Args:
        X: Input indices, one a step; None is the zero vector.
        Y: Expected indices.
        a0: (n_a, 1), the state before the first step.
        parameters: Those of `rnn_step_forward`.
        vocab_size: n.

    Returns:
        The cross-entropy in nats, summed over the steps; and the cache (y_hat, a, x), each a dictionary by
        time step: y_hat[t] (n, 1), a[t] (n_a, 1), where a[-1] is a0, and x[t] (n, 1).
    """
    x: Steps = {}
    a: Steps = {-1: np.copy(a0)}
    y_hat: Steps = {}
    loss = 0.0
    for t, index in enumerate(X):
        x[t] = np.zeros((vocab_size, 1))
        if index is not None:
            x[t][index] = 1
        a[t], y_hat[t] = rnn_step_forward(parameters, a[t - 1], x[t])
        loss -= float(np.log(y_hat[t][Y[t], 0]))
    return loss, (y_hat, a, x)


def rnn_backward(
    X: Sequence[int | None], Y: Sequence[int], parameters: Mapping[str, Array], cache: Cache
) -> tuple[Arrays, Steps]:
    """Computes the gradient of `rnn_forward`'s loss, a step at a time from the last to the first.

    Returns:
        gradients dWax, dWaa, dWya, db or dba, dby, and da_next, which has reached a0; and the states a by
        time step.
    """
    y_hat, a, x = cache
    gradients = as_in(
        {f"d{name}": np.zeros_like(array) for name, array in with_b(parameters).items()}, parameters
    )
    gradients["da_next"] = np.zeros_like(a[0])
    for t in reversed(range(len(X))):
        dy = np.copy(y_hat[t])
        dy[Y[t]] -= 1
        rnn_step_backward(dy, gradients, parameters, x[t], a[t], a[t - 1])
    return gradients, a


def _cell(parameters: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters under the names of numpy_core, where the hidden layer's bias is `ba`."""
    return {"ba" if name == "b" else name: array for name, array in parameters.items()}
