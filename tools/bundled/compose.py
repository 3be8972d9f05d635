"""Composes the project's own tunes and solos, always the same bytes: python -m tools.bundled.compose.

Writes tune.mid, tunes/*.mid and solos/*.mid, and each one's chord chart beside it as text.
"""

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from music.midi_writer import to_midi
from music.score import Score
from tools.bundled import lines, phrases, solos
from tools.bundled.lines import WrittenSolo
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
SOLOS: dict[str, WrittenSolo] = {
    f"solos/{module.name}": import_module(f"{solos.__name__}.{module.name}").SOLO
    for module in iter_modules(solos.__path__)
}


def main(argv: Sequence[str]) -> int:
    """Writes the tunes and the solos."""
    parser = Parser("tools.bundled.compose", description="Compose the bundled tunes and solos.")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write to")
    options = parser.parse_args(argv)
    for name, score, chart in _composed():
        midi, text = options.out / f"{name}.mid", options.out / f"{name}.txt"
        make_folder(midi.parent)
        write_bytes(midi, to_midi(score))
        write_text(text, chart.strip() + "\n")
        print(midi, text, sep="\n")
    return 0


def _composed() -> Iterator[tuple[str, Score, str]]:
    """The name, the score and the chart of every tune and solo."""
    for name, tune in TUNES.items():
        yield name, phrases.compose(tune), tune.chart
    for name, solo in SOLOS.items():
        yield name, lines.compose(solo), solo.chart


if __name__ == "__main__":
    sys.exit(run(main))
