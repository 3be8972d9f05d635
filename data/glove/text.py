"""Parsing GloVe's text format: a word and its numbers on every line."""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError
from utils.progress import progress

MOST_BAD = 20  # bad lines that are skipped; one more, and the file is refused
MOST_NUMBERS = 4096
_BLOCK = 4 << 20  # bytes parsed at once
_LONGEST = 1 << 20  # bytes of a line
_HEADER = re.compile(r"\d+ \d+")  # word2vec writes the table's size first

Table = NDArray[np.float32]


@dataclass
class Parsed:
    """What a file holds.

    Args:
        words: The words in UTF-8, in the file's order, none twice.
        table: Their vectors, shape (words, dimension).
        sha256: The file's checksum.
        bad: What is wrong with the lines that were skipped: "line 3 has 49 numbers".
    """

    words: list[bytes]
    table: Table
    sha256: str
    bad: list[str] = field(default_factory=list)


def parse(stream: BinaryIO, path: Path, size: int) -> Parsed:
    """Parses a GloVe text file, block by block.

    Of a word that is there twice the first vector counts. A few bad lines are skipped.

    Args:
        stream: The open file.
        path: Its name, for messages.
        size: Its size in bytes, for the progress bar.

    Raises:
        UserError: The file holds no vectors, or too many bad lines; the message names the first.
    """
    reader, digest, rest = _Reader(path), hashlib.sha256(), b""
    with progress("reading the vectors", size / 1e6) as advance:
        while chunk := stream.read(_BLOCK):
            digest.update(chunk)
            block, newline, rest = (rest + chunk).rpartition(b"\n")
            if len(rest) > _LONGEST:
                raise UserError(
                    f"{path} is not a GloVe text file: it has a line of more than {_LONGEST} bytes"
                )
            if newline:
                reader.read(block)
            advance(stream.tell() / 1e6)
        reader.read(rest)
    return reader.result(digest.hexdigest())


class _Reader:
    """Gathers what the blocks hold."""

    def __init__(self, path: Path) -> None:
        self.path, self.dimension, self.lines = path, 0, 0
        self.rows: dict[bytes, int] = {}  # a word's place among all vectors that were read
        self.tables: list[Table] = []
        self.read_rows = 0
        self.bad: list[str] = []

    def read(self, block: bytes) -> None:
        """Reads whole lines."""
        if not block.strip():
            self.lines += block.count(b"\n") + 1
            return
        try:
            text, clean = block.decode("utf-8"), True
        except UnicodeDecodeError:
            text, clean = block.decode("utf-8", "surrogateescape"), False
        for end in ("\r\n", " \n"):
            if end in text:
                text = text.replace(end, "\n")
        lines = text.rstrip(" \r").split("\n")
        first = self.lines + 1
        self.lines += len(lines)
        if not self.dimension:
            if _HEADER.fullmatch(lines[0]):
                lines[0] = ""
            self.dimension = _dimension(lines[:100], self.path)
        if not (clean and self._add_at_once(lines, first)):
            self._add_one_by_one(lines, first)

    def _add_at_once(self, lines: list[str], first: int) -> bool:
        """The fast way, for a block whose lines are all alike; False where they are not."""
        parts = [line.partition(" ") for line in lines]
        words = [word for word, _, _ in parts]
        table = _numbers([numbers for _, _, numbers in parts], self.dimension)
        if table is None or "" in words:
            return False
        self._keep("\n".join(words).encode("utf-8").split(b"\n"), table, first)
        return True

    def _add_one_by_one(self, lines: list[str], first: int) -> None:
        """The slow way, for a block in which a line is not as the others."""
        words, numbers, places = [], [], []
        for number, line in enumerate(lines, first):
            found = self._line(line.rstrip(), number)
            if found is not None:
                words.append(found[0])
                numbers.append(found[1])
                places.append(number)
        if words:
            self._keep(words, np.concatenate(numbers), first, places)

    def _line(self, line: str, number: int) -> tuple[bytes, Table] | None:
        """A word and its vector, or None, which is noted unless the line is empty."""
        if not line:
            return None
        word, *fields = line.rsplit(" ", self.dimension)
        try:
            name = word.encode("utf-8")
        except UnicodeEncodeError:
            self._note(f"line {number} is not UTF-8 text")
            return None
        # Some words have spaces; a word that ends in a number is a line of too many numbers.
        extra = len([field for field in word.split(" ")[1:] if _is_number(field)])
        if extra or len(fields) != self.dimension or not name:
            self._note(f"line {number} has {len(fields) + extra} numbers, {self.dimension} are wanted")
            return None
        table = _numbers([" ".join(fields)], self.dimension)
        if table is None:
            self._note(f"line {number} has a field that is no finite number")
            return None
        return name, table

    def _keep(self, words: list[bytes], table: Table, first: int, places: list[int] | None = None) -> None:
        for row, word in enumerate(words, self.read_rows):
            if self.rows.setdefault(word, row) != row:
                line = places[row - self.read_rows] if places else first + row - self.read_rows
                self._note(f"line {line} repeats the word {word.decode('utf-8')!r:.40}")
        self.tables.append(table)
        self.read_rows += len(words)

    def _note(self, what: str) -> None:
        self.bad.append(what)
        if len(self.bad) > MOST_BAD:
            raise UserError(f"{self.path} has more than {MOST_BAD} bad lines; the first: {self.bad[0]}")

    def result(self, sha256: str) -> Parsed:
        """All that was read."""
        if len(self.bad) >= max(1, len(self.rows)):
            raise UserError(f"{self.path} has {len(self.bad)} bad lines; the first: {self.bad[0]}")
        if not self.rows:
            raise UserError(f"{self.path} holds no vectors; lines of a word and its numbers are wanted")
        table = np.concatenate(self.tables)
        if len(table) > len(self.rows):
            table = table[list(self.rows.values())]
        return Parsed(list(self.rows), table, sha256, self.bad)


def _dimension(lines: list[str], path: Path) -> int:
    """How many numbers most of the first lines have."""
    counts = Counter(len(line.split(" ")) - 1 for line in lines if line.strip())
    dimension = counts.most_common(1)[0][0] if counts else 0
    if not 1 <= dimension <= MOST_NUMBERS:
        raise UserError(
            f"{path} is not a GloVe text file: line 1 has {dimension} numbers after the word; "
            f"1 to {MOST_NUMBERS} are wanted"
        )
    return dimension


def _numbers(lines: list[str], dimension: int) -> Table | None:
    """The numbers of lines (lines, dimension), or None if any is no finite number."""
    if not any(line.strip() for line in lines):  # of nothing at all NumPy makes a warning
        return None
    try:
        # Of NumPy's ways to read text this is the fastest: 8 million numbers a second.
        table = np.loadtxt(lines, dtype=np.float32, delimiter=" ", comments=None, ndmin=2)
    except (ValueError, OverflowError):
        return None
    return table if table.shape == (len(lines), dimension) and np.isfinite(table).all() else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
