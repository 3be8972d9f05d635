"""Emojify's two networks under the course's names: a mean of word vectors, and two LSTM layers.

V1 is softmax regression in NumPy. V2 is Keras's. Letters: m sentences, n_h numbers in a word's vector,
n_y labels, n_a hidden units.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.emojify.words import course_words
from models.numpy_core import softmax
from utils.backend import keras

N_A = 128  # hidden units of each LSTM layer
DROPOUT = 0.5
MAX_LEN = 10  # words: the course's longest sentence

Floats = NDArray[np.floating]
Vectors = Mapping[str, NDArray[np.floating]]


def sentence_to_avg(sentence: str, word_to_vec_map: Vectors) -> NDArray[np.float64]:
    """The mean of the known words' vectors, shape (n_h,); zeros if no word is known.

    Args:
        sentence: Split on white space, in lower case.
        word_to_vec_map: A vector for every word, all of one length.
    """
    known = [word_to_vec_map[word] for word in course_words(sentence) if word in word_to_vec_map]
    if known:
        return np.asarray(np.mean(known, axis=0, dtype=np.float64))
    return np.zeros(len(next(iter(word_to_vec_map.values()))))


def convert_to_one_hot(Y: NDArray[np.integer], C: int) -> NDArray[np.float64]:
    """Labels (m,) as rows of C numbers, one of them 1."""
    return np.eye(C)[np.asarray(Y).reshape(-1)]


def model(
    X: Sequence[str],
    Y: NDArray[np.integer],
    word_to_vec_map: Vectors,
    learning_rate: float = 0.01,
    num_iterations: int = 400,
    *,
    n_y: int = 5,
    seed: int = 1,
    costs: list[float] | None = None,
) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """V1: softmax regression on mean vectors, one step of plain gradient descent for every sentence.

    Args:
        X: The m sentences.
        Y: Their labels, shape (m,), from 0 to n_y - 1.
        word_to_vec_map: A vector for every word.
        learning_rate: The size of a step.
        num_iterations: Passes over the sentences, always in their order.
        n_y: Labels.
        seed: For W = randn(n_y, n_h) / sqrt(n_h), from NumPy's legacy generator; the course's is 1.
        costs: If given, the last sentence's cross-entropy, in nats, is appended in every pass.

    Returns:
        pred: the answers for X, shape (m, 1); W, shape (n_y, n_h); b, shape (n_y,).
    """
    averages = np.array([sentence_to_avg(sentence, word_to_vec_map) for sentence in X])
    one_hot = convert_to_one_hot(Y, n_y)
    n_h = averages.shape[1]
    W = np.random.RandomState(seed).randn(n_y, n_h) / np.sqrt(n_h)
    b = np.zeros(n_y)
    for _ in range(num_iterations):
        for avg, y in zip(averages, one_hot, strict=True):
            a = softmax(W @ avg + b)
            dz = a - y
            W -= learning_rate * np.outer(dz, avg)
            b -= learning_rate * dz
        if costs is not None:
            costs.append(float(-np.sum(y * np.log(a))))
    return predict(X, W, b, word_to_vec_map), W, b


def predict(X: Sequence[str], W: Floats, b: Floats, word_to_vec_map: Vectors) -> NDArray[np.intp]:
    """V1's answers, shape (m, 1): for each sentence the likeliest label."""
    averages = np.array([sentence_to_avg(sentence, word_to_vec_map) for sentence in X])
    answers: NDArray[np.intp] = np.argmax(averages @ W.T + b, axis=1)
    return answers[:, None]


def sentences_to_indices(
    X: Sequence[str], word_to_index: Mapping[str, int], max_len: int
) -> NDArray[np.int64]:
    """The words' indices, shape (m, max_len), from 1; 0 stands for no word and for an unknown one.

    A sentence of more than max_len words is cut.
    """
    indices = np.zeros((len(X), max_len), np.int64)
    for row, sentence in zip(indices, X, strict=True):
        words = course_words(sentence)[:max_len]
        row[: len(words)] = [word_to_index.get(word, 0) for word in words]
    return indices


