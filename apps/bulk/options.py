"""The options of a bulk job."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from utils.options import Doc, Flag, Interval, Options, Seed


@dataclass(frozen=True)
class BulkOptions(Options):
    """What is answered, by what, and into which parts."""

    input: Annotated[Path, Doc("the rows: a .jsonl or .parquet file"), Flag(metavar="FILE")]
    processes: Annotated[
        int | None, Interval(ge=1, le=256), Doc("processes of this machine; none: 1"), Flag(metavar="N")
    ] = None
    workers: Annotated[
        int | None, Interval(ge=1, le=10_000), Doc("workers of a Ray cluster instead"), Flag(metavar="N")
    ] = None
    ray: Annotated[
        str | None,
        Doc("address of the cluster (ray start --head); none: a cluster on this machine"),
        Flag(metavar="ADDRESS"),
    ] = None
    format: Annotated[
        Literal["jsonl", "parquet"] | None,
        Doc("format of the parts; none: that of the folder, else jsonl"),
    ] = None
    block_rows: Annotated[
        int | None,
        Interval(ge=1, le=1_000_000),
        Doc("rows of a part; none: the folder's, else about three seconds' work"),
        Flag(metavar="N"),
    ] = None
    seed: Annotated[
        Seed, Doc("number that makes a run repeatable; none: the folder's, else a new one is drawn")
    ] = None
