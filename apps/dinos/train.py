"""Trains a network on names, reporting as the course does."""

import logging
from pathlib import Path

from course.dinosaurs import REPORT_EVERY
from course.dinosaurs import report as print_report
from data import dinosaurs
from models.checkpoint import Run
from models.dinos.course import Parameters
from models.dinos.options import TrainOptions
from models.dinos.training import EPOCH
from models.dinos.training import train as train_network
from utils import plots

logger = logging.getLogger("cadenza")


def train(
    options: TrainOptions,
    *,
    out: Path,
    corpus: Path | None,
    data_dir: Path | None,
    encoding: str | None = None,
) -> None:
    """Trains, prints the loss and names every 2000 iterations, and writes the bundle and the loss curve.

    Args:
        options: How.
        out: The bundle's folder.
        corpus: Names, one a line; None: the course's where they are, else the bundled ones.
        data_dir: The folder to look for the course's names in first.
        encoding: That of the corpus; None: found, or guessed.

    Raises:
        UserError: The names cannot be read, or see `models.dinos.train`.
    """
    run = Run.of(out, options)
    run.require_free()
    found = dinosaurs.course_or_bundled(data_dir) if corpus is None else dinosaurs.read(corpus, encoding)
    logger.info(f"training on {found.name}: {len(found.names)} names")
    symbols = found.vocabulary

    def report(iteration: int, loss: float, parameters: Parameters) -> None:
        if iteration % REPORT_EVERY == 0:
            print_report(iteration, loss, parameters, dict(enumerate(symbols.symbols)), symbols.index)

    trained = train_network(
        found.names,
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
