"""The options of the poem network: of writing, of training, of measuring."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from models.options import ClusterOptions, Workers
from utils.options import Doc, Flag, Interval, Options, Seed, Share

Part = Literal["held-out", "training", "all"]
State = Literal["carried", "window"]
Cell = Literal["lstm", "gru", "rnn"]


@dataclass(frozen=True)
class NetworkOptions(Options):
    """Which network, and how it is run."""

    bundle: Annotated[
        Path | None,
        Doc("a bundle, the course's .h5, or large, the larger pretrained one; none: the pretrained one"),
        Flag(metavar="PATH"),
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
class CompleteOptions(WriteOptions):
    """How poems are written side by side."""

    count: Annotated[int, Interval(ge=1, le=1024), Doc("how many poems, written side by side")] = 1


@dataclass(frozen=True)
class ExerciseOptions(Options):
    """How the exercise fine-tunes before it asks for a beginning."""

    finetune: Annotated[bool, Doc("fine-tune first: straight to the prompt")] = True
    epochs: Annotated[int, Interval(ge=1), Doc("how often every window of the text is read")] = 1
    batch_size: Annotated[int, Interval(ge=1), Doc("windows in a batch"), Flag("batch")] = 128
    save: Annotated[
        Path | None,
        Doc("folder for the fine-tuned network; none: fine_tuned in --out, where each replaces the last"),
        Flag(metavar="DIR"),
    ] = None
    force: Annotated[bool, Doc("replace the network that is in --save")] = False


@dataclass(frozen=True)
class EvaluateOptions(Options):
    """What is measured."""

    text_part: Annotated[
        Part,
        Doc("which part of the text: its last tenth, which training leaves alone, the rest, or all"),
        Flag("part"),
    ] = "all"
    words: Annotated[
        bool, Doc("also write poems, and say what share of their words the training text has")
    ] = False


@dataclass(frozen=True)
class PoemRow(PoemOptions):
    """A row of poems: it is written as if no other were beside it."""

    prompt: Annotated[str, Doc("the beginning")] = ""
    length: Annotated[int, Interval(ge=1, le=100_000)] = PoemOptions.length


@dataclass(frozen=True)
class TrainOptions(ClusterOptions):
    """How a network is trained from nothing, or fine-tuned on windows."""

    bundle: Annotated[
        Path | None,
        Doc("network to fine-tune on windows: a bundle or a .h5; none: a new one is trained from nothing"),
        Flag(metavar="PATH"),
    ] = None
    steps: Annotated[
        int | None, Interval(ge=1), Doc("from nothing: the most batches; none: by the size of the text")
    ] = None
    epochs: Annotated[
        int | None,
        Interval(ge=1),
        Doc(
            "with --bundle: how often every window is read; with --resume: all epochs, those done among "
            "them; none: once"
        ),
    ] = None
    batch_size: Annotated[
        int | None,
        Interval(ge=1),
        Doc("rows in a batch; none: by the size of the text, and 128 windows with --bundle"),
        Flag("batch"),
    ] = None
    cell: Annotated[Cell, Doc("from nothing: kind of the recurrent layers")] = "lstm"
    layers: Annotated[int, Interval(ge=1, le=3), Doc("from nothing: recurrent layers")] = 2
    units: Annotated[
        int | None,
        Interval(ge=1, le=1024),
        Doc("from nothing: units of each layer; none: by the size of the text"),
    ] = None
    length: Annotated[
        int | None,
        Interval(ge=4, le=1024),
        Doc("from nothing: characters of a sequence; none: by the size of the text"),
    ] = None
    dropout: Annotated[
        float | None,
        Interval(ge=0, lt=1),
        Doc("share of each layer's outputs that training drops; none: by the size, or the network's own"),
    ] = None
    rate: Annotated[
        float | None,
        Interval(gt=0, le=1),
        Doc("highest learning rate; none: by the size of the text, or the network's own"),
    ] = None
    patience: Annotated[
        int, Interval(ge=1), Doc("epochs without a better validation after which training stops")
    ] = 12
    lines: Annotated[
        bool, Doc("from nothing: every line is a record of its own, such as a title, and is written whole")
    ] = False
    speakers: Annotated[bool, Doc("keep the lines of the plays that name the speaker, without --corpus")] = (
        True
    )
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
    workers: Annotated[Workers, Doc("processes that share every batch, by Ray")] = 1
