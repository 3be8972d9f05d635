"""The cells side by side: their functions, random examples, their parameters in Keras's layout."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from models import numpy_core
from models.numpy_core.gradcheck import random_parameters

OUTPUT = ("Wya", "Wy", "by")  # the output layer's parameters, which the states do not depend on


class Cell(NamedTuple):
    """The four functions of a cell, its first states, and Keras's layer of the same kind."""

    step: Callable[..., Any]
    step_backward: Callable[..., Any]
    forward: Callable[..., Any]
    backward: Callable[..., Any]
    states: tuple[str, ...]
    keras_name: str
    keras_gates: str  # in Keras's order
    keras_options: dict[str, Any]


def cell(kind: str, states: tuple[str, ...], *of_keras: Any) -> Cell:
    names = ("cell_forward", "cell_backward", "forward", "backward")
    return Cell(*(getattr(numpy_core, f"{kind}_{name}") for name in names), states, *of_keras)


CELLS = {
    "rnn": cell("rnn", ("a0",), "SimpleRNN", "", {}),
    "lstm": cell("lstm", ("a0", "c0"), "LSTM", "ifco", {}),
    "gru": cell("gru", ("a0",), "GRU", "urc", {"reset_after": False}),
}


def course_draws(*shapes: tuple[int, ...]) -> list[np.ndarray]:
    """NumPy's legacy numbers of seed 1, in this order."""
    random = np.random.RandomState(1)
    return [random.randn(*shape) for shape in shapes]


def example(kind: str, dtype: Any = np.float64, steps: int = 6, m: int = 4) -> tuple[dict, dict]:
    """Random x (3, m, steps), first states (5, m) and parameters, each gate with its own, no bias zero."""
    rng = np.random.default_rng(0)
    parameters = random_parameters(kind, 3, 5, 2, rng)
    arrays = {"x": rng.standard_normal((3, m, steps))}
    arrays |= {name: rng.standard_normal((5, m)) for name in CELLS[kind].states}
    return tuple({k: v.astype(dtype) for k, v in d.items()} for d in (arrays, parameters))


def keras_layout(kind: str, arrays: dict[str, np.ndarray], d: str = "") -> list[np.ndarray]:
    """Kernel, recurrent kernel and bias, of parameters or, with d="d", of their gradients."""
    if kind == "rnn":
        return [arrays[f"{d}Wax"].T, arrays[f"{d}Waa"].T, arrays[f"{d}ba"][:, 0]]
    gates = CELLS[kind].keras_gates
    stacked = np.concatenate([arrays[f"{d}W{gate}"] for gate in gates])  # (gates n_a, n_a + n_x)
    bias = np.concatenate([arrays[f"{d}b{gate}"] for gate in gates])[:, 0]
    n_a = len(arrays[f"{d}b{gates[0]}"])
    return [stacked[:, n_a:].T, stacked[:, :n_a].T, bias]
