"""The options of trainings in several processes."""

from dataclasses import dataclass
from typing import Annotated

from utils.options import Doc, Flag, Interval, Options

Workers = Annotated[int, Interval(ge=1, le=1024), Flag(metavar="N")]


@dataclass(frozen=True)
class ClusterOptions(Options):
    """How many processes train, which a class of its own documents, and where."""

    workers: Annotated[Workers, Doc("processes that train, by Ray")] = 1
    ray: Annotated[
        str | None,
        Doc("HOST:PORT of the Ray cluster that the workers run on; none: this machine"),
        Flag(metavar="ADDRESS"),
    ] = None

    @property
    def together(self) -> bool:
        """Whether several processes train, or one elsewhere."""
        return self.workers > 1 or self.ray is not None
