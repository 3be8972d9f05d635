"""The plain recurrent cell: a step and its gradient, a sequence and its gradient.

Letters: n_x inputs, n_a hidden units, n_y outputs, m examples, T_x time steps. A gradient is d + the
name of what it belongs to, and has its shape.
"""

import numpy as np

from models.numpy_core.activations import softmax
from models.numpy_core.shapes import Array, Gradients, Parameters, require, require_cell, require_steps

RnnCache = tuple[Array, Array, Array, Parameters]


def rnn_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, RnnCache]:
    """Computes one step: a = tanh(Wax x + Waa a_prev + ba), y = softmax(Wya a + by).

    Args:
        xt: (n_x, m).
        a_prev: (n_a, m).
        parameters: Wax (n_a, n_x), Waa (n_a, n_a), Wya (n_y, n_a), ba (n_a, 1), by (n_y, 1).

    Returns:
        a_next (n_a, m), yt_pred (n_y, m), cache = (a_next, a_prev, xt, parameters).

    Raises:
        ValueError: A shape does not fit.
    """
    require_cell("rnn", xt, a_prev, parameters)
    Wax, Waa, Wya = parameters["Wax"], parameters["Waa"], parameters["Wya"]
    a_next = np.tanh(Wax @ xt + Waa @ a_prev + parameters["ba"])  # (n_a, m)
    yt_pred = softmax(Wya @ a_next + parameters["by"])  # (n_y, m)
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


def rnn_cell_backward(da_next: Array, cache: RnnCache) -> Gradients:
    """Computes the gradient of a step, given the loss's gradient with respect to a_next, da_next (n_a, m).

    Returns:
        dxt, da_prev, dWax, dWaa, dba.

    Raises:
        ValueError: A shape does not fit.
    """
    a_next, a_prev, xt, parameters = cache
    require("da_next", da_next, *a_next.shape)
    dz = da_next * (1 - a_next**2)  # (n_a, m)
    return {
        "dxt": parameters["Wax"].T @ dz,
        "da_prev": parameters["Waa"].T @ dz,
        "dWax": dz @ xt.T,
        "dWaa": dz @ a_prev.T,
        "dba": dz.sum(axis=1, keepdims=True),
    }


def rnn_forward(
    x: Array, a0: Array, parameters: Parameters
) -> tuple[Array, Array, tuple[list[RnnCache], Array]]:
    """Runs a sequence: `rnn_cell_forward` for each step.

    Args:
        x: (n_x, m, T_x).
        a0: (n_a, m).
        parameters: As `rnn_cell_forward`.

    Returns:
        a (n_a, m, T_x), y_pred (n_y, m, T_x), caches = (list of the steps' caches, x).

    Raises:
        ValueError: A shape does not fit.
    """
    _, m, T_x = require("x", x, "n_x", "m", "T_x")
    require("a0", a0, "n_a", m)
    a_next, a, y_pred, caches = a0, [], [], []
    for t in range(T_x):
        a_next, yt_pred, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a.append(a_next)
        y_pred.append(yt_pred)
        caches.append(cache)
    return np.stack(a, axis=2), np.stack(y_pred, axis=2), (caches, x)


def rnn_backward(da: Array, caches: tuple[list[RnnCache], Array]) -> Gradients:
    """Back-propagates through time.

    Args:
        da: (n_a, m, T_x), the loss's gradient with respect to each a, not counting what flows through
            later steps. With fewer steps than the caches, only those first steps are back-propagated.
        caches: From `rnn_forward`.

    Returns:
        dx (n_x, m, T_x), da0, dWax, dWaa, dba.

    Raises:
        ValueError: A shape does not fit.
    """
    steps, _ = caches
    T_x = require_steps("da", da, steps[0][0].shape, len(steps))
    da_prev, dx, total = np.zeros_like(da[:, :, 0]), [], Gradients()
    for t in reversed(range(T_x)):
        step = rnn_cell_backward(da[:, :, t] + da_prev, steps[t])
        dx.append(step.pop("dxt"))
        da_prev = step.pop("da_prev")
        total = {name: total.get(name, 0) + gradient for name, gradient in step.items()}
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_prev, **total}
