"""The dinosaur network as two matrices, so that a step is one product and one tanh.

The five parameters of the course lie side by side: recurrent = [Wax | Waa | b] (n_a, n_x + n_a + 1) and
output = [Wya | by] (n_y, n_a + 1). A step reads a row [one-hot | a_prev | 1], and its tanh is written
into the next row; everything outside the recurrence is one product over the whole name. Rows are time
steps here: T characters, the last being the newline. n_x = n_y = n, the size of the vocabulary.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine.layers import NOTHING

Floats = NDArray[np.float64]
Parameters = dict[str, Floats]
Indices = NDArray[np.intp]


class Network(NamedTuple):
    """The weights, which are never changed in place; or their gradients."""

    recurrent: Floats
    output: Floats

    @classmethod
    def of(cls, parameters: Mapping[str, Floats]) -> "Network":
        """Joins the course's Wax (n_a, n), Waa (n_a, n_a), Wya (n, n_a), b (n_a, 1), by (n, 1)."""
        p = parameters
        recurrent = np.concatenate((p["Wax"], p["Waa"], p["b"]), axis=1)
        return cls(recurrent, np.concatenate((p["Wya"], p["by"]), axis=1))

    @property
    def n(self) -> int:
        """Symbols in the vocabulary."""
        return len(self.output)

    @property
    def n_a(self) -> int:
        """Hidden units."""
        return len(self.recurrent)

    def parameters(self) -> Parameters:
        """The course's five arrays: views of the two."""
        n, n_a = self.n, self.n_a
        return {
            "Wax": self.recurrent[:, :n],
            "Waa": self.recurrent[:, n : n + n_a],
            "Wya": self.output[:, :n_a],
            "b": self.recurrent[:, -1:],
            "by": self.output[:, -1:],
        }

    def minus(self, gradients: "Network", learning_rate: float) -> "Network":
        """The weights after a step of gradient descent."""
        return Network(
            self.recurrent - learning_rate * gradients.recurrent,
            self.output - learning_rate * gradients.output,
        )

    def clip(self, most: float) -> None:
        """Brings all numbers to between -most and most, in place: for gradients, which nobody shares."""
        for array in self:
            array.clip(-most, most, out=array)


class Pass(NamedTuple):
    """What the forward pass leaves for the backward pass."""

    rows: Floats  # (T + 1, n + n_a + 1): row t is [one-hot of X[t] | a of t - 1 | 1]
    y_hat: Floats  # (T, n)
    Y: Indices  # (T,)

    @property
    def a(self) -> Floats:
        """The states (T + 1, n_a); the first is the one before the name."""
        return self.rows[:, self.y_hat.shape[1] : -1]


def indices(symbols: Sequence[int | None]) -> Indices:
    """An index list as an array; None is the zero vector."""
    return np.array([NOTHING if symbol is None else symbol for symbol in symbols], dtype=np.intp)


def forward(network: Network, X: Indices, Y: Indices, a_prev: Floats) -> tuple[float, Pass]:
    """Reads a name.

    Args:
        network: The weights.
        X: (T,), what is read at each step, NOTHING being the zero vector.
        Y: (T,), what should come out of each step.
        a_prev: (n_a,), the state before the first step.

    Returns:
        The cross-entropy in nats, summed over the steps, and what `backward` needs.
    """
    recurrent, n = network.recurrent, network.n
    rows = _blank_rows(n, network.n_a)[np.append(X, NOTHING)]
    a = rows[:, n:-1]
    a[0] = a_prev
    dot, tanh = np.dot, np.tanh
    for row, a_next in zip(rows, a[1:], strict=False):
        dot(recurrent, row, a_next)
        tanh(a_next, a_next)
    y_hat = dot(rows[1:, n:], network.output.T)
    y_hat -= np.maximum.reduce(y_hat, axis=1, keepdims=True)
    np.exp(y_hat, y_hat)
    y_hat /= np.add.reduce(y_hat, axis=1, keepdims=True)
    wanted = y_hat[np.arange(len(Y)), Y]
    return -float(np.add.reduce(np.log(wanted))), Pass(rows, y_hat, Y)


def backward(network: Network, cache: Pass) -> Network:
    """The gradient of `forward`'s loss, back through time, shaped as the network.

    Row t + 1 of `joined` is [dz of step t + 1 | dy of step t], where dz is the gradient of what tanh is
    taken of: times [Waa; Wya] it is the gradient of a at step t, in one product.
    """
    rows, y_hat, Y = cache
    T, n = y_hat.shape
    n_a = network.n_a
    a = rows[1:, n:-1]
    slope = 1 - a * a
    joined = np.empty((T + 1, n_a + n))
    dz, dy = joined[:, :n_a], joined[1:, n_a:]
    dz[T] = 0
    dy[:] = y_hat
    dy[np.arange(T), Y] -= 1
    weights = np.concatenate((network.recurrent[:, n:-1], network.output[:, :-1]))  # [Waa; Wya]
    da = np.empty(n_a)
    dot, multiply = np.dot, np.multiply
    for row, dz_t, slope_t in zip(joined[:0:-1], dz[-2::-1], slope[::-1], strict=True):
        dot(row, weights, da)
        multiply(da, slope_t, dz_t)
    return Network(dot(dz[:-1].T, rows[:-1]), dot(dy.T, rows[1:, n:]))


@lru_cache(maxsize=4)
def _blank_rows(n: int, n_a: int) -> Floats:
    """Row i is [one-hot of i | zeros | 1]; the last row, also row NOTHING, has no one-hot."""
    rows = np.zeros((n + 1, n + n_a + 1))
    np.fill_diagonal(rows[:n], 1)
    rows[:, -1] = 1
    rows.flags.writeable = False
    return rows
