"""Composes the project's own tunes, always the same bytes: python -m tools.bundled.compose.

Writes tune.mid and tunes/*.mid, and each tune's chord chart beside it as text.
"""

from collections.abc import Sequence
from pathlib import Path

from music.midi_writer import to_midi
from tools.bundled.phrases import compose
from tools.bundled.tunes import (
    coal_hatch_blues,
    lamps_along_the_quay,
    noon_ferry,
    three_umbrellas,
    ticket_inspector,
    tram_line_nine,
)
from utils.cli import Parser, run
from utils.files import make_folder, write_bytes, write_text

FOLDER = Path(__file__).parents[2] / "data" / "bundled"
TUNES = {  # by their files, without a suffix
    "tune": tram_line_nine.TUNE,
    "tunes/coal_hatch_blues": coal_hatch_blues.TUNE,
    "tunes/lamps_along_the_quay": lamps_along_the_quay.TUNE,
    "tunes/noon_ferry": noon_ferry.TUNE,
    "tunes/three_umbrellas": three_umbrellas.TUNE,
    "tunes/ticket_inspector": ticket_inspector.TUNE,
}


def main(argv: Sequence[str]) -> int:
    """Writes the tunes."""
    parser = Parser("tools.bundled.compose", description="Compose the bundled tunes.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write to")
    options = parser.parse_args(argv)
    for name, tune in TUNES.items():
        midi, chart = options.out / f"{name}.mid", options.out / f"{name}.txt"
        make_folder(midi.parent)
        write_bytes(midi, to_midi(compose(tune)))
        write_text(chart, tune.chart.strip() + "\n")
        print(midi, chart, sep="\n")
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(run(main))
