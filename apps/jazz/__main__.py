"""python -m apps.jazz: learn a solo, and improvise one.

No verb: improvise over the bundled tune with the pretrained network.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from data.solos.options import CorpusOptions, SourceOptions
from models.jazz.options import ImproviseOptions, SaveOptions, TrainOptions
from utils import backend, cli
from utils.options import add_flags, take


def _add_improvise(parser: argparse.ArgumentParser) -> None:
    cli.add_bundle(parser)
    add_flags(parser, SourceOptions, ImproviseOptions, SaveOptions)
    takes = "solos from consecutive seeds (1 to 64)"
    parser.add_argument("--takes", type=cli.int_up_to(64), default=1, metavar="N", help=takes)
    cli.add_engine(parser)
    cli.add_common(parser, out="output/jazz")


def _add_train(parser: argparse.ArgumentParser) -> None:
    add_flags(parser, CorpusOptions, TrainOptions)
    cli.add_common(parser, out="output/jazz/bundle", seed=None)


def _improvise(*, engine: Any, **given: Any) -> None:
    if engine == "keras":
        backend.keras()
    from apps.jazz.improvise import improvise

    improvise(
        take(SourceOptions, given),
        take(ImproviseOptions, given),
        take(SaveOptions, given),
        engine=engine,
        **given,
    )


def _train(**given: Any) -> None:
    backend.keras()
    from apps.jazz.train import train

    train(take(CorpusOptions, given), take(TrainOptions, given), **given)


VERBS = {
    "improvise": cli.Verb(
        "play a solo: MIDI, WAV and a picture (the default verb)", _add_improvise, _improvise
    ),
    "train": cli.Verb("train a network on solos", _add_train, _train),
}


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    return cli.run_verb(
        argv,
        VERBS,
        prog="python -m apps.jazz",
        description="Learn a jazz solo and improvise new ones over its chords. No verb: improvise.",
    )


if __name__ == "__main__":
    sys.exit(cli.run(main))
