"""The course's files on this machine: where they are, and how to get those that are not here.

They are looked for in the given folder, in `$CADENZA_DATA`, and in the user's cache, in this order. The
network is used only by `fetch`.
"""

import logging
import os
from contextlib import suppress
from pathlib import Path

from data.entries import ENTRIES, Entry
from utils.errors import UserError
from utils.files import is_file, regular_file

logger = logging.getLogger("cadenza")

__all__ = ["ENTRIES", "Entry", "cache", "entry", "fetch", "list", "locate", "readable", "require"]

VARIABLE = "CADENZA_DATA"


def entry(name: str) -> Entry:
    """The entry of a name, or of the name that its file has on the disk.

    Raises:
        UserError: No entry has this name; the message lists those that there are.
    """
    for known in ENTRIES:
        if name in (known.name, known.file):
            return known
    names = ", ".join(known.name for known in ENTRIES)
    raise UserError(f"the catalogue has no {name!r}; it has {names}")


def cache() -> Path | None:
    """The user's cache folder for this program, or None where no home folder is known."""
    import pooch

    try:
        folder = pooch.os_cache("cadenza")
    except RuntimeError:
        return None
    # Older versions leave the ~ in the path instead: it would be another folder wherever we run.
    return folder if folder.is_absolute() else None


def locate(name: str, data_dir: str | Path | None = None) -> Path | None:
    """Where a course file is on this machine, found by its name and size. Never uses the network.

    Args:
        name: A name in the catalogue.
        data_dir: The folder to look in first.

    Returns:
        The first file of the right size, or None.

    Raises:
        UserError: The catalogue has no such name.
    """
    known = entry(name)
    for path in _candidates(known, data_dir):
        if _size(path) == known.file_bytes:
            return path
    return None


def require(name: str, data_dir: str | Path | None = None) -> Path:
    """Where a course file is on this machine; see `locate`.

    Raises:
        UserError: It is not here; the message says how to get it.
    """
    path = locate(name, data_dir)
    if path is not None:
        return path
    known = entry(name)
    advice = f"get it with: python -m data fetch {known.name}"
    for path in _candidates(known, data_dir):
        size = _size(path)
        if size is not None:
            raise UserError(f"{path} has {size} bytes, expected {known.file_bytes}; {advice}")
    places = ", ".join(str(folder) for folder in _folders(data_dir))
    raise UserError(f"{known.file} is not here (looked in {places or 'no folder'}); {advice}")


def readable(size: int) -> str:
    """A number of bytes in decimal units: "19.9 kB"."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"


def list(data_dir: str | Path | None = None) -> tuple[tuple[Entry, Path | None], ...]:
    """Every entry of the catalogue, and where its file is on this machine; see `locate`."""
    return tuple((known, locate(known.name, data_dir)) for known in ENTRIES)


def fetch(name: str, data_dir: str | Path | None = None, timeout: float = 30.0) -> Path:
    """Downloads a course file, unless it is here already: the one function that uses the network.

    Args:
        name: A name in the catalogue.
        data_dir: The folder it goes to; none: the user's cache, if the file is not found elsewhere.
        timeout: Seconds to wait for a connection, and for each next piece of the answer.

    Raises:
        UserError: The name is not known or the folder cannot be written (exit code 2), or the download
            failed (1).
    """
    from data import download

    known = entry(name)
    folder = Path(data_dir) if data_dir else cache()
    if folder is None:
        raise UserError("there is no home folder for the cache; give data_dir, the folder for the file")
    here = folder / known.file if data_dir else locate(name)
    if here is not None and is_file(here):
        if known.member is None:
            is_whole = download.is_sound(here, known.bytes, known.sha256)
        else:  # the checksum is the archive's
            is_whole = _size(here) == known.file_bytes
        if is_whole:
            logger.info(f"{known.file} is already at {here}")
            return here
        if data_dir or here.parent != folder:  # not ours to replace
            raise UserError(
                f"{here} is not the {known.file} of the catalogue; move it away, then fetch again"
            )
    source, removed = "", ""
    if known.member is not None:
        source, removed = f" out of {known.download}", ", which is removed afterwards"
    logger.info(f"fetching {known.file}{source}, {readable(known.bytes)}{removed}: {known.sentence}")
    return download.fetch(known, folder, timeout)


def _folders(data_dir: str | Path | None) -> tuple[Path, ...]:
    named = os.environ.get(VARIABLE)
    folders = (data_dir, named or None, cache())
    return tuple(Path(folder) for folder in folders if folder is not None)


def _candidates(known: Entry, data_dir: str | Path | None) -> tuple[Path, ...]:
    return tuple(folder / known.file for folder in _folders(data_dir))


def _size(path: Path) -> int | None:
    """The size of a regular file; None if there is none, or it may not be seen."""
    with suppress(UserError):
        return regular_file(path).st_size
    return None
