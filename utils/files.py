"""Reads files within bounds, and writes them atomically."""

import errno
import os
import platform
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path, PurePosixPath

from utils.errors import UserError, WriteError

UNFINISHED = ".unfinished-"  # prefix of temporary files
LONGEST_NAME = 255  # bytes of a file's name, in the usual file systems
OWNER = ".owner"  # the file that `owned` locks
_DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def reason(error: OSError) -> str:
    """The system's message for an error, without its number and path."""
    return (error.strerror or str(error)).lower()


def unwritten(what: str, error: OSError) -> WriteError:
    """The error of a failed write: exit code 1 for a full disk, else 2.

    Args:
        what: What failed: "write FILE".
        error: The system's error.
    """
    return WriteError(f"cannot {what}: {reason(error)}", error.errno in _DISK_FULL)


def make_folder(folder: Path) -> Path:
    """Makes a folder and its parents.

    Raises:
        UserError: The folder cannot be made, or a file is in its place (exit code 2), or the disk is
            full (1).
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritten(f"make the folder {folder}", error) from None
    return folder


def status(path: Path) -> os.stat_result | None:
    """The status of what a path leads to; None if there is nothing.

    For every path that a person names: pathlib's `exists`, `is_dir`, `is_file` and `resolve` raise the
    system's error, or hide it, where no permission, too long a name or a loop of links keeps the answer.

    Raises:
        UserError: The system cannot tell.
    """
    try:
        return path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None
    except ValueError:  # a null character, or half of a surrogate pair
        raise UserError(f"cannot read {str(path)!r}: no file can have this name") from None


def exists(path: Path) -> bool:
    """Whether a path leads to anything; see `status`."""
    return status(path) is not None


def is_folder(path: Path) -> bool:
    """Whether a path leads to a folder; see `status`."""
    known = status(path)
    return known is not None and stat.S_ISDIR(known.st_mode)


def is_file(path: Path) -> bool:
    """Whether a path leads to a regular file; see `status`."""
    known = status(path)
    return known is not None and stat.S_ISREG(known.st_mode)


def resolved(path: Path) -> Path:
    """The absolute path without links; see `status`."""
    status(path)
    try:
        return Path(os.path.realpath(path))
    except OSError as error:  # the current folder has been removed
        raise UserError(f"cannot find {path} from the current folder: {reason(error)}") from None


def entries(folder: Path) -> list[Path]:
    """What a folder holds, sorted by name.

    Raises:
        UserError: There is no such folder, or it cannot be read.
    """
    try:
        return sorted(folder.iterdir(), key=lambda path: path.name)
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "no folder can have this name"
        raise UserError(f"cannot read the folder {folder}: {why}") from None


def regular_file(path: Path) -> os.stat_result:
    """The status of a regular file: opening a pipe or a device may never end.

    Raises:
        UserError: There is no such file, or it is not a regular file.
    """
    known = status(path)
    if known is None:
        raise UserError(f"cannot read {path}: no such file or directory")
    if not stat.S_ISREG(known.st_mode):
        kind = "a folder, expected a file" if stat.S_ISDIR(known.st_mode) else "not a regular file"
        raise UserError(f"{path} is {kind}")
    return known


def read_bytes(path: Path, limit: int = 1 << 30) -> bytes:
    """The bytes of a regular file.

    Args:
        path: The file.
        limit: The most bytes that are read; a larger file is refused before it is opened.

    Raises:
        UserError: There is no such file, it is not a regular file, it is too large or cannot be read.
    """
    size = regular_file(path).st_size
    if size > limit:
        raise UserError(f"{path} has {size} bytes, expected at most {limit}")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None


def read_text(path: Path, limit: int = 1 << 30) -> str:
    """The text of a UTF-8 file, its line ends as LF, without a byte order mark.

    Raises:
        UserError: As `read_bytes`, or the bytes are not UTF-8.
    """
    try:
        text = read_bytes(path, limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not UTF-8 text: byte {error.start} cannot be read") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def leads_out(name: str) -> bool:
    """Whether a zip member of this name would be extracted outside the target folder."""
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name


def read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """Reads a zip member, and never more bytes than its header declares; the caller bounds those.

    Raises:
        zipfile.BadZipFile: The member is damaged, compressed in an unusual way, or its name leads out of
            the archive.
    """
    if leads_out(member.filename):
        raise zipfile.BadZipFile(f"{member.filename!r} leads out of it")
    # Without a size Python decompresses gigabytes before it stops; the rarer methods do so even with one.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"{member.filename} has an unusual compression")
    with archive.open(member) as stream:
        return stream.read(member.file_size)


@contextmanager
def replacing(path: Path, called: Path | None = None) -> Iterator[Path]:
    """Gives a temporary path beside `path`, and renames it to `path` when the block ends well.

    The write is atomic: the temporary file is flushed to the disk before it is renamed, and removed if
    the block raises. If the process is killed, the next one that writes in the folder removes it. It
    keeps the suffix, because some libraries choose the format by it.

    Args:
        path: The file.
        called: The name for messages, if it is another.

    Raises:
        UserError: The folder or the file cannot be written (exit code 2), or the disk is full (1).
    """
    make_folder(path.parent)
    temporary: Path | None = None
    try:
        if path.is_dir():
            raise UserError(f"cannot write {called or path}: it is a folder")
        _remove_of_dead_processes(path.parent.absolute())
        prefix = f"{UNFINISHED}{platform.node()}-{os.getpid()}-"
        handle, name = tempfile.mkstemp(suffix=path.suffix, prefix=prefix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        _publish(temporary, path)
    except OSError as error:
        raise unwritten(f"write {called or path}", error) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_bytes(path: Path, content: bytes, called: Path | None = None) -> None:
    """Writes a file atomically; see `replacing`."""
    with replacing(path, called) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Writes a UTF-8 file atomically; see `replacing` and `utf_8`."""
    write_bytes(path, utf_8(content))


