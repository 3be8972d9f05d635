"""python -m apps.dinos: learn dinosaur names, and make new ones.

No verb: print names of the pretrained network.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from data.options import NameListOptions
from models.dinos.options import NamesOptions, TrainOptions
from utils import cli


def _add_sample(parser: argparse.ArgumentParser) -> None:
    cli.add_bundle(parser)
    cli.add_common(parser)


def _add_train(parser: argparse.ArgumentParser) -> None:
    cli.add_common(parser, out="output/dinos/bundle", seed=None)


def _sample(*options: Any, seed: int | None, **given: Any) -> None:
    from apps.dinos.sample import sample

    sample(*options, seed=cli.chosen_seed(seed), **given)


def _train(*options: Any, **given: Any) -> None:
    from apps.dinos.train import train

    train(*options, **given)


def _gradcheck(*, seed: int | None) -> int:
    from apps.dinos.gradcheck import gradcheck

    return gradcheck(cli.chosen_seed(seed))


VERBS = {
    "sample": cli.Verb(
        "print names, each marked known or new (the default verb)",
        _add_sample,
        _sample,
        lambda: (NamesOptions,),
    ),
    "train": cli.Verb(
        "train a network on a list of names, as the course does",
        _add_train,
        _train,
        lambda: (TrainOptions, NameListOptions),
    ),
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
