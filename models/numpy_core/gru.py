"""The GRU cell: a step and its gradient, a sequence and its gradient.

Letters: n_x inputs, n_a hidden units, n_y outputs, m examples, T_x time steps. A gradient is d + the
name of what it belongs to, and has its shape.

Source: Cho et al. 2014, arXiv:1406.1078, as Keras's GRU(reset_after=False) has it: the update gate u
is the share of the old state that is kept. (Where a lecture writes u * candidate + (1 - u) * a_prev, its u
is 1 minus this one: negate Wu and bu to go from one to the other.)
"""

import numpy as np

from models.numpy_core.activations import sigmoid, softmax
from models.numpy_core.shapes import Array, Gradients, Parameters, require, require_cell, require_steps

GruCache = tuple[Array, Array, Array, Array, Array, Array, Parameters]


def gru_cell_forward(xt: Array, a_prev: Array, parameters: Parameters) -> tuple[Array, Array, GruCache]:
    """Computes one step: update, relevance, candidate.

    Args:
        xt: (n_x, m).
        a_prev: (n_a, m).
        parameters: Wu, Wr, Wc (n_a, n_a + n_x), bu, br, bc (n_a, 1), Wy (n_y, n_a), by (n_y, 1).

    Returns:
        a_next (n_a, m), yt_pred (n_y, m), cache = (a_next, a_prev, ut, rt, cct, xt, parameters).

    Raises:
        ValueError: A shape does not fit.
    """
    require_cell("gru", xt, a_prev, parameters)
    p, stack = parameters, np.concatenate((a_prev, xt))  # (n_a + n_x, m)
    ut = sigmoid(p["Wu"] @ stack + p["bu"])  # (n_a, m), as all gates
    rt = sigmoid(p["Wr"] @ stack + p["br"])
    cct = np.tanh(p["Wc"] @ np.concatenate((rt * a_prev, xt)) + p["bc"])
    a_next = ut * a_prev + (1 - ut) * cct
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])  # (n_y, m)
    return a_next, yt_pred, (a_next, a_prev, ut, rt, cct, xt, parameters)


def gru_cell_backward(da_next: Array, cache: GruCache) -> Gradients:
    """Computes the gradient of a step, given the loss's gradient with respect to a_next, da_next (n_a, m).

    Returns:
        dxt, da_prev, dWu, dbu, dWr, dbr, dWc, dbc.

    Raises:
        ValueError: A shape does not fit.
    """
    a_next, a_prev, ut, rt, cct, xt, p = cache
    require("da_next", da_next, *a_next.shape)
    n_a = len(a_prev)
    stack, reset_stack = np.concatenate((a_prev, xt)), np.concatenate((rt * a_prev, xt))
    dzc = da_next * (1 - ut) * (1 - cct**2)  # (n_a, m), as dzu and dzr
    dreset = p["Wc"].T @ dzc  # (n_a + n_x, m)
    dzu = da_next * (a_prev - cct) * ut * (1 - ut)
    dzr = dreset[:n_a] * a_prev * rt * (1 - rt)
    dstack = p["Wu"].T @ dzu + p["Wr"].T @ dzr
    gradients: Gradients = {
        "dxt": dstack[n_a:] + dreset[n_a:],
        "da_prev": dstack[:n_a] + dreset[:n_a] * rt + da_next * ut,
    }
    for gate, dz, read in (("u", dzu, stack), ("r", dzr, stack), ("c", dzc, reset_stack)):
        gradients[f"dW{gate}"] = dz @ read.T
        gradients[f"db{gate}"] = dz.sum(axis=1, keepdims=True)
    return gradients


def gru_forward(
    x: Array, a0: Array, parameters: Parameters
) -> tuple[Array, Array, tuple[list[GruCache], Array]]:
    """Runs a sequence: `gru_cell_forward` for each step.

    Args:
        x: (n_x, m, T_x).
        a0: (n_a, m).
        parameters: As `gru_cell_forward`.

    Returns:
        a (n_a, m, T_x), y (n_y, m, T_x), caches = (list of the steps' caches, x).

    Raises:
        ValueError: A shape does not fit.
    """
    _, m, T_x = require("x", x, "n_x", "m", "T_x")
    require("a0", a0, "n_a", m)
    a_next, a, y, caches = a0, [], [], []
    for t in range(T_x):
        a_next, yt, cache = gru_cell_forward(x[:, :, t], a_next, parameters)
        a.append(a_next)
        y.append(yt)
        caches.append(cache)
    return np.stack(a, axis=2), np.stack(y, axis=2), (caches, x)


def gru_backward(da: Array, caches: tuple[list[GruCache], Array]) -> Gradients:
    """Back-propagates through time.

    Args:
        da: (n_a, m, T_x), the loss's gradient with respect to each a, not counting what flows through
            later steps. With fewer steps than the caches, only those first steps are back-propagated.
        caches: From `gru_forward`.

    Returns:
        dx (n_x, m, T_x), da0, dWu, dbu, dWr, dbr, dWc, dbc.

    Raises:
        ValueError: A shape does not fit.
    """
    steps, _ = caches
    T_x = require_steps("da", da, steps[0][0].shape, len(steps))
    da_prev, dx, total = np.zeros_like(da[:, :, 0]), [], Gradients()
    for t in reversed(range(T_x)):
        step = gru_cell_backward(da[:, :, t] + da_prev, steps[t])
        dx.append(step.pop("dxt"))
        da_prev = step.pop("da_prev")
        total = {name: total.get(name, 0) + gradient for name, gradient in step.items()}
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_prev, **total}
