"""What a person plays over the band, as it would be written: one line on the soloist's grid, in even eighths.

It undoes for notes that nobody wrote what `models.jazz.band.swing` does to written ones. Nobody swings as
exactly as the band does: any second eighth from an even one to the band's is meant as one.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise
from typing import NamedTuple

from models.jazz.delivery import soloists_swing
from models.jazz.phrases import FASTEST_NOTE
from music.changes import in_range
from music.lines import TICKS
from music.score import Note

TOGETHER = 0.04  # seconds: notes that begin so near to each other are one chord, or a key that bounced
_SPREAD, _SPREAD_SECONDS = 0.05, 0.025  # standard deviation of what people play: beats, or seconds where more
# What a way to divide a beat must be worth, on the scale of squared deviations.
_EIGHTHS, _TRIPLETS, _SIXTEENTHS, _ANYTHING = 0.3, 0.6, 1.6, 6.0
_EARLY = 0.2  # beats: where the next beat has a note so soon, none of this beat is meant there
_EIGHTH = TICKS // 2

Slot = tuple[int, float, float]  # ticks of the beat as written, and between which shares of it that is played


class _Beat(NamedTuple):
    """A beat, or the rest of one: where it begins in quarter notes and in ticks, and its length in ticks."""

    start: float
    tick: int
    ticks: int


def line(notes: Sequence[Note], tempo: float) -> list[Note]:
    """One line of what was played: of notes struck together the highest, each ending where the next begins.

    Args:
        notes: In any order, as they sounded, in quarter notes.
        tempo: Quarter notes a minute.

    Example:
        >>> [note.pitch for note in line([Note(0, 2, 60), Note(0.01, 2, 64), Note(1, 1, 62)], 120)]
        [64, 62]
    """
    nearest = max(TOGETHER * tempo / 60, 1.01 / TICKS)
    found: list[Note] = []
    for note in sorted(notes, key=lambda note: (note.onset, note.pitch)):
        note = replace(note, onset=max(0.0, note.onset), pitch=in_range(note.pitch))
        if found and note.onset - found[-1].onset < nearest:
            if note.pitch > found[-1].pitch:
                found[-1] = replace(note, onset=found[-1].onset)
            continue
        found.append(note)
    for number, (note, following) in enumerate(pairwise(found)):
        if note.end > following.onset:
            found[number] = replace(note, duration=following.onset - note.onset)
    return found


def as_written(notes: Sequence[Note], starts: Sequence[float], *, swing: float, tempo: float) -> list[Note]:
    """A line as it would be written, a note for each.

    Each beat is divided by none, two, three or four, whichever explains best what was played in it; where
    none does its notes go to the nearest twelfths. A sound that ends less than an eighth before the next note
    is held until there.

    Args:
        notes: From `line`.
        starts: Where the measures begin, and where the last one ends, in quarter notes.
        swing: The band's ratio of first to second eighths.
        tempo: Quarter notes a minute: sixteenths and triplets that nobody can play are not looked for.

    Example:
        >>> played = [Note(0.03, 0.5, 60), Note(0.64, 0.3, 62), Note(0.98, 0.9, 64)]
        >>> [(note.onset, note.duration) for note in as_written(played, [0.0, 4.0], swing=2, tempo=120)]
        [(0.0, 0.5), (0.5, 0.5), (1.0, 1.0)]
    """
    if not notes:
        return []
    beats = _beats(starts)
    firsts = [beat.start for beat in beats]
    second = swing / (swing + 1)
    by_beat: dict[int, list[float]] = {}
    for note in notes:
        number = min(max(0, bisect_right(firsts, note.onset) - 1), len(beats) - 1)
        by_beat.setdefault(number, []).append(
            min(note.onset - beats[number].start, beats[number].ticks / TICKS)
        )
    ticks: list[int] = []
    for number, places in by_beat.items():
        beat = beats[number]
        following = by_beat.get(number + 1)
        slots = _placed(
            places,
            _divisions(beat, swing, tempo),
            free=ticks[-1] + 1 - beat.tick if ticks else 0,
            end=None if following and following[0] < _EARLY else beat.ticks,
            spread=max(_SPREAD, _SPREAD_SECONDS * tempo / 60),
        )
        for slot in slots:
            ticks.append(max(beat.tick + slot, ticks[-1] + 1 if ticks else 0))
    written = []
    for number, (note, onset) in enumerate(zip(notes, ticks, strict=True)):
        following_note = notes[number + 1] if number + 1 < len(notes) else None
        end = max(onset + _shortest(onset), _written_end(note.end, beats, firsts, second))
        if following_note is not None and (following_note.onset - note.end < 0.5 or end > ticks[number + 1]):
            end = ticks[number + 1]
        written.append(replace(note, onset=onset / TICKS, duration=(end - onset) / TICKS))
    return written


def _beats(starts: Sequence[float]) -> list[_Beat]:
    found = []
    for start, end in zip(starts, starts[1:], strict=False):
        first, last = round(start * TICKS), round(end * TICKS)
        for tick in range(first, last, TICKS):
            found.append(_Beat(start + (tick - first) / TICKS, tick, min(TICKS, last - tick)))
    return found


def _divisions(beat: _Beat, swing: float, tempo: float) -> list[tuple[float, list[Slot]]]:
    """The ways to divide a beat: what each must be worth, and its slots."""
    if beat.ticks < TICKS:  # the rest of a beat does not swing
        return [(0.0, [(tick, tick / TICKS, tick / TICKS) for tick in range(0, beat.ticks, TICKS // 4)])]
    band, own = (ratio / (ratio + 1) for ratio in (swing, soloists_swing(swing)))
    whole, eighth = (0, 0.0, 0.0), (_EIGHTH, 0.5, band)
    found = [(0.0, [whole]), (_EIGHTHS, [whole, eighth])]
    if 20 / tempo >= FASTEST_NOTE:
        found.append((_TRIPLETS, [whole, (4, 1 / 3, 1 / 3), (8, 2 / 3, 2 / 3)]))
    if 15 / tempo >= FASTEST_NOTE:
        sixteenths = [(3, 0.25, own / 2), eighth, (9, 0.75, (1 + own) / 2)]
        found.append((_SIXTEENTHS, [whole, *sixteenths]))
    return found


def _placed(
    places: Sequence[float],
    divisions: Sequence[tuple[float, list[Slot]]],
    *,
    free: int,
    end: int | None,
    spread: float,
) -> Sequence[int]:
    """The slots of the notes of a beat, in ticks, each its own.

    Args:
        places: Where they were played, in beats from its start.
        divisions: From `_divisions`.
        free: The first tick that no note before has.
        end: The tick where the next beat begins, if a note may be meant there.
        spread: The standard deviation of what people play, in beats.
    """
    anything = [(tick, tick / TICKS, tick / TICKS) for tick in range(TICKS)]
    best: tuple[float, Sequence[int]] | None = None
    for worth, slots in (*divisions, (_ANYTHING, anything)):
        if best is not None and worth >= best[0]:
            continue
        reached = [*slots, *([] if end is None else [(end, end / TICKS, end / TICKS)])]
        for chosen in combinations([slot for slot in reached if slot[0] >= free], len(places)):
            cost = worth + sum(
                (max(low - place, place - high, 0.0) / spread) ** 2
                for place, (_, low, high) in zip(places, chosen, strict=True)
            )
            if best is None or cost < best[0]:
                best = cost, [tick for tick, _, _ in chosen]
    return [round(place * TICKS) for place in places] if best is None else best[1]


def _shortest(onset: int) -> int:
    """How short a note is written that begins at a tick: to the next eighth, third or sixteenth."""
    return next(ticks for ticks in (_EIGHTH, TICKS // 3, TICKS // 4, 1) if onset % ticks == 0)


def _written_end(time: float, beats: Sequence[_Beat], firsts: Sequence[float], second: float) -> int:
    """The eighth that is nearest to where a note was let go, in ticks."""
    number = min(max(0, bisect_right(firsts, time) - 1), len(beats) - 1)
    beat = beats[number]
    place = time - beat.start
    if place >= beat.ticks / TICKS:  # beyond the last measure
        return beat.tick + beat.ticks
    middle = (0.5 + second) / 2
    return beat.tick + (
        0 if place < middle / 2 else min(_EIGHTH, beat.ticks) if place < (middle + 1) / 2 else beat.ticks
    )
