"""Downloads the catalogue's files with pooch: checked and under their name, or not there at all."""

import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pooch
import requests

from data.entries import Entry
from utils.errors import UserError
from utils.files import is_folder, locked, make_folder, reason, replacing, unwritten
from utils.progress import progress

WORK_FOLDER = ".fetch"  # holds what is not complete; the next download empties it


def fetch(entry: Entry, folder: Path, timeout: float = 30.0) -> Path:
    """Downloads an entry's file into a folder, checks it and extracts it if it is in an archive.

    A second download into the same folder waits for the first. An archive that is already there is used.

    Args:
        entry: What to fetch.
        folder: The file's folder; it is created if it does not exist.
        timeout: Seconds to wait for a connection, and for each next piece of the answer.

    Raises:
        UserError: The folder cannot be written (exit code 2), or the disk is full or the download failed (1).
    """
    path, archive = folder / entry.file, folder / entry.download
    if is_folder(path):
        raise UserError(f"cannot write {path}: it is a folder")
    with _work_folder(folder) as work:
        if is_sound(path, entry.bytes, entry.sha256):  # another process has just fetched it
            return path
        try:
            kept = entry.member is not None and is_sound(archive, entry.bytes, entry.sha256)
            got = archive if kept else _download(entry, work, timeout)
            with replacing(path) as temporary:
                (got if entry.member is None else _extract(entry, got, work)).replace(temporary)
        except OSError as error:
            raise UserError(f"cannot write {path}: {reason(error)}", 1) from None
    return path


def is_sound(path: Path, size: int, sha256: str) -> bool:
    """Whether a file has this size and this checksum."""
    try:
        return path.stat().st_size == size and pooch.file_hash(str(path)) == sha256
    except OSError:
        return False


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """An empty hidden folder inside `folder`, for this process alone."""
    work = make_folder(folder).absolute() / WORK_FOLDER
    try:
        with locked(folder):
            shutil.rmtree(work, ignore_errors=True)  # left by a killed process
            work.mkdir()
            try:
                yield work
            finally:
                shutil.rmtree(work, ignore_errors=True)
    except OSError as error:
        raise unwritten(f"write in {folder}", error) from None


def _download(entry: Entry, work: Path, timeout: float) -> Path:
    needed, free = entry.bytes + entry.member_bytes, shutil.disk_usage(work).free
    if free < needed:
        raise _failed(entry, f"it takes {needed} bytes in {work.parent}, {free} are free")

    def receive(url: str, output_file: str, pooch: object) -> None:
        bar = progress(f"{entry.download} (kB)", entry.bytes / 1000)
        headers = {"Accept-Encoding": "identity"}  # a compressed answer's size is not the file's
        with requests.get(url, stream=True, timeout=timeout, headers=headers) as answer:
            answer.raise_for_status()
            size = int(answer.headers.get("Content-Length", entry.bytes))
            with Path(output_file).open("wb") as file, bar as advance:
                for chunk in answer.iter_content(1 << 16):
                    size = max(size, file.tell() + len(chunk))
                    if size != entry.bytes:
                        raise _failed(entry, f"expected {entry.bytes} bytes, got {size}")
                    file.write(chunk)
                    advance(file.tell() / 1000)

    pooch.get_logger().setLevel("ERROR")
    try:
        return Path(pooch.retrieve(entry.url, f"sha256:{entry.sha256}", None, work, downloader=receive))
    except requests.HTTPError as error:
        raise _failed(entry, f"the server answered {error}".partition(" for url")[0]) from None
    except requests.exceptions.ChunkedEncodingError:
        raise _failed(entry, "the connection broke off before the file was complete") from None
    except requests.RequestException as error:
        late = isinstance(error, requests.Timeout) or "timed out" in str(error)
        raise _failed(entry, f"no answer for {timeout:g} s" if late else "no connection") from None
    except ValueError:
        raise _failed(entry, f"the file has another sha256 than {entry.sha256}: it was changed") from None


def _extract(entry: Entry, archive: Path, work: Path) -> Path:
    try:
        with zipfile.ZipFile(archive) as zipped:  # `extract` writes nothing outside `work`
            return Path(zipped.extract(entry.member or "", work))
    except (KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UserError(f"cannot extract {entry.member} from {entry.download}: {error}", 1) from None


def _failed(entry: Entry, problem: str) -> UserError:
    return UserError(f"cannot fetch {entry.name} from {entry.url}: {problem}", 1)
