"""python -m apps.shakespeare: begin a poem, and the network completes it.

No verb: the course's exercise: one epoch of fine-tuning, a prompt, and the rest of the poem.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils import backend, cli
from utils.errors import UserError

LENGTH = 400  # that of models.shakespeare, which --help does not wait for


def _add_exercise(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--no-finetune", action="store_true", help="no fine-tuning: straight to the prompt")
    add("--epochs", type=cli.positive_int, default=1, help="how often every window of the text is read")
    add("--batch", type=cli.positive_int, default=128, help="windows in a batch")
    _add_corpus(parser, "UTF-8 text to fine-tune on; none: the Sonnets, or else the bundled verses")
    add(
        "--save",
        type=Path,
        metavar="DIR",
        help="folder for the fine-tuned network; none: fine_tuned in --out",
    )
    _add_writing(parser)


def _add_complete(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "prompt",
        nargs="?",
        type=cli.typed,
        help="the beginning; a trailing space matters; none: asked for, or read",
    )
    add("--count", type=cli.int_up_to(1024), default=1, help="how many poems, written side by side")
    _add_writing(parser)


def _add_writing(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_network(parser)
    add("--length", type=cli.int_up_to(1_000_000), default=LENGTH, help="characters to write")
    add("--lines", type=cli.positive_int, help="stop after this many lines; none: only --length counts")
    add("--temperature", type=cli.positive_float, default=1.0, help="below 1 tamer, above 1 wilder")
    add("--top-k", type=cli.positive_int, help="choose among this many likeliest characters; none: all")
    add("--top-p", type=_share, help="choose among the likeliest that reach this share; none: all")
    add("--engine", choices=("numpy", "keras"), default="numpy", help="what computes the network")
    add("--show", action="store_true", help="draw the next-character probabilities along the poem: poem.png")
    cli.add_common(parser, out="output/shakespeare")


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    bundle = "network to fine-tune on windows: a bundle or a .h5; none: a new one is trained from nothing"
    add("--bundle", type=Path, metavar="PATH", help=bundle)
    _add_corpus(parser, "UTF-8 text to train on; none: the Sonnets and the plays, or the bundled verses")
    add("--steps", type=cli.positive_int, help="from nothing: batches of the first stage; none: 16000")
    add("--epochs", type=cli.positive_int, help="with --bundle: how often every window is read; none: once")
    add("--resume", action="store_true", help="go on with the training in --out that was stopped")
    add("--batch", type=cli.positive_int, help="rows in a batch; none: 64, and 128 windows with --bundle")
    add("--workers", type=cli.int_up_to(1024), default=1, help="processes that share every batch, by Ray")
    text = "the Ray cluster that the workers run on; none: this machine"
    add("--ray", metavar="ADDRESS", help=text)
    every = "seconds from one checkpoint to the next"
    add("--save-every", type=cli.positive_float, default=60.0, metavar="SECONDS", help=every)
    seed = "1; with --resume that of the training that was stopped"
    cli.add_common(parser, out="output/shakespeare/bundle", seed=seed)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    _add_network(parser)
    _add_corpus(parser, "UTF-8 text to measure on; none: the Sonnets, or else the bundled verses")
    parts = "which part of the text: its last tenth, which training leaves alone, the rest, or all"
    parser.add_argument("--part", choices=("held-out", "training", "all"), default="all", help=parts)
    text = "also write poems, and say what share of their words the training text has"
    parser.add_argument("--words", action="store_true", help=text)
    cli.add_common(parser, seed="0")


def _add_corpus(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--corpus", type=Path, metavar="FILE", help=text)
    cli.add_data_dir(parser)


def _add_network(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--bundle", type=Path, metavar="PATH", help="a bundle, or the course's .h5; none: the pretrained one")
    text = "carry the state from character to character, or run the window again; none: as the bundle says"
    add("--state", choices=("carried", "window"), help=text)


def _share(text: str) -> float:
    value = cli.positive_float(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"expected above 0 and at most 1, got {text}")
    return value


def _network(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments that name a network."""
    return {"bundle": options.bundle, "state": options.state}


def _writing(options: argparse.Namespace) -> dict[str, Any]:
    """The arguments of a verb that writes poems."""
    names = ("length", "lines", "temperature", "top_k", "top_p", "engine")
    return _network(options) | {name: getattr(options, name) for name in names}


def _exercise(options: argparse.Namespace) -> int:
    seed = cli.chosen_seed(options.seed)
    _set_threads()
    backend.keras()
    from apps.shakespeare import exercise

    exercise.exercise(
        out=options.out,
        finetune=not options.no_finetune,
        corpus=options.corpus,
        data_dir=options.data_dir,
        epochs=options.epochs,
        batch_size=options.batch,
        save=options.save,
        seed=seed,
        show=options.show,
        **_writing(options),
    )
    return 0


def _complete(options: argparse.Namespace) -> int:
    seed = cli.chosen_seed(options.seed)
    if options.engine == "keras":
        backend.keras()
    from apps.shakespeare import complete

    picture = options.out / "poem.png" if options.show else None
    complete.complete(options.prompt, count=options.count, picture=picture, seed=seed, **_writing(options))
    return 0


def _train(options: argparse.Namespace) -> int:
    if options.bundle and options.steps:
        raise UserError("--steps counts batches from nothing: with --bundle use --epochs")
    if options.epochs and not options.bundle:
        raise UserError("--epochs goes with --bundle: from nothing use --steps")
    if options.bundle:
        _set_threads()
    backend.keras()
    from apps.shakespeare import train

    shared = {
        "out": options.out,
        "corpus": options.corpus,
        "data_dir": options.data_dir,
        "seed": options.seed,
        "resume": options.resume,
        "every_seconds": options.save_every,
        "workers": options.workers,
        "ray": options.ray,
    }
    if options.batch:
        shared["batch_size"] = options.batch
    if options.bundle:
        train.fine_tune(options.bundle, epochs=options.epochs or 1, **shared)
    else:
        train.train(steps=options.steps, **shared)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    from apps.shakespeare import evaluate

    evaluate.evaluate(
        corpus=options.corpus,
        data_dir=options.data_dir,
        part=options.part,
        words=options.words,
        seed=options.seed or 0,
        **_network(options),
    )
    return 0


def _set_threads() -> None:
    for name, value in backend.training_threads().items():
        os.environ.setdefault(name, value)


VERBS = {
    "exercise": cli.Verb("fine-tune, ask for a beginning, complete (the default)", _add_exercise, _exercise),
    "complete": cli.Verb("complete a beginning, without training", _add_complete, _complete),
    "train": cli.Verb("train a network from nothing, or fine-tune one", _add_train, _train),
    "evaluate": cli.Verb("measure how well a network predicts a text", _add_evaluate, _evaluate),
}


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    # A step's matrices are small: a second thread costs more than it brings. Read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return cli.run_verb(
        argv,
        VERBS,
        prog="python -m apps.shakespeare",
        description="Begin a poem, and the network completes it. No verb: fine-tune for an epoch first.",
    )


if __name__ == "__main__":
    sys.exit(cli.run(main))
