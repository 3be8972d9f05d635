"""Downloads of the catalogue's files: whole and checked under their name, or not there at all.

Everything happens in a hidden folder beside the final file. It is locked while its download lives, so
that the next download can tell what a killed one left behind, and removes it.
"""

import logging
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from data.entries import Entry
from utils.errors import UserError
from utils.files import leads_out, locked, make_folder, reason, replacing, unwritten
from utils.progress import progress

logger = logging.getLogger("cadenza")

WORKPLACE = ".fetch-"  # how the hidden folders' names begin
CHUNK = 1 << 16  # bytes read at once


def fetch(wanted: Entry, folder: Path, timeout: float = 30.0) -> Path:
    """Downloads an entry's file into a folder, checks it and, if it is in an archive, takes it out.

    The archive is removed again once the file is out of it; an archive that already lies in the folder
    is used and kept.

    Args:
        wanted: What to fetch.
        folder: Where the file goes; it is made if need be.
        timeout: Seconds to wait for a connection, and for each next piece of the answer.

    Returns:
        The file.

    Raises:
        UserError: The folder cannot be written (exit code 2), or the disk is full or the download failed (1).
    """
    path = folder / wanted.file
    if path.is_dir():
        raise UserError(f"cannot write {path}: a folder is in its place")
    with _workplace(folder) as place:
        kept = folder / wanted.download
        if wanted.member is not None and is_sound(kept, wanted.bytes, wanted.sha256):
            logger.info(f"{wanted.file} is taken out of {kept}")
            got = kept
        else:
            got = _download(wanted, place, timeout)
        if wanted.member is not None:
            got = _extract(wanted, got, place)
        with replacing(path) as temporary:
            got.replace(temporary)
    return path


def is_sound(path: Path, size: int, sha256: str) -> bool:
    """Whether a file has this size and this checksum."""
    import pooch

    try:
        return path.stat().st_size == size and pooch.file_hash(str(path)) == sha256
    except OSError:
        return False


def tidy(folder: Path) -> None:
    """Removes what killed downloads left in a folder, unless one begins just now; it may be an archive."""
    with suppress(OSError), locked(folder, wait=False) as ours:
        if ours:
            _remove_the_dead(folder)


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """A locked, hidden folder inside `folder` while the block runs."""
    make_folder(folder)
    with ExitStack() as stack:
        try:
            # The outer lock closes the moment in which a new workplace has no lock of its own yet.
            with locked(folder):
                _remove_the_dead(folder)
                place = Path(tempfile.mkdtemp(prefix=WORKPLACE, dir=folder.absolute()))
                stack.callback(shutil.rmtree, place, ignore_errors=True)
                stack.enter_context(locked(place))
        except OSError as error:
            raise unwritten(f"write in {folder}", error) from None
        yield place


def _remove_the_dead(folder: Path) -> None:
    for place in folder.glob(f"{WORKPLACE}*"):
        # A live download may end, and take its folder away, while we look.
        with suppress(OSError), locked(place, wait=False) as dead:
            if dead:
                shutil.rmtree(place, ignore_errors=True)


def _download(wanted: Entry, place: Path, timeout: float) -> Path:
    import pooch
    import requests

    _require_space(wanted, place)
    pooch.get_logger().setLevel("ERROR")
    try:
        path = pooch.retrieve(
            wanted.url,
            known_hash=f"sha256:{wanted.sha256}",
            fname=wanted.download,
            path=place,
            downloader=_Downloader(wanted, timeout),
        )
    except requests.RequestException as error:
        raise UserError(
            f"cannot fetch {wanted.name} from {wanted.url}: {_fault(error, timeout)}", 1
        ) from None
    except ValueError:
        raise UserError(
            f"cannot fetch {wanted.name} from {wanted.url}: what came does not have the sha256 that the "
            "catalogue names: the file there was changed, or spoilt on its way",
            1,
        ) from None
    except OSError as error:
        raise UserError(f"cannot write {place.parent / wanted.download}: {reason(error)}", 1) from None
    return Path(path)


