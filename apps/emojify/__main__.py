"""python -m apps.emojify: the right emoji for a sentence.

No verb: predict.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from data.options import VectorOptions
from models.emojify.options import EvaluateOptions, PredictOptions, TrainOptions
from utils import cli
from utils.options import typed


def _add_predict(parser: argparse.ArgumentParser) -> None:
    text = "none: lines of standard input"
    parser.add_argument("sentences", nargs="*", type=typed, metavar="SENTENCE", help=text)
    cli.add_common(parser, seed=None)


def _add_train(parser: argparse.ArgumentParser) -> None:
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--v1", action="store_true", help="the mean of the word vectors, softmax; needs vectors"
    )
    kinds.add_argument("--v2", action="store_true", help="two LSTM layers (the default)")
    cli.add_common(parser, out="output/emojify/bundle", seed=None)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    cli.add_common(parser, out="output/emojify", seed=None)


def _predict(*options: Any, **given: Any) -> None:
    cli.single_threaded_blas()
    from apps.emojify.predict import predict

    predict(*options, **given)


def _train(*options: Any, v1: bool, v2: bool, **given: Any) -> None:
    from apps.emojify.train import train

    train(*options, kind="v1" if v1 else "v2", **given)


def _evaluate(*options: Any, **given: Any) -> None:
    from apps.emojify.evaluate import evaluate

    evaluate(*options, **given)


VERBS = {
    "predict": cli.Verb(
        "predict emoji for sentences (the default verb)",
        _add_predict,
        _predict,
        lambda: (PredictOptions, VectorOptions),
    ),
    "train": cli.Verb(
        "train a network on labelled sentences",
        _add_train,
        _train,
        lambda: (TrainOptions, VectorOptions),
    ),
    "evaluate": cli.Verb(
        "measure a network on labelled sentences",
        _add_evaluate,
        _evaluate,
        lambda: (EvaluateOptions, VectorOptions),
    ),
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
