"""GloVe vectors: any GloVe text file, parsed once and then memory-mapped from the user's cache.

The words are kept sorted, as the course numbers them, and are found by halving: nothing that grows with
the table is read into memory. Source of the vectors: Pennington, Socher and Manning 2014, "GloVe:
Global vectors for word representation".
"""

import hashlib
import json
import logging
import os
import shutil
import stat
import tempfile
from bisect import bisect_left
from collections.abc import ItemsView, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from data import catalogue
from data.glove import text as glove_text
from utils.errors import UserError
from utils.files import UNFINISHED, locked, reason, write_bytes

logger = logging.getLogger("cadenza")

NAME = "glove.6B.50d"  # in the catalogue
FORMAT = 1  # of the copies in the cache
_ARRAYS = ("words", "bounds", "table")


@dataclass(frozen=True)
class Copy:
    """A table as it lies in the cache.

    Args:
        words: All words in UTF-8, sorted, one behind the other: bytes, shape (bytes,).
        bounds: Where each word begins, and where the last one ends: shape (words + 1,).
        table: The vectors, shape (words, dimension).
        sha256: The checksum of the text file that it was read from.
    """

    words: NDArray[np.uint8]
    bounds: NDArray[np.int64]
    table: NDArray[np.float32]
    sha256: str


class Vectors(Mapping[str, NDArray[np.float32]]):
    """The course's word_to_vec_map: a vector for every word, in sorted order.

    Args:
        copy: The table.
        path: The text file that it was read from.
    """

    def __init__(self, copy: Copy, path: Path) -> None:
        self.path, self.sha256 = path, copy.sha256
        # Plain views: a memory map's own indexing takes ten times as long.
        self._words = np.asarray(copy.words).data
        self._bounds, self._table = np.asarray(copy.bounds), np.asarray(copy.table)
        self._places = range(len(self._bounds) - 1)
        self._found: dict[str, int] = {}

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._table.shape[1])

    @property
    def table(self) -> NDArray[np.float32]:
        """All vectors in the words' sorted order, shape (words, dimension)."""
        return self._table

    @property
    def word_to_index(self) -> "WordIndex":
        """The course's word_to_index: 1 for the first word in sorted order."""
        return WordIndex(self)

    def row(self, word: str) -> int:
        """The word's place in sorted order, from 0, or -1 for a word that is not here."""
        place = self._found.get(word)
        if place is None:
            place = self._search(word)
            if len(self._found) < 1 << 16:
                self._found[word] = place
        return place

    def word(self, row: int) -> str:
        """The word at a place in sorted order."""
        return self._encoded(row).decode("utf-8")

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        row = self.row(word)
        if row < 0:
            raise KeyError(word)
        vector: NDArray[np.float32] = self._table[row]
        return vector

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.row(word) >= 0

    def __iter__(self) -> Iterator[str]:
        return (self.word(row) for row in self._places)

    def __len__(self) -> int:
        return len(self._places)

    def _encoded(self, row: int) -> bytes:
        return bytes(self._words[self._bounds[row] : self._bounds[row + 1]])

    def _search(self, word: str) -> int:
        wanted = word.encode("utf-8", "surrogatepass")  # sorts as the characters do, and is not in the table
        row = bisect_left(self._places, wanted, key=self._encoded)
        return row if row < len(self) and self._encoded(row) == wanted else -1


class WordIndex(Mapping[str, int]):
    """The indices of a table's words, from 1; see `Vectors.word_to_index`."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def __getitem__(self, word: str) -> int:
        row = self._vectors.row(word)
        if row < 0:
            raise KeyError(word)
        return row + 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._vectors)

    def __len__(self) -> int:
        return len(self._vectors)

    def items(self) -> ItemsView[str, int]:
        """All pairs, without searching for each word."""
        return {word: number for number, word in enumerate(self, 1)}.items()


def locate(path: Path | None = None, data_dir: Path | None = None) -> Path | None:
    """The vectors' file: the path given, or the catalogue's where it is on this machine, or None."""
    return path if path is not None else catalogue.locate(NAME, data_dir)


def load(path: Path, cache: Path | None = None) -> Vectors:
    """Loads a GloVe text file, from its copy in the cache where there is one.

    Args:
        path: The text file.
        cache: Where the copies are; none: in the user's cache.

    Raises:
        UserError: The file cannot be read, or is no GloVe text file.
    """
    cache = cache if cache is not None else catalogue.cache()
    folder = cache / "glove" if cache is not None else None
    status = _status(path)
    if folder is not None:
        copy = _kept(folder, _known_sha256(folder, path, status))
        if copy is not None:
            return Vectors(copy, path)
    copy = _read(path, status)
    if folder is not None:
        copy = _keep(folder, copy, path, status)
    return Vectors(copy, path)


def read_glove_vecs(path: Path | str) -> tuple[Mapping[str, int], Mapping[int, str], Vectors]:
    """The course's three maps: word_to_index, index_to_word, word_to_vec_map."""
    vectors = load(Path(path))
    return vectors.word_to_index, dict(enumerate(vectors, 1)), vectors


