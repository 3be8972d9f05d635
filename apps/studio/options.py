"""The studio's options: where it is reached."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from utils.options import Doc, Flag, Interval, Options


@dataclass(frozen=True)
class Settings(Options):
    """Where the studio is reached."""

    port: Annotated[int, Interval(ge=0, le=65535), Doc("port to listen on; 0: a free one")] = 8600
    browser: Annotated[bool, Doc("open a browser")] = True
    host: Annotated[str, Doc("address to listen on; 0.0.0.0: open to the network")] = "127.0.0.1"
    allowed_hosts: Annotated[
        tuple[str, ...],
        Doc("further host names of this server, as browsers type them"),
        Flag("allow-host", metavar="NAME"),
    ] = ()
    networks: Annotated[
        Path, Doc("folder where trained networks are kept until they are deleted"), Flag(metavar="DIR")
    ] = Path("output/studio")
