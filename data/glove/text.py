"""Parses GloVe's text format: a word and its vector on every line."""

import hashlib
import logging
import re
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError
from utils.files import reason
from utils.progress import progress

logger = logging.getLogger("cadenza")

MAX_BAD_LINES = 20  # more, and the file is refused
MAX_DIMENSION = 4096
_BLOCK = 4 << 20  # bytes parsed at once
_MAX_LINE = 1 << 20  # bytes
_HEADER = re.compile(rb"\d+ \d+")  # word2vec begins with the size of the table
_ENDS_IN_NUMBER = re.compile(rb" [-+.]?\d[-+.\de]*$")


class Table(NamedTuple):
    """Words and their vectors, sorted by word."""

    words: NDArray[np.uint8]  # in UTF-8, one behind the other: (bytes,)
    bounds: NDArray[np.int64]  # where each word begins, and where the last one ends: (words + 1,)
    vectors: NDArray[np.float32]  # (words, dimension)
    sha256: str  # of the text file


def parse(path: Path) -> Table:
    """Parses a GloVe text file block by block, so that its text is never in memory as a whole.

    Up to `MAX_BAD_LINES` bad lines are skipped, and named in a notice; a line that repeats a word is one.

    Raises:
        UserError: The file cannot be read, holds no vectors, or has too many bad lines.
    """
    parser, digest, rest = _Parser(path), hashlib.sha256(), b""
    try:
        size = path.stat().st_size / 1e6
        with path.open("rb") as stream, progress("reading the vectors", size) as advance:
            if stream.peek(2)[:2] in (b"PK", b"\x1f\x8b"):
                raise UserError(f"{path} is packed; unpack it, and name the .txt file in it")
            while chunk := stream.read(_BLOCK):
                digest.update(chunk)
                block, newline, rest = (rest + chunk).rpartition(b"\n")
                if len(rest) > _MAX_LINE:
                    raise UserError(f"{path} is no GloVe file: it has a line of more than {_MAX_LINE} bytes")
                if newline:
                    parser.add(block)
                advance(stream.tell() / 1e6)
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None
    parser.add(rest)
    return parser.table(digest.hexdigest())


class _Parser:
    """Collects the words and vectors of all blocks."""

    def __init__(self, path: Path) -> None:
        self.path, self.dimension, self.lines = path, 0, 0
        self.words: dict[bytes, None] = {}
        self.numbers = bytearray()  # grows without a second copy of what is there
        self.bad_lines: list[str] = []

    def add(self, block: bytes) -> None:
        """Parses whole lines: all at once, or one by one if that fails."""
        lines = block.replace(b"\r\n", b"\n").replace(b" \n", b"\n").rstrip(b" \r").split(b"\n")
        if self.lines == 0 and _HEADER.fullmatch(lines[0]):
            lines[0] = b""
        first, self.lines = self.lines + 1, self.lines + len(lines)
        if not block.strip():
            return
        self.dimension = self.dimension or self._most_common_dimension(lines[:100])
        try:
            self._add_lines([line.partition(b" ")[::2] for line in lines])
        except ValueError:
            for number, line in enumerate(lines, first):
                self._add_line(line.strip(), number)

    def _most_common_dimension(self, lines: list[bytes]) -> int:
        counts = Counter(line.count(b" ") for line in lines if line.strip())
        dimension = max(counts, key=counts.__getitem__, default=0)
        if not 1 <= dimension <= MAX_DIMENSION:
            raise UserError(f"{self.path}: line 1 has {dimension} numbers, expected 1 to {MAX_DIMENSION}")
        return dimension

    def _add_lines(self, lines: list[tuple[bytes, bytes]]) -> None:
        """Adds pairs of a word and its numbers, or raises a ValueError and adds none."""
        words = {word: word.decode("utf-8") for word, _ in lines}
        vectors = _vectors([numbers for _, numbers in lines], self.dimension)
        if b"" in words or len(words) < len(lines) or not self.words.keys().isdisjoint(words):
            raise ValueError(f"repeats the word {words.popitem()[1]!r:.40}")
        self.words.update(dict.fromkeys(words))
        self.numbers += vectors.tobytes()

    def _add_line(self, line: bytes, number: int) -> None:
        """Adds a line, or notes what is wrong with it; an empty one is skipped."""
        if not line:
            return
        word, *fields = line.rsplit(b" ", self.dimension)
        try:
            # A word may have spaces; one that ends in a number is a line of too many numbers.
            if len(fields) < self.dimension or _ENDS_IN_NUMBER.search(word):
                raise ValueError(f"has {line.count(b' ')} numbers, expected {self.dimension}")
            self._add_lines([(word, b" ".join(fields))])
        except ValueError as error:
            what = "is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
            self.bad_lines.append(f"line {number} {what}")
            if len(self.bad_lines) > MAX_BAD_LINES:
                raise self._refused(f"more than {MAX_BAD_LINES}") from None

    def _refused(self, count: int | str) -> UserError:
        return UserError(f"{self.path} has {count} bad lines; the first: {self.bad_lines[0]}")

    def table(self, sha256: str) -> Table:
        """Returns everything that was parsed, sorted."""
        words = list(self.words)
        self.words.clear()
        if self.bad_lines:
            if len(self.bad_lines) >= len(words):
                raise self._refused(len(self.bad_lines))
            skipped = "; ".join(self.bad_lines)
            logger.info(f"{self.path.name}: {len(self.bad_lines)} bad lines were skipped: {skipped}")
        if not words:
            raise UserError(f"{self.path} holds no vectors, expected lines of a word and its numbers")
        order = np.array(sorted(range(len(words)), key=words.__getitem__))
        words.sort()
        vectors = np.frombuffer(self.numbers, np.float32).reshape(-1, self.dimension)
        for column in range(0, self.dimension, 5):  # in place: a second table would take as much memory
            vectors[:, column : column + 5] = vectors[order, column : column + 5]
        bounds = np.cumsum([0, *map(len, words)], dtype=np.int64)
        return Table(np.frombuffer(b"".join(words), np.uint8), bounds, vectors, sha256)


def _vectors(lines: list[bytes], dimension: int) -> NDArray[np.float32]:
    """The numbers of lines, shape (lines, dimension)."""
    # NumPy skips empty lines, and warns if all are. It is the fastest of its text readers.
    if all(line.strip() for line in lines):
        with suppress(ValueError, OverflowError):
            vectors = np.loadtxt(lines, dtype=np.float32, delimiter=" ", comments=None, ndmin=2)
            if vectors.shape == (len(lines), dimension) and np.isfinite(vectors).all():
                return vectors
    raise ValueError("has a field that is not a finite number")
