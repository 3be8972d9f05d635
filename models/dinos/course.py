"""Dinosaur names: the course's character model.

`course.dinosaurs` and `course.cllm_utils` have it by the course's contracts, with `sample` and `model`. The
recurrence and its gradient are numpy_core's. Letters: n symbols in the vocabulary, n_a hidden units, T
steps. Parameters: Wax (n_a, n), Waa (n_a, n_a), Wya (n, n_a), b (n_a, 1), by (n, 1); a gradient is d + its
parameter. The newline is the end of a name.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.dinos.options import TrainOptions
from models.numpy_core import rnn_backward_one_hot, rnn_cell_forward, rnn_forward_one_hot
from models.numpy_core.one_hot import NO_SYMBOL, OneHotCaches
from models.numpy_core.shapes import Array, require

Parameters = dict[str, Array]

N_A, LEARNING_RATE = TrainOptions.n_a, TrainOptions.learning_rate  # the course's
MAX_GRADIENT = 5.0  # the course clips every gradient to -5 .. 5
MAX_LENGTH = 50  # characters after which a sampled name is cut


class Cache(NamedTuple):
    """The forward pass over a name, for the backward pass.

    Args:
        y_hat: Probabilities (n, T).
        a: States (n_a, T).
        cell: The core's caches.
    """

    y_hat: Array
    a: Array
    cell: OneHotCaches


def parameter_shapes(n_a: int, n: int) -> dict[str, tuple[int, int]]:
    """The shapes of the five parameters, in the course's order."""
    return {"Wax": (n_a, n), "Waa": (n_a, n_a), "Wya": (n, n_a), "b": (n_a, 1), "by": (n, 1)}


def initialize_parameters(n_a: int, n_x: int, n_y: int, seed: int = 1) -> Parameters:
    """Draws small random weights in the order Wax, Waa, Wya; the biases are zero."""
    random = np.random.RandomState(seed)
    return {
        "Wax": random.randn(n_a, n_x) * 0.01,
        "Waa": random.randn(n_a, n_a) * 0.01,
        "Wya": random.randn(n_y, n_a) * 0.01,
        "b": np.zeros((n_a, 1)),
        "by": np.zeros((n_y, 1)),
    }


def get_initial_loss(vocab_size: int, seq_length: int) -> float:
    """The loss of guessing: -ln(1 / vocab_size) for each of seq_length symbols, in nats."""
    return math.log(vocab_size) * seq_length


def smooth(loss: float, cur_loss: float) -> float:
    """The running loss after one more name."""
    return loss * 0.999 + cur_loss * 0.001


def clip(gradients: Mapping[str, Array], maxValue: float) -> Parameters:
    """New gradients with every number between -maxValue and maxValue; the caller's are not changed."""
    return {name: array.clip(-maxValue, maxValue) for name, array in gradients.items()}


def rnn_forward(
    X: Sequence[int | None],
    Y: Sequence[int],
    a0: Array,
    parameters: Mapping[str, Array],
    vocab_size: int = 27,
) -> tuple[float, Cache]:
    """Reads a name and scores the predictions.

    Args:
        X: Input indices, one a step; the first may be None, the zero vector.
        Y: Expected indices.
        a0: (n_a, 1), the state before the first step.
        parameters: The five arrays.
        vocab_size: n.

    Returns:
        The cross-entropy in nats, summed over the steps, and the cache for `rnn_backward`.

    Raises:
        ValueError: X and Y differ in length, or an index or a shape does not fit.
    """
    if not X or len(X) != len(Y):
        raise ValueError(f"X and Y: expected one length of 1 or more, got {len(X)} and {len(Y)}")
    first = NO_SYMBOL if X[0] is None else X[0]
    _require_indices("X", [*X[X[0] is None :]], vocab_size)
    _require_indices("Y", Y, vocab_size)
    require("parameters['by']", parameters["by"], vocab_size, 1)
    a, y_hat, cell = rnn_forward_one_hot(np.array([[first, *X[1:]]]), a0, _cell(parameters))
    loss = -float(np.log(y_hat[Y, 0, np.arange(len(Y))]).sum())
    return loss, Cache(y_hat[:, 0], a[:, 0], cell)


