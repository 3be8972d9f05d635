"""Notes, parts and scores: music as it is written, played and drawn. Times are in quarter notes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from utils.errors import UserError

if TYPE_CHECKING:
    from music.changes import Changes

DRUM_CHANNEL = 9  # channel 10 as musicians count: its pitches are the keys of a drum kit


@dataclass(frozen=True, slots=True)
class Note:
    """A note: onset and duration in quarter notes, MIDI number, velocity 1 to 127.

    `sounding` is the share of the written duration that sounds when the note is played, above 0 to 1.
    """

    onset: float
    duration: float
    pitch: int
    velocity: int = 90
    sounding: float = 1.0

    @property
    def end(self) -> float:
        """Where the note ends, in quarter notes."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of one instrument.

    Args:
        name: The part's name, which becomes the MIDI track's.
        notes: The notes, in any order.
        program: The General MIDI program, 0 to 127: 0 is a piano, 26 a jazz guitar.
        channel: The MIDI channel, 0 to 15; `DRUM_CHANNEL` is drums.
    """

    name: str
    notes: tuple[Note, ...]
    program: int = 0
    channel: int = 0

    @property
    def is_drums(self) -> bool:
        """Whether the pitches are the keys of a drum kit."""
        return self.channel == DRUM_CHANNEL


@dataclass(frozen=True, slots=True)
class Score:
    """A piece of music.

    Args:
        parts: The parts, one for each instrument.
        tempo: Quarter notes a minute, at the beginning.
        beats: Quarter notes in a measure.
        title: The title, may be empty.
        changes: Every measure that is played with its chords and meter, and the key; None: not known, and
            all measures are `beats` long.
        tempos: Onsets in quarter notes at which another tempo begins, rising, and the tempi.

    Raises:
        ValueError: The tempo or the measure's length is not a number above 0.
    """

    parts: tuple[Part, ...]
    tempo: float = 120.0
    beats: float = 4.0
    title: str = ""
    changes: "Changes | None" = None
    tempos: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        tempos = [("tempo", tempo) for _, tempo in self.tempos]
        for name, value in (("tempo", self.tempo), ("beats", self.beats), *tempos):
            if not 0 < value < float("inf"):
                raise ValueError(f"{name}: expected a number above 0, got {value}")

    @property
    def length(self) -> float:
        """The end of the last note in quarter notes; 0 without notes."""
        return max((note.end for part in self.parts for note in part.notes), default=0.0)

    @property
    def seconds(self) -> float:
        """The end of the last note in seconds."""
        return self.seconds_at(self.length)

    def seconds_at(self, quarters: float) -> float:
        """When a time in quarter notes comes, in seconds.

        Example:
            >>> Score((), tempo=60, tempos=((4, 120),)).seconds_at(8)
            6.0
        """
        seconds, since, tempo = 0.0, 0.0, self.tempo
        for onset, following in self.tempos:
            if quarters <= onset:
                break
            seconds += (onset - since) * 60 / tempo
            since, tempo = onset, following
        return seconds + (quarters - since) * 60 / tempo

    def quarters_at(self, seconds: float) -> float:
        """The time in quarter notes that comes at a time in seconds: the inverse of `seconds_at`.

        Example:
            >>> Score((), tempo=60, tempos=((4, 120),)).quarters_at(6)
            8.0
        """
        quarters, since, tempo = 0.0, 0.0, self.tempo
        for onset, following in self.tempos:
            passed = since + (onset - quarters) * 60 / tempo
            if seconds <= passed:
                break
            quarters, since, tempo = onset, passed, following
        return quarters + (seconds - since) * tempo / 60

    def steady(self) -> "Score":
        """A score in one tempo that sounds the same: where the tempo rises its notes are shorter."""
        if not self.tempos:
            return self
        quarter = self.tempo / 60

        def moved(note: Note) -> Note:
            onset, end = self.seconds_at(note.onset) * quarter, self.seconds_at(note.end) * quarter
            return replace(note, onset=onset, duration=end - onset)

        parts = tuple(replace(part, notes=tuple(map(moved, part.notes))) for part in self.parts)
        return replace(self, parts=parts, changes=None, tempos=())

    def without(self, names: Iterable[str]) -> "Score":
        """The score with some parts left out.

        Args:
            names: Names of parts, whatever their case.

        Raises:
            UserError: There is no part of such a name.

        Example:
            >>> trio = Score((Part("Piano", ()), Part("Bass", ()), Part("Drums", ())))
            >>> [part.name for part in trio.without(["bass"]).parts]
            ['Piano', 'Drums']
        """
        present = [part.name for part in self.parts]
        muted = {name.strip().casefold() for name in names}
        for name in names:
            if name.strip().casefold() not in {other.casefold() for other in present}:
                raise UserError(f"cannot mute {name!r}: expected one of {', '.join(present)}")
        return replace(self, parts=tuple(part for part in self.parts if part.name.casefold() not in muted))

    def shifted(self, quarters: float) -> "Score":
        """The score with every note moved later, after a silent measure.

        Args:
            quarters: Quarter notes, the length of that measure.
        """
        return replace(
            self,
            changes=None if self.changes is None else self.changes.after(quarters),
            tempos=tuple((onset + quarters, tempo) for onset, tempo in self.tempos),
            parts=tuple(
                replace(part, notes=tuple(replace(n, onset=n.onset + quarters) for n in part.notes))
                for part in self.parts
            ),
        )
