"""Moves the weights of Keras models to and from named arrays, the form that bundles store."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import numpy as np

from utils.bundle import Arrays


def get_arrays(*layers: keras.Layer) -> Arrays:
    """Copies the trainable weights of a model, or of single layers, by layer and weight name.

    Args:
        layers: Models or layers. A model contributes each of its layers, so that shared layer objects
            have the same names in every model that is wired from them.

    Returns:
        Arrays by names such as "lstm_1/recurrent_kernel" and "dense/bias".

    Example:
        >>> dense = keras.layers.Dense(2, name="dense")
        >>> dense.build((None, 3))
        >>> {name: array.shape for name, array in get_arrays(dense).items()}
        {'dense/kernel': (3, 2), 'dense/bias': (2,)}
    """
    return {name: np.array(variable.numpy()) for name, variable in _named(layers).items()}


def set_arrays(arrays: Arrays, *layers: keras.Layer) -> None:
    """Assigns arrays to the weights that `get_arrays` names.

    Args:
        arrays: Arrays by name; names that the layers lack are ignored.
        layers: Models or layers, as in `get_arrays`.

    Raises:
        ValueError: An array is missing or has another shape.
    """
    for name, variable in _named(layers).items():
        _assign(variable, name, arrays)


def get_state(model: keras.Model) -> Arrays:
    """Copies everything that continuing a training needs: variables, random state, optimizer.

    Args:
        model: A compiled model whose optimizer is built. Layers with `trainable = False` are left out.
    """
    return {name: np.array(variable.numpy()) for name, variable in _state(model).items()}


def set_state(arrays: Arrays, model: keras.Model) -> None:
    """Restores what `get_state` copied.

    Raises:
        ValueError: An array is missing or has another shape.
    """
    for name, variable in _state(model).items():
        _assign(variable, name, arrays)


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Gives a compiled model its optimizer's moving averages (`use_ema`) while the block runs.

    Unlike `keras.callbacks.SwapEMAWeights` the weights are afterwards what they were to the last bit.
    """
    values = [np.array(variable.numpy()) for variable in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, values, strict=True):
            variable.assign(value)


def _named(layers: tuple[keras.Layer, ...]) -> dict[str, keras.Variable]:
    named = [
        (f"{leaf.name}/{variable.name}", variable)
        for layer in layers
        for leaf in _leaves(layer)
        for variable in leaf.trainable_variables
    ]
    variables = dict(named)
    if len(variables) < len({id(variable) for _, variable in named}):
        raise ValueError(f"layers: expected different names, got {', '.join(name for name, _ in named)}")
    return variables


def _leaves(layer: keras.Layer) -> list[keras.Layer]:
    """The layers of a model or of a bidirectional layer, whose two have cells with the same names."""
    if isinstance(layer, keras.layers.Bidirectional):
        return [layer.forward_layer, layer.backward_layer]
    inner = getattr(layer, "layers", None)
    return [layer] if inner is None else [leaf for part in inner for leaf in _leaves(part)]


def _state(model: keras.Model) -> dict[str, keras.Variable]:
    """Variables by their place: Keras numbers the names of random states anew in every process."""
    frozen = {id(variable) for layer in model.layers if not layer.trainable for variable in layer.variables}
    kept = [variable for variable in model.variables if id(variable) not in frozen]
    groups = {"model": kept, "optimizer": model.optimizer.variables}
    return {
        f"{group}/{number:03d}": variable
        for group, variables in groups.items()
        for number, variable in enumerate(variables)
    }


def _assign(variable: keras.Variable, name: str, arrays: Arrays) -> None:
    array = arrays.get(name)
    if array is None:
        raise ValueError(f"arrays has no {name!r}")
    if array.shape != tuple(variable.shape):
        raise ValueError(f"{name!r}: expected shape {tuple(variable.shape)}, got {array.shape}")
    variable.assign(array)
