"""python -m apps.shakespeare: begin a poem, and the network completes it.

No verb: the course's exercise: one epoch of fine-tuning, a prompt, and the rest of the poem.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.options import AlphabetOptions, TextOptions
from models.shakespeare.options import (
    CompleteOptions,
    EvaluateOptions,
    ExerciseOptions,
    NetworkOptions,
    TrainOptions,
    WriteOptions,
)
from utils import backend, cli
from utils.errors import UserError
from utils.options import typed


def _add_complete(parser: argparse.ArgumentParser) -> None:
    prompt = "the beginning; a trailing space matters; none: asked for, or read"
    parser.add_argument("prompt", nargs="?", type=typed, help=prompt)
    _add_poem(parser)


def _add_poem(parser: argparse.ArgumentParser) -> None:
    show = "draw the next-character probabilities along the poem: poem.png"
    parser.add_argument("--show", action="store_true", help=show)
    cli.add_common(parser, out="output/shakespeare")


def _add_train(parser: argparse.ArgumentParser) -> None:
    cli.add_common(parser, out="output/shakespeare/bundle", seed=None)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    cli.add_common(parser, seed="0")


def _exercise(*options: Any, seed: int | None, **given: Any) -> None:
    seed = cli.chosen_seed(seed)
    _set_threads()
    backend.keras()
    from apps.shakespeare.exercise import exercise

    exercise(*options, seed=seed, **given)


def _complete(*options: Any, seed: int | None, show: bool, out: Path, **given: Any) -> None:
    seed = cli.chosen_seed(seed)
    from apps.shakespeare.complete import complete

    complete(*options, seed=seed, picture=out / "poem.png" if show else None, **given)


def _train(options: TrainOptions, source: TextOptions, alphabet: AlphabetOptions, *, out: Path) -> None:
    if options.bundle and options.steps:
        raise UserError("--steps counts batches from nothing: with --bundle use --epochs")
    if options.epochs and not options.bundle and not options.resume:
        raise UserError("--epochs goes with --bundle or --resume: from nothing use --steps")
    if options.bundle:
        _refuse_with_bundle(options, alphabet)
        _set_threads()
    backend.keras()
    from apps.shakespeare import train

    if options.bundle:
        train.fine_tune(options, source, out=out)
    else:
        train.train(options, source, alphabet, out=out)


def _refuse_with_bundle(options: TrainOptions, alphabet: AlphabetOptions) -> None:
    """Refuses what a network that is fine-tuned brings with it."""
    for given, names in ((options, ("units", "layers", "cell", "length", "lines")), (alphabet, ("fold",))):
        for name in names:
            if getattr(given, name) != getattr(type(given), name):
                raise UserError(f"--{name} goes from nothing: the network of --bundle has its own")


def _evaluate(*options: Any, seed: int | None) -> None:
    from apps.shakespeare.evaluate import evaluate

    evaluate(*options, seed=seed or 0)


def _set_threads() -> None:
    for name, value in backend.training_threads().items():
        os.environ.setdefault(name, value)


VERBS = {
    "exercise": cli.Verb(
        "fine-tune, ask for a beginning, complete (the default)",
        _add_poem,
        _exercise,
        lambda: (NetworkOptions, ExerciseOptions, TextOptions, WriteOptions),
    ),
    "complete": cli.Verb(
        "complete a beginning, without training",
        _add_complete,
        _complete,
        lambda: (NetworkOptions, CompleteOptions),
    ),
    "train": cli.Verb(
        "train a network from nothing, or fine-tune one",
        _add_train,
        _train,
        lambda: (TrainOptions, TextOptions, AlphabetOptions),
    ),
    "evaluate": cli.Verb(
        "measure how well a network predicts a text",
        _add_evaluate,
        _evaluate,
        lambda: (NetworkOptions, EvaluateOptions, TextOptions),
    ),
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
