"""Trains a network on names, reporting as the course does."""

import logging
from pathlib import Path

from data import dinosaurs
from models.dinos import course
from models.dinos.network import APP
from models.dinos.training import EPOCH
from models.dinos.training import train as train_network
from utils import bundle as bundles
from utils import plots

logger = logging.getLogger("cadenza")


def train(
    out: Path,
    *,
    corpus: Path | None,
    data_dir: Path | None,
    iterations: int,
    learning_rate: float,
    units: int,
    seed: int | None,
    resume: bool,
) -> int:
    """Trains, prints the loss and names every 2000 iterations, and writes the bundle and the loss curve.

    Returns:
        0, or 130 after Ctrl-C: the bundle then holds the finished epochs.

    Raises:
        UserError: The names cannot be read, or see `models.dinos.train`.
    """
    found = dinosaurs.course_or_bundled(data_dir) if corpus is None else dinosaurs.read(corpus)
    logger.info(f"training on {found.name}: {len(found.names)} names")
    symbols = found.vocabulary

    def report(iteration: int, loss: float, parameters: course.Parameters) -> None:
        if iteration % course.REPORT_EVERY == 0:
            course.report(iteration, loss, parameters, dict(enumerate(symbols.symbols)), symbols.index)

    try:
        train_network(
            found.names,
            symbols,
            out,
            iterations=iterations,
            n_a=units,
            learning_rate=learning_rate,
            seed=seed,
            resume=resume,
            report=report,
        )
    except KeyboardInterrupt:
        if not (out / bundles.CONFIG).exists():
            raise
        logger.warning(f"stopped; {out} keeps {_draw(out)} iterations; continue with --resume")
        return 130
    _draw(out)
    return 0


def _draw(out: Path) -> int:
    """Draws the loss curve beside the bundle, prints both paths, and returns the iterations done."""
    history = bundles.load(out, APP).training["history"]
    done = int(history["iterations"][-1])
    picture = out / "loss.png"
    plots.loss_curve(
        picture,
        {"running loss": history["loss"]},
        f"Dinosaur names, {done} iterations",
        x_label="iteration",
        y_label="loss (nats a name)",
        first=EPOCH,
        step=EPOCH,
    )
    print(out, picture, sep="\n")
    return done
