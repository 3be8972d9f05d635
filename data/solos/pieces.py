"""Pieces: the tracks and measures of a MIDI file or a lead sheet, before a solo is chosen from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from music.grammar import GRID
from music.harmony import Chord
from music.midi import Meter, MidiFile, MidiTrack, TickNote
from music.score import Note
from utils.errors import UserError


class Measure(NamedTuple):
    """A measure's start and length in quarter notes."""

    start: float
    length: float


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
        meters: From which quarter note on measures have which length; the first is at 0.
        end: The last onset in quarter notes.
        notices: What was left out while reading.
        title: The piece's title, perhaps empty.
    """

    path: Path
    all_lines: tuple[Line, ...]
    meters: tuple[tuple[float, float], ...]
    end: float
    notices: list[str] = field(default_factory=list)
    title: str = ""

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
            found = [line for line in lines if line.number == int(text)]
        else:
            found = [line for line in lines if line.name.casefold() == text.casefold()]
            found = found or [line for line in lines if text.casefold() in line.name.casefold()]
        if len(found) != 1:
            count = "no track" if not found else "more than one track"
            raise UserError(f"{count} {text!r} in {self.path}; its tracks: {self.listing()}")
        return found[0]

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
        for (start, length), after in zip(self.meters, self._meter_ends(), strict=True):
            if onset < after:
                return number + int((onset - start) / length + 1e-9)
            number += -int(-(after - start) // length)  # a cut measure before a new meter counts
        raise AssertionError("the last meter has no end")

    def measures(self, first: int, last: int) -> list[Measure]:
        """The measures from the first to the last, both included."""
        found: list[Measure] = []
        number = 1
        for (start, length), end in zip(self.meters, self._meter_ends(), strict=True):
            count = last + 1 - number if end == float("inf") else -int(-(end - start) // length)
            for index in range(max(0, first - number), min(count, last + 1 - number)):
                begin = start + index * length
                found.append(Measure(begin, min(length, end - begin)))
            number += count
        return found

    def _meter_ends(self) -> list[float]:
        return [start for start, _ in self.meters[1:]] + [float("inf")]


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
    if file.hanging:
        notices.append(f"{path.name}: {file.hanging} notes never end and are left out")
    meters = _meters(file.meters, file.ticks_per_quarter)
    return Piece(path, lines, meters, on_grid(last / file.ticks_per_quarter), notices, file.title)


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


def _meters(meters: Sequence[Meter], tpq: int) -> tuple[tuple[float, float], ...]:
    """Meters by quarter note: 4/4 until the first, and of two at one place the later."""
    by_start = {0.0: 4.0}
    for meter in meters:
        by_start[meter.tick / tpq] = meter.quarters
    return tuple(sorted(by_start.items()))