def utf_8(text: str) -> bytes:
    """Encodes a text as UTF-8; undecodable bytes of file names in it become U+FFFD."""
    try:
        content = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a surrogate pair
        content = text.encode("utf-8", "surrogatepass")
    return content.decode("utf-8", "replace").encode("utf-8")


def printable(text: str) -> str:
    """A text without control characters, which become spaces; undecodable bytes become U+FFFD."""
    return "".join(sign if sign.isprintable() else " " for sign in utf_8(text).decode("utf-8"))


@contextmanager
def locked(folder: Path, wait: bool = True) -> Iterator[bool]:
    """Holds a folder's lock while the block runs, so that two processes never write in it at once.

    The lock is the system's: it ends with the process that holds it. A system without such locks excludes
    nobody.

    Args:
        folder: A folder that exists.
        wait: Wait for another holder; if False, the block runs at once and is told that it has no lock.

    Yields:
        Whether the lock is held; without locks, whether waiting was allowed.

    Raises:
        OSError: The folder cannot be opened.
    """
    try:
        import fcntl
    except ImportError:
        yield wait
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        held = True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held = False
        except OSError:  # a file system without locks
            held = wait
        yield held
    finally:
        os.close(handle)


@contextmanager
def owned(folder: Path) -> Iterator[bool]:
    """Owns a folder while the block runs, longer than `locked`, which a single write needs.

    The system keeps a lock on a hidden file in the folder, which ends with the process. A system without such
    locks lets everybody own it.

    Args:
        folder: A folder that exists.

    Yields:
        Whether it is owned here; False: another process, or another thread, owns it.

    Raises:
        UserError: The folder cannot be written.
    """
    path = folder / OWNER
    try:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise unwritten(f"write in {folder}", error) from None
    try:
        is_ours = _locks(handle, path)
        try:
            yield is_ours
        finally:
            if is_ours:
                path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _locks(handle: int, path: Path) -> bool:
    """Locks an open file for its path, unless another holds it or has just removed it."""
    try:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except (ImportError, OSError):  # no locks here
        return True
    return path.exists() and os.path.samestat(os.fstat(handle), path.stat())


def remove_unfinished(folder: Path, suffix: str = "") -> None:
    """Removes what killed writers left in a folder, of any machine.

    The caller holds the folder's lock, and all that write there do so: nothing is being written now.

    Args:
        folder: The folder.
        suffix: Only files whose names end in it.
    """
    for stale in folder.glob(f"{UNFINISHED}*{suffix}"):
        if stale.is_dir():
            shutil.rmtree(stale, ignore_errors=True)
        else:
            stale.unlink(missing_ok=True)


@cache
def _remove_of_dead_processes(folder: Path) -> None:
    """Removes what killed processes of this machine left in a folder; a process looks once."""
    prefix = f"{UNFINISHED}{platform.node()}-"
    for stale in folder.glob(f"{prefix}*"):
        number = stale.name.removeprefix(prefix).partition("-")[0]
        if number.isdecimal() and not _is_running(int(number)):
            stale.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to somebody else
        return True
    return True


def _publish(temporary: Path, path: Path) -> None:
    """Flushes the temporary file and its rename to the disk, with the mode a new file would have."""
    mask = os.umask(0)
    os.umask(mask)
    temporary.chmod(0o666 & ~mask)
    with temporary.open("rb") as handle:
        os.fsync(handle.fileno())
    temporary.replace(path)
    with suppress(OSError):  # not every system lets a folder be flushed
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
