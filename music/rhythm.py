"""Notated rhythm: notes quantised to beats, divided into note values, tied, beamed and grouped in tuplets.

Positions are whole ticks, 12 to the quarter note, so that fourths and thirds of a beat are exact.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, groupby
from math import ceil
from operator import sub
from typing import NamedTuple

from music.score import Note, Score

TICKS = 12  # in a quarter note
FULL_MEASURE = "measure"
_FOURTH, _THIRD = 3, 4  # ticks between the positions of the two grids
_FARTHEST = 2  # ticks by which an onset may move to its place on the grid
_SIXTEENTH = TICKS // 4
_LONGEST_MEASURE = 64 * TICKS

# Note values by their length in ticks: the name and the dots.
_PLAIN = {
    48: ("whole", 0),
    36: ("half", 1),
    24: ("half", 0),
    18: ("quarter", 1),
    12: ("quarter", 0),
    9: ("eighth", 1),
    6: ("eighth", 0),
    3: ("16th", 0),
}
_TRIPLET = {  # three eighths in the time of two, and their parts
    8: ("quarter", 0),
    6: ("eighth", 1),
    4: ("eighth", 0),
    3: ("16th", 1),
    2: ("16th", 0),
    1: ("32nd", 0),
}
_WIDE_TRIPLET = {16: ("half", 0), 8: ("quarter", 0)}  # three quarters in the time of two
_BEAMS = {"eighth": 1, "16th": 2, "32nd": 3}


class TickMeasure(NamedTuple):
    """A measure: where it starts and how long it is, in ticks; a whole number of sixteenths."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """Where it ends, in ticks."""
        return self.start + self.length

    @property
    def time_signature(self) -> tuple[int, int]:
        """The numerator and the denominator, 4, 8 or 16."""
        for denominator in (4, 8):
            ticks = TICKS * 4 // denominator
            if self.length % ticks == 0:
                return self.length // ticks, denominator
        return self.length // _SIXTEENTH, 16


class Event(NamedTuple):
    """One or more pitches that sound together, from one tick to another."""

    start: int
    end: int
    pitches: tuple[int, ...]


@dataclass(slots=True)
class Written:
    """A note, chord or rest as it is written in one measure.

    Args:
        start: Ticks from the measure's start.
        length: Ticks.
        kind: The note value: whole, half, quarter, eighth, 16th, 32nd; `FULL_MEASURE` for a rest of
            a whole measure, whatever its length.
        dots: How many dots follow it.
        pitches: MIDI numbers from low to high; none: a rest.
        sounds_from: The tick of the piece at which they begin to sound.
        tied_back: Tied to the one before it.
        tied_on: Tied to the one after it.
        tuplet: The value of which three stand in the time of two, eighth or quarter; none: no tuplet.
        edge: Where the tuplet begins and ends: start, stop or nothing.
        bracket: A tuplet that begins here has a bracket; one that a beam holds together needs none.
        beams: For the beams from the top one: start, continue, stop, forward or backward.
    """

    start: int
    length: int
    kind: str
    dots: int = 0
    pitches: tuple[int, ...] = ()
    sounds_from: int = 0
    tied_back: bool = False
    tied_on: bool = False
    tuplet: str = ""
    edge: str = ""
    bracket: bool = False
    beams: list[str] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Where it ends, in ticks from the measure's start."""
        return self.start + self.length


def measure_starts(score: Score) -> list[float]:
    """Where the measures of a score start if all are as long as it says, in quarter notes; one or more."""
    count = max(1, ceil((score.length - 1e-6) / score.beats))
    return [number * score.beats for number in range(count)]


