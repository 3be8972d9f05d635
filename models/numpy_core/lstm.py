"""The LSTM cell: a step and its gradient, a sequence and its gradient.

Letters: n_x inputs, n_a hidden units, n_y outputs, m examples, T_x time steps. Each gate acts on the
stack [a_prev; xt]. A gradient is d + the name of what it belongs to, and has its shape.

models.engine.layers has the same step again. This one is for reading and for gradients: a gate a line, a
cache for the backward pass, the dtype of its arguments. That one is for sampling from trained networks, ten
times as fast: float32, the four gates in one product, no cache. A test compares them.
"""

import numpy as np

from models.numpy_core.activations import sigmoid, softmax
from models.numpy_core.shapes import Array, Gradients, Parameters, require, require_cell, require_steps

LstmCache = tuple[Array, Array, Array, Array, Array, Array, Array, Array, Array, Parameters]


def lstm_cell_forward(
    xt: Array, a_prev: Array, c_prev: Array, parameters: Parameters
) -> tuple[Array, Array, Array, LstmCache]:
    """Computes one step: forget, update, candidate, output.

    Args:
        xt: (n_x, m).
        a_prev: (n_a, m).
        c_prev: (n_a, m).
        parameters: Wf, Wi, Wc, Wo (n_a, n_a + n_x), bf, bi, bc, bo (n_a, 1), Wy (n_y, n_a), by (n_y, 1).

    Returns:
        a_next (n_a, m), c_next (n_a, m), yt_pred (n_y, m),
        cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters).

    Raises:
        ValueError: A shape does not fit.
    """
    require("c_prev", c_prev, *require_cell("lstm", xt, a_prev, parameters))
    p, stack = parameters, np.concatenate((a_prev, xt))  # (n_a + n_x, m)
    ft = sigmoid(p["Wf"] @ stack + p["bf"])  # (n_a, m), as all gates
    it = sigmoid(p["Wi"] @ stack + p["bi"])
    cct = np.tanh(p["Wc"] @ stack + p["bc"])
    ot = sigmoid(p["Wo"] @ stack + p["bo"])
    c_next = ft * c_prev + it * cct
    a_next = ot * np.tanh(c_next)
    yt_pred = softmax(p["Wy"] @ a_next + p["by"])  # (n_y, m)
    return a_next, c_next, yt_pred, (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)


def lstm_cell_backward(da_next: Array, dc_next: Array, cache: LstmCache) -> Gradients:
    """Computes the gradient of a step, given the loss's with respect to a_next and c_next, both (n_a, m).

    dc_next is what reaches c_next from later steps; what reaches it through a_next is added here.

    Returns:
        dxt, da_prev, dc_prev, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo.

    Raises:
        ValueError: A shape does not fit.
    """
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, p = cache
    require("da_next", da_next, *a_next.shape)
    require("dc_next", dc_next, *c_next.shape)
    stack = np.concatenate((a_prev, xt))  # (n_a + n_x, m)
    dc = dc_next + da_next * ot * (1 - np.tanh(c_next) ** 2)  # (n_a, m), as all dz
    dzf = dc * c_prev * ft * (1 - ft)  # dz: the gradient of what a gate's activation is taken of
    dzi = dc * cct * it * (1 - it)
    dzc = dc * it * (1 - cct**2)
    dzo = da_next * np.tanh(c_next) * ot * (1 - ot)
    dstack = p["Wf"].T @ dzf + p["Wi"].T @ dzi + p["Wc"].T @ dzc + p["Wo"].T @ dzo
    n_a = len(a_prev)
    gradients = {"dxt": dstack[n_a:], "da_prev": dstack[:n_a], "dc_prev": dc * ft}
    for gate, dz in (("f", dzf), ("i", dzi), ("c", dzc), ("o", dzo)):
        gradients[f"dW{gate}"] = dz @ stack.T
        gradients[f"db{gate}"] = dz.sum(axis=1, keepdims=True)
    return gradients


def lstm_forward(
    x: Array, a0: Array, parameters: Parameters, c0: Array | None = None
) -> tuple[Array, Array, Array, tuple[list[LstmCache], Array]]:
    """Runs a sequence: `lstm_cell_forward` for each step.

    Args:
        x: (n_x, m, T_x).
        a0: (n_a, m).
        parameters: As `lstm_cell_forward`.
        c0: (n_a, m); none: zeros.

    Returns:
        a (n_a, m, T_x), y (n_y, m, T_x), c (n_a, m, T_x), caches = (list of the steps' caches, x).

    Raises:
        ValueError: A shape does not fit.
    """
    _, m, T_x = require("x", x, "n_x", "m", "T_x")
    n_a, _ = require("a0", a0, "n_a", m)
    a_next, c_next = a0, np.zeros_like(a0) if c0 is None else c0
    require("c0", c_next, n_a, m)
    a, y, c, caches = [], [], [], []
    for t in range(T_x):
        a_next, c_next, yt, cache = lstm_cell_forward(x[:, :, t], a_next, c_next, parameters)
        a.append(a_next)
        y.append(yt)
        c.append(c_next)
        caches.append(cache)
    return np.stack(a, axis=2), np.stack(y, axis=2), np.stack(c, axis=2), (caches, x)


def lstm_backward(da: Array, caches: tuple[list[LstmCache], Array]) -> Gradients:
    """Back-propagates through time: both da_prev and dc_prev are carried back.

    Args:
        da: (n_a, m, T_x), the loss's gradient with respect to each a, not counting what flows through
            later steps. With fewer steps than the caches, only those first steps are back-propagated.
        caches: From `lstm_forward`.

    Returns:
        dx (n_x, m, T_x), da0, dc0, dWf, dbf, dWi, dbi, dWc, dbc, dWo, dbo.

    Raises:
        ValueError: A shape does not fit.
    """
    steps, _ = caches
    T_x = require_steps("da", da, steps[0][0].shape, len(steps))
    da_prev = dc_prev = np.zeros_like(da[:, :, 0])
    dx, total = [], Gradients()
    for t in reversed(range(T_x)):
        step = lstm_cell_backward(da[:, :, t] + da_prev, dc_prev, steps[t])
        dx.append(step.pop("dxt"))
        da_prev, dc_prev = step.pop("da_prev"), step.pop("dc_prev")
        total = {name: total.get(name, 0) + gradient for name, gradient in step.items()}
    return {"dx": np.stack(dx[::-1], axis=2), "da0": da_prev, "dc0": dc_prev, **total}
