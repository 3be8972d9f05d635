"""The options of the emoji networks: of predicting, of measuring, of training, of a row of sentences."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from utils.encodings import EncodingOptions
from utils.options import Doc, Flag, Interval, OptionError, Options, Seed


@dataclass(frozen=True)
class NetworkOptions(Options):
    """Which network."""

    bundle: Annotated[
        Path | None,
        Doc("folder of a trained network; none: the pretrained one that fits the word vectors"),
        Flag(metavar="DIR"),
    ] = None


@dataclass(frozen=True)
class AnswerOptions(Options):
    """When the answer is "not sure"."""

    unsure: Annotated[
        float,
        Interval(ge=0, le=1),
        Doc(
            "answer 'not sure' where the likeliest emoji is less probable than this, or no word is known; 0: "
            "never"
        ),
        Flag(metavar="P"),
    ] = 0.4


@dataclass(frozen=True)
class PredictOptions(NetworkOptions, AnswerOptions):
    """Which network predicts, and what is printed."""

    top: Annotated[
        int, Interval(ge=1), Doc("how many of the likeliest emoji to print"), Flag(metavar="N")
    ] = 1
    as_json: Annotated[bool, Doc("one JSON object a line instead of columns between tabs"), Flag("json")] = (
        False
    )


@dataclass(frozen=True)
class SentenceRow(AnswerOptions):
    """A row of sentences.

    Raises:
        OptionError: There is no word.
    """

    text: Annotated[str, Doc("a sentence")] = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.text.strip():
            raise OptionError("text: expected words, got none")


@dataclass(frozen=True)
class TableOptions(EncodingOptions):
    """How a table of sentences and labels is read."""

    text_column: Annotated[
        str | None,
        Doc("column of the sentences, its name or number; none: found by its name, or by what it holds"),
        Flag(metavar="COLUMN"),
    ] = None
    label_column: Annotated[str | None, Doc("that of the labels, found likewise"), Flag(metavar="COLUMN")] = (
        None
    )


@dataclass(frozen=True)
class EvaluateOptions(NetworkOptions, AnswerOptions, TableOptions):
    """Which network is measured, and with what table."""

    csv: Annotated[
        str | None,
        Doc("sentences and labels, a file or a name in the catalogue; none: the bundled test sentences"),
        Flag(metavar="FILE"),
    ] = None
    neutral: Annotated[
        Path | None,
        Doc("sentences that no label fits, one a line, to count those answered 'not sure'"),
        Flag(metavar="FILE"),
    ] = None


@dataclass(frozen=True)
class TrainOptions(TableOptions):
    """What networks are trained on and measured with, and how."""

    csv: Annotated[
        str | None,
        Doc("sentences and labels to train on, a file or a name in the catalogue; none: the bundled ones"),
        Flag(metavar="FILE"),
    ] = None
    test: Annotated[
        str | None,
        Doc("sentences and labels to test with; none: the bundled ones, of a network trained on such"),
        Flag(metavar="FILE"),
    ] = None
    labels: Annotated[
        Path | None,
        Doc("label to emoji; none: the file's own labels, and the course's five for 0 to 4"),
        Flag(metavar="FILE.json"),
    ] = None
    neutral: Annotated[
        Path | None,
        Doc("sentences that no label fits, one a line; none: the bundled ones with the bundled sentences"),
        Flag(metavar="FILE"),
    ] = None
    course: Annotated[
        bool, Doc("the course's sentences and settings: GloVe vectors, 50 epochs, 10 words")
    ] = False
    embedding: Annotated[
        Literal["vectors", "learnt"] | None,
        Doc("GloVe's vectors, or new ones; none: GloVe's if they are here"),
    ] = None
    epochs: Annotated[
        int | None,
        Interval(ge=1),
        Doc("passes over the sentences; none: 400 for V1, chosen by early stopping for V2"),
    ] = None
    seed: Annotated[Seed, Doc("number that makes a run repeatable; none: 0, and for V1 the course's, 1")] = (
        None
    )
    seeds: Annotated[
        int,
        Interval(ge=1),
        Doc(
            "networks to train, with seeds counted from --seed; each further one in a folder of its own in "
            "--out"
        ),
        Flag(metavar="N"),
    ] = 1
    resume: Annotated[bool, Doc("continue the trainings in --out")] = False
    force: Annotated[bool, Doc("replace the networks that are in --out")] = False
