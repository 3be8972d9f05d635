"""The options of the poem network: of writing, of training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from utils.options import Doc, Flag, Interval, Options, Share

State = Literal["carried", "window"]


@dataclass(frozen=True)
class NetworkOptions(Options):
    """Which network, and how it is run."""

    bundle: Annotated[
        Path | None, Doc("a bundle, or the course's .h5; none: the pretrained one"), Flag(metavar="PATH")
    ] = None
    state: Annotated[
        State | None,
        Doc(
            "carry the state from character to character, or run the window again for each; "
            "none: as the bundle says"
        ),
    ] = None


@dataclass(frozen=True)
class ChoiceOptions(Options):
    """How a character is chosen."""

    temperature: Annotated[float, Interval(gt=0), Doc("below 1 tamer, above 1 wilder")] = 1.0
    top_k: Annotated[
        int | None, Interval(ge=1), Doc("choose among this many likeliest characters; none: all")
    ] = None
    top_p: Annotated[Share | None, Doc("choose among the likeliest that reach this share; none: all")] = None


@dataclass(frozen=True)
class PoemOptions(ChoiceOptions):
    """How many characters are written, and how each is chosen."""

    length: Annotated[int, Interval(ge=1, le=1_000_000), Doc("characters to write")] = 400


@dataclass(frozen=True)
class WriteOptions(PoemOptions):
    """How a poem is written."""

    lines: Annotated[
        int | None,
        Interval(ge=1),
        Doc(
            "stop when this many lines with a letter have ended, the beginning's last one among them; "
            "none: only --length counts"
        ),
    ] = None


@dataclass(frozen=True)
class PoemRow(PoemOptions):
    """A row of poems: it is written as if no other were beside it."""

    prompt: Annotated[str, Doc("the beginning")] = ""
    length: Annotated[int, Interval(ge=1, le=100_000)] = PoemOptions.length
