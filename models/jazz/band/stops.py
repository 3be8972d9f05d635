"""Where the band rests: in N.C., and after a stop, a chord that all strike once."""

from bisect import bisect_right
from collections.abc import Sequence

from models.jazz.band.chart import BandMeasure, Harmony
from models.jazz.band.drums import KICK, SNARE
from models.jazz.band.piano import voicing
from music.chord_symbols import close_position
from music.score import Note

STAB = 0.5  # quarter notes for which a stop sounds
_LOWEST_ROOT = 31  # G1: a stop's bass note is in the octave from here
_PIANO, _BASS, _KICK, _SNARE = 84, 96, 96, 90  # velocities


def rests(measures: Sequence[BandMeasure]) -> list[tuple[float, float]]:
    """The spans in which no chord is played, or in which one was struck and all rest, in order.

    Example:
        >>> rests([BandMeasure(0, 0.0, 4.0, (Harmony(0.0, 2.0, 0, 0, frozenset({0, 4, 7})),))])
        [(2.0, 4.0)]
    """
    spans = []
    for measure in measures:
        at = measure.start
        for harmony in measure.harmonies:
            spans.append((at, harmony.start))
            at = harmony.start if harmony.stop else harmony.end
        spans.append((at, measure.end))
    return [(start, end) for start, end in spans if end - start > 1e-6]


def rested(notes: Sequence[Note], spans: Sequence[tuple[float, float]]) -> list[Note]:
    """The notes that begin outside of the spans, which rise and do not overlap, none reaching into one."""
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    kept = []
    for note in notes:
        following = bisect_right(starts, note.onset)
        if following and note.onset < ends[following - 1]:
            continue
        until = starts[following] if following < len(starts) else note.end
        cut = note.end > until
        kept.append(Note(note.onset, until - note.onset, note.pitch, note.velocity) if cut else note)
    return kept


def stabs(measures: Sequence[BandMeasure]) -> dict[str, list[Note]]:
    """The stops as the piano, the bass and the drums strike them."""
    struck: dict[str, list[Note]] = {"Piano": [], "Bass": [], "Drums": []}
    for harmony in (each for measure in measures for each in measure.harmonies if each.stop):
        length = min(STAB, harmony.end - harmony.start)
        chord = close_position(voicing(harmony, 4), ())
        struck["Piano"] += [Note(harmony.start, length, pitch, _PIANO) for pitch in chord]
        struck["Bass"].append(Note(harmony.start, length, _root(harmony), _BASS))
        struck["Drums"] += [Note(harmony.start, length / 2, KICK, _KICK)]
        struck["Drums"] += [Note(harmony.start, length / 2, SNARE, _SNARE)]
    return struck


def _root(harmony: Harmony) -> int:
    return _LOWEST_ROOT + (harmony.bass - _LOWEST_ROOT) % 12
