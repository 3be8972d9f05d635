"""The comparison's options."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from models.options import ClusterOptions, Workers
from utils.options import LAST_SEED, Doc, Flag, Interval, Options


@dataclass(frozen=True)
class TaskOptions(Options):
    """What is learnt, and how long."""

    task: Annotated[
        Literal["names", "text", "emoji"] | None,
        Doc("what is learnt; none: names, or text with --corpus"),
    ] = None
    corpus: Annotated[Path | None, Doc("text to learn; none: the bundled verses"), Flag(metavar="FILE")] = (
        None
    )
    characters: Annotated[
        int, Interval(ge=1, le=10_000_000), Doc("how much of a text is used"), Flag(metavar="N")
    ] = 42_000
    parameters: Annotated[
        int | None,
        Interval(ge=1, le=1_000_000),
        Doc("of each network; none: 20000, for emoji 10000"),
        Flag(metavar="N"),
    ] = None
    epochs: Annotated[
        int | None, Interval(ge=1), Doc("passes over the data; none: the task's"), Flag(metavar="N")
    ] = None
    learning_rate: Annotated[
        float | None,
        Interval(gt=0),
        Doc("size of a step at the start; none: the task's"),
        Flag(metavar="RATE"),
    ] = None
    seed: Annotated[
        int,
        Interval(ge=0, le=LAST_SEED),
        Doc("the first of the seeds; it draws what is held out"),
    ] = 0


@dataclass(frozen=True)
class CompareOptions(ClusterOptions):
    """How often each kind is trained, by how many processes, and where the results go beside --out."""

    seeds: Annotated[
        int, Interval(ge=1, le=100), Doc("how often each kind is trained"), Flag(metavar="N")
    ] = 3
    json: Annotated[Path | None, Doc("write all metrics there too"), Flag(metavar="FILE")] = None
    workers: Annotated[Workers, Doc("networks trained at once, by Ray")] = 1
