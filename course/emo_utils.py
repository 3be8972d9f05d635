"""The Emojify exercise's helpers: `from course.emo_utils import *`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.files import find
from course.rnn_utils import softmax
from data import emoji
from data.glove import vectors
from models.emojify import regression
from models.emojify.regression import convert_to_one_hot
from models.emojify.words import WordVectors

__all__ = [
    "convert_to_one_hot",
    "label_to_emoji",
    "plot_confusion_matrix",
    "predict",
    "print_predictions",
    "read_csv",
    "read_glove_vecs",
    "softmax",
]


def label_to_emoji(label: int) -> str:
    """Returns the emoji of one of the five labels.

    Example:
        >>> label_to_emoji(1)
        '⚾'
    """
    return emoji.EMOJI[int(label)]


def read_csv(filename: str | Path = "data/train_emoji.csv") -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Reads labelled sentences.

    Args:
        filename: A CSV file: a sentence, then its label from 0 to 4. A path that only the course has is
            looked for in the catalogue.

    Returns:
        X, the m sentences, and Y, their labels, both of shape (m,).

    Raises:
        UserError: The file is not here, or a line of it is not right; the message names it.
    """
    sentences, labels = emoji.read_csv(find(filename))
    return np.array(sentences), labels


def read_glove_vecs(glove_file: str | Path) -> tuple[dict[str, int], dict[int, str], vectors.Vectors]:
    """Reads the three maps of word vectors.

    Args:
        glove_file: A GloVe text file. A path that only the course has is looked for in the catalogue.

    Returns:
        words_to_index, whose indices count from 1 in sorted order; index_to_words; word_to_vec_map.

    Raises:
        UserError: The file is not here, cannot be read, or is not a GloVe text file.
    """
    return vectors.read_glove_vecs(find(glove_file))


def predict(
    X: Sequence[str],
    Y: NDArray[np.integer],
    W: NDArray[np.float64],
    b: NDArray[np.float64],
    word_to_vec_map: WordVectors,
) -> NDArray[np.intp]:
    """Predicts with V1, and prints the accuracy.

    Args:
        X: m sentences.
        Y: Their labels, shape (m,) or (m, 1).
        W: (n_y, n_h).
        b: (n_y,).
        word_to_vec_map: A vector for every word.

    Returns:
        For each sentence the likeliest label, shape (m, 1).
    """
    pred = regression.predict(X, W, np.reshape(b, -1), word_to_vec_map)
    print(f"Accuracy: {np.mean(pred[:, 0] == np.reshape(Y, -1))}")
    return pred


def print_predictions(X: Sequence[str], pred: NDArray[Any]) -> None:
    """Prints every sentence with its emoji.

    Example:
        >>> print_predictions(["I love you"], np.array([[0]]))
        <BLANKLINE>
        I love you ❤️
    """
    print()
    for sentence, label in zip(X, np.reshape(pred, -1), strict=True):
        print(sentence, label_to_emoji(int(label)))


def plot_confusion_matrix(
    y_actu: NDArray[Any], y_pred: NDArray[Any], title: str = "Confusion matrix", cmap: str = "gray_r"
) -> None:
    """Draws on pyplot's figure how often sentences of each label were given each label.

    Args:
        y_actu: The right labels, of m numbers.
        y_pred: The labels predicted, of m numbers.
        title: Above the picture.
        cmap: A name of matplotlib's colours.
    """
    import matplotlib.pyplot as plt

    right, predicted = (np.reshape(labels, -1).astype(int) for labels in (y_actu, y_pred))
    n_y = int(max(right.max(), predicted.max())) + 1
    counts = np.zeros((n_y, n_y), int)
    np.add.at(counts, (right, predicted), 1)
    names = [
        emoji.plain_name(label_to_emoji(label)) if label < len(emoji.EMOJI) else str(label)
        for label in range(n_y)
    ]
    plt.matshow(counts, cmap=cmap)
    plt.colorbar()
    plt.xticks(range(n_y), names, rotation=45, ha="left")
    plt.yticks(range(n_y), names)
    plt.xlabel("Predicted")
    plt.ylabel("Actual")
    plt.title(title)
    for row, column in np.ndindex(n_y, n_y):
        colour = "white" if counts[row, column] > counts.max() / 2 else "black"
        plt.text(column, row, str(counts[row, column]), ha="center", va="center", color=colour)
