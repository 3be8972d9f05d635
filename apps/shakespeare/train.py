"""The verb `train`: trains a network from nothing, or fine-tunes one, and writes its bundle."""

import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from apps.shakespeare import texts
from data import sonnets
from data.corpus import Corpus
from data.options import AlphabetOptions, TextOptions
from models import shakespeare
from models.checkpoint import Run, counted, sole_training
from models.shakespeare import evaluation, weights
from models.shakespeare.batches import POLISH, StageSettings
from models.shakespeare.options import TrainOptions
from models.shakespeare.sizes import architecture, size_of, staged
from models.shakespeare.training import MONITOR, Samples
from models.shakespeare.weights import Architecture, FineTuningSettings, Writing
from models.shakespeare.windows import TX, Indices
from models.training import FinishedEpochs
from models.workers import Workers, require_divisor
from utils import plots
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

logger = logging.getLogger("cadenza")

# Settings for fine-tuning our network: an epoch with the course's dropout and learning rate takes the
# held-out text from 1.36 to 1.42 nats a character, one with these leaves it where it is.
FINE_TUNING = weights.FineTuningSettings(dropout=0.25, learning_rate=3e-4)
WINDOWS = 128  # of a batch, as the course has it
SEED = 1  # without a seed the same network comes out every time


def train(options: TrainOptions, source: TextOptions, alphabet: AlphabetOptions, *, out: Path) -> None:
    """Trains from nothing on a text's first nine tenths, writes the bundle and prints the metrics.

    Args:
        options: How.
        source: The text; the Sonnets go with the plays.
        alphabet: Which of its characters are learnt.
        out: The bundle's folder.

    Raises:
        UserError: A text cannot be read or is too short, or the training fails.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    run = Run.of(out, options)
    run.require_free()
    main = _learn(options, source, alphabet)
    plays = texts.plays(source, speakers=options.speakers)
    held_out_part = texts.held_out_part(main)
    logger.info(f"training on {main.name}, {len(main)} characters, {held_out_part} held out")
    if plays:
        logger.info(f"training on {plays.name}, {len(plays)} characters")
    if options.together:
        _train_together(
            "work_from_nothing", run, options, source, _stages(options, main, plays)[0].batch_size, alphabet
        )
        trained = weights.load(out)
    else:
        trained = _from_nothing(main, plays, run, options)
    _print_result(trained, out)


def fine_tune(options: TrainOptions, source: TextOptions, *, out: Path) -> None:
    """Fine-tunes a network on the windows of a text's first nine tenths, and prints the metrics.

    Args:
        options: Which network, and how.
        source: The text.
        out: The folder of the new bundle, which keeps the optimizer, so that more epochs can follow.

    Raises:
        UserError: The network or the text cannot be read, the network cannot read the text, or the training
            fails.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    run = Run.of(out, options, epochs=options.epochs or 1)
    run.require_free()
    network = weights.load(options.bundle)
    text = _read_for(network, source, 10 * (network.architecture["window"] + 1))
    way_out = f"train a network of its own: python -m apps.shakespeare train --corpus {source.corpus}"
    texts.require_readable(text, way_out)
    held_out_part = texts.held_out_part(text)
    logger.info(f"fine-tuning on {text.name}, {len(text)} characters, {held_out_part} held out")
    if options.together:
        _train_together("work_on_windows", run, options, source, WINDOWS)
        trained = weights.load(out)
    else:
        trained = _on_windows(text, replace(run, callbacks=[FinishedEpochs(_print_epoch)]), options)
    _print_result(trained, out)


def work_from_nothing(
    *,
    options: TrainOptions,
    source: TextOptions,
    alphabet: AlphabetOptions,
    out: Path,
    workers: Workers,
    **run: Any,
) -> None:
    """Trains from nothing as one of the workers, which read the texts themselves."""
    main, plays = _learn(options, source, alphabet), texts.plays(source, speakers=options.speakers)
    _from_nothing(main, plays, Run.of(out, options, **run), options, workers)


def work_on_windows(
    *, options: TrainOptions, source: TextOptions, out: Path, workers: Workers, **run: Any
) -> None:
    """Fine-tunes as one of the workers, which read the text themselves."""
    text = _read_for(weights.load(options.bundle), source, 0)
    _on_windows(text, Run.of(out, options, **run), options, workers)


def _learn(options: TrainOptions, source: TextOptions, alphabet: AlphabetOptions) -> Corpus:
    at_least = 10 * (max(TX, options.length or 0) + 1)
    return texts.learn(source, alphabet, at_least, lines=options.lines)


def _read_for(network: Bundle, source: TextOptions, at_least: int) -> Corpus:
    return texts.read(source, at_least, network.vocabulary, lines=Writing.of(network).lines)


def _sizes(run: Run, options: TrainOptions, main: Corpus) -> Architecture:
    """The network's sizes; those that the options leave open are those of a training that is resumed."""
    if run.resume and options.units is None:
        return Architecture.of(weights.load(run.folder))
    return architecture(options, size_of(len(main)).units, len(main.symbols))


