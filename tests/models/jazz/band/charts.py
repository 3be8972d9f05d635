"""Chords for the band's tests, from a few words."""

from typing import NamedTuple

from utils.music.chord_symbols import QUALITIES, ChordSymbol

BLUES = "F7 | Bb7 | F7 | Cm7 F7 | Bb7 | Bdim7 | F7 | Am7b5 D7 | Gm7 | C7 | F7 D7 | Gm7 C7 | F6"
BALLAD = "Ebmaj7 | Cm7 | Fm7 | Bb7sus4 Bb7 | EbmMaj7 | Abm6 Db7 | Ebmaj7 Gaug | C | Fm/Eb | Bb5"
ROOTS = dict(zip("C Db D Eb E F Gb G Ab A Bb B".split(), range(12), strict=True))


class NamedChord(NamedTuple):
    """A chord that knows its symbol."""

    onset: float
    pitches: tuple[int, ...]
    symbol: ChordSymbol | None


def symbol(text: str) -> ChordSymbol:
    text, _, bass = text.partition("/")
    name = text[:2] if text[:2] in ROOTS else text[:1]
    assert text[len(name) :] in QUALITIES
    return ChordSymbol(ROOTS[name], text[len(name) :], ROOTS[bass] if bass else None)


def chord_sets(text: str, length: float = 4.0) -> list[tuple[float, list[NamedChord]]]:
    """Measures between bars, chords between spaces, equally long; a dash is a measure without a chord."""
    measures = []
    for measure in text.split("|"):
        symbols = [symbol(name) for name in measure.split() if name != "-"]
        measures.append(
            (
                length,
                [
                    NamedChord(
                        length * number / len(symbols), tuple(48 + s.root + i for i in s.intervals), s
                    )
                    for number, s in enumerate(symbols)
                ],
            )
        )
    return measures
