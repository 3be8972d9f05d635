"""The verb `train`: trains a network from nothing, or fine-tunes one, and writes its bundle."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from apps.shakespeare import texts
from data import sonnets
from data.corpus import Corpus
from data.options import TextOptions
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


def train(options: TrainOptions, source: TextOptions, *, out: Path) -> None:
    """Trains from nothing on a text's first nine tenths, writes the bundle and prints the metrics.

    Args:
        options: How.
        source: The text; the Sonnets go with the plays.
        out: The bundle's folder.

    Raises:
        UserError: A text cannot be read or is too short, or the training fails.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    run = Run.of(out, options)
    run.require_free()
    main = texts.read(source, 10 * TX)
    plays = texts.plays(source)
    held_out_part = texts.held_out_part(main)
    logger.info(f"training on {main.name}, {len(main)} characters, {held_out_part} held out")
    if plays:
        logger.info(f"training on {plays.name}, {len(plays)} characters")
        texts.log_dropped(plays)
    if options.together:
        trained = _train_together("work_from_nothing", run, options, source, StageSettings().batch_size)
    else:
        trained = _from_nothing(main, plays, replace(run, callbacks=[FinishedEpochs(_print_epoch)]), options)
    _print_result(trained, out)


def fine_tune(options: TrainOptions, source: TextOptions, *, out: Path) -> None:
    """Fine-tunes a network on the windows of a text's first nine tenths, and prints the metrics.

    Args:
        options: Which network, and how.
        source: The text.
        out: The folder of the new bundle, which keeps the optimizer, so that more epochs can follow.

    Raises:
        UserError: The network or the text cannot be read, or the training fails.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    run = Run.of(out, options, epochs=options.epochs or 1)
    run.require_free()
    network = weights.load(options.bundle)
    text = texts.read(source, 10 * (network.architecture["window"] + 1))
    held_out_part = texts.held_out_part(text)
    logger.info(f"fine-tuning on {text.name}, {len(text)} characters, {held_out_part} held out")
    if options.together:
        trained = _train_together("work_on_windows", run, options, source, WINDOWS)
    else:
        trained = _on_windows(text, replace(run, callbacks=[FinishedEpochs(_print_epoch)]), options)
    _print_result(trained, out)


def work_from_nothing(
    *, options: TrainOptions, source: TextOptions, out: Path, workers: Workers, **run: Any
) -> None:
    """Trains from nothing as one of the workers, which read the texts themselves."""
    how = Run.of(out, options, **run)
    _from_nothing(texts.read(source, 0), texts.plays(source), how, options, workers)


def work_on_windows(
    *, options: TrainOptions, source: TextOptions, out: Path, workers: Workers, **run: Any
) -> None:
    """Fine-tunes as one of the workers, which read the text themselves."""
    _on_windows(texts.read(source, 0), Run.of(out, options, **run), options, workers)


def _from_nothing(
    main: Corpus, plays: Corpus | None, run: Run, options: TrainOptions, workers: Workers | None = None
) -> Bundle:
    training, held_out = sonnets.split(main.indices)
    batch_size, steps = options.batch_size or StageSettings().batch_size, options.steps
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
        seed=run.seed(options.seed, weights.APP, SEED),
        training={"texts": [text.name for text in (main, plays) if text]},
        extra={weights.FINE_TUNING: FINE_TUNING._asdict()},
        workers=workers,
    )
    return trained


def _on_windows(text: Corpus, run: Run, options: TrainOptions, workers: Workers | None = None) -> Bundle:
    network = weights.load(options.bundle)
    training, held_out = sonnets.split(text.indices)
    trained: Bundle = shakespeare.fine_tune(
        network,
        training,
        replace(run, finish=partial(_add_metrics, held_out)),
        settings=weights.fine_tuning_settings(network, options.bundle or weights.PRETRAINED),
        training={"texts": [text.name]},
        batch_size=options.batch_size or WINDOWS,
        seed=run.seed(options.seed, weights.APP, SEED),
        workers=workers,
    )
    return trained


def _train_together(
    function: str, run: Run, options: TrainOptions, source: TextOptions, batch_size: int
) -> Bundle:
    """Trains in several processes, which get absolute paths: those of other machines run elsewhere."""
    from apps.shakespeare.workers import train_together

    require_divisor(options.workers, options.batch_size or batch_size)
    arguments = {
        "options": replace(options, bundle=options.bundle and options.bundle.absolute(), epochs=run.epochs),
        "source": replace(
            source,
            corpus=source.corpus and source.corpus.absolute(),
            data_dir=source.data_dir and source.data_dir.absolute(),
        ),
        "out": Path(run.folder).absolute(),
        "resume": run.resume,
    }
    function = f"{__name__}:{function}"
    with sole_training(run, weights.APP):
        train_together(
            function, arguments, workers=options.workers, address=options.ray, print_epoch=_print_epoch
        )
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
