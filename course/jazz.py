"""What the jazz exercise asks for: djmodel, music_inference_model and predict_and_sample, of both editions.

The networks are those of `models.jazz`. 2018's functions take sizes beside or instead of the layers.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.jazz import networks

__all__ = ["djmodel", "music_inference_model", "predict_and_sample"]

TY = 50  # tokens to generate


def djmodel(
    Tx: int,
    LSTM_cell: Any = None,
    densor: Any = None,
    reshaper: Any = None,
    n_a: int | None = None,
    n_values: int | None = None,
) -> keras.Model:
    """Builds the training network: layers that every one of Tx steps shares.

    Args:
        Tx: Time steps.
        LSTM_cell: The shared LSTM layer, as the cells since 2021 give it.
        densor: The shared softmax layer.
        reshaper: The shared reshaping layer.
        n_a: Hidden units, as 2018's cells give them, by name or after Tx. The layers are made here: the
            model has them as `get_layer("lstm_1")` and `get_layer("dense")`.
        n_values: Values, likewise.

    Returns:
        A model of [X (m, Tx, n_values), a0 (m, n_a), c0 (m, n_a)] -> Tx outputs (m, n_values).

    Raises:
        TypeError: The arguments are those of neither edition.

    Example:
        >>> djmodel(Tx=2, n_a=64, n_values=78).count_params()
        41678
    """
    if isinstance(LSTM_cell, int) and isinstance(densor, int) and reshaper is None:
        n_a, n_values, LSTM_cell, densor = LSTM_cell, densor, None, None
    layers = [layer for layer in (LSTM_cell, densor, reshaper) if layer is not None]
    if len(layers) == 3 and n_a is None and n_values is None:
        return networks.djmodel(Tx, *layers)
    if layers or n_a is None or n_values is None:
        raise TypeError("djmodel: expected Tx, n_a, n_values or Tx, LSTM_cell, densor, reshaper")
    shared = networks.shared_layers(n_values, n_a)
    return networks.djmodel(Tx, shared.LSTM_cell, shared.densor, shared.reshaper)


def music_inference_model(
    LSTM_cell: keras.layers.Layer,
    densor: keras.layers.Layer,
    n_values: int | None = None,
    n_a: int | None = None,
    Ty: int | None = None,
) -> keras.Model:
    """Builds the sampling network: each step reads the one-hot of the last step's likeliest token.

    Args:
        LSTM_cell: The shared LSTM layer.
        densor: The shared softmax layer.
        n_values: The layer's values, in 2018; a number alone that follows the layers is Ty, as since 2021.
        n_a: The layer's hidden units, in 2018.
        Ty: Tokens to generate; None: 50.

    Returns:
        A model of [x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a)] -> Ty outputs (m, n_values).

    Raises:
        ValueError: A size is not that of the layers.
    """
    if n_a is None and Ty is None and n_values != densor.units:
        n_values, Ty = None, n_values
    for name, size, units in (("n_values", n_values, densor.units), ("n_a", n_a, LSTM_cell.units)):
        if size is not None and size != units:
            raise ValueError(f"{name}: expected the layer's {units}, got {size}")
    return networks.music_inference_model(LSTM_cell, densor, TY if Ty is None else Ty)


def predict_and_sample(
    inference_model: keras.Model,
    x_initializer: NDArray[np.floating[Any]] | None = None,
    a_initializer: NDArray[np.floating[Any]] | None = None,
    c_initializer: NDArray[np.floating[Any]] | None = None,
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Runs the inference model once.

    Args:
        inference_model: From `music_inference_model`.
        x_initializer: Shape (1, 1, n_values); None, as each of them: zeros.
        a_initializer: Shape (1, n_a).
        c_initializer: Shape (1, n_a).

    Returns:
        results, the one-hot of every step's likeliest token, shape (Ty, n_values); indices, those tokens,
        shape (Ty, 1).
    """
    given = (x_initializer, a_initializer, c_initializer)
    initial = [
        np.zeros((1, *tensor.shape[1:])) if array is None else array
        for tensor, array in zip(inference_model.inputs, given, strict=True)
    ]
    return networks.predict_and_sample(inference_model, *initial)