def rnn_backward(
    X: Sequence[int | None], Y: Sequence[int], parameters: Mapping[str, Array], cache: Cache
) -> tuple[Parameters, Array]:
    """Computes the gradient of `rnn_forward`'s loss.

    Returns:
        The gradients dWax, dWaa, dWya, db, dby, and the states a (n_a, T).
    """
    y_hat, a, cell = cache
    dy = y_hat.copy()  # (n, T)
    dy[Y, np.arange(len(Y))] -= 1
    through_time = rnn_backward_one_hot((parameters["Wya"].T @ dy)[:, None], cell)
    gradients = {
        "dWax": through_time["dWax"],
        "dWaa": through_time["dWaa"],
        "dWya": dy @ a.T,
        "db": through_time["dba"],
        "dby": dy.sum(axis=1, keepdims=True),
    }
    return gradients, a


def update_parameters(
    parameters: Parameters, gradients: Mapping[str, Array], learning_rate: float
) -> Parameters:
    """One step of gradient descent; the parameters are changed in place, and returned."""
    for name, parameter in parameters.items():
        parameter -= learning_rate * gradients[f"d{name}"]
    return parameters


def optimize(
    X: Sequence[int | None],
    Y: Sequence[int],
    a_prev: Array,
    parameters: Parameters,
    learning_rate: float = LEARNING_RATE,
) -> tuple[float, Parameters, Array]:
    """One name's step: forward, backward, clip at 5, update. The parameters are changed in place.

    `course.dinosaurs.model` and `models.dinos.train` repeat it, and notebooks/2_dinosaurs.ipynb writes that
    loop out.

    Returns:
        The loss before the step, the clipped gradients, and the state after the name (n_a, 1).

    Raises:
        ValueError: As `rnn_forward`.
    """
    loss, cache = rnn_forward(X, Y, a_prev, parameters, len(parameters["by"]))
    gradients, a = rnn_backward(X, Y, parameters, cache)
    gradients = clip(gradients, MAX_GRADIENT)
    update_parameters(parameters, gradients, learning_rate)
    return loss, gradients, a[:, -1:].copy()


def read_names(data: str | Sequence[str]) -> list[str]:
    """Names lower-cased and stripped, empty lines left out."""
    lines = data.split("\n") if isinstance(data, str) else data
    return [name for line in lines if (name := line.lower().strip())]


def shuffled_examples(
    names: Sequence[str], char_to_ix: Mapping[str, int], seed: int = 0
) -> list[tuple[list[int | None], list[int]]]:
    """Names as X and Y in the order of training: X begins with None, Y is X moved by one, with the newline.

    Args:
        names: Lower-case names.
        char_to_ix: Indices by symbol, the newline among them.
        seed: For the order; the course has 0.

    Raises:
        ValueError: There is no name, or a name has a symbol that is not in char_to_ix.
    """
    if not names:
        raise ValueError("names: expected one name or more, got none")
    if unknown := set("\n").union(*names) - set(char_to_ix):
        raise ValueError(f"char_to_ix: expected every symbol of the names, got none for {min(unknown)!r}")
    order = list(names)
    np.random.RandomState(seed).shuffle(order)
    encoded = [[char_to_ix[symbol] for symbol in name] for name in order]
    return [([None, *name], [*name, char_to_ix["\n"]]) for name in encoded]


def step(parameters: Mapping[str, Array], a_prev: Array, index: int | None) -> tuple[Array, Array]:
    """Reads one symbol with numpy_core's cell.

    Args:
        parameters: The five arrays.
        a_prev: (n_a, 1).
        index: The symbol; None: the zero vector.

    Returns:
        The state (n_a, 1), and the probabilities (n,) of the next symbol.
    """
    xt = np.zeros((parameters["Wax"].shape[1], 1))
    if index is not None:
        xt[index] = 1
    a_next, y, _ = rnn_cell_forward(xt, a_prev, _cell(parameters))
    return a_next, y[:, 0]


def _cell(parameters: Mapping[str, Array]) -> dict[str, Array]:
    """The parameters under the names of numpy_core, where the hidden layer's bias is `ba`."""
    return {"ba" if name == "b" else name: array for name, array in parameters.items()}


def _require_indices(name: str, symbols: Sequence[int | None], n: int) -> None:
    known = range(n)
    for symbol in symbols:
        if symbol not in known:
            raise ValueError(f"{name}: expected indices from 0 to {n - 1}, got {symbol}")
