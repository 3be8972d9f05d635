"""Notes, parts and scores: what is written, heard and drawn. Times are in quarter notes."""

from dataclasses import dataclass

DRUM_CHANNEL = 9  # channel 10 as musicians count: its numbers are drums, no pitches


@dataclass(frozen=True, slots=True)
class Note:
    """A note: onset and duration in quarter notes, MIDI number, velocity 1 to 127."""

    onset: float
    duration: float
    pitch: int
    velocity: int = 90

    @property
    def end(self) -> float:
        """Where the note ends, in quarter notes."""
        return self.onset + self.duration


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays.

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


@dataclass(frozen=True, slots=True)
class Score:
    """A piece of music in one tempo and one meter.

    Args:
        parts: The parts, one or more instruments together.
        tempo: Quarter notes a minute.
        beats: Quarter notes in a measure.
        title: What the piece is called, perhaps nothing.

    Raises:
        ValueError: The tempo or the measure's length is not a number above 0.
    """

    parts: tuple[Part, ...]
    tempo: float = 120.0
    beats: float = 4.0
    title: str = ""

    def __post_init__(self) -> None:
        for name, value in (("tempo", self.tempo), ("beats", self.beats)):
            if not 0 < value < float("inf"):
                raise ValueError(f"{name} must be a number above 0, got {value}")

    @property
    def length(self) -> float:
        """The end of the last note in quarter notes; 0 without notes."""
        return max((note.end for part in self.parts for note in part.notes), default=0.0)

    @property
    def seconds(self) -> float:
        """The end of the last note in seconds."""
        return self.length * 60 / self.tempo
