"""Two recurrent layers over one sequence, one reading it forwards and one backwards.

Takes the sequence functions of any cell: `rnn_forward` and `rnn_backward`, or those of the LSTM or the GRU.

Source: Schuster and Paliwal 1997, "Bidirectional recurrent neural networks".
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from models.numpy_core.activations import softmax
from models.numpy_core.shapes import Array, Gradients, Parameters, require

SequenceForward = Callable[[Array, Array, Parameters], tuple[Any, ...]]
SequenceBackward = Callable[[Array, Any], Gradients]


class BidirectionalCaches(NamedTuple):
    """The caches of both directions, as their forward function returned them."""

    forwards: Any
    backwards: Any
    shape: tuple[int, ...]


def bidirectional_forward(
    forward: SequenceForward,
    x: Array,
    a0: tuple[Array, Array],
    parameters: Mapping[str, Any],
) -> tuple[Array, Array, BidirectionalCaches]:
    """Runs both directions over a sequence, and predicts from both.

    Args:
        forward: `rnn_forward`, `lstm_forward` or `gru_forward`.
        x: (n_x, m, T_x).
        a0: The first states (n_a, m) of the direction that reads forwards, and of the other, whose first
            step is the sequence's last.
        parameters: "forwards" and "backwards", each the parameters of `forward` without its output
            layer; and the output layer over both, Wy (n_y, 2 n_a), by (n_y, 1).

    Returns:
        a (2 n_a, m, T_x): at each step the state of the forward direction above that of the other;
        y (n_y, m, T_x) = softmax(Wy a + by); caches.

    Raises:
        ValueError: A shape does not fit.
    """
    Wy, by = parameters["Wy"], parameters["by"]
    n_a = require("a0[0]", a0[0], "n_a", "m")[0]
    require("a0[1]", a0[1], *a0[0].shape)
    n_y, _ = require("parameters['Wy']", Wy, "n_y", 2 * n_a)
    require("parameters['by']", by, n_y, 1)
    a_forwards, caches_forwards = _one_way(forward, x, a0[0], parameters["forwards"], Wy[:, :n_a], by)
    a_backwards, caches_backwards = _one_way(
        forward, x[:, :, ::-1], a0[1], parameters["backwards"], Wy[:, n_a:], by
    )
    a = np.concatenate((a_forwards, a_backwards[:, :, ::-1]))  # (2 n_a, m, T_x)
    y = softmax(np.tensordot(Wy, a, axes=1) + by[:, :, None])  # (n_y, m, T_x)
    return a, y, BidirectionalCaches(caches_forwards, caches_backwards, a.shape)


def bidirectional_backward(
    backward: SequenceBackward, da: Array, caches: BidirectionalCaches
) -> dict[str, Any]:
    """Computes the gradient of both directions.

    Args:
        backward: `rnn_backward`, `lstm_backward` or `gru_backward`: of the same cell as the forward pass.
        da: (2 n_a, m, T_x), the loss's gradient with respect to a.
        caches: From `bidirectional_forward`.

    Returns:
        dx (n_x, m, T_x), da0 (a pair, each (n_a, m)), and "forwards" and "backwards": the gradients of
        each direction's parameters under the names that `backward` returns.

    Raises:
        ValueError: A shape does not fit.
    """
    require("da", da, *caches.shape)
    n_a = len(da) // 2
    forwards = backward(da[:n_a], caches.forwards)
    backwards = backward(da[n_a:, :, ::-1], caches.backwards)
    return {
        "dx": forwards.pop("dx") + backwards.pop("dx")[:, :, ::-1],
        "da0": (forwards.pop("da0"), backwards.pop("da0")),
        "forwards": forwards,
        "backwards": backwards,
    }


def _one_way(
    forward: SequenceForward, x: Array, a0: Array, parameters: Parameters, readout: Array, by: Array
) -> tuple[Array, Any]:
    """Runs one direction; its function needs an output layer, and gets its half of the shared one."""
    results = forward(x, a0, {**parameters, "Wy": readout, "Wya": readout, "by": by})
    return results[0], results[-1]
