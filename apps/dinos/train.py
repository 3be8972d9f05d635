"""Trains a network on names, reporting as the course does."""

import logging
from pathlib import Path

from course.dinosaurs import REPORT_EVERY
from course.dinosaurs import report as print_report
from data import dinosaurs
from data.options import NameListOptions
from models.checkpoint import Run
from models.dinos.course import MAX_LENGTH, Parameters
from models.dinos.options import TrainOptions
from models.dinos.training import EPOCH
from models.dinos.training import train as train_network
from utils import plots

logger = logging.getLogger("cadenza")


LONG = 20  # characters on average: more than the course's network remembers


def train(options: TrainOptions, source: NameListOptions, *, out: Path) -> None:
    """Trains, prints the loss and names every 2000 iterations, and writes the bundle and the loss curve.

    Args:
        options: How.
        source: Which names.
        out: The bundle's folder.

    Raises:
        UserError: The names cannot be read, or see `models.dinos.train`.
    """
    run = Run.of(out, options)
    run.require_free()
    if source.corpus is None:
        corpus = dinosaurs.course_or_bundled(source.data_dir)
    else:
        corpus = dinosaurs.read(source.corpus, source.encoding)
    logger.info(f"training on {corpus.name}: {len(corpus.names)} names")
    mean = sum(map(len, corpus.names)) / len(corpus.names)
    if mean > LONG:
        logger.info(
            f"the lines have {mean:.0f} characters on average; this network makes {MAX_LENGTH} at most, for "
            f"longer phrases: python -m apps.shakespeare train --lines --corpus {source.corpus}"
        )
    symbols = corpus.vocabulary

    def report(iteration: int, loss: float, parameters: Parameters) -> None:
        if iteration % REPORT_EVERY == 0:
            print_report(iteration, loss, parameters, dict(enumerate(symbols.symbols)), symbols.index)

    trained = train_network(
        corpus.names,
        symbols,
        run,
        iterations=options.iterations,
        n_a=options.n_a,
        learning_rate=options.learning_rate,
        seed=options.seed,
        report=report,
    )
    picture, history = out / "loss.png", trained.training["history"]
    plots.loss_curve(
        picture,
        {"running loss": history["loss"]},
        f"Dinosaur names, {history['iterations'][-1]:.0f} iterations",
        x_label="iteration",
        y_label="loss (nats a name)",
        first=EPOCH,
        step=EPOCH,
    )
    print(out, picture, sep="\n")
    logger.info(f"use it: python -m apps.dinos --bundle {out}")
