"""Pieces: the tracks and measures of a MIDI file or a lead sheet, before a solo is chosen from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from music.changes import Measure, Meter, heard_meter
from music.grammar import GRID
from music.harmony import Chord
from music.limits import FASTEST, SLOWEST
from music.midi import MidiFile, MidiTrack, TickNote
from music.score import Note
from utils.errors import UserError

SHOWN_FAULTS = 3  # of a broken file, in a notice

Spans = Sequence[tuple[float, Measure]]  # where measures start, in quarter notes, and the measures


class MeterChange(NamedTuple):
    """From which quarter note on measures have which length and which time signature."""

    start: float
    length: float
    signature: Meter


@dataclass(frozen=True)
class Line:
    """One track: its single notes and its chords, on the grid, in onset order; and all its notes as played.

    Args:
        number: The track's number as listed, from 1: among those with notes in a MIDI file, among all
            parts in a lead sheet.
        name: The track's name, perhaps empty.
        singles: The notes that sound alone.
        chords: The notes that start and end together, two or more.
        is_drums: Whether the pitches are drum sounds.
        notes: All notes, not on the grid; none in a line of chord symbols.
        program: The General MIDI program, if the file sets one.
    """

    number: int
    name: str
    singles: tuple[Note, ...]
    chords: tuple[Chord, ...]
    is_drums: bool = False
    notes: tuple[Note, ...] = ()
    program: int | None = None

    @property
    def label(self) -> str:
        """The number and the name, as messages show a track."""
        return f"{self.number} {self.name!r}" if self.name else str(self.number)

    @property
    def counts(self) -> str:
        """The label with how many single notes and chords the track has."""
        drums = ", drums" if self.is_drums else ""
        return f"{self.label} ({len(self.singles)} notes, {len(self.chords)} chords{drums})"


@dataclass(frozen=True)
class Piece:
    """A piece of music: its tracks and its measures.

    Args:
        path: The file it comes from, for messages.
        all_lines: The tracks with notes, drums too.
        meters: The meters; the first is at 0. A first one of a single, shorter measure is a pick-up.
        end: The last onset in quarter notes.
        notices: What was left out while reading.
        title: The piece's title, perhaps empty.
        tempo: Quarter notes a minute; None: not given.
        key: The key signature in sharps, and the mode; None: not given.
        sections: The names of sections by the quarter notes at which they begin.
    """

    path: Path
    all_lines: tuple[Line, ...]
    meters: tuple[MeterChange, ...]
    end: float
    notices: list[str] = field(default_factory=list)
    title: str = ""
    tempo: float | None = None
    key: tuple[int, str] | None = None
    sections: dict[float, str] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        """The tracks that play pitches.

        Raises:
            UserError: There are no notes, or only drums.
        """
        if not self.all_lines:
            raise UserError(f"{self.path} has no notes")
        lines = [line for line in self.all_lines if not line.is_drums]
        if not lines:
            raise UserError(f"{self.path} has only drums: {self.listing()}")
        return lines

    def listing(self) -> str:
        """All tracks with their counts, on one line."""
        return "; ".join(line.counts for line in self.all_lines)

    def line(self, name: str | int) -> Line:
        """The track of a number, a name, or a unique part of a name, whatever its case.

        Raises:
            UserError: No track or more than one fits; the message lists them.
        """
        text = str(name).strip()
        lines = self.lines
        if text.isdecimal():
            matching = [line for line in lines if line.number == int(text)]
        else:
            matching = [line for line in lines if line.name.casefold() == text.casefold()]
            matching = matching or [line for line in lines if text.casefold() in line.name.casefold()]
        if len(matching) != 1:
            count = "no track" if not matching else "more than one track"
            raise UserError(f"{count} {text!r} in {self.path}; its tracks: {self.listing()}")
        return matching[0]

    @property
    def symbols(self) -> Line | None:
        """The line of chord symbols, if the piece is a lead sheet that has them."""
        return next((line for line in self.all_lines if line.chords and not line.notes), None)

    @property
    def measure_count(self) -> int:
        """How many measures there are up to the last onset."""
        return self.measure_of(self.end)

    def measure_of(self, onset: float) -> int:
        """The number of the measure in which a quarter note lies, the first being 1."""
        number = 1
        for (start, length, _), after in zip(self.meters, self._meter_ends(), strict=True):
            if onset < after:
                return number + int((onset - start) / length + 1e-9)
            number += -int(-(after - start) // length)  # a cut measure before a new meter counts
        raise AssertionError("the last meter has no end")

    def measures(self, first: int, last: int) -> list[tuple[float, Measure]]:
        """The measures from the first to the last, both included, without chords, and where they start."""
        counted: list[tuple[float, Measure]] = []
        number = 1
        for (start, length, signature), end in zip(self.meters, self._meter_ends(), strict=True):
            count = last + 1 - number if end == float("inf") else -int(-(end - start) // length)
            for index in range(max(0, first - number), min(count, last + 1 - number)):
                begin = start + index * length
                measure = Measure(
                    min(length, end - begin), (), signature, section=self.sections.get(begin, "")
                )
                counted.append((begin, measure))
            number += count
        if first == 1 and self._has_pickup and len(counted) > 1:
            begin, measure = counted[0]
            counted[0] = begin, replace(measure, meter=heard_meter(counted[1][1]), pickup=True)
        return counted

    @property
    def _has_pickup(self) -> bool:
        """Whether the first measure is shorter than the second and has a meter of its own."""
        if len(self.meters) < 2:
            return False
        first, second = self.meters[:2]
        return first.length < second.length and abs(second.start - first.length) < 1e-6

    def _meter_ends(self) -> list[float]:
        return [meter.start for meter in self.meters[1:]] + [float("inf")]


def span_of(measures: Spans) -> tuple[float, float]:
    """Where measures start and end, in quarter notes."""
    last, measure = measures[-1]
    return measures[0][0], last + measure.length


def on_grid(quarters: float) -> float:
    """The nearest multiple of a quarter or of a third of a quarter note; the quarter's on a tie."""
    fourth, third = round(quarters * 4) / 4, round(quarters * 3) / 3
    # Ties are common (7 ticks of 24 lie between 1/4 and 1/3), and must not depend on a float's last bit.
    return fourth if abs(fourth - quarters) <= abs(third - quarters) + 1e-9 else third