def measures(starts: Sequence[float], end: float) -> list[TickMeasure]:
    """Measures between bar lines, each moved to the nearest sixteenth.

    Args:
        starts: Where the measures start in quarter notes, in order. A measure of more than 64 quarter
            notes is divided.
        end: Where the last one ends at the earliest, in quarter notes.
    """
    lines = sorted({_SIXTEENTH * round(start * 4) for start in starts})
    last = max(_SIXTEENTH * -(-round(end * TICKS) // _SIXTEENTH), lines[-1] + _SIXTEENTH)
    lines = [
        line
        for start, after in zip(lines, [*lines[1:], last], strict=True)
        for line in range(start, after, _LONGEST_MEASURE)
    ]
    return [TickMeasure(start, after - start) for start, after in zip(lines, [*lines[1:], last], strict=True)]


def quantise(notes: Iterable[Note], measures: Sequence[TickMeasure]) -> list[Event]:
    """Notes as one voice of notes and chords that a sheet can show.

    Each beat is divided into four or into three, whichever moves its onsets less, then its ends. No two
    onsets meet: a beat that cannot be divided so, or only by moving an onset by more than a sixth,
    is divided into twelve. Notes that start together form a chord as long as its longest note; it
    ends where the next note starts.

    Args:
        notes: The notes, in any order; onsets and durations in quarter notes.
        measures: The measures that they lie in; what lies outside is left out.

    Returns:
        The events in order, without overlaps.
    """
    lines = [tick for measure in measures for tick in range(measure.start, measure.end, TICKS)]
    first, last = lines[0], measures[-1].end
    spans = [
        (min(max(round(note.onset * TICKS), first), last - 1), min(round(note.end * TICKS), last), note.pitch)
        for note in notes
        if round(note.end * TICKS) > first
    ]
    onsets: dict[int, set[int]] = defaultdict(set)  # by the beat in which they lie
    ends: dict[int, list[int]] = defaultdict(list)
    for start, end, _ in spans:
        onsets[bisect_right(lines, start) - 1].add(start)
        ends[bisect_right(lines, end) - 1].append(end)
    after = [*lines[1:], last]
    beats = {
        beat: _divide(range(lines[beat], after[beat]), onsets[beat], ends[beat]) for beat in {*onsets, *ends}
    }
    chords: dict[int, tuple[int, set[int]]] = {}
    for start, end, pitch in spans:
        beat = beats[bisect_right(lines, start) - 1]
        start = beat.onsets[start]
        end = max(beats[bisect_right(lines, end) - 1].place(end), start + beat.step)
        longest, pitches = chords.get(start, (end, set()))
        chords[start] = max(longest, end), pitches | {pitch}
    starts = sorted(chords)
    return [
        Event(start, min(chords[start][0], after), tuple(sorted(chords[start][1])))
        for start, after in zip(starts, [*starts[1:], last][: len(starts)], strict=True)
    ]


def write(events: Sequence[Event], measures: Sequence[TickMeasure]) -> list[list[Written]]:
    """Events as note values, measure by measure: tied over bar lines and beats, rests in between.

    A measure's values fill it exactly. Values are cut so that the beats, and the middle of a measure
    of four, stay visible; a tuplet never crosses a beat, or the half measure for triplets of quarters.

    Args:
        events: The events in order, without overlaps; see `quantise`.
        measures: The measures, one after the other.
    """
    sheet = []
    first = 0
    for measure in measures:
        while first < len(events) and events[first].end <= measure.start:
            first += 1
        sheet.append(_write_measure(_segments(events, first, measure), measure))
    return sheet


@dataclass(frozen=True, slots=True)
class _Beat:
    """How a beat is divided: the ticks from one place to the next, and where its onsets go."""

    line: int
    end: int
    step: int
    onsets: dict[int, int]

    def place(self, tick: int) -> int:
        """Where an end goes: with the onset at the same tick, else to the nearest place."""
        nearest = self.line + self.step * ((tick - self.line + self.step // 2) // self.step)
        return self.onsets.get(tick, min(nearest, self.end))

    def cost(self, ends: Iterable[int]) -> tuple[bool, int, int]:
        """Whether an onset moves too far, and how far onsets and ends move."""
        moved = [abs(tick - place) for tick, place in self.onsets.items()]
        return (
            max(moved, default=0) > _FARTHEST,
            sum(moved),
            sum(abs(tick - self.place(tick)) for tick in ends),
        )


def _divide(beat: range, onsets: set[int], ends: Sequence[int]) -> _Beat:
    """Divides a beat; a shorter one at a measure's end only into sixteenths, on which onsets may meet."""
    ordered = sorted(onsets)
    divisions = []
    for step in (_FOURTH, _THIRD):
        places = combinations(beat[::step], len(ordered))
        nearest = min(places, key=lambda some: sum(map(abs, map(sub, some, ordered))), default=None)
        if nearest is not None and (step == _FOURTH or len(beat) == TICKS):
            divisions.append(_Beat(beat.start, beat.stop, step, dict(zip(ordered, nearest, strict=True))))
    best = min(divisions, key=lambda divided: divided.cost(ends), default=None)
    if len(beat) < TICKS:
        sixteenths = {tick: beat.start + _FOURTH * ((tick - beat.start) // _FOURTH) for tick in ordered}
        return best or _Beat(beat.start, beat.stop, _FOURTH, sixteenths)
    if best is None or best.cost(ends)[0]:
        return _Beat(beat.start, beat.stop, 1, {tick: tick for tick in ordered})
    return best


class _Segment(NamedTuple):
    """The pitches that sound from one tick of a measure to another; none: a rest."""

    start: int
    end: int
    pitches: tuple[int, ...] = ()
    sounds_from: int = 0
    tied_back: bool = False
    tied_on: bool = False


def _segments(events: Sequence[Event], first: int, measure: TickMeasure) -> list[_Segment]:
    """The notes and rests that fill a measure, from the first event that reaches into it."""
    segments, now = [], 0
    for event in events[first : first + measure.length + 1]:
        if event.start >= measure.end:
            break
        start, end = max(event.start - measure.start, 0), min(event.end - measure.start, measure.length)
        if start > now:
            segments.append(_Segment(now, start))
        tied_back, tied_on = event.start < measure.start, event.end > measure.end
        segments.append(_Segment(start, end, event.pitches, event.start, tied_back, tied_on))
        now = end
    if now < measure.length:
        segments.append(_Segment(now, measure.length))
    return segments


class _Stretch(NamedTuple):
    """A part of a measure that is divided in one way: plain beats, or one tuplet."""

    start: int
    end: int
    tuplet: str = ""  # the value of which three stand in the time of two


def _write_measure(segments: Sequence[_Segment], measure: TickMeasure) -> list[Written]:
    if not any(segment.pitches for segment in segments):
        return [Written(0, measure.length, FULL_MEASURE)]
    groups = _groups(measure.length)
    written: list[Written] = []
    tuplets: list[list[Written]] = []
    for stretch in _stretches({segment.end for segment in segments}, groups):
        values = [value for segment in segments for value in _cut(segment, stretch, groups)]
        if stretch.tuplet:
            values[0].edge, values[-1].edge = "start", "stop"
            tuplets.append(values)
        written += values
    for run in _beam_runs(written, groups):
        _beam(run)
    for values in tuplets:
        inner = [value.beams[:1] for value in values[1:-1]]
        held = values[0].beams[:1] == ["start"] and values[-1].beams[:1] == ["stop"]
        values[0].bracket = not (held and inner == [["continue"]] * len(inner))
    return written


def _groups(length: int) -> list[int]:
    """Where the groups of a measure start, and its end: of two beats, the first of three if beats are odd."""
    beats, rest = divmod(length, TICKS)
    lines = [0]
    if beats % 2:
        lines.append(TICKS * min(beats, 3))
    while lines[-1] + 2 * TICKS <= length:
        lines.append(lines[-1] + 2 * TICKS)
    if rest:
        lines.append(length)
    return lines


def _stretches(ends: set[int], groups: Sequence[int]) -> Iterator[_Stretch]:
    """Divides a measure into stretches by what ends inside its beats."""
    length, start, plain = groups[-1], 0, 0
    while start < length:
        size, tuplet = TICKS, ""
        pair = {tick - start for tick in ends if start < tick < start + 2 * TICKS}
        if pair and pair <= {8, 16} and _inside_a_group(start, start + 2 * TICKS, groups):
            size, tuplet = 2 * TICKS, "quarter"
        elif any(tick % _FOURTH for tick in pair if tick < TICKS):
            tuplet = "eighth"
        if tuplet:
            if plain < start:
                yield _Stretch(plain, start)
            yield _Stretch(start, start + size, tuplet)
            plain = start + size
        start += size
    if plain < length:
        yield _Stretch(plain, length)


def _inside_a_group(start: int, end: int, groups: Sequence[int]) -> bool:
    return end <= groups[-1] and bisect_right(groups, start) == bisect_right(groups, end - 1)


def _cut(segment: _Segment, stretch: _Stretch, groups: Sequence[int]) -> Iterator[Written]:
    """The values of the part of a segment that lies in a stretch, tied to each other and to the rest."""
    start, end = max(segment.start, stretch.start), min(segment.end, stretch.end)
    while start < end:
        if stretch.tuplet:
            table = _TRIPLET if stretch.tuplet == "eighth" else _WIDE_TRIPLET
            length = max(ticks for ticks in table if ticks <= end - start)
        else:
            table = _PLAIN
            length = next(_plain_lengths(start, end, bool(segment.pitches), groups))
        tied_back = bool(segment.pitches) and (segment.tied_back or start > segment.start)
        tied_on = bool(segment.pitches) and (segment.tied_on or start + length < segment.end)
        kind, dots = table[length]
        pitches, sounds_from = segment.pitches, segment.sounds_from
        yield Written(
            start, length, kind, dots, pitches, sounds_from, tied_back, tied_on, tuplet=stretch.tuplet
        )
        start += length


def _plain_lengths(start: int, end: int, sounds: bool, groups: Sequence[int]) -> Iterator[int]:
    """The lengths that a value may have at a place, the longest first."""
    group_end = groups[bisect_right(groups, start)]
    for length in _PLAIN:
        after = start + length
        if after > end:
            continue
        if start % TICKS == 0:  # on a beat
            crosses = after > group_end
            if sounds:
                allowed = {start, after} <= set(groups) if length == 48 else length != 18 or not crosses
            else:
                allowed = length in (24, 12, 6, 3) and not (length == 24 and (start not in groups or crosses))
        elif start % 6 == 0 and sounds and length in (18, 12):  # syncopated eighths
            allowed = after <= group_end
        else:
            allowed = after <= start - start % TICKS + TICKS and (
                sounds or (length < 9 and start % length == 0)
            )
        if allowed:
            yield length


def _beam_runs(written: Sequence[Written], groups: Sequence[int]) -> Iterator[list[Written]]:
    """The neighbours that are beamed together: a group of eighths only, else the notes of a beat."""
    mixed = {
        bisect_right(groups, value.start)
        for value in written
        if (value.kind, value.dots, value.tuplet) != ("eighth", 0, "") or not value.pitches
    }

    def place(value: Written) -> tuple[bool, int, int]:
        """Whether the value has a beam, its group, and its beat where the group is mixed."""
        group = bisect_right(groups, value.start)
        beat = value.start // TICKS if group in mixed else 0
        return value.kind in _BEAMS and bool(value.pitches), group, beat

    for (is_beamed, *_), run in groupby(written, key=place):
        if is_beamed:
            yield list(run)


def _beam(run: Sequence[Written]) -> None:
    """Beams neighbours together; one alone keeps its flag."""
    if len(run) < 2:
        return
    levels = [_BEAMS[value.kind] for value in run]
    for number, value in enumerate(run):
        for level in range(1, levels[number] + 1):
            before = number > 0 and levels[number - 1] >= level
            after = number + 1 < len(run) and levels[number + 1] >= level
            if before or after:
                value.beams.append("continue" if before and after else "stop" if before else "start")
            else:
                value.beams.append("backward" if number else "forward")
