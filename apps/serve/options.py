"""The server's options: where it listens, and the bounds of a request."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from utils.options import Doc, Flag, Interval, Options


@dataclass(frozen=True)
class ServeOptions(Options):
    """What is served, and where."""

    models: Annotated[Path, Doc("folder of the exports, NAME/VERSION"), Flag(metavar="DIR")] = Path(
        "output/export"
    )
    host: Annotated[str, Doc("address to listen at; 0.0.0.0: open to the network")] = "127.0.0.1"
    port: Annotated[int, Interval(ge=0, le=65535), Doc("port to listen at; 0: one that is free")] = (
        8501  # TensorFlow Serving's
    )
    processes: Annotated[
        int,
        Interval(ge=1, le=256),
        Doc("processes that answer; each loads the models"),
        Flag(metavar="N"),
    ] = 1


@dataclass(frozen=True)
class Limits(Options):
    """The bounds of a request, in each process."""

    rows: Annotated[int, Interval(ge=1), Doc("most rows of a request"), Flag("max-rows", metavar="N")] = 64
    bytes: Annotated[
        int, Interval(ge=1), Doc("largest body of a request"), Flag("max-bytes", metavar="N")
    ] = 1 << 20
    seconds: Annotated[
        float,
        Interval(gt=0),
        Doc("longest time for a request to arrive, and then to be answered"),
        Flag("timeout", metavar="SECONDS"),
    ] = 30.0
    threads: Annotated[
        int, Interval(ge=1, le=256), Doc("batches of requests computed at once"), Flag(metavar="N")
    ] = 2
    batch_rows: Annotated[
        int,
        Interval(ge=1),
        Doc("most rows of several requests that are computed together; 1: each request by itself"),
        Flag(metavar="N"),
    ] = 64
    waiting: Annotated[int, Interval(ge=1), Doc("requests that may wait for a thread"), Flag(metavar="N")] = (
        256
    )
