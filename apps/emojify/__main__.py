"""python -m apps.emojify: the right emoji for a sentence.

No verb: predict.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from utils import cli
from utils.options import typed


def _add_predict(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("sentences", nargs="*", type=typed, metavar="SENTENCE", help="none: lines of standard input")
    top = "how many of the likeliest emoji to print"
    add("--top", type=cli.positive_int, default=1, metavar="N", help=top)
    text = "one JSON object a line instead of columns between tabs"
    add("--json", dest="as_json", action="store_true", help=text)
    _add_network(parser)
    cli.add_common(parser, seed=None)


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--v1", action="store_true", help="the mean of the word vectors, softmax; needs vectors"
    )
    kinds.add_argument("--v2", action="store_true", help="two LSTM layers (the default)")
    add("--csv", metavar="FILE", help="sentences and labels to train on; none: the bundled ones")
    add("--test", metavar="FILE", help="sentences and labels to test with; none: the bundled ones")
    add("--labels", type=Path, metavar="FILE.json", help="index to emoji; none: the course's five")
    course = "the course's sentences and settings: GloVe vectors, 50 epochs, 10 words"
    add("--course", action="store_true", help=course)
    embedding = "GloVe's vectors, or new ones; none: GloVe's if they are here"
    add("--embedding", choices=("vectors", "learnt"), help=embedding)
    epochs = "passes over the sentences; none: 400 for V1, chosen by early stopping for V2"
    add("--epochs", type=cli.positive_int, help=epochs)
    seeds = (
        "networks to train, with seeds counted from --seed; each further one in a folder of its own in --out"
    )
    add("--seeds", type=cli.positive_int, default=1, metavar="N", help=seeds)
    cli.add_kept(parser, "continue the training in --out")
    cli.add_glove(parser)
    cli.add_common(parser, out="output/emojify/bundle", seed="0, and for V1 the course's, 1")


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--csv", metavar="FILE", help="sentences and labels; none: the bundled test sentences")
    _add_network(parser)
    cli.add_common(parser, out="output/emojify", seed=None)


def _add_network(parser: argparse.ArgumentParser) -> None:
    cli.add_bundle(parser)
    cli.add_glove(parser)


def _predict(**options: Any) -> None:
    cli.single_threaded_blas()
    from apps.emojify.predict import predict

    predict(**options)


def _train(*, v1: bool, v2: bool, seed: int | None, seeds: int, **options: Any) -> None:
    from apps.emojify.train import train

    first = int(v1) if seed is None else seed
    train(kind="v1" if v1 else "v2", seeds=cli.seeds(first, seeds), **options)


def _evaluate(**options: Any) -> None:
    from apps.emojify.evaluate import evaluate

    evaluate(**options)


VERBS = {
    "predict": cli.Verb("predict emoji for sentences (the default verb)", _add_predict, _predict),
    "train": cli.Verb("train a network on labelled sentences", _add_train, _train),
    "evaluate": cli.Verb("measure a network on labelled sentences", _add_evaluate, _evaluate),
}


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    return cli.run_verb(
        argv,
        VERBS,
        prog="python -m apps.emojify",
        description="Find the right emoji for a sentence. No verb: predict.",
    )


if __name__ == "__main__":
    sys.exit(cli.run(main))
