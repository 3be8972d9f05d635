"""python -m apps.emojify train: labelled sentences in, a bundle and its metrics out."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from data import emoji
from data.emoji import Classes, Sentences
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

logger = logging.getLogger("cadenza")


@dataclass(frozen=True)
class _Material:
    """What the networks are trained on and measured with.

    Args:
        dataset: The sentences, with vectors or without.
        test: A name, and sentences of the same classes; None: none are given.
        word_to_index: The course's; None: that of the sentences' own words.
    """

    dataset: Dataset
    test: tuple[str, Sentences] | None
    word_to_index: Mapping[str, int] | None


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
    runs = _runs(options, out, default=int(kind == "v1"))
    material = _read(options, source, kind)
    if kind == "v2":
        backend.keras()  # now, so that bad input is refused before TensorFlow is loaded
    trained = [_fit(material, run, seed, kind, options.course) for seed, run in runs.items()]
    _print_spread(trained)
    print(out)
    print(out / "loss.png")
    logger.info(f'use it: python -m apps.emojify --bundle {out} "a sentence of yours"')


def _runs(options: TrainOptions, out: Path, default: int) -> dict[int, Run]:
    """How the training with each seed runs, in the order of the seeds; every folder is free."""
    first, *others = cli.seeds(Run.of(out, options).seed(options.seed, APP, default), options.seeds)
    runs = {first: Run.of(out, options)}
    for seed in others:
        folder = out / f"seed-{seed}"
        runs[seed] = Run.of(folder, options, resume=options.resume and exists(folder / bundles.CONFIG))
    for run in runs.values():
        run.require_free()
    return runs


def _read(options: TrainOptions, source: VectorOptions, kind: str) -> _Material:
    """Reads the sentences, those to test with, and the word vectors."""
    course, own = options.course, options.csv is not None or options.labels is not None
    vectors_file = _vectors_file(kind, course, options.embedding, source)
    neutral = _neutral(options, kind, own, vectors_file is not None)
    file = emoji.find(
        options.csv or (emoji.COURSE_TRAIN if course else str(emoji.BUNDLED_TRAIN)), source.data_dir
    )
    table = asdict(options.part(TableOptions))
    known = emoji.COURSE if course or not own else None
    sentences = emoji.read(file, classes=_named(options.labels) or known, **table)
    classes = sentences.classes
    labels = check_labels(classes.labels, str(file))
    test = options.test
    if test is None and not own:  # a person's own sentences have no default
        test = emoji.COURSE_TEST if course else str(emoji.BUNDLED_TEST)
    examples = None
    if test is not None:
        path = emoji.find(test, source.data_dir)
        examples = path.name, emoji.read(path, classes=classes, **table)
    vectors: Vectors | None = None
    word_to_index: Mapping[str, int] | None = None
    if vectors_file is not None and course:
        word_to_index, _, vectors = glove.read_glove_vecs(vectors_file)
    elif vectors_file is not None:
        vectors = glove.load(vectors_file)
    dataset = Dataset(
        sentences.X,
        sentences.Y,
        labels,
        file.name,
        vectors,
        sentences.frames,
        values=classes.values,
        neutral=neutral,
    )
    return _Material(dataset, examples, word_to_index)


def _fit(material: _Material, run: Run, seed: int, kind: str, course: bool) -> Bundle:
    """Trains a network, measures it before it is saved, prints its metrics and draws its loss."""
    dataset = material.dataset
    run = replace(run, finish=partial(_add_accuracy, material, Path(run.folder)))
    trained: Bundle = (
        emojify.train_v1(dataset, run, seed=seed)
        if kind == "v1"
        else emojify.train_v2(
            dataset,
            run,
            settings=emojify.COURSE if course else None,
            word_to_index=material.word_to_index,
            seed=seed,
        )
    )
    _print_metrics(trained.training)
    plots.loss_curve(
        Path(run.folder) / "loss.png",
        _curves(trained.training),
        f"Emojify {kind.upper()} on {dataset.name}",
        y_label="cross-entropy (nats)",
    )
    return trained


def _named(labels: Path | None) -> Classes | None:
    """The classes that a person's file names; None: there is no file."""
    if labels is None:
        return None
    named = emoji.read_labels(labels)
    return Classes(tuple(named), check_labels(list(named.values()), str(labels)))


def _neutral(options: TrainOptions, kind: str, own: bool, with_vectors: bool) -> list[str]:
    """The sentences that no label fits."""
    if kind == "v1" or options.course:
        if options.neutral is not None:
            raise UserError("--neutral is for V2: V1 and the course learn a label for each sentence")
        return []
    if options.neutral is None and own:
        return []
    bundled = emoji.BUNDLED_NEUTRAL_PLAIN if with_vectors else emoji.BUNDLED_NEUTRAL
    return emoji.read_neutral(options.neutral or bundled, options.encoding)


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


def _add_accuracy(material: _Material, folder: Path, bundle: Bundle) -> None:
    """Adds the share of the test sentences that the network gets right to its training's metrics."""
    if material.test is None:
        return
    name, test = material.test
    predictions = emojify.Classifier(bundle, folder, vectors=material.dataset.vectors).predict(test.X)
    accuracy = np.mean([prediction.label for prediction in predictions] == test.Y)
    bundle.training["test"] = {"data": name, "sentences": len(test.Y), "accuracy": round(float(accuracy), 4)}


def _print_metrics(training: Mapping[str, Any]) -> None:
    parts = [f"seed {training['seed']}: {training['epochs']} epochs, {training['seconds']:.0f} s"]
    if training.get("selection"):
        parts.append(f"validation accuracy {training['selection']['accuracy']:.3f}")
    if "test" in training:
        parts.append(f"test accuracy {training['test']['accuracy']:.3f} ({training['test']['data']})")
    print(", ".join(parts), flush=True)


def _print_spread(trained: Sequence[Bundle]) -> None:
    """Prints the mean and the spread of several networks' test accuracies."""
    accuracies = [bundle.training["test"]["accuracy"] for bundle in trained if "test" in bundle.training]
    if len(accuracies) > 1:
        mean, spread = np.mean(accuracies), np.std(accuracies, ddof=1)
        print(f"{len(accuracies)} seeds: mean test accuracy {mean:.3f}, standard deviation {spread:.3f}")


def _curves(training: Mapping[str, Any]) -> dict[str, list[float]]:
    """The curves of a training, all without label smoothing."""
    history = training["history"]
    curves = {"training": history.get("cross_entropy", history["loss"])}
    if training.get("selection"):
        curves["validation, before the training on all sentences"] = training["selection"]["history"][
            "val_cross_entropy"
        ]
    return curves
