"""The jazz networks: one LSTM layer and one softmax layer, shared by training and improvising.

The names are the course's. Building, training and sampling are apart: a builder only builds.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from utils.backend import keras, tensorflow
from utils.bundle import Arrays, Bundle, architecture_sizes, require_shapes
from utils.errors import UserError

N_A = 64  # hidden units
LIMITS = {"n_a": 4096, "n_values": 65536}


class SharedLayers(NamedTuple):
    """The three layer objects that every jazz network is wired from.

    Args:
        reshaper: (batch, n_values) -> (batch, 1, n_values).
        LSTM_cell: an LSTM of n_a units that returns its state.
        densor: softmax over the n_values tokens.
    """

    reshaper: Any
    LSTM_cell: Any
    densor: Any

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
    layers, initializers = keras().layers, keras().initializers
    cell = layers.LSTM(
        n_a,
        return_state=True,
        kernel_initializer=initializers.GlorotUniform(seed),
        recurrent_initializer=initializers.Orthogonal(seed=seed + 1),
        name="lstm_1",
    )
    densor = layers.Dense(
        n_values, activation="softmax", kernel_initializer=initializers.GlorotUniform(seed + 2), name="dense"
    )
    cell.build((None, 1, n_values))
    densor.build((None, n_a))
    return SharedLayers(layers.Reshape((1, n_values), name="reshaper"), cell, densor)


def djmodel(Tx: int, LSTM_cell: Any, densor: Any, reshaper: Any) -> Any:
    """The course's training network: the shared layers, unrolled over Tx steps.

    Args:
        Tx: Time steps.
        LSTM_cell: The shared LSTM layer of n_a units.
        densor: The shared softmax layer of n_values units.
        reshaper: The shared reshaping layer.

    Returns:
        A model of [X (m, Tx, n_values), a0 (m, n_a), c0 (m, n_a)] -> Tx outputs (m, n_values).
    """
    layers = keras().layers
    X = layers.Input((Tx, densor.units), name="X")
    a0, c0 = layers.Input((LSTM_cell.units,), name="a0"), layers.Input((LSTM_cell.units,), name="c0")
    a, c, outputs = a0, c0, []
    for t in range(Tx):
        x = reshaper(X[:, t, :])
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        outputs.append(densor(a))
    return keras().Model([X, a0, c0], outputs, name="djmodel")


def sequence_model(Tx: int | None, shared: SharedLayers) -> Any:
    """The same function as `djmodel` with zero initial states, traced once instead of Tx times.

    Args:
        Tx: Time steps; None: any number.
        shared: The layers.

    Returns:
        A model of X (m, Tx, n_values) -> (m, Tx, n_values). It owns no weights: the LSTM's cell and
        the softmax are the shared objects.
    """
    layers = keras().layers
    X = layers.Input((Tx, shared.n_values), name="X")
    a = layers.RNN(shared.LSTM_cell.cell, return_sequences=True, name="over_time")(X)
    return keras().Model(X, shared.densor(a), name="jazz_sequence")


def music_inference_model(LSTM_cell: Any, densor: Any, Ty: int = 50) -> Any:
    """The course's sampling network: each step is fed the one-hot of the step before's likeliest token.

    Args:
        LSTM_cell: The shared LSTM layer.
        densor: The shared softmax layer.
        Ty: Tokens to generate.

    Returns:
        A model of [x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a)] -> Ty outputs (m, n_values).
    """
    layers, ops = keras().layers, keras().ops
    n_values = densor.units
    x0 = layers.Input((1, n_values), name="x0")
    a0, c0 = layers.Input((LSTM_cell.units,), name="a0"), layers.Input((LSTM_cell.units,), name="c0")
    x, a, c, outputs = x0, a0, c0, []
    for _ in range(Ty):
        a, _, c = LSTM_cell(x, initial_state=[a, c])
        out = densor(a)
        outputs.append(out)
        x = ops.expand_dims(ops.one_hot(ops.argmax(out, axis=-1), n_values), axis=1)
    return keras().Model([x0, a0, c0], outputs, name="music_inference")


def predict_and_sample(
    inference_model: Any,
    x_initializer: NDArray[np.floating],
    a_initializer: NDArray[np.floating],
    c_initializer: NDArray[np.floating],
) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """Runs the inference model once.

    Args:
        inference_model: From `music_inference_model`.
        x_initializer: Shape (1, 1, n_values).
        a_initializer: Shape (1, n_a).
        c_initializer: Shape (1, n_a).

    Returns:
        results: the one-hot of every step's likeliest token, shape (Ty, n_values);
        indices: those tokens, shape (Ty, 1).
    """
    outputs = inference_model([x_initializer, a_initializer, c_initializer], training=False)
    probabilities = np.concatenate([np.asarray(out) for out in outputs])
    indices = np.argmax(probabilities, axis=-1)
    results = np.eye(probabilities.shape[-1], dtype=np.float32)[indices]
    return results, indices[:, None]


def network_arrays(shared: SharedLayers) -> Arrays:
    """The weights under the names that bundles use."""
    kernel, recurrent_kernel, bias = shared.LSTM_cell.get_weights()
    dense_kernel, dense_bias = shared.densor.get_weights()
    return {
        "lstm_1/kernel": kernel,
        "lstm_1/recurrent_kernel": recurrent_kernel,
        "lstm_1/bias": bias,
        "dense/kernel": dense_kernel,
        "dense/bias": dense_bias,
    }


def check_bundle(bundle: Bundle, where: Path) -> tuple[int, int]:
    """Checks a bundle's sizes, arrays and vocabulary before anything is built from it.

    Returns:
        n_values and n_a.

    Raises:
        UserError: Sizes out of range, or arrays or a vocabulary that do not fit them.
    """
    sizes = architecture_sizes(bundle, LIMITS, where)
    n_values, n_a = sizes["n_values"], sizes["n_a"]
    shapes = {
        "lstm_1/kernel": (n_values, 4 * n_a),
        "lstm_1/recurrent_kernel": (n_a, 4 * n_a),
        "lstm_1/bias": (4 * n_a,),
        "dense/kernel": (n_a, n_values),
        "dense/bias": (n_values,),
    }
    require_shapes(bundle, shapes, where)
    if n_values != len(bundle.vocabulary):
        raise UserError(f"the bundle {where} has {len(bundle.vocabulary)} tokens for {n_values} outputs")
    return n_values, n_a


def layers_from_bundle(bundle: Bundle, where: Path) -> SharedLayers:
    """Rebuilds the shared layers and restores their weights.

    Raises:
        UserError: As `check_bundle`.
    """
    n_values, n_a = check_bundle(bundle, where)
    shared = shared_layers(n_values, n_a)
    weights = bundle.weights
    names = ("lstm_1/kernel", "lstm_1/recurrent_kernel", "lstm_1/bias")
    shared.LSTM_cell.set_weights([weights[name] for name in names])
    shared.densor.set_weights([weights["dense/kernel"], weights["dense/bias"]])
    return shared


State = tuple[Any, Any]


class KerasEngine:
    """Samples step by step with the Keras layers, with the calls of the NumPy engine.

    Args:
        shared: The layers.
    """

    def __init__(self, shared: SharedLayers) -> None:
        self.shared = shared
        self._step: Callable[[Any, Any, Any], tuple[Any, Any, Any]] = tensorflow().function(self._one_step)

    def _one_step(self, x: Any, a: Any, c: Any) -> tuple[Any, Any, Any]:
        a, _, c = self.shared.LSTM_cell(self.shared.reshaper(x), initial_state=[a, c])
        return self.shared.densor(a), a, c

    def zero_state(self, batch: int = 1) -> State:
        """The state before the first token."""
        zeros = np.zeros((batch, self.shared.n_a), np.float32)
        return zeros, zeros

    def step(self, indices: NDArray[np.intp], state: State) -> tuple[NDArray[np.float32], State]:
        """One time step.

        Args:
            indices: A token's index for each of the batch; -1 stands for the zero vector.
            state: From `zero_state` or the step before.

        Returns:
            Probabilities of shape (batch, n_values), and the new state.
        """
        x = np.zeros((len(indices), self.shared.n_values), np.float32)
        known = indices >= 0
        x[np.flatnonzero(known), indices[known]] = 1
        probabilities, a, c = self._step(x, *state)
        return np.asarray(probabilities), (a, c)