def note_on_grid(note: Note) -> Note:
    """A note with its onset and its duration on the grid; a duration of 0 becomes the shortest."""
    return Note(on_grid(note.onset), on_grid(note.duration) or GRID, note.pitch, note.velocity)


def from_midi(file: MidiFile, path: Path) -> Piece:
    """The piece that a MIDI file holds, its notes gathered into single notes and chords."""
    tracks = [track for track in file.tracks if track.notes]
    lines = tuple(_line(number, track, file.ticks_per_quarter) for number, track in enumerate(tracks, 1))
    last = max((note.onset for track in tracks for note in track.notes), default=0)
    notices = []
    if file.hanging and not file.faults:
        notices.append(f"{path.name}: {file.hanging} notes never end and are left out")
    if file.faults:
        more = f" and {len(file.faults) - SHOWN_FAULTS} more" if len(file.faults) > SHOWN_FAULTS else ""
        faults = "; ".join(file.faults[:SHOWN_FAULTS])
        more += f"; {file.hanging} notes never end" if file.hanging else ""
        notices.append(f"{path.name} is broken, and read as far as possible: {faults}{more}")
    tempo = None
    if file.tempos:
        given = round(file.tempos[0][1], 3)
        tempo = min(max(given, SLOWEST), FASTEST)
        if tempo != given:
            notices.append(f"{path.name}: tempo {given:g}; {tempo:g} is the nearest that is played")
        changed = {round(other, 3) for _, other in file.tempos}
        if len(changed) > 1:
            notices.append(f"{path.name}: {len(changed)} tempi; the first, {tempo:g}, is played throughout")
    key = None
    if file.keys:
        key = file.keys[0].sharps, "minor" if file.keys[0].minor else "major"
    meters = _meters(file)
    end = on_grid(last / file.ticks_per_quarter)
    return Piece(path, lines, meters, end, notices, file.title, tempo, key)


def gather(notes: Sequence[TickNote], tolerance: float) -> list[list[TickNote]]:
    """Gathers notes that start and end within the tolerance of each other.

    Goes through the notes in onset order and skips those gathered already; a note gathered once may
    be gathered again by a later one, as in the course's reading of its solo.

    Args:
        notes: A track's notes in file order.
        tolerance: Ticks.

    Returns:
        Groups in onset order, the notes of each in file order.
    """
    order = sorted(range(len(notes)), key=lambda number: notes[number].onset)
    gathered = [False] * len(notes)
    groups = []
    for place, number in enumerate(order):
        if gathered[number]:
            continue
        note, group = notes[number], [number]
        for later in range(place + 1, len(order)):
            other = order[later]
            if notes[other].onset - note.onset > tolerance:
                break
            if abs(notes[other].end - note.end) <= tolerance:
                group.append(other)
                gathered[other] = True
        groups.append([notes[index] for index in sorted(group)])
    return groups


def _line(number: int, track: MidiTrack, tpq: int) -> Line:
    groups = gather(track.notes, tpq / 16)
    singles = [note_on_grid(_note(group[0], tpq)) for group in groups if len(group) == 1]
    chords = [
        Chord(on_grid(min(note.onset for note in group) / tpq), tuple(note.pitch for note in group))
        for group in groups
        if len(group) > 1
    ]
    return Line(
        number,
        track.name,
        tuple(sorted(singles, key=lambda note: note.onset)),
        tuple(sorted(chords, key=lambda chord: chord.onset)),
        track.is_drums,
        tuple(_note(note, tpq) for note in track.notes),
        track.program,
    )


def _note(note: TickNote, tpq: int) -> Note:
    return Note(note.onset / tpq, (note.end - note.onset) / tpq, note.pitch, note.velocity)


def _meters(file: MidiFile) -> tuple[MeterChange, ...]:
    """Meters by quarter note: 4/4 until the first, and of two at one place the later."""
    by_start = {0.0: MeterChange(0.0, 4.0, (4, 4))}
    for meter in file.meters:
        start = meter.tick / file.ticks_per_quarter
        by_start[start] = MeterChange(start, meter.quarters, meter.signature)
    return tuple(sorted(by_start.values()))
