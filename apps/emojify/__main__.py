"""python -m apps.emojify: the right emoji for a sentence.

No verb: predict.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import cli

VERBS = ("predict", "train", "evaluate")


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(cli.with_default_verb(argv, VERBS, "predict"))
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.emojify",
        description="Find the right emoji for a sentence. No verb: predict.",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    predict = verbs.add_parser("predict", help="answer sentences with emoji (the default verb)")
    _add_predict(predict)
    predict.set_defaults(run=_predict)
    train = verbs.add_parser("train", help="train a network on labelled sentences")
    _add_train(train)
    train.set_defaults(run=_train)
    evaluate = verbs.add_parser("evaluate", help="measure a network on labelled sentences")
    _add_evaluate(evaluate)
    evaluate.set_defaults(run=_evaluate)
    return parser


def _add_predict(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    text = "what to answer; none: lines from standard input"
    add("sentences", nargs="*", type=cli.typed, metavar="SENTENCE", help=text)
    add("--top", type=cli.positive_int, default=1, metavar="N", help="how many of the likeliest to give")
    add("--json", action="store_true", help="one JSON object a line instead of columns between tabs")
    _add_network(parser)
    cli.add_common(parser, seed=None)


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--v1", action="store_true", help="the mean of the words' vectors, softmax; needs vectors"
    )
    kinds.add_argument("--v2", action="store_true", help="two LSTM layers (the default)")
    add("--csv", metavar="FILE", help="sentences and labels to learn; none: the bundled ones")
    add("--test", metavar="FILE", help="sentences and labels to measure with; none: the bundled ones")
    add("--labels", type=Path, metavar="FILE.json", help="index to emoji; none: the course's five")
    add("--course", action="store_true", help="the course's sentences, and its recipe: 50 epochs, 10 words")
    add(
        "--embedding",
        choices=("vectors", "learnt"),
        help="GloVe's vectors or new ones; none: GloVe's if here",
    )
    add("--epochs", type=cli.positive_int, help="passes; none: 400 for V1, as many as serve for V2")
    add(
        "--runs",
        type=cli.positive_int,
        default=1,
        help="networks to train, each with its seed; the first is kept",
    )
    _add_vectors(parser)
    seed = "0, and for V1 the course's, 1; further --runs count on from it"
    cli.add_common(parser, out="output/emojify/bundle", seed=seed)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--csv", metavar="FILE", help="sentences and labels; none: the bundled test sentences")
    _add_network(parser)
    cli.add_common(parser, out="output/emojify", seed=None)


def _add_network(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--bundle", type=Path, metavar="DIR", help="folder of a trained network; none: a pretrained one")
    add("--engine", choices=("numpy", "keras"), default="numpy", help="what computes the network")
    _add_vectors(parser)


def _add_vectors(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--glove", type=Path, metavar="FILE", help="GloVe text file; none: glove.6B.50d if it was fetched")
    cli.add_data_dir(parser)


def _predict(options: argparse.Namespace) -> int:
    """Answers the sentences of the command line, or those of standard input."""
    # The matrices are small: a second thread costs more than it brings. Read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from apps.emojify import predict as emojify_answers

    return emojify_answers.predict(options)


def _train(options: argparse.Namespace) -> int:
    """Trains and keeps what was trained, whatever stops it."""
    from apps.emojify import train as emojify_training

    return emojify_training.train(options)


def _evaluate(options: argparse.Namespace) -> int:
    """Prints accuracy, confusions and mistakes."""
    from apps.emojify import evaluate as emojify_measures

    return emojify_measures.evaluate(options)


if __name__ == "__main__":
    sys.exit(cli.run(main))
