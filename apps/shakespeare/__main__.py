"""python -m apps.shakespeare: begin a poem, and the network completes it.

No verb: the course's exercise: one epoch of fine-tuning, a prompt, and the rest of the poem.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from models.shakespeare.options import NetworkOptions, TrainOptions, WriteOptions
from utils import backend, cli
from utils.errors import UserError
from utils.options import add_flags, take, typed


def _add_exercise(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--no-finetune", action="store_true", help="no fine-tuning: straight to the prompt")
    add("--epochs", type=cli.positive_int, default=1, help="how often every window of the text is read")
    add("--batch", dest="batch_size", type=cli.positive_int, default=128, help="windows in a batch")
    _add_corpus(parser, "text to fine-tune on; none: the Sonnets, or else the bundled verses")
    save = "folder for the fine-tuned network; none: fine_tuned in --out"
    add("--save", type=Path, metavar="DIR", help=save)
    add("--force", action="store_true", help="replace the network that is in --save")
    _add_writing(parser)


def _add_complete(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    prompt = "the beginning; a trailing space matters; none: asked for, or read"
    add("prompt", nargs="?", type=typed, help=prompt)
    add("--count", type=cli.int_up_to(1024), default=1, help="how many poems, written side by side")
    _add_writing(parser)


def _add_writing(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, NetworkOptions, WriteOptions)
    show = "draw the next-character probabilities along the poem: poem.png"
    parser.add_argument("--show", action="store_true", help=show)
    cli.add_common(parser, out="output/shakespeare")


def _add_train(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, TrainOptions)
    _add_corpus(parser, "text to train on; none: the Sonnets and the plays, or the bundled verses")
    cli.add_workers(parser, "processes that share every batch")
    cli.add_common(parser, out="output/shakespeare/bundle", seed=None)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, NetworkOptions)
    _add_corpus(parser, "text to measure on; none: the Sonnets, or else the bundled verses")
    parts = "which part of the text: its last tenth, which training leaves alone, the rest, or all"
    parser.add_argument("--part", choices=("held-out", "training", "all"), default="all", help=parts)
    text = "also write poems, and say what share of their words the training text has"
    parser.add_argument("--words", action="store_true", help=text)
    cli.add_common(parser, seed="0")


def _add_corpus(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--corpus", type=Path, metavar="FILE", help=text)
    cli.add_encoding(parser)
    cli.add_data_dir(parser)


def _exercise(*, no_finetune: bool, seed: int | None, **given: Any) -> None:
    seed = cli.chosen_seed(seed)
    _set_threads()
    backend.keras()
    from apps.shakespeare.exercise import exercise

    network, writing = take(NetworkOptions, given), take(WriteOptions, given)
    exercise(network, writing, finetune=not no_finetune, seed=seed, **given)


def _complete(*, seed: int | None, show: bool, out: Path, **given: Any) -> None:
    seed = cli.chosen_seed(seed)
    from apps.shakespeare.complete import complete

    network, writing = take(NetworkOptions, given), take(WriteOptions, given)
    picture = out / "poem.png" if show else None
    complete(network, writing, seed=seed, picture=picture, **given)


def _train(**given: Any) -> None:
    options = take(TrainOptions, given)
    bundle = options.bundle
    if bundle and options.steps:
        raise UserError("--steps counts batches from nothing: with --bundle use --epochs")
    if options.epochs and not bundle:
        raise UserError("--epochs goes with --bundle: from nothing use --steps")
    if bundle:
        _set_threads()
    backend.keras()
    from apps.shakespeare import train

    if bundle:
        train.fine_tune(bundle, options, **given)
    else:
        train.train(options, **given)


def _evaluate(*, seed: int | None, **given: Any) -> None:
    from apps.shakespeare.evaluate import evaluate

    evaluate(take(NetworkOptions, given), seed=seed or 0, **given)


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
    cli.single_threaded_blas()
    return cli.run_verb(
        argv,
        VERBS,
        prog="python -m apps.shakespeare",
        description="Begin a poem, and the network completes it. No verb: fine-tune for an epoch first.",
    )


if __name__ == "__main__":
    sys.exit(cli.run(main))
