"""V2, in Keras, under the course's names: an embedding and two LSTM layers.

Letters: m sentences, T words, n_x numbers in a word's vector, n_a hidden units, n_y labels.
"""

from collections.abc import Mapping

import keras
import numpy as np
from numpy.typing import NDArray

from models.emojify.words import WordVectors

N_A = 128  # hidden units of each LSTM layer
DROPOUT = 0.5
MAX_LEN = 10  # words: the course's longest sentence


def pretrained_embedding_layer(
    word_to_vec_map: WordVectors, word_to_index: Mapping[str, int], mask_zero: bool = False
) -> keras.layers.Embedding:
    """Builds a frozen embedding of word vectors; row 0 is zeros.

    Args:
        word_to_vec_map: A vector for every word of word_to_index.
        word_to_index: Their rows, from 1 without a gap.
        mask_zero: Whether the layers behind it skip index 0; the course's do not.
    """
    n_x = len(word_to_vec_map[next(iter(word_to_index))])
    table = np.zeros((len(word_to_index) + 1, n_x), np.float32)
    for word, index in word_to_index.items():
        table[index] = word_to_vec_map[word]
    return embedding_layer(table, trainable=False, mask_zero=mask_zero)


def embedding_layer(
    table: NDArray[np.floating], *, trainable: bool, mask_zero: bool
) -> keras.layers.Embedding:
    """Builds an embedding that begins with a table, shape (words + 1, n_x)."""
    layer = keras.layers.Embedding(*table.shape, trainable=trainable, mask_zero=mask_zero, name="embedding")
    layer.build((None,))
    layer.set_weights([table])
    return layer


def Emojify_V2(
    input_shape: tuple[int, ...],
    word_to_vec_map: WordVectors,
    word_to_index: Mapping[str, int],
    *,
    n_y: int = 5,
    seed: int = 0,
) -> keras.Model:
    """Builds the course's V2: frozen vectors, LSTM 128, dropout, LSTM 128, dropout, softmax.

    `python -m apps.emojify train --course` trains it, and so does notebooks/5_emojify.ipynb.

    Args:
        input_shape: (max_len,).
        word_to_vec_map: A vector for every word.
        word_to_index: The words' rows, from 1.
        n_y: Labels.
        seed: For the initial weights and the dropout.

    Returns:
        A model of indices (m, max_len) -> probabilities (m, n_y), not compiled.
    """
    embedding = pretrained_embedding_layer(word_to_vec_map, word_to_index)
    return network(input_shape[0], embedding, n_y=n_y, seed=seed)


def network(
    max_len: int | None,
    embedding: keras.layers.Embedding,
    *,
    n_a: int = N_A,
    n_y: int = 5,
    dropout: float = DROPOUT,
    seed: int = 0,
) -> keras.Model:
    """Builds the layers of V2 behind an embedding.

    Args:
        max_len: Words; None: any number.
        embedding: The embedding layer object; the model shares it.
        n_a: Hidden units of each LSTM layer.
        n_y: Labels.
        dropout: Share of each LSTM layer's outputs that training leaves out.
        seed: For the initial weights and the dropout.

    Returns:
        A model of indices (m, max_len) -> probabilities (m, n_y), not compiled.
    """
    indices = keras.Input((max_len,), dtype="int32", name="words")
    return keras.Model(indices, _classify(embedding(indices), n_a, n_y, dropout, seed), name="emojify_v2")


def _classify(x: keras.KerasTensor, n_a: int, n_y: int, dropout: float, seed: int) -> keras.KerasTensor:
    """Two LSTM layers, each with dropout, and a softmax over the labels."""
    for number, sequences in ((1, True), (2, False)):
        x = keras.layers.LSTM(
            n_a,
            return_sequences=sequences,
            kernel_initializer=keras.initializers.GlorotUniform(seed + 10 * number),
            recurrent_initializer=keras.initializers.Orthogonal(seed=seed + 10 * number + 1),
            seed=seed + 10 * number + 3,
            name=f"lstm_{number}",
        )(x)
        x = keras.layers.Dropout(dropout, seed=seed + 10 * number + 2, name=f"dropout_{number}")(x)
    initializer = keras.initializers.GlorotUniform(seed + 30)
    return keras.layers.Dense(n_y, activation="softmax", kernel_initializer=initializer, name="dense")(x)
