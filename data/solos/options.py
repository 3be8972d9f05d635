"""The options that name solos: a piece, the chords of a chart, a corpus."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from data.solos.measures import MeasureRange
from utils.options import Doc, Flag, Options

_FILES = "(.mid, .mxl, .musicxml)"


@dataclass(frozen=True)
class PieceOptions(Options):
    """What is read of a piece; a program may give a track's number as a whole number."""

    melody_track: Annotated[
        str | None, Doc("name or number of the melody's track; none: chosen"), Flag(metavar="TRACK")
    ] = None
    chord_track: Annotated[
        str | None, Doc("name or number of the chords' track; none: chosen"), Flag(metavar="TRACK")
    ] = None
    measures: Annotated[
        MeasureRange | None,
        Doc("measures to use, counted from 1: 17-24, 17- or 5; none: those with a melody"),
        Flag(metavar="FIRST-LAST"),
    ] = None

    def __post_init__(self) -> None:
        for name in ("melody_track", "chord_track"):
            if isinstance(track := getattr(self, name), int):
                object.__setattr__(self, name, str(track))
        super().__post_init__()


@dataclass(frozen=True)
class SourceOptions(PieceOptions):
    """What a solo is played over."""

    midi: Annotated[
        Path | None,
        Doc(f"piece whose chords are played over {_FILES}; none: those the network was trained on"),
        Flag(metavar="FILE"),
    ] = None
    chords: Annotated[
        str | None,
        Doc("chord chart: text, a file or an iReal Pro address; with --midi: instead of its chords"),
        Flag(metavar="CHART"),
    ] = None
    song: Annotated[
        str | None,
        Doc("song of an iReal Pro playlist, its name or number; none: the first"),
        Flag(metavar="NAME"),
    ] = None


@dataclass(frozen=True)
class CorpusOptions(PieceOptions):
    """What is learnt."""

    midi: Annotated[
        tuple[Path, ...],
        Doc(f"solos to learn, files or folders {_FILES}; none: the bundled tune"),
        Flag(metavar="FILE"),
    ] = ()
