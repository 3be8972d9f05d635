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
    from data.solos.charts import Chart
    from data.solos.reading import Solo
    from utils.music.harmony import Chord


def _add_improvise(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--bundle", type=Path, metavar="DIR", help="folder of a trained network; none: the pretrained one")
    _add_source(parser, "piece whose chords are played over; none: those the network was trained on")
    chords = "chord chart: text, a file or an iReal Pro address; with --midi: instead of its chords"
    add("--chords", type=cli.typed, metavar="CHART", help=chords)
    add("--choruses", type=cli.int_up_to(100), default=1, help="how many times the chords are played through")
    add(
        "--tempo",
        type=cli.float_between(20, 400),
        help="quarter notes a minute, 20 to 400; none: the chart's, else 130",
    )
    add("--band", choices=("swing", "bossa", "none"), default="swing", help="who accompanies the solo")
    swing = "ratio of first to second eighths, 1 to 4; none: the band's usual one at the tempo"
    add("--swing", type=cli.float_between(1, 4), metavar="RATIO", help=swing)
    add(
        "--transpose",
        type=cli.int_between(-24, 24),
        default=0,
        metavar="SEMITONES",
        help="move everything, -24 to 24",
    )
    add("--answer", type=cli.positive_int, metavar="N", help="trade N measures with the melody of --midi")
    add("--takes", type=cli.int_up_to(64), default=1, metavar="N", help="solos from consecutive seeds")
    add("--count-in", action="store_true", help="a measure of clicks first")
    mute = "leave out a part: solo, piano, bass or drums; may be repeated"
    add("--mute", action="append", default=[], metavar="PART", help=mute)
    add("--stems", action="store_true", help="write a WAV for each part too")
    add("--sheet", action="store_true", help="write sheet music too: MusicXML, and SVG for the screen")
    readers = "who reads the sheet music; anything but C implies --sheet"
    add("--for", dest="reader", choices=("C", "Bb", "Eb", "bass"), default="C", help=readers)
    add("--temperature", type=cli.positive_float, default=1.0, help="below 1 tamer, above 1 wilder")
    add("--greedy", action="store_true", help="always take the likeliest token, as the course does")
    add("--engine", choices=("numpy", "keras"), default="numpy", help="what computes the network")
    add("--mp3", action="store_true", help="write solo.mp3 too (needs ffmpeg)")
    add(
        "--soundfont",
        type=Path,
        metavar="FILE.sf2",
        help="instruments of a SoundFont; auto: an installed one",
    )
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


def _improvise(options: argparse.Namespace) -> int:
    if options.engine == "keras":
        backend.keras()
    from apps.jazz.improvise import improvise

    chart = None
    if options.chords is not None:
        from data.solos import read_chart

        chart = read_chart(options.chords)
    solo: Solo | Chart | None = chart
    if options.midi is not None:
        solo = _read_solo(options, None if chart is None else chart.chord_sets())
    else:
        for name in ("melody_track", "chord_track", "measures", "answer"):
            if getattr(options, name) is not None:
                raise UserError(f"--{name.replace('_', '-')} needs a piece: expected --midi FILE too")
    improvise(
        solo,
        options.out,
        bundle=options.bundle,
        engine=options.engine,
        seed=options.seed,
        takes=options.takes,
        temperature=options.temperature,
        greedy=options.greedy,
        tempo=options.tempo or (chart and chart.tempo) or 130.0,
        choruses=options.choruses,
        band=options.band,
        swing=options.swing,
        transpose=options.transpose,
        answer=options.answer,
        count_in=options.count_in,
        mute=options.mute,
        stems=options.stems,
        mp3=options.mp3,
        soundfont=options.soundfont,
        sheet=options.sheet,
        transpose_for=options.reader,
    )
    return 0


def _train(options: argparse.Namespace) -> int:
    from data.solos.corpus import read_pieces

    files = options.midi or []
    if len(files) > 1 or (files and files[0].is_dir()):
        for name in ("melody_track", "chord_track", "measures"):
            if getattr(options, name) is not None:
                raise UserError(f"--{name.replace('_', '-')} is for one piece: expected one --midi FILE")
        pieces = read_pieces(files)
    else:
        options.midi = files[0] if files else None
        pieces = [_read_solo(options)]
    backend.keras()
    from apps.jazz.train import train

    train(
        pieces,
        options.out,
        epochs=options.epochs,
        seed=options.seed,
        decay=options.decay,
        resume=options.resume,
    )
    return 0


def _read_solo(
    options: argparse.Namespace, chords: "Sequence[tuple[float, list[Chord]]] | None" = None
) -> "Solo":
    """Reads the solo that the options name, and logs what was chosen."""
    from data.solos import reading as solos

    solo = solos.read_solo(
        options.midi or solos.BUNDLED,
        melody_track=options.melody_track,
        chord_track=options.chord_track,
        measures=options.measures,
        chords=chords,
    )
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