def _require_space(wanted: Entry, place: Path) -> None:
    needed, free = wanted.bytes + wanted.member_bytes, shutil.disk_usage(place).free
    if free < needed:
        raise UserError(
            f"cannot fetch {wanted.name}: it takes {needed} bytes in {place.parent}, where {free} are free", 1
        )


class _Downloader:
    """What pooch calls to get the bytes: with a progress bar, time-outs, and a limit on their number."""

    def __init__(self, wanted: Entry, timeout: float) -> None:
        self.wanted = wanted
        self.timeout = timeout

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        """Writes what the address answers to a file."""
        import requests

        # Unpacked on the way, the answer's size would not be the file's.
        headers = {"Accept-Encoding": "identity"}
        with requests.get(url, stream=True, timeout=(self.timeout, self.timeout), headers=headers) as answer:
            answer.raise_for_status()
            if "Content-Encoding" not in answer.headers:
                self._check(int(answer.headers.get("Content-Length", self.wanted.bytes)))
            with (
                Path(output_file).open("wb") as file,
                progress(f"{self.wanted.download} (kB)", self.wanted.bytes / 1000) as advance,
            ):
                for chunk in answer.iter_content(CHUNK):
                    file.write(chunk)
                    if file.tell() > self.wanted.bytes:
                        self._check(file.tell())
                    advance(file.tell() / 1000)

    def _check(self, size: int) -> None:
        if size != self.wanted.bytes:
            raise UserError(
                f"cannot fetch {self.wanted.name} from {self.wanted.url}: it has {size} bytes there; "
                f"{self.wanted.bytes} are wanted: the file there was changed",
                1,
            )


def _fault(error: Exception, timeout: float) -> str:
    """What went wrong, in plain words. `requests` wraps the cause in several layers."""
    import requests
    import urllib3

    layers = _layers(error)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code} {error.response.reason}"
    if any(isinstance(layer, (requests.Timeout, urllib3.exceptions.ReadTimeoutError)) for layer in layers):
        return f"no answer for {timeout:g} s (--timeout SECONDS waits longer)"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke off before the file was whole"
    if isinstance(error, requests.ConnectionError):
        causes = [reason(layer) for layer in layers if isinstance(layer, OSError) and layer.strerror]
        return "no connection" + (f": {causes[-1]}" if causes else "")
    return f"the download failed ({type(error).__name__})"


def _layers(error: BaseException) -> tuple[BaseException, ...]:
    """An error, and what it was raised from, outermost first."""
    layers = [error]
    while (inner := layers[-1].__cause__ or layers[-1].__context__) is not None:
        layers.append(inner)
    return tuple(layers)


def _extract(wanted: Entry, archive: Path, place: Path) -> Path:
    """Takes the one wanted file out of a zip archive, and nothing else."""
    path = place / wanted.file
    try:
        with zipfile.ZipFile(archive) as zipped:
            _refuse_unsafe_names(zipped, wanted)
            member = zipped.getinfo(wanted.member or "")
            if member.file_size != wanted.member_bytes:
                raise UserError(
                    f"{wanted.download} holds {wanted.file} with {member.file_size} bytes; "
                    f"{wanted.member_bytes} are wanted",
                    1,
                )
            _copy(zipped, member, path)
    except KeyError:
        raise UserError(f"{wanted.download} does not hold {wanted.member}", 1) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise UserError(f"cannot take {wanted.file} out of {wanted.download}: {error}", 1) from None
    except OSError as error:
        raise UserError(f"cannot write {place.parent / wanted.file}: {reason(error)}", 1) from None
    return path


def _copy(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path) -> None:
    with (
        zipped.open(member) as source,
        path.open("wb") as file,
        progress(f"{path.name} (kB)", member.file_size / 1000) as advance,
    ):
        while chunk := source.read(CHUNK):
            file.write(chunk)
            advance(file.tell() / 1000)


def _refuse_unsafe_names(zipped: zipfile.ZipFile, wanted: Entry) -> None:
    for name in zipped.namelist():
        if leads_out(name):
            raise UserError(f"{wanted.download} holds a file named {name!r}, which leads out of it", 1)
