"""python -m apps.jazz: learn a solo, and improvise one.

No verb: improvise over the bundled tune with the pretrained network.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from utils import cli
from utils.options import Options


def _improvise_options() -> tuple[type[Options], ...]:
    from data.solos.options import SourceOptions
    from models.jazz.options import ImproviseOptions, SaveOptions, TakesOptions

    return SourceOptions, ImproviseOptions, SaveOptions, TakesOptions


def _train_options() -> tuple[type[Options], ...]:
    from data.solos.options import CorpusOptions
    from models.jazz.options import TrainOptions

    return CorpusOptions, TrainOptions


def _add_improvise(parser: argparse.ArgumentParser) -> None:
    cli.add_bundle(parser)
    cli.add_common(parser, out="output/jazz")


def _add_train(parser: argparse.ArgumentParser) -> None:
    cli.add_common(parser, out="output/jazz/bundle", seed=None)


def _improvise(*options: Any, **given: Any) -> None:
    from apps.jazz.improvise import improvise

    improvise(*options, **given)


def _train(*options: Any, **given: Any) -> None:
    from apps.jazz.train import train

    train(*options, **given)


VERBS = {
    "improvise": cli.Verb(
        "play a solo: MIDI, WAV and a picture (the default verb)",
        _add_improvise,
        _improvise,
        _improvise_options,
    ),
    "train": cli.Verb("train a network on solos", _add_train, _train, _train_options),
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
