"""python -m apps.jazz: learn a solo, and improvise one.

No verb: improvise over the bundled tune with the pretrained network.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from data.solos.measures import MeasureRange
from utils import backend, cli
from utils.errors import UserError

if TYPE_CHECKING:
    from data.solos.reading import Solo

VERBS = ("improvise", "train")


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(cli.with_default_verb(argv, VERBS, "improvise"))
    return int(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(
        prog="python -m apps.jazz",
        description="Learn a jazz solo and improvise new ones over its chords. No verb: improvise.",
    )
    verbs = parser.add_subparsers(metavar="VERB", required=True)
    improvise = verbs.add_parser("improvise", help="play a solo: MIDI, WAV and a picture (the default verb)")
    _add_improvise(improvise)
    improvise.set_defaults(run=_improvise)
    train = verbs.add_parser("train", help="train a network on a solo")
    _add_train(train)
    train.set_defaults(run=_train)
    return parser


def _add_improvise(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--bundle", type=Path, metavar="DIR", help="folder of a trained network; none: the pretrained one")
    _add_source(parser, "piece whose chords are played over; none: those the network was trained on")
    add("--choruses", type=cli.int_up_to(100), default=1, help="how many times the chords are played through")
    add("--tempo", type=_tempo, default=130.0, help="quarter notes a minute, 20 to 400")
    add("--temperature", type=cli.positive_float, default=1.0, help="below 1 tamer, above 1 wilder")
    add("--greedy", action="store_true", help="always take the likeliest token, as the course does")
    add("--engine", choices=("numpy", "keras"), default="numpy", help="what computes the network")
    add("--mp3", action="store_true", help="write solo.mp3 too (needs ffmpeg)")
    add("--soundfont", type=Path, metavar="FILE.sf2", help="play with the instruments of a SoundFont")
    cli.add_common(parser, out="output/jazz")


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_source(parser, "solo to learn; none: the bundled tune")
    add("--epochs", type=cli.positive_int, default=100, help="passes over the training examples")
    decay = "learning-rate decay a step, the course's is 0.01; none: 0, with --resume the bundle's"
    add("--decay", type=_decay, help=decay)
    add("--resume", action="store_true", help="go on from the bundle in --out up to --epochs")
    cli.add_common(parser, out="output/jazz/bundle", seed="0; with --resume the bundle's")


def _add_source(parser: argparse.ArgumentParser, midi_help: str) -> None:
    add = parser.add_argument
    add("--midi", type=Path, metavar="FILE", help=f"{midi_help} (.mid, .mxl, .musicxml)")
    add("--melody-track", metavar="TRACK", help="name or number of the melody's track; none: chosen")
    add("--chord-track", metavar="TRACK", help="name or number of the chords' track; none: chosen")
    measures = "measures to use, counted from 1: 17-24, 17- or 5; none: those with a melody"
    add("--measures", type=MeasureRange.parse, metavar="FIRST-LAST", help=measures)


def _decay(text: str) -> float:
    value = cli.non_negative_float(text)
    if value > 1:
        raise argparse.ArgumentTypeError(f"must be 0 to 1, got {text}")
    return value


def _tempo(text: str) -> float:
    value = cli.positive_float(text)
    if not 20 <= value <= 400:
        raise argparse.ArgumentTypeError(f"must be 20 to 400 quarter notes a minute, got {text}")
    return value


def _improvise(options: argparse.Namespace) -> int:
    if options.engine == "keras":
        backend.keras()
    from apps.jazz.improvise import improvise

    solo = None
    if options.midi is not None:
        solo = _read_solo(options)
    else:
        for name in ("melody_track", "chord_track", "measures"):
            if getattr(options, name) is not None:
                raise UserError(
                    f"--{name.replace('_', '-')} selects a part of a piece: expected --midi FILE too"
                )
    improvise(
        solo,
        options.out,
        bundle=options.bundle,
        engine=options.engine,
        seed=options.seed,
        temperature=options.temperature,
        greedy=options.greedy,
        tempo=options.tempo,
        choruses=options.choruses,
        mp3=options.mp3,
        soundfont=options.soundfont,
    )
    return 0


def _train(options: argparse.Namespace) -> int:
    solo = _read_solo(options)
    backend.keras()
    from apps.jazz.train import train

    train(
        solo,
        options.out,
        epochs=options.epochs,
        seed=options.seed,
        decay=options.decay,
        resume=options.resume,
    )
    return 0


def _read_solo(options: argparse.Namespace) -> "Solo":
    """Reads the solo that the options name, and logs what was chosen."""
    from data.solos import reading as solos

    solo = solos.read_solo(
        options.midi or solos.BUNDLED,
        melody_track=options.melody_track,
        chord_track=options.chord_track,
        measures=options.measures,
    )
    for notice in solo.notices:
        cli.logger.info(notice)
    return solo


if __name__ == "__main__":
    sys.exit(cli.run(main))
