"""The options of the jazz networks: of improvising, of the files of a solo, of training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from music.limits import FASTEST, SLOWEST, Reader
from utils.errors import UserError
from utils.options import Doc, Flag, Interval, OptionError, Options, Seed

Ending = Literal["hold", "tag", "fade"]
Keys = Literal["fourths", "fifths", "semitones", "whole-tones"]
Band = Literal["swing", "bossa", "ballad", "waltz", "two", "latin", "none"]


@dataclass(frozen=True)
class TempoLoop:
    """The tempi of a loop: from one to another, in quarter notes a minute, in steps.

    Raises:
        UserError: A tempo is out of range, the step does not lead from one to the other, or there are
            more than `MOST` tempi.

    Example:
        >>> TempoLoop.parse("100:130:10").tempi()
        (100.0, 110.0, 120.0, 130.0)
    """

    first: float
    last: float
    step: float

    MOST: ClassVar[int] = 100

    def __post_init__(self) -> None:
        if not all(SLOWEST <= tempo <= FASTEST for tempo in (self.first, self.last)):
            raise UserError(f"expected tempi from {SLOWEST} to {FASTEST}, got {self}")
        if not self.step or (self.last - self.first) / self.step < 0 or len(self.tempi()) > self.MOST:
            raise UserError(f"expected a step to the last tempo in {self.MOST} choruses or fewer, got {self}")

    @classmethod
    def parse(cls, text: str) -> "TempoLoop":
        """Reads FROM:TO:STEP; without a step it is 5 towards the last tempo.

        Raises:
            UserError: The text is none.
        """
        try:
            first, last, *step = (float(part) for part in text.split(":"))
            (size,) = step or [5.0 if last >= first else -5.0]
        except ValueError:
            raise UserError(f"expected tempi as FROM:TO:STEP, such as 100:200:5, got {text[:40]!r}") from None
        return cls(first, last, size)

    def tempi(self) -> tuple[float, ...]:
        """Every tempo, the first and the last included."""
        count = int((self.last - self.first) / self.step + 1e-9) + 1
        return tuple(self.first + number * self.step for number in range(count))

    def __str__(self) -> str:
        return f"{self.first:g}:{self.last:g}:{self.step:g}"


@dataclass(frozen=True)
class ImproviseOptions(Options):
    """How a solo is improvised over chords."""

    choruses: Annotated[
        int, Interval(ge=1, le=100), Doc("how many times the chords are played through"), Flag(metavar="N")
    ] = 1
    tempo: Annotated[
        float | None,
        Interval(ge=SLOWEST, le=FASTEST),
        Doc("quarter notes a minute; none: as the file or chart says, else its style's usual one"),
    ] = None
    band: Annotated[
        Band | None,
        Doc("who accompanies the solo, none: a piano's chords; none: as the style says, else swing"),
    ] = None
    swing: Annotated[
        float | None,
        Interval(ge=1, le=4),
        Doc("ratio of first to second eighths; none: the band's usual one at the tempo"),
        Flag(metavar="RATIO"),
    ] = None
    transpose: Annotated[
        int, Interval(ge=-24, le=24), Doc("move chords and melody"), Flag(metavar="SEMITONES")
    ] = 0
    answer: Annotated[
        int | None,
        Interval(ge=1),
        Doc("trade N measures with the piece's own melody; none: all is improvised"),
        Flag(metavar="N"),
    ] = None
    intro: Annotated[
        int,
        Interval(ge=0, le=64),
        Doc("the band alone begins with the last N measures of the form"),
        Flag(metavar="N"),
    ] = 0
    ending: Annotated[
        Ending,
        Doc("hold: the last chord, a dominant's tonic; tag: the last measures three times; fade"),
    ] = "hold"
    loop_tempo: Annotated[
        TempoLoop | None,
        Doc("to practise: a chorus at each tempo, such as 100:200:5"),
        Flag(metavar="FROM:TO:STEP"),
    ] = None
    loop_keys: Annotated[Keys | None, Doc("to practise: a chorus in each key, upwards by these")] = None
    temperature: Annotated[float, Interval(gt=0), Doc("below 1 tamer, above 1 wilder")] = 1.0
    greedy: Annotated[bool, Doc("always take the likeliest token, as the course does")] = False


@dataclass(frozen=True)
class TradeOptions(Options):
    """Whose measures are whose, where a person and the network trade."""

    measures: Annotated[int, Interval(ge=1, le=64), Doc("measures of a turn"), Flag(metavar="N")] = 4
    begins: Annotated[Literal["you", "network"], Doc("who plays the first turn")] = "you"


@dataclass(frozen=True)
class PerformOptions(Options):
    """How a solo is performed."""

    count_in: Annotated[bool, Doc("a measure of clicks first")] = False
    mute: Annotated[
        tuple[str, ...], Doc("parts to leave out: solo, piano, bass, drums"), Flag(metavar="PART")
    ] = ()


@dataclass(frozen=True)
class SaveOptions(PerformOptions):
    """How a solo is performed, and what it is saved as beside MIDI, WAV and a picture."""

    stems: Annotated[bool, Doc("write a WAV for each part too; together they are the whole")] = False
    sheet: Annotated[bool, Doc("write sheet music too: MusicXML, and SVG for the screen")] = False
    transpose_for: Annotated[
        Reader, Doc("who reads the sheet music; anything but C implies --sheet"), Flag("for")
    ] = "C"
    mp3: Annotated[bool, Doc("write solo.mp3 too (needs ffmpeg)")] = False
    soundfont: Annotated[
        Path | None,
        Doc("instruments of a SoundFont; auto: an installed one; none: the built-in synthesis"),
        Flag(metavar="FILE.sf2"),
    ] = None


@dataclass(frozen=True)
class TakesOptions(Options):
    """How many solos the command plays, if any."""

    takes: Annotated[int, Interval(ge=1, le=64), Doc("solos from consecutive seeds"), Flag(metavar="N")] = 1
    form: Annotated[bool, Doc("print what will be played, a line a section, and stop")] = False


@dataclass(frozen=True)
class TrainOptions(Options):
    """How a network is trained on solos."""

    epochs: Annotated[
        int, Interval(ge=1), Doc("passes over the training examples, resumed ones included")
    ] = 20
    decay: Annotated[
        float | None,
        Interval(ge=0, le=1),
        Doc("learning-rate decay a step; none: 0.003, with --resume the bundle's"),
    ] = None
    seed: Annotated[Seed, Doc("number that makes a run repeatable; none: 0, with --resume the bundle's")] = (
        None
    )
    resume: Annotated[bool, Doc("go on from the bundle in --out up to --epochs")] = False
    force: Annotated[bool, Doc("replace the network that is in --out")] = False


@dataclass(frozen=True)
class SoloRow(ImproviseOptions):
    """A row of solos: played over a chart or a piece, or else over what the network was trained on.

    Raises:
        OptionError: There are both.
    """

    chords: Annotated[str | None, Doc("a chord chart")] = None
    song: Annotated[str | None, Doc("song of an iReal Pro playlist in chords, its name or number")] = None
    midi: Annotated[str | None, Doc("a piece's file, from the folder of the rows")] = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.chords is not None and self.midi is not None:
            raise OptionError("expected chords or midi, got both")
