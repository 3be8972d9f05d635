"""GloVe vectors: any GloVe text file, parsed once and then memory-mapped from the user's cache.

The words are kept sorted, as the course numbers them, and are found by bisection: nothing that grows with
the table is read into memory. Pennington, Socher and Manning 2014, "GloVe: Global vectors for word
representation".
"""

import hashlib
import logging
import os
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import catalogue
from data.glove.text import Table, parse
from utils.errors import UserError
from utils.files import locked, make_folder, reason, regular_file, remove_unfinished, replacing, resolved

logger = logging.getLogger("cadenza")

NAME = "glove.6B.50d"  # in the catalogue
ADVICE = f"for 400,000 words name a GloVe file, or get one with: python -m data fetch {NAME}"
# A copy in the cache: format; size, time and inode of the text file; words, dimension; checksum of the text.
_HEADER = struct.Struct("<8s 3q 2q 32s")
_FORMAT = b"GloVe-2\0"


class Vectors(Mapping[str, NDArray[np.float32]]):
    """The course's word_to_vec_map: a vector for every word, in sorted order.

    Args:
        path: The text file that the table was read from.
        table: The words and vectors.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self.path, self.sha256, self.table = path, table.sha256, table.vectors
        self.dimension = int(self.table.shape[1])
        self._words, self._bounds = table.words.data, table.bounds
        self._row = lru_cache(1 << 16)(self._search)

    def __getitem__(self, word: str) -> NDArray[np.float32]:
        row = self._row(word)
        if row is None:
            raise KeyError(word)
        return np.asarray(self.table[row])

    def __iter__(self) -> Iterator[str]:
        return (self._encoded(row).decode("utf-8") for row in range(len(self)))

    def __len__(self) -> int:
        return len(self.table)

    def _encoded(self, row: int) -> bytes:
        return bytes(self._words[self._bounds[row] : self._bounds[row + 1]])

    def _search(self, word: str) -> int | None:
        encoded = word.encode("utf-8", "surrogatepass")  # sorts as the characters do
        row = bisect_left(range(len(self)), encoded, key=self._encoded)
        return row if row < len(self) and self._encoded(row) == encoded else None


Source = Vectors | Callable[[], Vectors] | None


def locate(path: str | Path | None = None, data_dir: Path | None = None) -> Path | None:
    """Returns the path given, or else the catalogue's vectors where they are on this machine, or None."""
    return Path(path) if path is not None else catalogue.locate(NAME, data_dir)


def open_source(
    path: str | Path | None = None, data_dir: Path | None = None, *, required: bool = False
) -> Source:
    """Opens a file of vectors at once, or the catalogue's when they are needed.

    Args:
        path: A GloVe text file; None: the catalogue's where they are on this machine.
        data_dir: The folder to look for the catalogue's files in first.
        required: Whether a network without an embedding of its own is to use them.

    Returns:
        The file's vectors; or a function that loads the catalogue's; or, where there are none, None, or a
        function that raises a UserError if they are required.

    Raises:
        UserError: The file cannot be read, or is not a GloVe text file.
    """
    if path is not None:
        return load(path)
    located = locate(data_dir=data_dir)
    if located is not None:
        return partial(load, located)
    if required:
        return _no_vectors
    logger.info(f"no GloVe vectors here: the network knows its training words; {ADVICE}")
    return None


def _no_vectors() -> Vectors:
    raise UserError(f"the bundle needs GloVe vectors, and there are none here; {ADVICE}")


def load(path: str | Path, cache: Path | None = None) -> Vectors:
    """Loads a GloVe text file, from its copy in the cache if there is one.

    Args:
        path: The text file.
        cache: The cache's folder; None: the user's.

    Raises:
        UserError: The file cannot be read, or is not a GloVe text file.
    """
    path, cache = Path(path), cache or catalogue.cache()
    fingerprint = _fingerprint(path)
    name = f"{hashlib.sha256(os.fsencode(resolved(path))).hexdigest()[:32]}.vectors"
    copy = cache / "glove" / name if cache else None
    table = _read_copy(copy, fingerprint) if copy else None
    if table is None:
        logger.info(f"reading the vectors of {path.name}, {catalogue.readable(fingerprint[0])}")
        table = parse(path)
        if copy and _fingerprint(path) == fingerprint:  # the file was not replaced in the meantime
            _write_copy(copy, table, fingerprint)
            table = _read_copy(copy, fingerprint) or table
    return Vectors(path, table)


def read_glove_vecs(glove_file: str | Path) -> tuple[dict[str, int], dict[int, str], Vectors]:
    """Reads the course's three maps: word_to_index, index_to_word and word_to_vec_map.

    The indices count from 1 in sorted order; `python -m apps.emojify train --course` and
    notebooks/5_emojify.ipynb use them.

    Raises:
        UserError: The file cannot be read, or is not a GloVe text file.
    """
    vectors = load(glove_file)
    index_to_word = dict(enumerate(vectors, 1))
    return {word: index for index, word in index_to_word.items()}, index_to_word, vectors


def _fingerprint(path: Path) -> tuple[int, int, int]:
    """Size, time and inode of a regular file: hashing 171 MB at every start would take too long."""
    status = regular_file(path)
    return status.st_size, status.st_mtime_ns, status.st_ino


def _read_copy(copy: Path, fingerprint: tuple[int, int, int]) -> Table | None:
    """Memory-maps a copy; None if there is none, or it is damaged, or of the file as it was before."""
    try:
        # A plain view: a memory map's own indexing takes ten times as long.
        content = np.asarray(np.memmap(copy, np.uint8, "r"))
        known, *made_from, rows, dimension, sha256 = _HEADER.unpack(content[: _HEADER.size].tobytes())
    except (OSError, ValueError, struct.error):
        return None
    bounds_end = _HEADER.size + 8 * (rows + 1)
    table_end = bounds_end + 4 * rows * dimension
    if (known, *made_from) != (_FORMAT, *fingerprint) or min(rows, dimension) < 1 or table_end > len(content):
        return None
    bounds = content[_HEADER.size : bounds_end].view(np.int64)
    vectors = content[bounds_end:table_end].view(np.float32).reshape(rows, dimension)
    words = content[table_end:]
    return Table(words, bounds, vectors, sha256.hex()) if bounds[-1] == len(words) else None


def _write_copy(copy: Path, table: Table, fingerprint: tuple[int, int, int]) -> None:
    """Writes a copy; if that fails, a warning says so."""
    header = _HEADER.pack(_FORMAT, *fingerprint, *table.vectors.shape, bytes.fromhex(table.sha256))
    try:
        with locked(make_folder(copy.parent)):
            remove_unfinished(copy.parent)
            with replacing(copy) as temporary, temporary.open("wb") as stream:
                stream.writelines((header, table.bounds.data, table.vectors.data, table.words.data))
    except (OSError, UserError) as error:
        what = reason(error) if isinstance(error, OSError) else error
        logger.warning(f"the vectors are not kept in the cache: {what}")
