"""The helpers of the exercise "RNN step by step": `from course.rnn_utils import *`."""

from collections.abc import Mapping

import numpy as np

from models.numpy_core import sigmoid
from models.numpy_core.shapes import Array

__all__ = ["initialize_adam", "sigmoid", "softmax", "update_parameters_with_adam"]

Arrays = dict[str, Array]


def softmax(x: Array) -> Array:
    """e^x over its sum along axis 0, for (n, ...), with the maximum of the whole array subtracted first.

    In a column that lies more than 745 below another one every exponential is 0, and the result NaN.
    `models.numpy_core.softmax` subtracts each column's own maximum.

    Example:
        >>> softmax(np.zeros((2, 1))).tolist()
        [[0.5], [0.5]]
    """
    e = np.exp(x - np.max(x))
    return np.asarray(e / e.sum(axis=0))


def initialize_adam(parameters: Mapping[str, Array]) -> tuple[Arrays, Arrays]:
    """Starts Adam's two averages at zero.

    Args:
        parameters: Arrays by name: W1, b1, ... as in the course, or any other.

    Returns:
        v, the average of the gradients, and s, that of their squares: d + name, of the array's shape.
    """
    v: Arrays = {f"d{name}": np.zeros(array.shape) for name, array in parameters.items()}
    return v, {name: array.copy() for name, array in v.items()}


def update_parameters_with_adam(
    parameters: Arrays,
    grads: Mapping[str, Array],
    v: Arrays,
    s: Arrays,
    t: int,
    learning_rate: float = 0.01,
    beta1: float = 0.9,
    beta2: float = 0.999,
    epsilon: float = 1e-8,
) -> tuple[Arrays, Arrays, Arrays]:
    """Does one step of Adam; the three dictionaries are updated, their old arrays are not.

    Source: Kingma and Ba 2015, arXiv:1412.6980, algorithm 1: epsilon is added to the root.

    Args:
        parameters: Arrays by name.
        grads: The gradient of each: d + name.
        v: The average of the gradients, from `initialize_adam` or the step before.
        s: The average of their squares.
        t: The number of the step, from 1.
        learning_rate: The size of a step.
        beta1: How much of v is kept.
        beta2: How much of s is kept.
        epsilon: Keeps the divisor from 0.

    Returns:
        parameters, v, s.
    """
    for name in parameters:
        grad = grads[f"d{name}"]
        v[f"d{name}"] = beta1 * v[f"d{name}"] + (1 - beta1) * grad
        s[f"d{name}"] = beta2 * s[f"d{name}"] + (1 - beta2) * grad**2
        v_corrected = v[f"d{name}"] / (1 - beta1**t)
        s_corrected = s[f"d{name}"] / (1 - beta2**t)
        parameters[name] = parameters[name] - learning_rate * v_corrected / (np.sqrt(s_corrected) + epsilon)
    return parameters, v, s
