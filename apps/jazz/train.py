"""The verb `train`: trains a network on solos."""

import logging
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from data.solos.lines import line_examples
from data.solos.options import CorpusOptions
from data.solos.sources import read_corpus
from models import jazz
from models.checkpoint import Run
from models.jazz.options import TrainOptions
from utils import backend, plots
from utils import bundle as bundles
from utils.errors import UserError

logger = logging.getLogger("cadenza")


def train(corpus: CorpusOptions, options: TrainOptions, *, out: Path) -> None:
    """Trains, writes a bundle and the loss curve, and prints their paths.

    One piece is trained on whole, as in the course; of several the last or a tenth is held out.

    Args:
        corpus: The solos.
        options: How.
        out: The bundle's folder.

    Raises:
        UserError: The solos cannot be read, or trained on; see `models.jazz.train_lines`.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder, and their losses are drawn.
    """
    run = Run.of(out, options)
    run.require_free()
    pieces = read_corpus(corpus)
    backend.keras()  # now, so that bad input is refused before TensorFlow is loaded
    examples = line_examples(pieces, held_out=len(pieces) > 1)
    title = pieces[0].name
    try:
        trained = jazz.train_lines(
            examples.training,
            examples.factors,
            run,
            seed=options.seed,
            decay=options.decay,
            held_out=examples.held_out,
            changes=pieces[0].changes,
        )
    except KeyboardInterrupt:
        with suppress(UserError):  # no epoch was finished
            _draw(bundles.load(out, "jazz").training["history"], out, title)
        raise
    history = trained.training["history"]
    if len(examples.held_out):
        predicted = examples.held_out.shape[1] - 1  # a window's first step is not predicted
        held_out, training = (history[name][-1] / predicted for name in ("val_loss", "loss"))
        logger.info(f"nats a step, notes and rests: {training:.3f} in training, {held_out:.3f} held out")
    print(out)
    print(_draw(history, out, title))


def _draw(history: Mapping[str, list[float]], out: Path, title: str) -> Path:
    """Draws the losses beside the bundle."""
    labels = {"loss": "training", "val_loss": "held out"}
    curves = {label: history[name] for name, label in labels.items() if name in history}
    picture = out / "loss.png"
    plots.loss_curve(picture, curves, f"Jazz network on {title}", y_label="loss (nats)")
    return picture
