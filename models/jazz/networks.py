"""The jazz networks: one LSTM layer and one softmax layer, shared by training and improvising.

The names are the course's. Letters: m examples, T_x time steps, n_values tokens, n_a hidden units.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import initializers, layers, ops
from numpy.typing import NDArray

from models.keras_weights import set_arrays
from utils.bundle import Bundle

N_A = 64  # hidden units of the course's network

Floats = NDArray[np.float32]


class SharedLayers(NamedTuple):
    """The three layer objects that every jazz network is wired from.

    Args:
        reshaper: (batch, n_values) -> (batch, 1, n_values).
        LSTM_cell: An LSTM of n_a units that returns its state.
        densor: Softmax over the n_values tokens.
    """

    reshaper: keras.layers.Reshape
    LSTM_cell: keras.layers.LSTM
    densor: keras.layers.Dense

    @property
    def n_a(self) -> int:
        """Hidden units."""
        return int(self.LSTM_cell.units)

    @property
    def n_values(self) -> int:
        """Distinct tokens."""
        return int(self.densor.units)


def shared_layers(n_values: int, n_a: int = N_A, seed: int = 0) -> SharedLayers:
    """Makes the shared layers and their weights, the same for the same seed.

    Args:
        n_values: Distinct tokens.
        n_a: Hidden units.
        seed: For the initial weights: Glorot uniform kernels, an orthogonal recurrent kernel, zero
            biases but for the forget gate's ones.
    """
    cell = layers.LSTM(
        n_a,
        return_state=True,
        kernel_initializer=initializers.GlorotUniform(seed),
        recurrent_initializer=initializers.Orthogonal(seed=seed + 1),
        seed=seed,  # of a dropout that is not used, but whose state is saved
        name="lstm_1",
    )
    densor = layers.Dense(
        n_values, activation="softmax", kernel_initializer=initializers.GlorotUniform(seed + 2), name="dense"
    )
    cell.build((None, 1, n_values))
    densor.build((None, n_a))
    return SharedLayers(layers.Reshape((1, n_values), name="reshaper"), cell, densor)


def djmodel(
    Tx: int, LSTM_cell: keras.layers.LSTM, densor: keras.layers.Dense, reshaper: keras.layers.Reshape
) -> keras.Model:
    """Builds the course's training network: the shared layers, unrolled over Tx steps.

    Compile it with one loss for all outputs, and metrics, if any, as a list with one entry for each
    output: Keras 3 refuses `metrics=["accuracy"]` for several outputs.

    Args:
        Tx: Time steps.
        LSTM_cell: The shared LSTM layer of n_a units.
        densor: The shared softmax layer of n_values units.
        reshaper: The shared reshaping layer.

    Returns:
        A model of [X (m, Tx, n_values), a0 (m, n_a), c0 (m, n_a)] -> Tx outputs (m, n_values).

    Example:
        >>> reshaper, LSTM_cell, densor = shared_layers(78)
        >>> model = djmodel(2, LSTM_cell, densor, reshaper)
        >>> len(model.outputs), model.count_params()
        (2, 41678)
    """
    X = layers.Input((Tx, densor.units), name="X")
    a0, c0 = layers.Input((LSTM_cell.units,), name="a0"), layers.Input((LSTM_cell.units,), name="c0")
    a, c, outputs = a0, c0, []
    for t in range(Tx):
        x = reshaper(X[:, t, :])
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        outputs.append(densor(a))
    return keras.Model([X, a0, c0], outputs, name="djmodel")


def sequence_model(Tx: int | None, shared: SharedLayers) -> keras.Model:
    """Builds the same function as `djmodel` with zero initial states, traced once instead of Tx times.

    Args:
        Tx: Time steps; None: any number.
        shared: The layers.

    Returns:
        A model of X (m, Tx, n_values) -> (m, Tx, n_values). It owns no weights: the LSTM's cell and
        the softmax are the shared objects.
    """
    X = layers.Input((Tx, shared.n_values), name="X")
    a = layers.RNN(shared.LSTM_cell.cell, return_sequences=True, name="over_time")(X)
    return keras.Model(X, shared.densor(a), name="jazz_sequence")


def music_inference_model(
    LSTM_cell: keras.layers.LSTM, densor: keras.layers.Dense, Ty: int = 50
) -> keras.Model:
    """Builds the course's sampling network: each step reads the one-hot of the last step's likeliest token.

    `models.jazz.load().improvise()` samples instead, in NumPy. This one is what `course.jazz` and
    notebooks/4_jazz.ipynb play with, and what the export's signature "course" computes.

    Args:
        LSTM_cell: The shared LSTM layer.
        densor: The shared softmax layer.
        Ty: Tokens to generate.

    Returns:
        A model of [x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a)] -> Ty outputs (m, n_values).
    """
    n_values = densor.units
    x0 = layers.Input((1, n_values), name="x0")
    a0, c0 = layers.Input((LSTM_cell.units,), name="a0"), layers.Input((LSTM_cell.units,), name="c0")
    x, a, c, outputs = x0, a0, c0, []
    for _ in range(Ty):
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        out = densor(a)
        outputs.append(out)
        x = ops.expand_dims(ops.one_hot(ops.argmax(out, axis=-1), n_values), axis=1)
    return keras.Model([x0, a0, c0], outputs, name="music_inference")


def predict_and_sample(
    inference_model: keras.Model,
    x_initializer: NDArray[np.floating],
    a_initializer: NDArray[np.floating],
    c_initializer: NDArray[np.floating],
) -> tuple[Floats, NDArray[np.intp]]:
    """Runs the inference model once, as notebooks/4_jazz.ipynb does.

    Args:
        inference_model: From `music_inference_model`.
        x_initializer: Shape (1, 1, n_values).
        a_initializer: Shape (1, n_a).
        c_initializer: Shape (1, n_a).

    Returns:
        results: the one-hot of every step's likeliest token, shape (Ty, n_values);
        indices: those tokens, shape (Ty, 1).

    Example:
        >>> _, LSTM_cell, densor = shared_layers(78)
        >>> inference_model = music_inference_model(LSTM_cell, densor, Ty=3)
        >>> zeros = np.zeros((1, 64))
        >>> results, indices = predict_and_sample(inference_model, np.zeros((1, 1, 78)), zeros, zeros)
        >>> results.shape, indices.shape
        ((3, 78), (3, 1))
    """
    outputs = inference_model([x_initializer, a_initializer, c_initializer], training=False)
    probabilities = np.concatenate([np.asarray(out) for out in keras.tree.flatten(outputs)])
    indices = np.argmax(probabilities, axis=-1)
    results = np.eye(probabilities.shape[-1], dtype=np.float32)[indices]
    return results, indices[:, None]


def layers_from_bundle(bundle: Bundle) -> SharedLayers:
    """Rebuilds the shared layers with a bundle's weights.

    Args:
        bundle: From `models.jazz.weights.load`.
    """
    shared = shared_layers(bundle.architecture["n_values"], bundle.architecture["n_a"])
    set_arrays(bundle.network(), shared.LSTM_cell, shared.densor)
    return shared
