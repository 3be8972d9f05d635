"""The verb `train`: trains a network on solos."""

import logging
from collections.abc import Sequence
from pathlib import Path

from data import solos
from data.solos.corpus import corpus_examples
from models import jazz

logger = logging.getLogger("cadenza")


def train(
    pieces: Sequence[solos.Solo],
    out: Path,
    *,
    epochs: int = 100,
    seed: int | None = None,
    decay: float | None = None,
    resume: bool = False,
) -> None:
    """Trains, writes a bundle and the loss curve, and prints their paths.

    One piece is trained on whole, as in the course; of several the last or a tenth is held out.

    Args:
        pieces: The solos.
        out: The bundle's folder.
        epochs: See `models.jazz.train`, like all that follow.
        seed: As above.
        decay: As above.
        resume: As above.

    Raises:
        UserError: See `models.jazz.train`.
    """
    examples = corpus_examples(pieces, held_out=len(pieces) > 1)
    picture = out / "loss.png"
    result = jazz.train(
        examples.X,
        examples.Y,
        examples.vocabulary,
        out,
        epochs=epochs,
        seed=seed,
        decay=decay,
        held_out=(examples.held_out_X, examples.held_out_Y),
        chord_sets=pieces[0].chord_sets(),
        title=pieces[0].name,
        loss_curve=picture,
        resume=resume,
    )
    if len(examples.held_out_X):
        predicted = len(examples.held_out_Y) - 1  # the last output has no target
        held_out, training = (result.history[name][-1] / predicted for name in ("val_loss", "loss"))
        logger.info(f"nats a token: {training:.3f} in training, {held_out:.3f} held out")
    print(out)
    print(picture)
