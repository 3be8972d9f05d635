"""python -m apps.jazz: learn a solo, and improvise one.

No verb: improvise over the bundled tune with the pretrained network.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.solos.measures import MeasureRange
from utils import backend, cli
from utils.errors import UserError
from utils.files import is_folder

if TYPE_CHECKING:
    from data.solos.charts import Chart
    from data.solos.reading import Solo

OF_A_PIECE = ("melody_track", "chord_track", "measures")  # options that go with a single --midi


def _add_improvise(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    cli.add_bundle(parser)
    _add_source(parser, "piece whose chords are played over; none: those the network was trained on")
    chords = "chord chart: text, a file or an iReal Pro address; with --midi: instead of its chords"
    add("--chords", type=cli.typed, metavar="CHART", help=chords)
    add("--choruses", type=cli.int_up_to(100), default=1, help="how many times the chords are played through")
    tempo = "quarter notes a minute, 20 to 400; none: the chart's, else 130"
    add("--tempo", type=cli.float_between(20, 400), help=tempo)
    add("--band", choices=("swing", "bossa", "none"), default="swing", help="who accompanies the solo")
    swing = "ratio of first to second eighths, 1 to 4; none: the band's usual one at the tempo"
    add("--swing", type=cli.float_between(1, 4), metavar="RATIO", help=swing)
    semitones = cli.int_between(-24, 24)
    add("--transpose", type=semitones, default=0, metavar="SEMITONES", help="move everything, -24 to 24")
    add("--answer", type=cli.positive_int, metavar="N", help="trade N measures with the melody of --midi")
    add("--takes", type=cli.int_up_to(64), default=1, metavar="N", help="solos from consecutive seeds")
    add("--count-in", action="store_true", help="a measure of clicks first")
    mute = "leave out a part: solo, piano, bass or drums; may be repeated"
    add("--mute", action="append", default=[], metavar="PART", help=mute)
    add("--stems", action="store_true", help="write a WAV for each part too")
    add("--sheet", action="store_true", help="write sheet music too: MusicXML, and SVG for the screen")
    readers = "who reads the sheet music; anything but C implies --sheet"
    add("--for", dest="transpose_for", choices=("C", "Bb", "Eb", "bass"), default="C", help=readers)
    add("--temperature", type=cli.positive_float, default=1.0, help="below 1 tamer, above 1 wilder")
    add("--greedy", action="store_true", help="always take the likeliest token, as the course does")
    cli.add_engine(parser)
    add("--mp3", action="store_true", help="write solo.mp3 too (needs ffmpeg)")
    soundfont = "instruments of a SoundFont; auto: an installed one"
    add("--soundfont", type=Path, metavar="FILE.sf2", help=soundfont)
    cli.add_common(parser, out="output/jazz")


def _add_train(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    _add_source(parser, "solos to learn, files or folders; none: the bundled tune", several=True)
    add("--epochs", type=cli.positive_int, default=100, help="passes over the training examples")
    decay = "learning-rate decay a step; none: the course's 0.01, with --resume the bundle's"
    add("--decay", type=cli.float_between(0, 1), help=decay)
    add("--resume", action="store_true", help="go on from the bundle in --out up to --epochs")
    cli.add_common(parser, out="output/jazz/bundle", seed="0; with --resume the bundle's")


def _add_source(parser: argparse.ArgumentParser, midi_help: str, several: bool = False) -> None:
    add = parser.add_argument
    help_text = f"{midi_help} (.mid, .mxl, .musicxml)"
    add("--midi", type=Path, nargs="+" if several else None, metavar="FILE", help=help_text)
    add("--melody-track", metavar="TRACK", help="name or number of the melody's track; none: chosen")
    add("--chord-track", metavar="TRACK", help="name or number of the chords' track; none: chosen")
    measures = "measures to use, counted from 1: 17-24, 17- or 5; none: those with a melody"
    add("--measures", type=MeasureRange.parse, metavar="FIRST-LAST", help=measures)


def _improvise(*, engine: Any, chords: str | None, tempo: float | None, **options: Any) -> None:
    if engine == "keras":
        backend.keras()
    from apps.jazz.improvise import improvise

    chart = None
    if chords is not None:
        from data.solos import read_chart

        chart = read_chart(chords)
    piece = {name: options.pop(name) for name in ("midi", *OF_A_PIECE)}
    source: Solo | Chart | None = chart
    if piece["midi"] is not None:
        source = _read_solo(**piece, chords=None if chart is None else chart.chord_sets())
    else:
        for name, value in {**piece, "answer": options["answer"]}.items():
            if value is not None:
                raise UserError(f"--{name.replace('_', '-')} needs a piece: expected --midi FILE too")
    tempo = tempo or (chart and chart.tempo) or 130.0
    improvise(source, engine=engine, tempo=tempo, **options)


def _train(*, midi: list[Path] | None, **options: Any) -> None:
    from data.solos.corpus import read_pieces

    files, of_a_piece = midi or [], {name: options.pop(name) for name in OF_A_PIECE}
    if len(files) > 1 or (files and is_folder(files[0])):
        for name, value in of_a_piece.items():
            if value is not None:
                raise UserError(f"--{name.replace('_', '-')} is for one piece: expected one --midi FILE")
        pieces = read_pieces(files)
    else:
        pieces = [_read_solo(midi=files[0] if files else None, **of_a_piece)]
    backend.keras()
    from apps.jazz.train import train

    train(pieces, **options)


def _read_solo(*, midi: Path | None, **options: Any) -> "Solo":
    """Reads a piece, None for the bundled tune, and logs what was chosen."""
    from data.solos import reading as solos

    solo = solos.read_solo(midi or solos.BUNDLED, **options)
    for notice in solo.notices:
        cli.logger.info(notice)
    return solo


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
