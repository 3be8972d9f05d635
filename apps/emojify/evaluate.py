"""What python -m apps.emojify evaluate does: accuracy, who is taken for whom, and the mistakes."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.emojify.predict import Oddities, shown
from data import emoji
from models.emojify.classifier import Answer
from models.emojify.loading import open_network
from utils import plots
from utils.files import make_folder


def evaluate(options: argparse.Namespace) -> int:
    """Measures a network on labelled sentences, prints the figures and draws the confusions.

    Raises:
        UserError: The sentences or the network cannot be read.
    """
    network = open_network(options)
    path = emoji.find(options.csv or str(emoji.BUNDLED_TEST), options.data_dir)
    X, Y = emoji.read_csv(path, len(network.labels))
    make_folder(options.out)
    answers = network.classifier.answer(X)
    found = np.array([answer.best(1)[0] for answer in answers])
    right = int((found == Y).sum())
    print(f"accuracy {right / len(Y):.3f}: {right} of {len(Y)} sentences of {path.name}")
    confusions = confusion_matrix(Y, found, len(network.labels))
    print_confusions(confusions, network.labels)
    print_mistakes(X, Y, answers, network.labels)
    picture = options.out / "confusion.png"
    draw_confusions(picture, confusions, network.labels, f"{network.folder.name} on {path.name}")
    print(picture)
    oddities = Oddities(network.classifier.max_len)
    for number, (sentence, answer) in enumerate(zip(X, answers, strict=True), 1):
        oddities.note(number, sentence, answer)
    oddities.say()
    return 0


def confusion_matrix(Y: NDArray[np.integer], found: NDArray[np.integer], n_y: int) -> NDArray[np.int64]:
    """How often sentences of each label (row) were given each label (column): (n_y, n_y)."""
    matrix = np.zeros((n_y, n_y), np.int64)
    np.add.at(matrix, (Y, found), 1)
    return matrix


def print_confusions(matrix: NDArray[np.int64], labels: Sequence[str]) -> None:
    """Prints a table: a row for each right label, a column for each answer."""
    names = [f"{number} {emoji.plain_name(symbol)}" for number, symbol in enumerate(labels)]
    width = max(len(str(matrix.max())), len(str(len(labels) - 1))) + 2
    left = max(map(len, [*names, "right / answer"]))
    print("right / answer".ljust(left) + "".join(f"{number:>{width}}" for number in range(len(labels))))
    for name, row, symbol in zip(names, matrix, labels, strict=True):
        # The emoji stand last: terminals do not agree on how wide they are.
        print(name.ljust(left) + "".join(f"{count:>{width}}" for count in row) + f"  {shown(symbol)}")


def print_mistakes(
    X: Sequence[str], Y: NDArray[np.integer], answers: Sequence[Answer], labels: Sequence[str]
) -> None:
    """Prints the sentences that were answered wrong: answer, its probability, right label, sentence."""
    for sentence, y, answer in zip(X, Y, answers, strict=True):
        best = answer.best(1)[0]
        if best != y:
            fields = [shown(labels[best]), f"{answer.probabilities[best]:.3f}", shown(labels[y]), sentence]
            print("\t".join(fields))


def draw_confusions(path: Path, matrix: NDArray[np.int64], labels: Sequence[str], title: str) -> None:
    """Draws the table as a picture; names stand for the emoji, which the plots' font lacks.

    Raises:
        UserError: The file cannot be written.
    """
    names = [_drawable(symbol) for symbol in labels]
    size = 3.0 + 0.6 * len(labels)
    with plots.picture(path, width=size + 0.8, height=size) as figure:
        axes = figure.subplots()
        axes.imshow(matrix, cmap="Blues", vmin=0)
        plots.tidy(axes, title, "answer", "right label")
        axes.grid(False)
        axes.set_xticks(range(len(labels)), names, rotation=30, ha="right")
        axes.set_yticks(range(len(labels)), names)
        for row, column in np.ndindex(*matrix.shape):
            dark = matrix[row, column] > matrix.max() / 2
            axes.text(
                column,
                row,
                str(matrix[row, column]),
                ha="center",
                va="center",
                color="white" if dark else plots.INK,
            )


def _drawable(symbol: str) -> str:
    """A name that any font can show, and that is no mathematics: matplotlib reads a dollar sign as such."""
    return emoji.plain_name(symbol).replace("$", r"\$")[:24]
