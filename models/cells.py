"""The recurrent cells' formulas, for the arrays of NumPy and of TensorFlow alike.

The engine and the exported graphs multiply by a cell's weights in their own ways; what the cell makes of the
products stands here. `models.numpy_core` has the cells to read, with their gradients.

Letters: m rows, n_a units. A step's products, each (m, gates * n_a) in the columns of Keras's kernels: x, the
inputs' share of the gates, and u, the hidden state's, biases added.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from models.shapes import GATES

Array = Any  # of NumPy or of TensorFlow


class LstmTrace(NamedTuple):
    """What an LSTM computes.

    Args:
        forget: The forget gate, the course's ft.
        update: The update gate, it.
        output: The output gate, ot.
        candidate: The candidate values, cct.
        c: The cell state.
        a: The hidden state.
    """

    forget: Array
    update: Array
    output: Array
    candidate: Array
    c: Array
    a: Array


class GruTrace(NamedTuple):
    """What a GRU computes.

    Args:
        update: The update gate: the share of the old state that is kept.
        reset: The reset gate, the lecture's relevance gate.
        candidate: The candidate values.
        a: The hidden state.
    """

    update: Array
    reset: Array
    candidate: Array
    a: Array


class RnnTrace(NamedTuple):
    """What a plain recurrent layer computes: a, the hidden state."""

    a: Array


Trace = LstmTrace | GruTrace | RnnTrace


class Operations(NamedTuple):
    """What a cell computes with.

    Args:
        gate: The sigmoid of an array (m, n_a), or what stands for it.
        tanh: The hyperbolic tangent.
        split: `split(z, parts)`: column blocks of the same width.
    """

    gate: Callable[[Array], Array]
    tanh: Callable[[Array], Array]
    split: Callable[[Array, int], Sequence[Array]]


def lstm(x: Array, u: Array, c: Array, operations: Operations) -> LstmTrace:
    """Computes one step of an LSTM, whose columns are i | f | c | o, from cell state c (m, n_a)."""
    gate, tanh, split = operations
    i, f, cc, o = split(x + u, 4)
    update, forget, output, candidate = gate(i), gate(f), gate(o), tanh(cc)
    c = forget * c + update * candidate
    return LstmTrace(forget, update, output, candidate, c, output * tanh(c))


def gru(x: Array, u: Array, a: Array, operations: Operations) -> GruTrace:
    """Computes one step of Keras's GRU with reset_after=True, whose columns are z | r | h, from a (m, n_a).

    Source: Cho et al. 2014, arXiv:1406.1078, the reset gate after the product, as cuDNN has it.
    """
    gate, tanh, split = operations
    (xz, xr, xh), (uz, ur, uh) = split(x, 3), split(u, 3)
    update, reset = gate(xz + uz), gate(xr + ur)
    candidate = tanh(xh + reset * uh)
    return GruTrace(update, reset, candidate, update * (a - candidate) + candidate)


def simple_rnn(x: Array, u: Array, a: Array, operations: Operations) -> RnnTrace:
    """Computes one step of a plain recurrent layer: no gates, and the old state counts in u alone."""
    return RnnTrace(operations.tanh(x + u))


@dataclass(frozen=True)
class Cell:
    """A kind of cell.

    Args:
        gates: Column blocks of its kernels.
        step: `step(x, u, memory, operations)`.
        memory: The field of what `step` returns that the next step reads beside the products.
    """

    gates: int
    step: Callable[..., Any]
    memory: str


CELLS: Mapping[str, Cell] = {
    "lstm": Cell(GATES["lstm"], lstm, "c"),
    "gru": Cell(GATES["gru"], gru, "a"),
    "simple_rnn": Cell(GATES["simple_rnn"], simple_rnn, "a"),
}
