"""Chords for the band's tests."""

import pytest

from models.jazz.band import chart
from music.chord_symbols import parse_symbol
from music.harmony import Chord

BLUES = "F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | Am7b5 D7b9 | Gm7 | C13 | F7 D7alt | Gm7 C7 | F6"
BALLAD = "Ebmaj7 | Cm9 | Fm7 | Bb7sus4 Bb7 | EbmMaj7 | Abm6 Db7#11 | Ebmaj7 Gaug | C | Fm/Eb | Bb5"


def chord_sets(text: str, length: float = 4.0) -> list[tuple[float, list[Chord]]]:
    """Measures between bars, chords between spaces, equally long; - is no chord, ! a stop."""
    measures = []
    for measure in text.split("|"):
        names = measure.split()
        chords = [
            Chord(length * number / len(names), (), symbol, stop=name.endswith("!"))
            for number, name in enumerate(names)
            for symbol in [None if name == "-" else parse_symbol(name.rstrip("!"))]
        ]
        measures.append((length, chords))
    return measures


PIECES = {
    "blues": chart.read(chord_sets(BLUES)),
    "ballad": chart.read(chord_sets(BALLAD)),
    "waltz": chart.read(chord_sets(BLUES, 3.0)),
    "five": chart.read(chord_sets(BALLAD, 5.0)),
    "odd": chart.read(chord_sets(BALLAD, 3.5)),
    "fast changes": chart.read(chord_sets("C Am7 | Dm7 G7 Em7 A7 | C - | - | F/C C", 2.0)),
}
SEEDS = range(80)
each_piece = pytest.mark.parametrize("piece", PIECES)
