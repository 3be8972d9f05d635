"""What the Emojify exercise asks for, of both editions; the arithmetic is that of `models.emojify`."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from course.emo_utils import predict
from models.emojify import regression, words
from models.emojify.networks import Emojify_V2, pretrained_embedding_layer
from models.emojify.regression import sentence_to_avg
from models.emojify.words import WordVectors, course_words

__all__ = ["Emojify_V2", "model", "pretrained_embedding_layer", "sentence_to_avg", "sentences_to_indices"]

REPORT_EVERY = 100  # epochs
UNKNOWN = ("skip", "zero", "error")

Floats = NDArray[np.float64]


def model(
    X: Sequence[str],
    Y: NDArray[np.integer],
    word_to_vec_map: WordVectors,
    learning_rate: float = 0.01,
    num_iterations: int = 400,
) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Trains V1 and prints the last sentence's cost and the accuracy every 100 epochs.

    Args:
        X: The m sentences.
        Y: Their labels, shape (m,); there are n_y = len(np.unique(Y)) of them, as since 2021. The five of
            2018 are the same for the course's sentences.
        word_to_vec_map: A vector for every word.
        learning_rate: The size of a step.
        num_iterations: Passes over the sentences.

    Returns:
        pred, the labels predicted for X, shape (m, 1); W, shape (n_y, n_h); b, shape (n_y,).

    Raises:
        ValueError: The labels are not 0 to n_y - 1.
    """
    labels = np.unique(Y)
    if labels.tolist() != list(range(len(labels))):
        raise ValueError(f"Y: expected the labels 0 to {len(labels) - 1}, got {labels.tolist()}")
    epoch = -1

    def report(W: Floats, b: Floats, cost: float) -> None:
        nonlocal epoch
        epoch += 1
        if epoch % REPORT_EVERY == 0:
            print(f"Epoch: {epoch} --- cost = {cost}")
            predict(X, Y, W, b, word_to_vec_map)

    return regression.model(
        X, Y, word_to_vec_map, learning_rate, num_iterations, n_y=len(labels), on_epoch_end=report
    )


def sentences_to_indices(
    X: Sequence[str], word_to_index: Mapping[str, int], max_len: int, unknown: str = "skip"
) -> NDArray[np.int64]:
    """Converts sentences to word indices, padded with 0 at the end.

    Args:
        X: m sentences; what is longer than max_len words is cut.
        word_to_index: The index of every word, from 1.
        max_len: Words.
        unknown: What becomes of a word without an index: "skip", as since 2021, leaves it out and the next
            word takes its place; "zero" writes 0 in its place, as this project's networks read it; "error"
            raises, as in 2018.

    Returns:
        Indices, shape (m, max_len).

    Raises:
        KeyError: A word has no index, and unknown is "error".
        ValueError: `unknown` is another.

    Example:
        >>> index = {"i": 1, "it": 2, "like": 3}
        >>> sentences_to_indices(["I really like it"], index, 5).tolist()
        [[1, 3, 2, 0, 0]]
        >>> sentences_to_indices(["I really like it"], index, 5, unknown="zero").tolist()
        [[1, 0, 3, 2, 0]]
    """
    if unknown not in UNKNOWN:
        raise ValueError(f"unknown: expected one of {', '.join(UNKNOWN)}, got {unknown!r}")
    if unknown == "error":
        for word in (word for sentence in X for word in course_words(sentence)):
            word_to_index[word]
    if unknown == "skip":
        X = [" ".join(word for word in course_words(sentence) if word in word_to_index) for sentence in X]
    return words.sentences_to_indices(X, word_to_index, max_len)
