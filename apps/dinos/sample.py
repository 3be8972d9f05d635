"""What python -m apps.dinos does behind its flags: names, training, gradients."""

import argparse
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from data import dinosaurs
from data.dinosaurs import Names
from models.dinos import course as dinos
from models.dinos.training import APP, CURVE_EVERY, Exploded, Training, check_bundle, known_names
from models.numpy_core.gradcheck import GATES, check_cell
from utils import bundle as bundles
from utils import plots, resuming
from utils.errors import UserError
from utils.progress import progress
from utils.vocabulary import Vocabulary

logger = logging.getLogger("cadenza")

SAVE_EVERY = 10.0  # seconds between the saves of a training run
GOOD_GRADIENT = 1e-7  # relative error


def names(options: argparse.Namespace, seed: int) -> Iterator[str]:
    """Lines of a name and whether the network was shown it in training.

    Raises:
        UserError: The bundle cannot be used, or --start is not something it can begin with.
    """
    bundle = bundles.load(options.bundle, APP)
    parameters = check_bundle(bundle, options.bundle)
    known = known_names(bundle, options.bundle)
    start = _start(options.start, bundle.vocabulary)
    generator = np.random.default_rng(seed)
    for _ in range(options.count):
        name = dinos.generate(parameters, bundle.vocabulary, generator, options.temperature, start)
        yield f"{name.capitalize():<24} {'known' if name in known else 'new'}"


def train(options: argparse.Namespace) -> int:
    """Trains; Ctrl-C, an exploding loss and a killed run all leave a bundle to go on from.

    Returns:
        0, or 130 after Ctrl-C.

    Raises:
        UserError: The names cannot be read, the bundle to go on from does not fit them, or the training
            exploded (exit code 1).
    """
    read = dinosaurs.read(options.data) if options.data else dinosaurs.course_or_bundled(options.data_dir)
    logger.info(f"training on {read.name}: {len(read.names)} names")
    run = _Run(read, options)
    try:
        run.to_the_end()
    except KeyboardInterrupt:
        run.finish()
        logger.warning(f"stopped after {run.training.state.iteration} iterations, kept; go on with --resume")
        return 130
    except Exploded as error:
        run.training.state = run.training.healthy
        run.finish()
        raise UserError(
            f"{error}; {options.out} keeps the good weights of iteration {run.training.state.iteration}; "
            f"try a smaller --learning-rate",
            error.exit_code,
        ) from None
    run.finish()
    return 0


class _Run:
    """One training run, and where it is saved."""

    def __init__(self, read: Names, options: argparse.Namespace) -> None:
        self.options, self.seconds = options, 0.0
        old = bundles.load(options.out, APP) if options.resume else None
        n_a, rate = options.units or dinos.N_A, options.learning_rate or dinos.LEARNING_RATE
        if old is not None:
            n_a, rate = _of_the_old_run(old, read, options)
            self.seconds = resuming.figure(old, "seconds", options.out)
        seed = options.seed
        if seed is None and old is not None and old.training.get("seed") is not None:
            seed = resuming.seed(old, options.out)
        self.training = Training(read.names, read.vocabulary, n_a, rate, seed)
        if old is not None:
            self.training.resume(old, options.out)
            logger.info(f"going on after {self.training.state.iteration} iterations")

    def to_the_end(self) -> None:
        """Trains up to --iterations, reporting as the course does."""
        training, total = self.training, self.options.iterations
        started = saved = time.monotonic()
        before = self.seconds
        with progress("training", total) as advance:
            while training.state.iteration < total:
                iteration = training.state.iteration
                training.step()
                if iteration % dinos.REPORT_EVERY == 0:
                    dinos.report(iteration, training.state.loss, training.parameters(), training.vocabulary)
                if iteration % CURVE_EVERY == 0:
                    advance(iteration, f"loss {training.state.loss:.3f}")
                    now = time.monotonic()
                    self.seconds = before + now - started
                    if now - saved > SAVE_EVERY:
                        bundles.save(training.bundle(self.seconds), self.options.out)
                        saved = now
            advance(training.state.iteration, f"loss {training.state.loss:.3f}")
        self.seconds = before + time.monotonic() - started

    def finish(self) -> None:
        """Saves the bundle and draws the loss; their paths go to standard output."""
        out: Path = self.options.out
        bundles.save(self.training.bundle(self.seconds), out)
        print(out)
        plots.loss_curve(
            out / "loss.png",
            {"running loss": self.training.curve},
            f"Dinosaur names, {self.training.state.iteration} iterations",
            x_label="iteration",
            y_label="loss (nats a name)",
            first=0,
            step=CURVE_EVERY,
        )
        print(out / "loss.png")


def gradcheck(seed: int) -> int:
    """Prints a table for one step of each kind of cell.

    Returns:
        0, or 1 if a relative error is too large.
    """
    generator, worst = np.random.default_rng(seed), 0.0
    print("Largest entry of each gradient, and the relative error of the whole array.\n")
    for kind in GATES:
        print(f"{kind.upper():<9}{'shape':>8}{'analytic':>17}{'numerical':>17}{'relative error':>17}")
        for check in check_cell(kind, generator):
            shape = "x".join(map(str, check.shape))
            print(
                f"d{check.name:<8}{shape:>8}{check.analytic:>17.10f}{check.numerical:>17.10f}"
                f"{check.relative_error:>17.1e}"
            )
            worst = max(worst, check.relative_error)
        print()
    good = worst < GOOD_GRADIENT
    print(f"Worst relative error {worst:.1e}: {'below' if good else 'NOT below'} {GOOD_GRADIENT:.0e}.")
    return 0 if good else 1


def _of_the_old_run(old: bundles.Bundle, read: Names, options: argparse.Namespace) -> tuple[int, float]:
    """Hidden units and learning rate to go on with, after a look at what was trained before."""
    check_bundle(old, options.out)
    if old.vocabulary != read.vocabulary:
        raise UserError(
            f"the bundle {options.out} knows {len(old.vocabulary)} characters, and {read.name} has "
            f"{len(read.vocabulary)} others; --resume needs the names it was trained on"
        )
    n_a = old.architecture["n_a"]
    if options.units not in (None, n_a):
        raise UserError(
            f"the bundle {options.out} has {n_a} hidden units, and --units asks for {options.units}"
        )
    rate = options.learning_rate or old.training.get("learning_rate")
    if not isinstance(rate, float) or not 0 < rate < float("inf"):
        raise UserError(f"the bundle {options.out} names no learning rate; give --learning-rate")
    return n_a, rate


def _start(text: str, vocabulary: Vocabulary) -> str:
    """What every name begins with, in the network's alphabet."""
    start = text.lower()
    letters = "".join(symbol for symbol in vocabulary.symbols if symbol != "\n")
    for symbol in start:
        if symbol not in letters:
            raise UserError(f"--start has {symbol!r}, which was not in training; it knows {letters}")
    if len(start) >= dinos.LONGEST:
        raise UserError(f"--start must have fewer than {dinos.LONGEST} characters, got {len(start)}")
    return start