def _status(path: Path) -> os.stat_result:
    try:
        status = path.stat()
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None
    if not stat.S_ISREG(status.st_mode):
        raise UserError(
            f"{path} is {'a folder' if path.is_dir() else 'no regular file'}; a GloVe text file is wanted"
        )
    return status


def _read(path: Path, status: os.stat_result) -> Copy:
    """Parses the file, and sorts its words."""
    logger.info(f"reading the vectors of {path.name}, {catalogue.readable(status.st_size)}")
    try:
        with path.open("rb") as stream:
            if stream.peek(2)[:2] in (b"PK", b"\x1f\x8b"):
                raise UserError(f"{path} is packed; unpack it, and name the .txt file in it")
            parsed = glove_text.parse(stream, path, status.st_size)
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None
    if parsed.bad:
        logger.info(f"{path.name}: {len(parsed.bad)} bad lines were skipped: {'; '.join(parsed.bad)}")
    order = sorted(range(len(parsed.words)), key=parsed.words.__getitem__)
    words = [parsed.words[place] for place in order]
    bounds = np.zeros(len(words) + 1, np.int64)
    np.cumsum([len(word) for word in words], out=bounds[1:])
    return Copy(np.frombuffer(b"".join(words), np.uint8), bounds, parsed.table[order], parsed.sha256)


def _memo(folder: Path, path: Path) -> Path:
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
    return folder / f"{name}.json"


def _fingerprint(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns, status.st_ino]


def _known_sha256(folder: Path, path: Path, status: os.stat_result) -> str | None:
    """The file's checksum, if the file is as it was when it was last read: hashing 171 MB takes too long."""
    try:
        memo = json.loads(_memo(folder, path).read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(memo, dict) or memo.get("file") != _fingerprint(status):
        return None
    sha256 = memo.get("sha256")
    return sha256 if isinstance(sha256, str) and sha256.isalnum() else None


def _kept(folder: Path, sha256: str | None) -> Copy | None:
    """The copy of a file in the cache, memory-mapped; None where there is none that is whole."""
    if sha256 is None:
        return None
    try:
        # NumPy refuses a file that is shorter than its header says.
        words, bounds, table = (
            np.load(_copy_folder(folder, sha256) / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in _ARRAYS
        )
    except (OSError, ValueError):
        return None
    fits = words.ndim == bounds.ndim == 1 and table.ndim == 2 and len(bounds) == len(table) + 1 > 1
    return Copy(words, bounds, table, sha256) if fits and bounds[-1] == len(words) else None


def _keep(folder: Path, copy: Copy, path: Path, status: os.stat_result) -> Copy:
    """Puts a copy into the cache and returns it memory-mapped; where that fails, as it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder):
            for stale in folder.glob(f"{UNFINISHED}*"):
                shutil.rmtree(stale, ignore_errors=True)
            if _kept(folder, copy.sha256) is None:
                _write(folder, copy)
        if _fingerprint(_status(path)) == _fingerprint(status):
            memo: dict[str, Any] = {"file": _fingerprint(status), "path": str(path), "sha256": copy.sha256}
            write_bytes(_memo(folder, path), json.dumps(memo).encode("utf-8"))
    except (OSError, UserError) as error:
        what = reason(error) if isinstance(error, OSError) else str(error)
        logger.warning(f"no copy of the vectors is kept in {folder}: {what}")
        return copy
    return _kept(folder, copy.sha256) or copy


def _copy_folder(folder: Path, sha256: str) -> Path:
    return folder / f"{sha256[:32]}-{FORMAT}"


def _save(stream: BinaryIO, array: NDArray[Any]) -> None:
    """numpy.save, but on a full disk with the system's words: NumPy only counts what it could not write."""
    array = np.ascontiguousarray(array)
    np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(array))
    stream.write(array.data)


def _write(folder: Path, copy: Copy) -> None:
    """Writes the arrays into a folder that takes its name when they are all on the disk."""
    temporary = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=folder))
    try:
        for name in _ARRAYS:
            with (temporary / f"{name}.npy").open("wb") as stream:
                _save(stream, getattr(copy, name))
                stream.flush()
                os.fsync(stream.fileno())
        target = _copy_folder(folder, copy.sha256)
        shutil.rmtree(target, ignore_errors=True)  # one that `_kept` refused
        temporary.rename(target)
    finally:
        with suppress(OSError):
            shutil.rmtree(temporary, ignore_errors=True)
