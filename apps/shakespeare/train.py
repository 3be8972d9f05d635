"""The verb `train`: trains a network from nothing, or fine-tunes one, and writes its bundle."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

from apps.shakespeare import texts
from data import sonnets
from data.corpus import Corpus
from data.sonnets import VOCABULARY
from models import shakespeare
from models.checkpoint import stored_seed
from models.shakespeare import evaluation, weights
from models.shakespeare.batches import POLISH, StageSettings
from models.shakespeare.windows import TX, Indices
from models.training import FinishedEpochs
from models.workers import require_divisor
from utils import bundle as bundles
from utils import plots
from utils.bundle import Bundle

logger = logging.getLogger("cadenza")

# Settings for fine-tuning our network: an epoch with the course's dropout and learning rate takes the
# held-out text from 1.36 to 1.42 nats a character, one with these leaves it where it is.
FINE_TUNING = weights.FineTuningSettings(dropout=0.25, learning_rate=3e-4)
WINDOWS = 128  # of a batch, as the course has it
SEED = 1  # without a seed the same network comes out every time


def train(
    *,
    out: Path,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    steps: int | None = None,
    batch_size: int = StageSettings().batch_size,
    seed: int | None = None,
    resume: bool = False,
    every_seconds: float = 60.0,
    workers: int = 1,
    ray: str | None = None,
) -> None:
    """Trains from nothing on a text's first nine tenths, writes the bundle and prints the metrics.

    Args:
        out: The bundle's folder.
        corpus: The text; None: the Sonnets and the plays, or the bundled verses.
        data_dir: See `apps.shakespeare.texts.read`.
        steps: Batches of the first stage; None: 16,000.
        batch_size: Rows of a batch.
        seed: None: 1, or with `resume` that of the training in `out`.
        resume: Whether to continue the training in `out`.
        every_seconds: The shortest time between two checkpoints.
        workers: The processes that share every batch.
        ray: HOST:PORT of the Ray cluster that they run on; None: this machine.

    Raises:
        UserError: A text cannot be read or is too short; see `models.shakespeare.training.train` and
            `apps.shakespeare.workers.train_together`.
    """
    main = texts.read(corpus, data_dir, 10 * TX)
    plays = None if corpus else texts.plays(data_dir)
    held_out_part = texts.held_out_part(main)
    logger.info(f"training on {main.name}, {len(main)} characters, {held_out_part} held out")
    if plays:
        logger.info(f"training on {plays.name}, {len(plays)} characters")
        texts.log_dropped(plays)
    options: dict[str, Any] = {
        "out": out,
        "steps": steps,
        "batch_size": batch_size,
        "seed": _seed(out, seed, resume),
        "resume": resume,
        "every_seconds": every_seconds,
    }
    if workers > 1 or ray:
        _train_together("work_from_nothing", options, corpus, data_dir, workers, ray)
        trained = bundles.load(out, weights.APP)
        trained.weights = trained.network()
    else:
        trained = _from_nothing(main, plays, **options, callbacks=[FinishedEpochs(_print_epoch)])
    trained.extra[weights.FINE_TUNING] = FINE_TUNING._asdict()
    _finish(trained, sonnets.split(main.indices)[1], out)


def fine_tune(
    bundle: Path,
    *,
    out: Path,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    epochs: int = 1,
    batch_size: int = WINDOWS,
    seed: int | None = None,
    resume: bool = False,
    every_seconds: float = 60.0,
    workers: int = 1,
    ray: str | None = None,
) -> None:
    """Fine-tunes a network on the windows of a text's first nine tenths, and prints the metrics.

    Args:
        bundle: The network; see `models.shakespeare.load`.
        out: The folder of the new bundle, which keeps the optimizer, so that more epochs can follow.
        corpus: See `apps.shakespeare.texts.read`.
        data_dir: See `apps.shakespeare.texts.read`.
        epochs: How often every window is read.
        batch_size: Windows in a batch.
        seed: See `train`.
        resume: See `train`.
        every_seconds: See `train`.
        workers: See `train`.
        ray: See `train`.

    Raises:
        UserError: The network or the text cannot be read; see `models.shakespeare.training.fine_tune` and
            `apps.shakespeare.workers.train_together`.
    """
    network = weights.load_bundle(bundle)
    text = texts.read(corpus, data_dir, 10 * (network.architecture["window"] + 1))
    held_out_part = texts.held_out_part(text)
    logger.info(f"fine-tuning on {text.name}, {len(text)} characters, {held_out_part} held out")
    options: dict[str, Any] = {
        "out": out,
        "epochs": epochs,
        "batch_size": batch_size,
        "seed": _seed(out, seed, resume),
        "resume": resume,
        "every_seconds": every_seconds,
    }
    if workers > 1 or ray:
        options["bundle"] = bundle.absolute()
        _train_together("work_on_windows", options, corpus, data_dir, workers, ray)
    else:
        _on_windows(bundle, text, **options, callbacks=[FinishedEpochs(_print_epoch)])
    _finish(bundles.load(out, weights.APP), sonnets.split(text.indices)[1], out)


def work_from_nothing(*, corpus: Path | None, data_dir: Path | None, **options: Any) -> None:
    """Trains from nothing as one of the workers, which read the texts themselves."""
    plays = None if corpus else texts.plays(data_dir)
    _from_nothing(texts.read(corpus, data_dir, 0), plays, **options)


def work_on_windows(*, bundle: Path, corpus: Path | None, data_dir: Path | None, **options: Any) -> None:
    """Fine-tunes as one of the workers, which read the text themselves."""
    _on_windows(bundle, texts.read(corpus, data_dir, 0), **options)


def _from_nothing(
    main: Corpus,
    plays: Corpus | None,
    *,
    out: Path,
    steps: int | None,
    batch_size: int,
    seed: int,
    **options: Any,
) -> Bundle:
    training, held_out = sonnets.split(main.indices)
    first, polish = (replace(stage, batch_size=batch_size) for stage in (StageSettings(), POLISH))
    stages = (first, polish)
    if steps is not None:
        stages = (first.with_steps(steps), polish.with_steps(max(1, polish.steps * steps // first.steps)))
    trained: Bundle = shakespeare.train(
        training,
        held_out,
        VOCABULARY,
        out,
        other=plays.indices if plays else None,
        stages=stages if plays else stages[:1],
        seed=seed,
        training={"texts": [text.name for text in (main, plays) if text]},
        **options,
    )
    return trained


def _on_windows(bundle: Path, text: Corpus, *, out: Path, **options: Any) -> None:
    network = weights.load_bundle(bundle)
    shakespeare.fine_tune(
        network,
        sonnets.split(text.indices)[0],
        out,
        settings=weights.fine_tuning_settings(network, bundle),
        training={"texts": [text.name]},
        **options,
    )


def _train_together(
    function: str,
    options: dict[str, Any],
    corpus: Path | None,
    data_dir: Path | None,
    workers: int,
    ray: str | None,
) -> None:
    from apps.shakespeare.workers import train_together

    require_divisor(workers, options["batch_size"])
    paths = {"out": options["out"], "corpus": corpus, "data_dir": data_dir}
    absolute = {name: path and path.absolute() for name, path in paths.items()}
    function = f"{__name__}:{function}"
    train_together(function, options | absolute, workers=workers, address=ray, print_epoch=_print_epoch)


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
