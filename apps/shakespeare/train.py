"""The verb `train`: trains a network from nothing, or fine-tunes one, and writes its bundle."""

import logging
from pathlib import Path
from typing import Any

import keras

from apps.shakespeare import texts
from data import sonnets
from data.sonnets import VOCABULARY
from models import shakespeare
from models.checkpoint import stored_seed
from models.shakespeare import evaluation, weights
from models.shakespeare.batches import POLISH, StageSettings
from models.shakespeare.windows import TX, Indices
from utils import bundle as bundles
from utils import plots
from utils.bundle import Bundle

logger = logging.getLogger("cadenza")

# Settings for fine-tuning our network: an epoch with the course's dropout and learning rate takes the
# held-out text from 1.36 to 1.42 nats a character, one with these leaves it where it is.
FINE_TUNING = weights.FineTuningSettings(dropout=0.25, learning_rate=3e-4)
SEED = 1  # without a seed the same network comes out every time


def train(
    *,
    out: Path,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    steps: int | None = None,
    seed: int | None = None,
    resume: bool = False,
    every_seconds: float = 60.0,
) -> None:
    """Trains from nothing on a text's first nine tenths, writes the bundle and prints the metrics.

    Args:
        out: The bundle's folder.
        corpus: The text; None: the Sonnets and the plays, or the bundled verses.
        data_dir: See `apps.shakespeare.texts.read`.
        steps: Batches of the first stage; None: 16,000.
        seed: None: 1, or with `resume` that of the training in `out`.
        resume: Whether to continue the training in `out`.
        every_seconds: The shortest time between two checkpoints.

    Raises:
        UserError: A text cannot be read or is too short; see `models.shakespeare.training.train`.
    """
    main = texts.read(corpus, data_dir, 10 * TX)
    plays = None if corpus else sonnets.plays(data_dir)
    training, held_out = sonnets.split(main.text)
    logger.info(f"training on {main.name}, {len(main.text)} characters, the last tenth held out")
    if plays:
        logger.info(f"training on {plays.name}, {len(plays.text)} characters")
        texts.log_dropped(plays)
    first = StageSettings()
    stages = (first, POLISH)
    if steps is not None:
        stages = (first.with_steps(steps), POLISH.with_steps(max(1, POLISH.steps * steps // first.steps)))
    trained = shakespeare.train(
        texts.indices(training),
        texts.indices(held_out),
        VOCABULARY,
        out,
        other=texts.indices(plays.text) if plays else None,
        stages=stages if plays else stages[:1],
        seed=_seed(out, seed, resume),
        resume=resume,
        every_seconds=every_seconds,
        training={"texts": [text.name for text in (main, plays) if text]},
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=_print_epoch)],
    )
    trained.extra[weights.FINE_TUNING] = FINE_TUNING._asdict()
    _finish(trained, texts.indices(held_out), out)


def fine_tune(
    bundle: Path,
    *,
    out: Path,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    epochs: int = 1,
    seed: int | None = None,
    resume: bool = False,
    every_seconds: float = 60.0,
) -> None:
    """Fine-tunes a network on the windows of a text's first nine tenths, and prints the metrics.

    Args:
        bundle: The network; see `models.shakespeare.load`.
        out: The folder of the new bundle, which keeps the optimizer, so that more epochs can follow.
        corpus: See `apps.shakespeare.texts.read`.
        data_dir: See `apps.shakespeare.texts.read`.
        epochs: How often every window is read.
        seed: See `train`.
        resume: See `train`.
        every_seconds: See `train`.

    Raises:
        UserError: The network or the text cannot be read; see `models.shakespeare.training.fine_tune`.
    """
    network = weights.load_bundle(bundle)
    window = network.architecture["window"]
    text = texts.read(corpus, data_dir, 10 * (window + 1))
    logger.info(f"fine-tuning on {text.name}, {len(text.text)} characters, the last tenth held out")
    training, held_out = sonnets.split(text.text)
    shakespeare.fine_tune(
        network,
        texts.indices(training),
        out,
        settings=weights.fine_tuning_settings(network, bundle),
        epochs=epochs,
        seed=_seed(out, seed, resume),
        resume=resume,
        every_seconds=every_seconds,
        training={"texts": [text.name]},
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=_print_epoch)],
    )
    _finish(bundles.load(out, weights.APP), texts.indices(held_out), out)


def _seed(out: Path, seed: int | None, resume: bool) -> int:
    if seed is None:
        return stored_seed(out, weights.APP) if resume else SEED
    return seed


def _print_epoch(epoch: int, logs: dict[str, Any]) -> None:
    metrics = "  ".join(f"{name} {float(value):.4f}" for name, value in logs.items())
    print(f"epoch {epoch + 1}  {metrics}", flush=True)


def _finish(trained: Bundle, held_out: Indices, out: Path) -> None:
    """Evaluates the network, writes its bundle again with the metrics, and draws the loss."""
    held = trained.training["held_out"] = evaluation.evaluate(trained, held_out)
    bundles.save(trained, out)
    picture, history = out / "loss.png", trained.training["history"]
    names = {"loss": "training", "val_loss": "validation"}
    curves = {label: history[name] for name, label in names.items() if name in history}
    title = f"Shakespeare: {', '.join(trained.training['texts'])}"
    plots.loss_curve(picture, curves, title, "epoch", "nats a character")
    print(
        f"held out: {held['window_nats']:.4f} nats a character by windows, "
        f"{held['carried_nats']:.4f} with the state carried ({held['windows']} windows)"
    )
    print(out)
    print(picture)
