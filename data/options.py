"""The options that name the data a command reads: a folder of the course's files, a text, word vectors."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from utils.encodings import EncodingOptions
from utils.options import Doc, Flag, Interval, Options


@dataclass(frozen=True)
class DataOptions(Options):
    """Where the course's files are."""

    data_dir: Annotated[
        Path | None,
        Doc("folder to look for the course's files in first; none: $CADENZA_DATA, then the user's cache"),
        Flag(metavar="DIR"),
    ] = None


@dataclass(frozen=True)
class TextOptions(DataOptions, EncodingOptions):
    """Which text is read."""

    corpus: Annotated[
        Path | None,
        Doc(
            "text to read; none: the Sonnets, for training from nothing the plays too, or else the "
            "bundled verses"
        ),
        Flag(metavar="FILE"),
    ] = None


@dataclass(frozen=True)
class NameListOptions(DataOptions, EncodingOptions):
    """Which list of names is read."""

    corpus: Annotated[
        Path | None,
        Doc(
            "names, one a line; none: the course's if they are here, else ours. Longer phrases, such as "
            "titles, need a larger network: python -m apps.shakespeare train --lines --corpus FILE"
        ),
        Flag(metavar="FILE"),
    ] = None


@dataclass(frozen=True)
class AlphabetOptions(Options):
    """Which characters of a text a network learns."""

    fold: Annotated[
        bool, Doc("lower case, plain quotes, no accents: the 38 symbols of the course's network")
    ] = False
    min_count: Annotated[
        int,
        Interval(ge=1),
        Doc("characters that occur less often are not learnt; one symbol stands for them"),
    ] = 2


@dataclass(frozen=True)
class PrepareOptions(EncodingOptions, AlphabetOptions):
    """How texts become a prepared corpus."""

    bundle: Annotated[
        Path | None,
        Doc("poem network whose alphabet it gets, to be fine-tuned on it; none: the texts' own"),
        Flag(metavar="DIR"),
    ] = None


@dataclass(frozen=True)
class VectorOptions(DataOptions):
    """Which word vectors are read."""

    glove_file: Annotated[
        Path | None,
        Doc("GloVe text file; none: glove.6B.50d if it was fetched"),
        Flag("glove", metavar="FILE"),
    ] = None
