"""python -m apps.emojify: the right emoji for a sentence.

No verb: predict.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from models.emojify.options import TableOptions, TrainOptions
from utils import cli
from utils.options import add_flags, take, typed


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
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--v1", action="store_true", help="the mean of the word vectors, softmax; needs vectors"
    )
    kinds.add_argument("--v2", action="store_true", help="two LSTM layers (the default)")
    add_flags(parser, TrainOptions)
    cli.add_glove(parser)
    cli.add_common(parser, out="output/emojify/bundle", seed=None)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--csv", metavar="FILE", help="sentences and labels; none: the bundled test sentences")
    add_flags(parser, TableOptions)
    _add_network(parser)
    cli.add_common(parser, out="output/emojify", seed=None)


def _add_network(parser: argparse.ArgumentParser) -> None:
    cli.add_bundle(parser)
    cli.add_glove(parser)


def _predict(**options: Any) -> None:
    cli.single_threaded_blas()
    from apps.emojify.predict import predict

    predict(**options)


def _train(*, v1: bool, v2: bool, **given: Any) -> None:
    from apps.emojify.train import train

    train(take(TrainOptions, given), kind="v1" if v1 else "v2", **given)


def _evaluate(**given: Any) -> None:
    from apps.emojify.evaluate import evaluate

    evaluate(table=take(TableOptions, given), **given)


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
