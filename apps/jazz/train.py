"""The verb `train`: trains a network on a solo."""

from pathlib import Path

from data.solos import reading as solos
from models import jazz


def train(
    solo: solos.Solo,
    out: Path,
    *,
    epochs: int = 100,
    seed: int | None = None,
    decay: float | None = None,
    resume: bool = False,
) -> None:
    """Trains, writes a bundle and the loss curve, and prints their paths.

    Args:
        solo: The solo.
        out: The bundle's folder.
        epochs: See `models.jazz.train`, like all that follow.
        seed: As above.
        decay: As above.
        resume: As above.

    Raises:
        UserError: See `models.jazz.train`.
    """
    X, Y = solos.training_examples(solo.flat_tokens, solo.vocabulary)
    picture = out / "loss.png"
    jazz.train(
        X,
        Y,
        solo.vocabulary,
        out,
        epochs=epochs,
        seed=seed,
        decay=decay,
        chord_sets=solo.chord_sets(),
        title=solo.name,
        loss_curve=picture,
        resume=resume,
    )
    print(out)
    print(picture)
