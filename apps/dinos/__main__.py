"""python -m apps.dinos: learn dinosaur names, and make new ones.

No verb: print names of the pretrained network.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data.options import DataOptions
from models.dinos.options import NamesOptions, TrainOptions
from utils import cli
from utils.encodings import EncodingOptions
from utils.options import add_flags, take


def _add_sample(parser: argparse.ArgumentParser) -> None:
    cli.add_bundle(parser)
    add_flags(parser, NamesOptions)
    cli.add_common(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--corpus", type=Path, metavar="FILE", help="names, one a line; none: the course's if here, else ours"
    )
    add_flags(parser, EncodingOptions, DataOptions, TrainOptions)
    cli.add_common(parser, out="output/dinos/bundle", seed=None)


def _sample(*, bundle: Path | None, seed: int | None, **given: Any) -> None:
    from apps.dinos.sample import sample

    sample(bundle, take(NamesOptions, given), seed=cli.chosen_seed(seed))


def _train(**given: Any) -> None:
    from apps.dinos.train import train

    options, where = take(TrainOptions, given), take(DataOptions, given)
    train(options, data_dir=where.data_dir, **given)


def _gradcheck(*, seed: int | None) -> int:
    from apps.dinos.gradcheck import gradcheck

    return gradcheck(cli.chosen_seed(seed))


VERBS = {
    "sample": cli.Verb("print names, each marked known or new (the default verb)", _add_sample, _sample),
    "train": cli.Verb("train a network on a list of names, as the course does", _add_train, _train),
    "gradcheck": cli.Verb(
        "print analytic beside numerical gradients of each cell", cli.add_common, _gradcheck
    ),
}


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    return cli.run_verb(
        argv,
        VERBS,
        prog="python -m apps.dinos",
        description="Learn dinosaur names, a character at a time, and make new ones. No verb: sample.",
    )


if __name__ == "__main__":
    sys.exit(cli.run(main))
