"""python -m apps.emojify evaluate: accuracy, confusion matrix and mistakes."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from apps.emojify.predict import InputWarnings, load_classifier, printable
from data import emoji
from data.emoji import Classes
from data.options import VectorOptions
from models.emojify.classifier import NOT_SURE, Prediction
from models.emojify.options import EvaluateOptions, TableOptions
from utils import plots
from utils.files import make_folder


def evaluate(options: EvaluateOptions, vectors: VectorOptions, *, out: Path) -> None:
    """Measures a network on labelled sentences, prints the metrics and draws the confusion matrix.

    It prints how many of the answers are "not sure", of neutral sentences too if a file has some. Where a
    column of the file names the sentences' frames, such as those of pairs, it also prints in how many frames
    every sentence is right.

    Args:
        options: Which network, and with what.
        vectors: Which word vectors.
        out: The folder for the picture.

    Raises:
        UserError: The sentences or the network cannot be read.
    """
    classifier = load_classifier(options, vectors)
    labels = classifier.labels
    path = emoji.find(options.csv or str(emoji.BUNDLED_TEST), vectors.data_dir)
    table = asdict(options.part(TableOptions))
    sentences = emoji.read(path, classes=Classes(classifier.values, labels), **table)
    X, Y, frames = sentences.X, sentences.Y, sentences.frames
    neutral = emoji.read_neutral(options.neutral, options.encoding) if options.neutral else []
    make_folder(out)
    predictions = classifier.predict(X)
    predicted = np.array([prediction.label for prediction in predictions])
    right = int((predicted == Y).sum())
    print(f"accuracy {right / len(Y):.3f}: {right} of {len(Y)} sentences of {path.name}")
    _print_unsure(predictions, predicted == Y, options.unsure)
    if neutral:
        unsure = sum(not found.is_sure(options.unsure) for found in classifier.predict(neutral))
        print(f"neutral {unsure / len(neutral):.3f}: {NOT_SURE} for {unsure} of {len(neutral)} sentences")
    if frames is not None:
        _print_frames(frames, predicted == Y)
    matrix = confusion_matrix(Y, predicted, len(labels))
    _print_matrix(matrix, labels)
    _print_mistakes(X, Y, predictions, labels)
    picture = out / "confusion.png"
    draw_matrix(picture, matrix, labels, f"{classifier.folder.name} on {path.name}")
    print(picture)
    warnings = InputWarnings(classifier.max_len)
    for number, (sentence, prediction) in enumerate(zip(X, predictions, strict=True), 1):
        warnings.add(number, sentence, prediction)
    warnings.log()


def confusion_matrix(Y: NDArray[np.integer], predicted: NDArray[np.integer], n_y: int) -> NDArray[np.int64]:
    """Counts how often sentences of each label (row) were given each label (column): (n_y, n_y)."""
    matrix = np.zeros((n_y, n_y), np.int64)
    np.add.at(matrix, (Y, predicted), 1)
    return matrix


def _print_unsure(predictions: Sequence[Prediction], right: NDArray[np.bool_], unsure: float) -> None:
    """Prints how many answers are "not sure", and how many of the others are right."""
    sure = np.array([prediction.is_sure(unsure) for prediction in predictions])
    if not sure.all():
        share = f", of the others {right[sure].mean():.3f} right" if sure.any() else ""
        print(f"{NOT_SURE} {(~sure).mean():.3f}: {(~sure).sum()} of {len(sure)} below {unsure:g}{share}")


def _print_frames(frames: NDArray[np.str_], right: NDArray[np.bool_]) -> None:
    """Prints in how many frames every sentence is right."""
    _, frame = np.unique(frames, return_inverse=True)
    whole = np.bincount(frame, ~right) == 0
    print(f"frames {whole.mean():.3f}: every sentence right in {whole.sum()} of {len(whole)}")


def _print_matrix(matrix: NDArray[np.int64], labels: Sequence[str]) -> None:
    names = [f"{number} {emoji.plain_name(symbol)}" for number, symbol in enumerate(labels)]
    width = max(len(str(matrix.max())), len(str(len(labels) - 1))) + 2
    left = max(map(len, [*names, "label / predicted"]))
    print("label / predicted".ljust(left) + "".join(f"{number:>{width}}" for number in range(len(labels))))
    for name, row, symbol in zip(names, matrix, labels, strict=True):
        # The emoji stand last: terminals do not agree on how wide they are.
        print(name.ljust(left) + "".join(f"{count:>{width}}" for count in row) + f"  {printable(symbol)}")


def _print_mistakes(
    X: Sequence[str], Y: NDArray[np.integer], predictions: Sequence[Prediction], labels: Sequence[str]
) -> None:
    """Prints the predicted emoji, its probability, the right emoji and the sentence."""
    for sentence, y, prediction in zip(X, Y, predictions, strict=True):
        if prediction.label != y:
            probability = f"{prediction.probabilities[prediction.label]:.3f}"
            print("\t".join([printable(prediction.emoji), probability, printable(labels[y]), sentence]))


def draw_matrix(path: Path, matrix: NDArray[np.int64], labels: Sequence[str], title: str) -> None:
    """Draws a confusion matrix, with names for the emoji, which the plots' font lacks.

    Raises:
        UserError: The file cannot be written.
    """
    names = [_drawable(symbol) for symbol in labels]
    size = 3.0 + 0.6 * len(labels)
    with plots.picture(path, width=size + 0.8, height=size) as figure:
        axes = figure.subplots()
        axes.imshow(matrix, cmap="Blues", vmin=0)
        plots.tidy(axes, title, "predicted", "label")
        axes.grid(False)
        axes.set_xticks(range(len(labels)), names, rotation=30, ha="right")
        axes.set_yticks(range(len(labels)), names)
        for row, column in np.ndindex(*matrix.shape):
            color = "white" if matrix[row, column] > matrix.max() / 2 else plots.INK
            axes.text(column, row, str(matrix[row, column]), ha="center", va="center", color=color)


def _drawable(symbol: str) -> str:
    """A short name in a font's letters; matplotlib reads what is between dollar signs as mathematics."""
    return emoji.plain_name(symbol).replace("$", r"\$")[:24]
