"""Networks to compare: one recurrent layer of each kind, and a dense layer behind it.

Letters: n_x numbers read at a step, n_a units, n_y outputs, m examples, T steps.
"""

from typing import Any

import keras
import numpy as np

from models.comparison.sizes import KERAS_NAMES, Dimensions


def build(kind: str, n_a: int, dimensions: Dimensions, seed: int) -> keras.Model:
    """Builds a network of one kind, not compiled.

    Args:
        kind: A key of `models.comparison.sizes.NAMES`.
        n_a: Units.
        dimensions: The inputs and outputs.
        seed: For the initial weights.

    Returns:
        A model from indices to logits: (m, T) -> (m, T, n_y), or (m, n_y) with an embedding.
    """
    indices = keras.Input((None,), dtype="int32", name="indices")
    first, *rest = (int(number) for number in np.random.default_rng(seed).integers(1 << 31, size=6))
    if dimensions.embedding:
        x = keras.layers.Embedding(
            dimensions.symbols + 1,
            dimensions.embedding,
            keras.initializers.RandomUniform(-0.05, 0.05, seed=first),
            mask_zero=True,
            name="embedding",
        )(indices)
    else:
        x = keras.ops.one_hot(indices, dimensions.symbols)
    a = _recurrent(kind, n_a, not dimensions.embedding, rest)(x)
    logits = keras.layers.Dense(
        dimensions.n_y, kernel_initializer=keras.initializers.GlorotUniform(rest[-1]), name="dense"
    )(a)
    return keras.Model(indices, logits, name=kind)


def _recurrent(kind: str, n_a: int, sequences: bool, seeds: list[int]) -> keras.Layer:
    if kind != "bilstm":
        return _one_way(kind, f"{KERAS_NAMES[kind]}_1", n_a, sequences, seeds)
    forward = _one_way("lstm", "lstm", n_a, sequences, seeds)  # renamed to "forward_lstm" by Bidirectional
    backward = _one_way("lstm", "backward_lstm", n_a, sequences, seeds[2:], go_backwards=True)
    return keras.layers.Bidirectional(forward, backward_layer=backward, name="bidirectional")


def _one_way(
    kind: str, name: str, n_a: int, sequences: bool, seeds: list[int], go_backwards: bool = False
) -> keras.Layer:
    """A layer of one direction, without cuDNN, which has only some of the kinds."""
    options: dict[str, Any] = {
        "kernel_initializer": keras.initializers.GlorotUniform(seeds[0]),
        "recurrent_initializer": keras.initializers.Orthogonal(seed=seeds[1]),
        "return_sequences": sequences,
        "go_backwards": go_backwards,
        "name": name,
    }
    if kind == "rnn":
        return keras.layers.SimpleRNN(n_a, **options)
    if kind == "gru":
        return keras.layers.GRU(n_a, reset_after=False, use_cudnn=False, **options)
    return keras.layers.LSTM(n_a, use_cudnn=False, **options)
