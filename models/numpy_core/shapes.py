"""Checks of arguments: a ValueError names the argument, the shape wanted and the shape received."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
Parameters = Mapping[str, Array]
Gradients = dict[str, Array]
Size = int | str


def require(name: str, array: Array, *wanted: Size) -> tuple[int, ...]:
    """Checks an array's shape.

    Args:
        name: What the caller calls the array.
        array: The array.
        *wanted: For each axis its size, or a letter for a size that is free (but not 0).

    Returns:
        The array's shape.

    Raises:
        ValueError: The shape is another one.

    Example:
        >>> require("xt", np.zeros((3, 10)), "n_x", "m")
        (3, 10)
    """
    shape = np.shape(array)
    fits = len(shape) == len(wanted) and all(
        size == want if isinstance(want, int) else size > 0 for size, want in zip(shape, wanted, strict=True)
    )
    if not fits:
        letters = ", ".join(map(str, wanted)) + ("," if len(wanted) == 1 else "")
        raise ValueError(f"{name} must have shape ({letters}), got {shape}")
    return shape


def require_parameters(parameters: Parameters, shapes: Mapping[str, tuple[Size, ...]]) -> None:
    """Checks that a cell's parameters are there and fit, each named as in `require`.

    Raises:
        ValueError: A parameter is missing, or has another shape.
    """
    for name, wanted in shapes.items():
        if name not in parameters:
            raise ValueError(
                f"parameters must hold {', '.join(shapes)}, got {', '.join(parameters) or 'none'}"
            )
        require(f"parameters[{name!r}]", parameters[name], *wanted)


def require_steps(name: str, array: Array, step: tuple[int, ...], most: int) -> int:
    """Checks a gradient over time, `step`'s shape and 1 to `most` steps; returns the number of steps.

    Raises:
        ValueError: The shape is another one, or there are more steps than the forward pass took.
    """
    steps = require(name, array, *step, "T_x")[-1]
    if steps > most:
        raise ValueError(f"{name} must have at most the {most} steps of the caches, got shape {array.shape}")
    return steps