def pretrained_embedding_layer(
    word_to_vec_map: Vectors, word_to_index: Mapping[str, int], mask_zero: bool = False
) -> Any:
    """A frozen Keras embedding of the words' vectors, built; row 0 is zeros.

    Args:
        word_to_vec_map: A vector for every word of word_to_index.
        word_to_index: Their rows, from 1 without a gap.
        mask_zero: Whether the layers behind it pass over index 0; the course's do not.
    """
    n_h = len(word_to_vec_map[next(iter(word_to_index))])
    table = np.zeros((len(word_to_index) + 1, n_h), np.float32)
    for word, index in word_to_index.items():
        table[index] = word_to_vec_map[word]
    return embedding_layer(table, trainable=False, mask_zero=mask_zero)


def embedding_layer(table: Floats, trainable: bool, mask_zero: bool) -> Any:
    """A Keras embedding that begins with this table, shape (words + 1, n_h)."""
    layer = keras().layers.Embedding(*table.shape, trainable=trainable, mask_zero=mask_zero, name="embedding")
    layer.build((None,))
    layer.set_weights([table])
    return layer


def Emojify_V2(
    input_shape: tuple[int, ...], word_to_vec_map: Vectors, word_to_index: Mapping[str, int]
) -> Any:
    """The course's V2: frozen vectors, LSTM 128, dropout, LSTM 128, dropout, softmax over 5 labels.

    Args:
        input_shape: (max_len,).
        word_to_vec_map: A vector for every word.
        word_to_index: The words' rows, from 1.

    Returns:
        A model of indices (m, max_len) -> (m, 5), not compiled.
    """
    embedding = pretrained_embedding_layer(word_to_vec_map, word_to_index)
    return network(input_shape[0], embedding)


def network(
    max_len: int | None,
    embedding: Any,
    n_a: int = N_A,
    n_y: int = 5,
    dropout: float = DROPOUT,
    seed: int = 0,
) -> Any:
    """The layers of V2 behind an embedding.

    Args:
        max_len: Words; None: any number.
        embedding: The embedding layer object; the network shares it.
        n_a: Hidden units of each LSTM layer.
        n_y: Labels.
        dropout: Share of each LSTM layer's outputs that training leaves out.
        seed: For the initial weights and the dropout.

    Returns:
        A model of indices (m, max_len) -> probabilities (m, n_y), not compiled.
    """
    layers = keras().layers
    indices = layers.Input((max_len,), dtype="int32", name="words")
    a = _stack(embedding(indices), n_a, dropout, seed)
    return keras().Model(indices, _softmax_layer(n_y, seed)(a), name="emojify_v2")


def vector_network(n_x: int, n_a: int, n_y: int) -> Any:
    """The same network for words that have been looked up: vectors (m, T, n_x) -> (m, n_y)."""
    vectors = keras().layers.Input((None, n_x), name="vectors")
    a = _stack(vectors, n_a, 0.0, 0)
    return keras().Model(vectors, _softmax_layer(n_y, 0)(a), name="emojify_v2")


def _stack(x: Any, n_a: int, dropout: float, seed: int) -> Any:
    layers, initializers = keras().layers, keras().initializers
    for number, sequences in ((1, True), (2, False)):
        x = layers.LSTM(
            n_a,
            return_sequences=sequences,
            kernel_initializer=initializers.GlorotUniform(seed + 10 * number),
            recurrent_initializer=initializers.Orthogonal(seed=seed + 10 * number + 1),
            name=f"lstm_{number}",
        )(x)
        x = layers.Dropout(dropout, seed=seed + 10 * number + 2, name=f"dropout_{number}")(x)
    return x


def _softmax_layer(n_y: int, seed: int) -> Any:
    initializer = keras().initializers.GlorotUniform(seed + 30)
    return keras().layers.Dense(n_y, activation="softmax", kernel_initializer=initializer, name="dense")
