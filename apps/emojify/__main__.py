"""python -m apps.emojify: the right emoji for a sentence.

No verb: predict.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import backend, cli


def _add_predict(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("sentences", nargs="*", type=cli.typed, metavar="SENTENCE", help="none: lines of standard input")
    add(
        "--top",
        type=cli.positive_int,
        default=1,
        metavar="N",
        help="how many of the likeliest emoji to print",
    )
    add("--json", action="store_true", help="one JSON object a line instead of columns between tabs")
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
    add("--resume", action="store_true", help="continue the training in --out")
    _add_vectors(parser)
    cli.add_common(parser, out="output/emojify/bundle", seed="0, and for V1 the course's, 1")


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
    # The matrices are small: a second thread costs more than it brings. Read when NumPy is imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if options.engine == "keras":
        backend.keras()
    from apps.emojify import predict

    return predict.predict(
        options.sentences,
        top=options.top,
        as_json=options.json,
        bundle=options.bundle,
        glove_file=options.glove,
        data_dir=options.data_dir,
        engine=options.engine,
    )


def _train(options: argparse.Namespace) -> int:
    from apps.emojify import train

    seed = options.seed if options.seed is not None else int(options.v1)
    return train.train(
        options.out,
        kind="v1" if options.v1 else "v2",
        csv=options.csv,
        test=options.test,
        labels=options.labels,
        course=options.course,
        embedding=options.embedding,
        glove_file=options.glove,
        data_dir=options.data_dir,
        epochs=options.epochs,
        seeds=cli.seeds(seed, options.seeds),
        resume=options.resume,
    )


def _evaluate(options: argparse.Namespace) -> int:
    if options.engine == "keras":
        backend.keras()
    from apps.emojify import evaluate

    return evaluate.evaluate(
        options.out,
        csv=options.csv,
        bundle=options.bundle,
        glove_file=options.glove,
        data_dir=options.data_dir,
        engine=options.engine,
    )


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
