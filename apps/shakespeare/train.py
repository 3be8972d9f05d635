"""The verb `train`: trains a network from nothing, or fine-tunes one, and writes its bundle."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from apps.shakespeare import texts
from data import sonnets
from data.corpus import Corpus
from data.sonnets import VOCABULARY
from models import shakespeare
from models.checkpoint import Run, sole_training
from models.shakespeare import evaluation, weights
from models.shakespeare.batches import POLISH, StageSettings
from models.shakespeare.options import TrainOptions
from models.shakespeare.windows import TX, Indices
from models.training import FinishedEpochs
from models.workers import Workers, require_divisor
from utils import plots
from utils.bundle import Bundle

logger = logging.getLogger("cadenza")

# Settings for fine-tuning our network: an epoch with the course's dropout and learning rate takes the
# held-out text from 1.36 to 1.42 nats a character, one with these leaves it where it is.
FINE_TUNING = weights.FineTuningSettings(dropout=0.25, learning_rate=3e-4)
WINDOWS = 128  # of a batch, as the course has it
SEED = 1  # without a seed the same network comes out every time


def train(
    options: TrainOptions,
    *,
    out: Path,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    encoding: str | None = None,
    workers: int = 1,
    ray: str | None = None,
) -> None:
    """Trains from nothing on a text's first nine tenths, writes the bundle and prints the metrics.

    Args:
        options: How.
        out: The bundle's folder.
        corpus: The text; None: the Sonnets and the plays, or the bundled verses.
        data_dir: Where the course's files are looked for first.
        encoding: The text's; None: found, or guessed.
        workers: The processes that share every batch.
        ray: HOST:PORT of the Ray cluster that they run on; None: this machine.

    Raises:
        UserError: A text cannot be read or is too short; see `models.shakespeare.training.train` and
            `apps.shakespeare.workers.train_together`.
    """
    run = Run.of(out, options)
    run.require_free()
    main = texts.read(corpus, data_dir, 10 * TX, encoding)
    plays = None if corpus else texts.plays(data_dir)
    held_out_part = texts.held_out_part(main)
    logger.info(f"training on {main.name}, {len(main)} characters, {held_out_part} held out")
    if plays:
        logger.info(f"training on {plays.name}, {len(plays)} characters")
        texts.log_dropped(plays)
    settings: dict[str, Any] = {
        "steps": options.steps,
        "batch_size": options.batch_size or StageSettings().batch_size,
        "seed": run.seed(options.seed, weights.APP, SEED),
    }
    if workers > 1 or ray:
        trained = _train_together(
            "work_from_nothing", run, settings, corpus, data_dir, encoding, workers, ray
        )
    else:
        run = replace(run, callbacks=[FinishedEpochs(_print_epoch)])
        trained = _from_nothing(main, plays, run, **settings)
    _print_result(trained, out)


def fine_tune(
    bundle: Path,
    options: TrainOptions,
    *,
    out: Path,
    corpus: Path | None = None,
    data_dir: Path | None = None,
    encoding: str | None = None,
    workers: int = 1,
    ray: str | None = None,
) -> None:
    """Fine-tunes a network on the windows of a text's first nine tenths, and prints the metrics.

    Args:
        bundle: The network: a bundle's folder, or the course's .h5 file.
        options: How.
        out: The folder of the new bundle, which keeps the optimizer, so that more epochs can follow.
        corpus: The text; None: the Sonnets, or the bundled verses.
        data_dir: Where the course's files are looked for first.
        encoding: The text's; None: found, or guessed.
        workers: The processes that share every batch.
        ray: HOST:PORT of the Ray cluster that they run on; None: this machine.

    Raises:
        UserError: The network or the text cannot be read; see `models.shakespeare.training.fine_tune` and
            `apps.shakespeare.workers.train_together`.
    """
    run = Run.of(out, options, epochs=options.epochs or 1)
    run.require_free()
    network = weights.load(bundle)
    text = texts.read(corpus, data_dir, 10 * (network.architecture["window"] + 1), encoding)
    held_out_part = texts.held_out_part(text)
    logger.info(f"fine-tuning on {text.name}, {len(text)} characters, {held_out_part} held out")
    settings: dict[str, Any] = {
        "batch_size": options.batch_size or WINDOWS,
        "seed": run.seed(options.seed, weights.APP, SEED),
    }
    if workers > 1 or ray:
        settings |= {"bundle": bundle.absolute(), "epochs": run.epochs}
        trained = _train_together("work_on_windows", run, settings, corpus, data_dir, encoding, workers, ray)
    else:
        run = replace(run, callbacks=[FinishedEpochs(_print_epoch)])
        trained = _on_windows(bundle, text, run, **settings)
    _print_result(trained, out)


def work_from_nothing(
    *,
    corpus: Path | None,
    data_dir: Path | None,
    encoding: str | None = None,
    out: Path,
    options: dict[str, Any],
    **run: Any,
) -> None:
    """Trains from nothing as one of the workers, which read the texts themselves."""
    plays = None if corpus else texts.plays(data_dir)
    workers = run.pop("workers")
    _from_nothing(
        texts.read(corpus, data_dir, 0, encoding), plays, Run(out, **run), **options, workers=workers
    )


def work_on_windows(
    *,
    corpus: Path | None,
    data_dir: Path | None,
    encoding: str | None = None,
    out: Path,
    options: dict[str, Any],
    **run: Any,
) -> None:
    """Fine-tunes as one of the workers, which read the text themselves."""
    workers = run.pop("workers")
    how = Run(out, options.pop("epochs"), **run)
    _on_windows(text=texts.read(corpus, data_dir, 0, encoding), run=how, **options, workers=workers)


def _from_nothing(
    main: Corpus,
    plays: Corpus | None,
    run: Run,
    *,
    steps: int | None,
    batch_size: int,
    seed: int,
    workers: Workers | None = None,
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
        replace(run, finish=partial(_add_metrics, held_out)),
        other=plays.indices if plays else None,
        stages=stages if plays else stages[:1],
        seed=seed,
        training={"texts": [text.name for text in (main, plays) if text]},
        extra={weights.FINE_TUNING: FINE_TUNING._asdict()},
        workers=workers,
    )
    return trained


def _on_windows(bundle: Path, text: Corpus, run: Run, **options: Any) -> Bundle:
    network = weights.load(bundle)
    training, held_out = sonnets.split(text.indices)
    trained: Bundle = shakespeare.fine_tune(
        network,
        training,
        replace(run, finish=partial(_add_metrics, held_out)),
        settings=weights.fine_tuning_settings(network, bundle),
        training={"texts": [text.name]},
        **options,
    )
    return trained


def _train_together(
    function: str,
    run: Run,
    options: dict[str, Any],
    corpus: Path | None,
    data_dir: Path | None,
    encoding: str | None,
    workers: int,
    ray: str | None,
) -> Bundle:
    from apps.shakespeare.workers import train_together

    require_divisor(workers, options["batch_size"])
    paths = {"out": Path(run.folder), "corpus": corpus, "data_dir": data_dir}
    arguments: dict[str, Any] = {name: path and path.absolute() for name, path in paths.items()}
    arguments |= {
        "encoding": encoding,
        "options": options,
        "resume": run.resume,
        "every_seconds": run.every_seconds,
    }
    function = f"{__name__}:{function}"
    with sole_training(run, weights.APP):
        train_together(function, arguments, workers=workers, address=ray, print_epoch=_print_epoch)
    return weights.load(run.folder)


def _print_epoch(epoch: int, logs: dict[str, Any]) -> None:
    metrics = "  ".join(f"{name} {float(value):.4f}" for name, value in logs.items())
    print(f"epoch {epoch + 1}  {metrics}", flush=True)


def _add_metrics(held_out: Indices, trained: Bundle) -> None:
    trained.training["held_out"] = evaluation.evaluate(trained, held_out)


def _print_result(trained: Bundle, out: Path) -> None:
    """Prints the metrics and draws the loss."""
    picture, history, held = out / "loss.png", trained.training["history"], trained.training["held_out"]
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
