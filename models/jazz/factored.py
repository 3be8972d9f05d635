"""The soloist's network: an LSTM that reads steps with their place in the measure, and three softmaxes.

It is wired as the course wires its own: layers are made once and handed to the network that is trained and
to the one that improvises. Letters: m examples, T_x steps, n_a hidden units; n_lengths, n_kinds and n_moves
values of the factors, n_values of all three.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import initializers, layers, ops
from numpy.typing import NDArray

from models.jazz.networks import N_A
from models.keras_weights import set_arrays
from music.grammar import KINDS
from music.lines import MOVES, PLACES, Factors, place_rows
from utils.bundle import Bundle

Floats = NDArray[np.float32]

DROPOUT = 0.3  # of the hidden state, in training


class FactoredLayers(NamedTuple):
    """The layer objects that the soloist's networks are wired from.

    Args:
        LSTM_cell: An LSTM of n_a units that returns its state.
        length_densor: Softmax over the lengths of notes and rests, from the hidden state.
        kind_densor: Softmax over the kinds, from the hidden state and the length.
        move_densor: Softmax over the moves, from the hidden state, the length and the kind.
    """

    LSTM_cell: keras.layers.LSTM
    length_densor: keras.layers.Dense
    kind_densor: keras.layers.Dense
    move_densor: keras.layers.Dense


def factored_layers(factors: Factors, n_a: int = N_A, seed: int = 0) -> FactoredLayers:
    """Makes the layers and their weights, the same for the same seed.

    Args:
        factors: The values of the factors.
        n_a: Hidden units.
        seed: For the initial weights.
    """
    cell = layers.LSTM(
        n_a,
        return_state=True,
        kernel_initializer=initializers.GlorotUniform(seed),
        recurrent_initializer=initializers.Orthogonal(seed=seed + 1),
        seed=seed,
        name="lstm_1",
    )
    cell.build((None, 1, factors.n_values + PLACES))
    densors, n_x = [], n_a
    sizes = {"length": factors.n_lengths, "kind": len(KINDS), "move": len(MOVES)}
    for number, (name, size) in enumerate(sizes.items()):
        initializer = initializers.GlorotUniform(seed + 2 + number)
        densor = layers.Dense(size, activation="softmax", kernel_initializer=initializer, name=name)
        densor.build((None, n_x))
        densors.append(densor)
        n_x += size
    return FactoredLayers(cell, *densors)


def solo_model(Tx: int | None, shared: FactoredLayers, seed: int = 0) -> keras.Model:
    """Builds the training network: the LSTM over time, and the softmax of each factor given those before it.

    Args:
        Tx: Time steps; None: any number.
        shared: The layers.
        seed: Of the dropout.

    Returns:
        A model of X (m, Tx, n_x) -> (m, Tx, n_values), the three softmaxes side by side. X holds what the
        LSTM reads, the step before and the place of this one, and then the length and the kind of this one:
        the kind is predicted for the length that was played, the move for the length and the kind.
    """
    n_read = shared.LSTM_cell.cell.kernel.shape[0]
    n_lengths, n_kinds = shared.length_densor.units, shared.kind_densor.units
    X = layers.Input((Tx, n_read + n_lengths + n_kinds), name="X")
    before, length, kind = X[:, :, :n_read], X[:, :, n_read:-n_kinds], X[:, :, -n_kinds:]
    a = layers.RNN(shared.LSTM_cell.cell, return_sequences=True, name="over_time")(before)
    a = layers.Dropout(DROPOUT, seed=seed, name="dropout")(a)
    lengths = shared.length_densor(a)
    kinds = shared.kind_densor(ops.concatenate([a, length], axis=-1))
    moves = shared.move_densor(ops.concatenate([a, length, kind], axis=-1))
    return keras.Model(X, ops.concatenate([lengths, kinds, moves], axis=-1), name="solo")


def one_hot_steps(windows: NDArray[np.intp], factors: Factors) -> tuple[Floats, Floats]:
    """Encodes windows of steps as X and Y of `solo_model`.

    As in the course's examples, a window's first step is neither read nor predicted: of the second only the
    place is known.

    Args:
        windows: The numbers of each step, shape (m, T_x, 4): length, kind, move, place in ticks.
        factors: What they stand for.

    Returns:
        X (m, T_x - 1, n_x); and Y (m, T_x - 1, n_values), one-hot lengths, kinds and moves, zero where a step
        has none.
    """
    sizes = (factors.n_lengths, len(KINDS), len(MOVES))
    values = [_one_hot(windows[:, :, number], size) for number, size in enumerate(sizes)]
    Y = np.concatenate(values, axis=-1)
    before = Y[:, :-1].copy()
    before[:, 0] = 0
    rows = np.array([place_rows(place) for place in range(int(windows[:, :, 3].max()) + 1)])
    places = np.eye(PLACES, dtype=np.float32)[rows].sum(axis=1)[windows[:, 1:, 3]]
    return np.concatenate([before, places, *(value[:, 1:] for value in values[:2])], axis=-1), Y[:, 1:]


def layers_from_bundle(bundle: Bundle) -> FactoredLayers:
    """Rebuilds the layers with a bundle's weights.

    Args:
        bundle: From `models.jazz.weights.load`, of a factored network.
    """
    shared = factored_layers(Factors.parse(bundle.vocabulary), bundle.architecture["n_a"])
    set_arrays(bundle.network(), *shared)
    return shared


def _one_hot(numbers: NDArray[np.intp], size: int) -> Floats:
    """One-hot vectors, zero for NONE, which is the last row."""
    table = np.concatenate([np.eye(size, dtype=np.float32), np.zeros((1, size), np.float32)])
    return np.asarray(table[numbers])