def _stages(options: TrainOptions, main: Corpus, plays: Corpus | None) -> tuple[StageSettings, ...]:
    """The stages of a training from nothing: the course's texts have settings of their own."""
    if not plays:
        return (staged(options, size_of(len(main)).stage),)
    first = staged(options, StageSettings())
    polish = replace(POLISH, batch_size=first.batch_size)
    most = polish.steps * POLISH.batch_size // first.batch_size
    return first, polish if most == polish.steps else polish.with_steps(max(1, min(first.steps // 16, most)))


def _from_nothing(
    main: Corpus, plays: Corpus | None, run: Run, options: TrainOptions, workers: Workers | None = None
) -> Bundle:
    training, held_out = sonnets.split(main.indices)
    vocabulary = Vocabulary(main.symbols)
    sizes, writing = _sizes(run, options, main), _writing(options, main)
    shown = [] if workers else _shown(sizes, vocabulary, writing)  # the process that started them prints
    trained: Bundle = shakespeare.train(
        training,
        held_out,
        vocabulary,
        replace(run, callbacks=[*run.callbacks, *shown], finish=partial(_add_metrics, held_out)),
        other=plays.indices if plays else None,
        stages=_stages(options, main, plays),
        seed=run.seed(options.seed, weights.APP, SEED),
        sizes=sizes,
        writing=writing,
        patience=options.patience,
        training={"texts": [text.name for text in (main, plays) if text]},
        extra={weights.FINE_TUNING: FINE_TUNING._asdict()},
        workers=workers,
    )
    return trained


def _on_windows(text: Corpus, run: Run, options: TrainOptions, workers: Workers | None = None) -> Bundle:
    network = weights.load(options.bundle)
    training, held_out = sonnets.split(text.indices)
    own = weights.fine_tuning_settings(network, options.bundle or weights.PRETRAINED)
    dropout = own.dropout if options.dropout is None else options.dropout
    trained: Bundle = shakespeare.fine_tune(
        network,
        training,
        replace(run, finish=partial(_add_metrics, held_out)),
        validation=held_out,
        settings=FineTuningSettings(dropout, options.rate or own.learning_rate),
        training={"texts": [text.name]},
        batch_size=options.batch_size or WINDOWS,
        seed=run.seed(options.seed, weights.APP, SEED),
        workers=workers,
    )
    return trained


def _writing(options: TrainOptions, main: Corpus) -> Writing:
    return Writing(lines=True, longest=texts.longest_record(main)) if options.lines else Writing()


def _train_together(
    function: str,
    run: Run,
    options: TrainOptions,
    source: TextOptions,
    batch_size: int,
    alphabet: AlphabetOptions | None = None,
) -> None:
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
        **({"alphabet": alphabet} if alphabet else {}),
    }
    function = f"{__name__}:{function}"
    with sole_training(run, weights.APP):
        train_together(
            function, arguments, workers=options.workers, address=options.ray, print_epoch=_print_epoch
        )


def _shown(sizes: Architecture, vocabulary: Vocabulary, writing: Writing) -> list[Any]:
    """What a training from nothing prints after each epoch: its metrics, and samples."""
    like = Bundle(weights.APP, sizes.record(), vocabulary, {}, {}, {weights.WRITING: writing._asdict()})
    return [FinishedEpochs(_print_epoch), Samples(like, _print_sample)]


def _print_epoch(epoch: int, logs: dict[str, Any]) -> None:
    metrics = "  ".join(f"{name} {float(value):.4f}" for name, value in logs.items())
    print(f"epoch {epoch + 1}  {metrics}", flush=True)


def _print_sample(temperature: float, text: str) -> None:
    print(f"  at {temperature}: {' / '.join(text.split(chr(10)))}", flush=True)


def _add_metrics(held_out: Indices, trained: Bundle) -> None:
    trained.training["held_out"] = evaluation.evaluate(trained, held_out)


def _print_result(trained: Bundle, out: Path) -> None:
    """Prints which epoch was kept, the metrics, and how the network is used, and draws the loss."""
    picture, history, held = out / "loss.png", trained.training["history"], trained.training["held_out"]
    names = {"loss": "training", MONITOR: "validation"}
    curves = {label: history[name] for name, label in names.items() if name in history}
    title = f"Shakespeare: {', '.join(trained.training['texts'])}"
    plots.loss_curve(picture, curves, title, "epoch", "nats a character")
    if MONITOR in history:
        print(_kept(trained.training))
    print(
        f"held out: {held['window_nats']:.4f} nats a character by windows, "
        f"{held['carried_nats']:.4f} with the state carried ({held['windows']} windows)"
    )
    print(out)
    print(picture)
    print(f"write with it: python -m apps.shakespeare complete --bundle {out}")


def _kept(training: dict[str, Any]) -> str:
    """Which epoch was kept, and why the training stopped."""
    epochs, kept, best = training["epochs"], training["kept_epoch"], min(training["history"][MONITOR])
    stopped = training.get("ended") == "patience"
    why = f"stopped, for {counted(epochs - kept)} were no better" if stopped else "all epochs are done"
    return f"kept epoch {kept} of {epochs}, {MONITOR} {best:.4f}: {why}"
