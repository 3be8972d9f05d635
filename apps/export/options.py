"""The export's options."""

from dataclasses import dataclass
from typing import Annotated, Literal

from utils.options import Doc, Flag, Interval, Options


@dataclass(frozen=True)
class ExportOptions(Options):
    """What is written."""

    file_format: Annotated[
        Literal["savedmodel", "keras", "onnx", "safetensors"],
        Doc("what to write: OUT/APP/1, 2 ... for savedmodel, else one file, OUT/APP.FORMAT"),
        Flag("format"),
    ] = "savedmodel"
    vocabulary: Annotated[
        int | None,
        Interval(ge=1),
        Doc("emojify with GloVe vectors: only the N words that come first in the file; none: all"),
        Flag(metavar="N"),
    ] = None
    unsure: Annotated[
        float | None,
        Interval(ge=0, le=1),
        Doc("emojify: answer 'not sure' below this probability; none: as the command does"),
        Flag(metavar="P"),
    ] = None
    verbose: Annotated[bool, Doc("name the operations of the graph")] = False
