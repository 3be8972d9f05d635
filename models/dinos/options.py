"""The options of the dinosaur network: of making names, of training."""

from dataclasses import dataclass
from typing import Annotated

from utils.options import Doc, Flag, Interval, Options


@dataclass(frozen=True)
class NameOptions(Options):
    """What a name begins with, and how its letters are drawn; a row of names, too."""

    start: Annotated[
        str, Doc("what every name begins with; its case does not matter"), Flag(metavar="LETTERS")
    ] = ""
    temperature: Annotated[float, Interval(gt=0), Doc("below 1 tamer, above 1 wilder")] = 1.0


@dataclass(frozen=True)
class NamesOptions(NameOptions):
    """Several names."""

    count: Annotated[int, Interval(ge=1), Doc("how many names")] = 10
