"""The input: rows of a JSONL or Parquet file, checked once and then read by blocks, in constant memory."""

import hashlib
import json
import tempfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import numpy as np

from apps.bulk.job import Input
from models.cluster import INSTALL
from utils.errors import UserError, shown
from utils.files import reason, regular_file, unwritten

LAST_ID = (1 << 63) - 1
LONGEST_LINE = 1 << 20  # bytes
_PIECE = 1 << 20  # bytes or ids that are looked at together
_BOM = b"\xef\xbb\xbf"
_MISSING = object()


class Block(NamedTuple):
    """Rows that are answered together.

    Args:
        number: Its place among the blocks, from 0.
        rows: How many rows it has.
        offset: Where it begins in the input: a byte of a JSONL file, a row of a Parquet file.
    """

    number: int
    rows: int
    offset: int


class Scan(NamedTuple):
    """What the first reading of the input finds: its description, and the offsets of the blocks."""

    input: Input
    offsets: "array[int]"
    block_rows: int

    def blocks(self) -> Iterator[Block]:
        """The blocks in the input's order."""
        for number, offset in enumerate(self.offsets):
            yield self.block(number, offset)

    def block(self, number: int, offset: int | None = None) -> Block:
        """A block by its number."""
        rows = min(self.block_rows, self.input.rows - number * self.block_rows)
        return Block(number, rows, self.offsets[number] if offset is None else offset)


class RowFile(Protocol):
    """An input file."""

    def scan(self, block_rows: int, advance: Callable[[float], None]) -> Scan:
        """Reads the whole file once: its checksum, its ids and where its blocks begin.

        Args:
            block_rows: Rows of a block.
            advance: Called with the bytes read so far.

        Raises:
            UserError: A row has no id, two have the same, there is no row, or the file cannot be read.
        """

    def read(self, block: Block) -> list[dict[str, Any]]:
        """Reads the rows of a block.

        Raises:
            UserError: The file has changed since it was scanned, or cannot be read.
        """


def open_input(path: Path) -> RowFile:
    """Opens an input file by its name's ending.

    Raises:
        UserError: The ending is another, there is no such file, or pyarrow is missing.
    """
    regular_file(path)
    suffix = path.suffix.lower()
    if suffix == ".jsonl":
        return _JsonLines(path)
    if suffix == ".parquet":
        require_pyarrow(f"{path} is a Parquet file")
        return _Parquet(path)
    raise UserError(f"{path}: expected a file that ends in .jsonl or .parquet, got {suffix or 'no ending'}")


def require_pyarrow(why: str) -> None:
    """Checks that pyarrow is installed.

    Raises:
        UserError: It is not.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        raise UserError(f"{why}, which needs pyarrow: {INSTALL}") from None


class _JsonLines:
    """A JSONL file: an object a line; empty lines are skipped."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def scan(self, block_rows: int, advance: Callable[[float], None]) -> Scan:
        """See `RowFile`."""
        digest, offsets, rows, offset, number = hashlib.sha256(), array("q"), 0, 0, 0
        with _Ids(self.path) as ids, _opened(self.path) as stream:
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise UserError(
                        f"{self.path}, line {number}: expected at most {LONGEST_LINE} bytes, got more"
                    )
                digest.update(line)
                if line.strip():
                    ids.add(_id(_parsed(line, offset), f"{self.path}, line {number}"))
                    if rows % block_rows == 0:
                        offsets.append(offset)
                        advance(offset)
                    rows += 1
                offset += len(line)
            ids.require_unique()
        return Scan(_described(self.path, offset, digest.hexdigest(), rows), offsets, block_rows)

    def read(self, block: Block) -> list[dict[str, Any]]:
        """See `RowFile`."""
        rows = list[dict[str, Any]]()
        with _opened(self.path) as stream:
            stream.seek(block.offset)
            offset = block.offset
            while len(rows) < block.rows and (line := stream.readline(LONGEST_LINE + 1)):
                if line.strip():
                    rows.append(_parsed(line, offset))
                    _id(rows[-1], f"{self.path} has changed: byte {offset}")
                offset += len(line)
        return _all_there(rows, block, self.path)


