"""The plain cell over one-hot inputs given as indices: `rnn_forward` and `rnn_backward`, faster.

A product with a one-hot column is the look-up of a column, and everything outside the recurrence is one
product for the whole sequence: only Waa a_prev and the tanh remain in the loop. models.dinos trains with
these functions. A test compares them with the step-by-step cell.

Letters: n_x inputs, n_a hidden units, n_y outputs, m examples, T_x time steps.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.numpy_core.activations import softmax
from models.numpy_core.shapes import Array, Gradients, Parameters, require, require_parameters

NO_SYMBOL = -1  # an index that stands for no symbol: the zero vector


class OneHotCaches(NamedTuple):
    """The forward pass, for the backward pass; the time axis comes first.

    Args:
        a: (T_x + 1, m, n_a), a0 and the state after each step.
        X: (m, T_x).
        parameters: As given.
    """

    a: Array
    X: NDArray[Any]
    parameters: Parameters


def rnn_forward_one_hot(
    X: NDArray[np.integer[Any]], a0: Array, parameters: Parameters
) -> tuple[Array, Array, OneHotCaches]:
    """Runs a sequence, as `rnn_forward` does for the one-hot columns.

    Args:
        X: Indices (m, T_x), 0 to n_x - 1, or NO_SYMBOL.
        a0: (n_a, m).
        parameters: As `rnn_cell_forward`.

    Returns:
        a (n_a, m, T_x), y_pred (n_y, m, T_x), caches.

    Raises:
        ValueError: A shape does not fit, or an index is out of range.
    """
    m, T_x = require("X", X, "m", "T_x")
    n_a, _ = require("a0", a0, "n_a", m)
    n_x = require("parameters['Wax']", parameters["Wax"], n_a, "n_x")[1]
    require_parameters("rnn", n_x, n_a, parameters)
    if X.min() < NO_SYMBOL or X.max() >= n_x:
        raise ValueError(f"X: expected indices from -1 to {n_x - 1}, got {X.min()} to {X.max()}")
    inputs = parameters["Wax"].T[X.T]  # (T_x, m, n_a)
    inputs[X.T == NO_SYMBOL] = 0
    inputs += parameters["ba"].T
    a = np.empty((T_x + 1, m, n_a), inputs.dtype)
    a[0] = a0.T
    Waa_T, dot, add, tanh = parameters["Waa"].T, np.dot, np.add, np.tanh
    for a_prev, a_next, xt in zip(a, a[1:], inputs, strict=False):
        dot(a_prev, Waa_T, a_next)
        add(a_next, xt, a_next)
        tanh(a_next, a_next)
    states = a[1:].transpose(2, 1, 0)
    z = parameters["Wya"] @ a[1:].reshape(T_x * m, n_a).T + parameters["by"]  # (n_y, T_x m)
    y_pred = softmax(z).reshape(-1, T_x, m).swapaxes(1, 2)
    return states, y_pred, OneHotCaches(a, X, parameters)


def rnn_backward_one_hot(da: Array, caches: OneHotCaches) -> Gradients:
    """Back-propagates through time, as `rnn_backward`, but without dx, which indices do not have.

    Args:
        da: (n_a, m, T_x), the loss's gradient with respect to each a, not counting what flows through
            later steps.
        caches: From `rnn_forward_one_hot`.

    Returns:
        da0, dWax, dWaa, dba.

    Raises:
        ValueError: A shape does not fit.
    """
    a, X, parameters = caches
    T_x, m, n_a = a[1:].shape
    require("da", da, n_a, m, T_x)
    slope = 1 - a[1:] ** 2
    # (T_x, m, n_a): da, which becomes in place the gradient with respect to the argument of tanh.
    dz = np.array(da.transpose(2, 1, 0), order="C")
    da_prev = np.zeros((m, n_a), dz.dtype)
    Waa, dot, add, multiply = parameters["Waa"], np.dot, np.add, np.multiply
    for dz_t, slope_t in zip(dz[::-1], slope[::-1], strict=True):
        add(dz_t, da_prev, dz_t)
        multiply(dz_t, slope_t, dz_t)
        dot(dz_t, Waa, da_prev)
    flat = dz.reshape(T_x * m, n_a)
    one_hot = np.zeros((T_x * m, parameters["Wax"].shape[1] + 1), dz.dtype)
    one_hot[np.arange(T_x * m), X.T.reshape(-1)] = 1  # NO_SYMBOL is the last column
    return {
        "da0": da_prev.T,
        "dWax": flat.T @ one_hot[:, :-1],
        "dWaa": flat.T @ a[:-1].reshape(T_x * m, n_a),
        "dba": flat.sum(axis=0)[:, None],
    }
