"""The options of the dinosaur network: of making names, of training."""

from dataclasses import dataclass
from typing import Annotated

from utils.options import Doc, Flag, Interval, Options, Seed


@dataclass(frozen=True)
class NameOptions(Options):
    """What a name begins with, and how its letters are drawn; a row of names, too."""

    start: Annotated[
        str,
        Doc("what every name begins with; its case matters only if the network knows capitals"),
        Flag(metavar="LETTERS"),
    ] = ""
    temperature: Annotated[float, Interval(gt=0), Doc("below 1 tamer, above 1 wilder")] = 0.7


@dataclass(frozen=True)
class NamesOptions(NameOptions):
    """Several names."""

    count: Annotated[int, Interval(ge=1), Doc("how many names")] = 10


@dataclass(frozen=True)
class TrainOptions(Options):
    """How a network is trained on names."""

    iterations: Annotated[int, Interval(ge=1), Doc("names to read, over and over in one shuffled order")] = (
        35000
    )
    learning_rate: Annotated[
        float, Interval(gt=0), Doc("size of a step: the factor of a clipped gradient"), Flag(metavar="RATE")
    ] = 0.01
    n_a: Annotated[int, Interval(ge=1, le=1024), Doc("hidden units"), Flag("units", metavar="N")] = 50
    seed: Annotated[
        Seed,
        Doc(
            "number that makes a run repeatable; none: the course's, 1 for the first weights and 0 for the "
            "order"
        ),
    ] = None
    resume: Annotated[bool, Doc("continue the same training in --out up to --iterations")] = False
    force: Annotated[bool, Doc("replace the network that is in --out")] = False
