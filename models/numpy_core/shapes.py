"""The shapes of the cells' arguments, and checks whose ValueError names the argument, rule and value."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Parameters = Mapping[str, Array]
Gradients = dict[str, Array]
Size = int | str

GATES = {"rnn": "", "lstm": "fico", "gru": "urc"}  # the letters of each kind's gates


def cell_shapes(kind: str, n_x: int, n_a: int, n_y: int) -> dict[str, tuple[int, ...]]:
    """The shapes of a cell's parameters.

    Args:
        kind: "rnn", "lstm" or "gru".
        n_x: Inputs.
        n_a: Hidden units.
        n_y: Outputs.

    Example:
        >>> cell_shapes("rnn", 3, 5, 2)["Wax"]
        (5, 3)
    """
    if kind == "rnn":
        return {"Wax": (n_a, n_x), "Waa": (n_a, n_a), "ba": (n_a, 1), "Wya": (n_y, n_a), "by": (n_y, 1)}
    weights = {f"W{gate}": (n_a, n_a + n_x) for gate in GATES[kind]}
    biases = {f"b{gate}": (n_a, 1) for gate in GATES[kind]}
    return {**weights, **biases, "Wy": (n_y, n_a), "by": (n_y, 1)}


def require(name: str, array: NDArray[Any], *expected: Size) -> tuple[int, ...]:
    """Checks an array's shape.

    Args:
        name: What the caller calls the array.
        array: The array.
        *expected: For each axis its size, or a letter for a size that is free (but not 0).

    Returns:
        The array's shape.

    Raises:
        ValueError: The shape is another one.

    Example:
        >>> require("xt", np.zeros((3, 10)), "n_x", "m")
        (3, 10)
    """
    shape = np.shape(array)
    if shape == expected:  # the common case, for speed
        return shape
    fits = len(shape) == len(expected) and all(
        size == rule if isinstance(rule, int) else size > 0
        for size, rule in zip(shape, expected, strict=True)
    )
    if not fits:
        letters = ", ".join(map(str, expected)) + ("," if len(expected) == 1 else "")
        raise ValueError(f"{name}: expected shape ({letters}), got {shape}")
    return shape


def require_cell(kind: str, xt: Array, a_prev: Array, parameters: Parameters) -> tuple[int, ...]:
    """Checks the arguments of a step against each other.

    Args:
        kind: "rnn", "lstm" or "gru".
        xt: (n_x, m).
        a_prev: (n_a, m).
        parameters: Of the shapes that `cell_shapes` gives.

    Returns:
        The shape (n_a, m) of the state.

    Raises:
        ValueError: A parameter is missing, or a shape does not fit.
    """
    n_x, m = require("xt", xt, "n_x", "m")
    n_a, _ = require("a_prev", a_prev, "n_a", m)
    require_parameters(kind, n_x, n_a, parameters)
    return n_a, m


def require_parameters(kind: str, n_x: int, n_a: int, parameters: Parameters) -> None:
    """Checks that a cell's parameters are there and fit; the number of outputs is that of `by`.

    Raises:
        ValueError: A parameter is missing, or has another shape.
    """
    n_y = require("parameters['by']", parameters["by"], "n_y", 1)[0] if "by" in parameters else 1
    for name, expected in cell_shapes(kind, n_x, n_a, n_y).items():
        if name not in parameters:
            raise ValueError(f"parameters: expected {name!r}, got {', '.join(parameters) or 'none'}")
        require(f"parameters[{name!r}]", parameters[name], *expected)


def require_steps(name: str, array: Array, step: tuple[int, ...], most: int) -> int:
    """Checks a gradient over time, `step`'s shape and 1 to `most` steps; returns the number of steps.

    Raises:
        ValueError: The shape is another one, or there are more steps than the forward pass took.
    """
    steps = require(name, array, *step, "T_x")[-1]
    if steps > most:
        raise ValueError(f"{name}: expected at most the {most} steps of the caches, got shape {array.shape}")
    return steps
