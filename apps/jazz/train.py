"""The verb `train`: trains a network on solos."""

import logging
from pathlib import Path

from data.solos.corpus import corpus_examples
from data.solos.options import CorpusOptions
from data.solos.sources import read_corpus
from models import jazz
from models.jazz.options import TrainOptions

logger = logging.getLogger("cadenza")


def train(corpus: CorpusOptions, options: TrainOptions, *, out: Path) -> None:
    """Trains, writes a bundle and the loss curve, and prints their paths.

    One piece is trained on whole, as in the course; of several the last or a tenth is held out.

    Args:
        corpus: The solos.
        options: How.
        out: The bundle's folder.

    Raises:
        UserError: The solos cannot be read, or trained on; see `models.jazz.train`.
    """
    pieces = read_corpus(corpus)
    examples = corpus_examples(pieces, held_out=len(pieces) > 1)
    picture = out / "loss.png"
    result = jazz.train(
        examples.X,
        examples.Y,
        examples.vocabulary,
        out,
        options,
        held_out=(examples.held_out_X, examples.held_out_Y),
        chord_sets=pieces[0].chord_sets(),
        title=pieces[0].name,
        loss_curve=picture,
    )
    if len(examples.held_out_X):
        predicted = len(examples.held_out_Y) - 1  # the last output has no target
        held_out, training = (result.history[name][-1] / predicted for name in ("val_loss", "loss"))
        logger.info(f"nats a token: {training:.3f} in training, {held_out:.3f} held out")
    print(out)
    print(picture)
