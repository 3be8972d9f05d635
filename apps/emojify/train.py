"""What python -m apps.emojify train does: a lesson in, a bundle and its figures out."""

import argparse
import logging
import time

import numpy as np

from models.emojify import networks as emojify
from models.emojify.learner import COURSE_RECIPE, LEARNT_RECIPE, VECTORS_RECIPE, Learner
from models.emojify.lessons import Lesson, read_lesson
from models.emojify.loading import network_of
from utils import bundle as bundles
from utils import cli, plots
from utils.bundle import Bundle
from utils.files import make_folder

logger = logging.getLogger("cadenza")

V1_EPOCHS = 400
V1_SEED = 1  # the course's


def train(options: argparse.Namespace) -> int:
    """Trains as the options say, keeps the first network, and prints the figures of all.

    Raises:
        UserError: The seeds run out, the sentences, the labels or the vectors cannot be read or do not
            serve, or the loss is no number any more (exit code 1).
    """
    first = options.seed if options.seed is not None else V1_SEED * options.v1
    seeds = cli.seeds(first, options.runs)
    lesson = read_lesson(options)
    make_folder(options.out)
    found: list[float] = []
    for seed in seeds:
        bundle, losses, stopped = (_v1 if options.v1 else _v2)(lesson, seed, options)
        if bundle is None:
            return _stopped("nothing was trained yet")
        accuracy = _measured(lesson, bundle, options)
        if seed == first:
            bundles.save(bundle, options.out)
            _draw(losses, lesson, options)
        _print_run(lesson, bundle, accuracy)
        if stopped:
            return _stopped(f"what was trained is kept in {options.out}")
        found += [accuracy] if accuracy is not None else []
    if len(found) > 1:
        print(
            f"{len(found)} runs: mean test accuracy {np.mean(found):.3f}, spread {np.std(found, ddof=1):.3f}"
        )
    print(options.out)
    print(options.out / "loss.png")
    return 0


Outcome = tuple[Bundle | None, dict[str, list[float]], bool]


def _v1(lesson: Lesson, seed: int, options: argparse.Namespace) -> Outcome:
    """Trains V1, which takes a few seconds: Ctrl-C keeps nothing."""
    costs, started, epochs = list[float](), time.monotonic(), options.epochs or V1_EPOCHS
    sentences = [" ".join(words.known) for words in lesson.words]
    _, W, b = emojify.model(
        sentences,
        lesson.Y,
        lesson.vectors or {},
        num_iterations=epochs,
        n_y=len(lesson.labels),
        seed=seed,
        costs=costs,
    )
    training = {"epochs": epochs, "seed": seed, "seconds": round(time.monotonic() - started, 1)}
    weights = {"W": W.astype(np.float32), "b": b.astype(np.float32)}
    bundle = lesson.bundle({"kind": "v1", "n_x": int(W.shape[1])}, weights, training)
    return bundle, {"last sentence": costs}, False


def _v2(lesson: Lesson, seed: int, options: argparse.Namespace) -> Outcome:
    """Trains V2; Ctrl-C keeps the epochs done."""
    ours = LEARNT_RECIPE if lesson.vectors is None else VECTORS_RECIPE
    started, recipe = time.monotonic(), COURSE_RECIPE if options.course else ours
    learner = Learner(lesson, recipe, seed)
    stopped = learner.learn(options.epochs)
    if learner.weights is None:
        return None, {}, True
    training = {**learner.facts, "seed": seed, "seconds": round(time.monotonic() - started, 1)}
    return lesson.bundle(learner.architecture, learner.weights, training), learner.losses, stopped


def _measured(lesson: Lesson, bundle: Bundle, options: argparse.Namespace) -> float | None:
    """The share of the test sentences that the bundle's network gets right; it goes into the bundle."""
    if lesson.test is None:
        return None
    name, X, Y = lesson.test
    answers = network_of(bundle, options.out, lesson.vectors).classifier.answer(X)
    accuracy = float(np.mean([answer.best(1)[0] == y for answer, y in zip(answers, Y, strict=True)]))
    bundle.training["test"] = {"data": name, "sentences": len(Y), "accuracy": round(accuracy, 4)}
    return accuracy


def _print_run(lesson: Lesson, bundle: Bundle, accuracy: float | None) -> None:
    training = bundle.training
    parts = [f"seed {training['seed']}: {training['epochs']} epochs in {training['seconds']:.0f} s"]
    if "held_out" in training:
        parts.append(f"held-out accuracy {training['held_out']['accuracy']:.3f}")
    if accuracy is not None and lesson.test is not None:
        parts.append(f"test accuracy {accuracy:.3f} ({lesson.test[0]})")
    print(", ".join(parts), flush=True)


def _draw(losses: dict[str, list[float]], lesson: Lesson, options: argparse.Namespace) -> None:
    title = f"Emojify {'V1' if options.v1 else 'V2'} on {lesson.name}"
    plots.loss_curve(options.out / "loss.png", losses, title, y_label="loss (nats)")


def _stopped(what: str) -> int:
    logger.warning(f"stopped: {what}")
    return 130
