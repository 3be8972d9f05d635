"""The options of the poem network: of writing, of training."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from utils.options import Doc, Flag, Interval, Options, Seed, Share

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


@dataclass(frozen=True)
class TrainOptions(Options):
    """How a network is trained from nothing, or fine-tuned on windows."""

    bundle: Annotated[
        Path | None,
        Doc("network to fine-tune on windows: a bundle or a .h5; none: a new one is trained from nothing"),
        Flag(metavar="PATH"),
    ] = None
    steps: Annotated[
        int | None, Interval(ge=1), Doc("from nothing: batches of the first stage; none: 16000")
    ] = None
    epochs: Annotated[
        int | None, Interval(ge=1), Doc("with --bundle: how often every window is read; none: once")
    ] = None
    batch_size: Annotated[
        int | None,
        Interval(ge=1),
        Doc("rows in a batch; none: 64, and 128 windows with --bundle"),
        Flag("batch"),
    ] = None
    every_seconds: Annotated[
        float,
        Interval(gt=0),
        Doc("seconds from one checkpoint to the next"),
        Flag("save-every", metavar="SECONDS"),
    ] = 60.0
    seed: Annotated[
        Seed,
        Doc(
            "number that makes a run repeatable; none: 1, with --resume that of the training that was stopped"
        ),
    ] = None
    resume: Annotated[bool, Doc("go on with the training in --out that was stopped")] = False
    force: Annotated[bool, Doc("replace the network that is in --out")] = False
