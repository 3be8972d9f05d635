"""python -m apps.emojify train: labelled sentences in, a bundle and its metrics out."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from data import emoji
from data.emoji import Classes, Labels
from data.glove import vectors as glove
from data.glove.vectors import Vectors
from data.options import VectorOptions
from models import emojify
from models.checkpoint import Run
from models.emojify.dataset import APP, Dataset, check_labels
from models.emojify.options import TableOptions, TrainOptions
from utils import backend, cli, plots
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.files import exists


def train(options: TrainOptions, source: VectorOptions, *, out: Path, kind: str) -> None:
    """Trains a network for each seed, and prints their metrics.

    Args:
        options: What is trained on and measured with, and how.
        source: Which word vectors.
        out: The folder of the first network's bundle; those of the others are in it.
        kind: "v1" or "v2".

    Raises:
        UserError: A file cannot be read or written, the options contradict one another, or a loss is not
            finite (exit code 1).
        KeyboardInterrupt: Ctrl-C was pressed; the epochs done are saved.
    """
    csv, labels, course, resume = options.csv, options.labels, options.course, options.resume
    first = Run.of(out, options).seed(options.seed, APP, default=int(kind == "v1"))
    seeds = cli.seeds(first, options.seeds)
    folders = {seed: out if seed == seeds[0] else out / f"seed-{seed}" for seed in seeds}
    runs = {seed: Run.of(folder, options) for seed, folder in folders.items()}
    for seed, run in runs.items():
        if resume and seed != seeds[0] and not exists(folders[seed] / bundles.CONFIG):
            runs[seed] = replace(run, resume=False)
        runs[seed].require_free()
    path = _vectors_file(kind, course, options.embedding, source)
    default = emoji.COURSE_TRAIN if course else str(emoji.BUNDLED_TRAIN)
    file = emoji.find(csv or default, source.data_dir)
    bundled = csv is None and labels is None
    sentences = emoji.read(
        file, classes=_classes(labels, course or bundled), **asdict(options.part(TableOptions))
    )
    classes = sentences.classes
    names = check_labels(classes.labels, str(file))
    examples = _test_examples(options, bundled, classes, source.data_dir)
    vectors: Vectors | None = None
    word_to_index: Mapping[str, int] | None = None
    if path is not None and course:
        word_to_index, _, vectors = glove.read_glove_vecs(path)
    elif path is not None:
        vectors = glove.load(path)
    dataset = Dataset(
        sentences.X, sentences.Y, names, file.name, vectors, sentences.frames, values=classes.values
    )
    accuracies = list[float]()
    for seed, run in runs.items():

        def add_accuracy(bundle: Bundle, folder: Path = folders[seed]) -> None:
            if examples is not None:
                accuracies.append(_add_accuracy(bundle, folder, vectors, examples))

        run = replace(run, finish=add_accuracy)
        if kind == "v1":
            trained = emojify.train_v1(dataset, run, seed=seed)
        else:
            backend.keras()  # now, so that bad input is refused before TensorFlow is loaded
            settings = emojify.COURSE if course else None
            trained = emojify.train_v2(
                dataset, run, settings=settings, word_to_index=word_to_index, seed=seed
            )
        _print_metrics(trained.training)
        plots.loss_curve(
            folders[seed] / "loss.png",
            _curves(trained.training),
            f"Emojify {kind.upper()} on {file.name}",
            y_label="cross-entropy (nats)",
        )
    if len(accuracies) > 1:
        mean, spread = np.mean(accuracies), np.std(accuracies, ddof=1)
        print(f"{len(accuracies)} seeds: mean test accuracy {mean:.3f}, standard deviation {spread:.3f}")
    print(out)
    print(out / "loss.png")


def _classes(labels: Path | None, course: bool) -> Classes | None:
    """The classes that are told apart; None: those of the file."""
    if labels is None:
        return emoji.COURSE if course else None
    named = emoji.read_labels(labels)
    return Classes(tuple(named), check_labels(list(named.values()), str(labels)))


def _vectors_file(kind: str, course: bool, embedding: str | None, source: VectorOptions) -> Path | None:
    """The file of vectors to train with; None if an embedding is to be learnt."""
    if embedding == "learnt":
        if kind == "v1" or course or source.glove_file is not None:
            raise UserError("an embedding is learnt without vectors: not for V1, the course or a GloVe file")
        return None
    path = glove.locate(source.glove_file, source.data_dir)
    if path is None and (kind == "v1" or course or embedding == "vectors"):
        what = "V1" if kind == "v1" else "the course's V2" if course else "an embedding of vectors"
        raise UserError(f"{what} needs GloVe vectors, and there are none here; {glove.ADVICE}")
    return path


Examples = tuple[str, list[str], Labels]


def _test_examples(
    options: TrainOptions, bundled: bool, classes: Classes, data_dir: Path | None
) -> Examples | None:
    """The test's file name, sentences and labels; a person's own sentences have no default."""
    test = options.test
    if test is None and bundled:
        test = emoji.COURSE_TEST if options.course else str(emoji.BUNDLED_TEST)
    if test is None:
        return None
    path = emoji.find(test, data_dir)
    found = emoji.read(path, classes=classes, **asdict(options.part(TableOptions)))
    return path.name, found.X, found.Y


def _add_accuracy(bundle: Bundle, folder: Path, vectors: Vectors | None, examples: Examples) -> float:
    """Adds the share of the test sentences that the network gets right to its training's metrics."""
    name, X, Y = examples
    predictions = emojify.Classifier(bundle, folder, vectors=vectors).predict(X)
    accuracy = float(np.mean([prediction.label == y for prediction, y in zip(predictions, Y, strict=True)]))
    bundle.training["test"] = {"data": name, "sentences": len(Y), "accuracy": round(accuracy, 4)}
    return accuracy


def _print_metrics(training: Mapping[str, Any]) -> None:
    parts = [f"seed {training['seed']}: {training['epochs']} epochs, {training['seconds']:.0f} s"]
    if training.get("selection"):
        parts.append(f"validation accuracy {training['selection']['accuracy']:.3f}")
    if "test" in training:
        parts.append(f"test accuracy {training['test']['accuracy']:.3f} ({training['test']['data']})")
    print(", ".join(parts), flush=True)


def _curves(training: Mapping[str, Any]) -> dict[str, list[float]]:
    """The curves of a training, all without label smoothing."""
    history = training["history"]
    curves = {"training": history.get("cross_entropy", history["loss"])}
    if training.get("selection"):
        curves["validation, before the training on all sentences"] = training["selection"]["history"][
            "val_cross_entropy"
        ]
    return curves