class _Parquet:
    """A Parquet file; blocks are read forward, so that a row group is decoded once, not for every block."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._batches: Iterator[list[dict[str, Any]]] = iter(())
        self._ahead: list[dict[str, Any]] = []
        self._next = LAST_ID  # index of the next row to read; LAST_ID makes the first read open the file

    def scan(self, block_rows: int, advance: Callable[[float], None]) -> Scan:
        """See `RowFile`."""
        digest, size, rows = hashlib.sha256(), 0, 0
        with _opened(self.path) as stream:
            while piece := stream.read(_PIECE):
                digest.update(piece)
                size += len(piece)
        import pyarrow.types

        with _Ids(self.path) as ids, self._errors(), self._open() as file:
            fields = file.schema_arrow
            if "id" not in fields.names or not pyarrow.types.is_integer(fields.field("id").type):
                raise UserError(f"{self.path}: expected a column of whole numbers named id, got none")
            for batch in file.iter_batches(_PIECE >> 4, columns=["id"]):
                for value in batch.column("id").to_pylist():
                    ids.add(_id({"id": value}, f"{self.path}, row {rows + 1}"))
                    rows += 1
                advance(size * rows / file.metadata.num_rows)
            ids.require_unique()
        offsets = array("q", range(0, rows, block_rows))
        return Scan(_described(self.path, size, digest.hexdigest(), rows), offsets, block_rows)

    def read(self, block: Block) -> list[dict[str, Any]]:
        """See `RowFile`."""
        with self._errors():
            return _all_there(self._read(block), block, self.path)

    def _read(self, block: Block) -> list[dict[str, Any]]:
        if block.offset < self._next:
            file = self._open()
            self._batches = (batch.to_pylist() for batch in file.iter_batches(1024))
            self._ahead, self._next = [], 0
        rows: list[dict[str, Any]] = []
        while len(rows) < block.rows:
            if not self._ahead:
                self._ahead = next(self._batches, [])
                if not self._ahead:
                    break
            skipped = min(len(self._ahead), block.offset - self._next) if not rows else 0
            taken = self._ahead[skipped : skipped + block.rows - len(rows)]
            self._ahead = self._ahead[skipped + len(taken) :]
            self._next += skipped + len(taken)
            rows += taken
        return rows

    def _open(self) -> Any:
        import pyarrow.parquet

        return pyarrow.parquet.ParquetFile(self.path, pre_buffer=False)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import pyarrow

        try:
            yield
        except (pyarrow.ArrowException, OSError) as error:
            raise UserError(f"cannot read {self.path}: {(str(error) or 'broken').splitlines()[0]}") from None


class _Ids:
    """Collects the ids in a temporary file; duplicates are searched for only if the ids do not increase."""

    def __init__(self, path: Path) -> None:
        self.path, self.increasing, self.last, self.count = path, True, -1, 0
        self.pending = array("q")

    def __enter__(self) -> "_Ids":
        self.file = tempfile.TemporaryFile()  # noqa: SIM115
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()

    def add(self, value: int) -> None:
        """Adds the next row's id."""
        self.increasing = self.increasing and value > self.last
        self.last = value
        self.count += 1
        self.pending.append(value)
        if len(self.pending) == _PIECE >> 4:
            self._write()

    def require_unique(self) -> None:
        """Raises UserError if two ids are the same: sorted in the file, they are neighbours."""
        if self.increasing:
            return
        self._write()
        self.file.flush()
        ids = np.memmap(self.file, np.int64, "r+", shape=(self.count,))
        ids.sort()
        for start in range(0, self.count, _PIECE):
            piece = ids[start : start + _PIECE + 1]
            (same,) = np.nonzero(piece[1:] == piece[:-1])
            if len(same):
                raise UserError(f"{self.path}: expected each id once, got {piece[same[0]]} twice")

    def _write(self) -> None:
        try:
            self.file.write(self.pending.tobytes())
        except OSError as error:
            raise unwritten("write a temporary file of the ids", error) from None
        del self.pending[:]


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None


def _parsed(line: bytes, offset: int) -> Any:
    """Returns a line's JSON value, or None if it is not valid JSON."""
    try:
        return json.loads(line.removeprefix(_BOM) if not offset else line)
    except (ValueError, RecursionError):
        return None


def _id(row: Any, where: str) -> int:
    value = row.get("id", _MISSING) if isinstance(row, dict) else _MISSING
    if type(value) is int and 0 <= value <= LAST_ID:
        return value
    got = "no object" if not isinstance(row, dict) else "no id" if value is _MISSING else shown(value)
    raise UserError(f"{where}: expected an object with a whole-number id of 0 or more, got {got}")


def _described(path: Path, size: int, sha256: str, rows: int) -> Input:
    if not rows:
        raise UserError(f"{path}: expected one row or more, got none")
    return Input(path.name, size, sha256, rows)


def _all_there(rows: list[dict[str, Any]], block: Block, path: Path) -> list[dict[str, Any]]:
    if len(rows) != block.rows:
        raise UserError(
            f"{path} has changed: expected {block.rows} rows in block {block.number}, got {len(rows)}"
        )
    return rows
