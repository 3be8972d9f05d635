"""Texts as indices: in memory, or mapped from a prepared file of any size.

A prepared file is a header, one line of JSON filled up with spaces to whole pages, and the indices, one byte
a character, two where the alphabet has more than 256 symbols. The header names the alphabet, the number of
characters and their sha256.
"""

import codecs
import hashlib
import io
import json
import os
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.options import AlphabetOptions
from utils import encodings
from utils.errors import UserError
from utils.files import (
    locked,
    make_folder,
    reason,
    regular_file,
    remove_unfinished,
    replacing,
    status,
    unwritten,
)
from utils.folding import Text, fold, spelled
from utils.progress import progress
from utils.vocabulary import MOST_SYMBOLS, REPLACEMENT

SUFFIX = ".idx"
VERSION = 1
_PAGE = 4096  # bytes, of which a header has one or more: a mapping begins behind them
_LONGEST_HEADER = 1 << 17
_MAGIC = b'{"cadenza": "corpus",'
_BLOCK = 1 << 20  # bytes that are read at once
MIN_COUNT = AlphabetOptions.min_count

Read = Callable[[str, Iterable[str]], Text]


@dataclass(frozen=True)
class Corpus:
    """A text as indices.

    Args:
        name: What it is, for notices.
        indices: One or two bytes a character, in memory or mapped from a file.
        symbols: The alphabet, in index order.
        notice: One sentence about the characters that the alphabet does not have; None: it has all.
        unread: The share of the text that those are.
    """

    name: str
    indices: NDArray[np.uint8] | NDArray[np.uint16]
    symbols: str
    notice: str | None = None
    unread: float = 0.0

    def __len__(self) -> int:
        return len(self.indices)

    def blocks(self) -> Iterator[str]:
        """The text, block by block."""
        table = np.array([ord(symbol) for symbol in self.symbols], dtype="<u4")
        for start in range(0, len(self), _BLOCK):
            yield table[self.indices[start : start + _BLOCK]].tobytes().decode("utf-32-le")


def encoded(text: Text, symbols: str) -> Corpus:
    """A text in memory as a corpus.

    Args:
        text: The text, in the alphabet.
        symbols: The alphabet.
    """
    return Corpus(text.name, _encode(text.text, _table(symbols)), symbols, text.notice(), text.unread)


def alphabet(counts: Mapping[str, int], min_count: int = MIN_COUNT) -> str:
    """The symbols that a network learns from a text, sorted.

    Args:
        counts: How often each character occurs.
        min_count: The fewest occurrences of a symbol.

    Returns:
        At most `MOST_SYMBOLS` symbols, the most frequent ones, and `REPLACEMENT` where others occur.

    Example:
        >>> alphabet({"b": 3, "a": 2, "q": 1})
        'ab\ufffd'
    """
    frequent = [symbol for symbol, count in counts.items() if count >= min_count and symbol != REPLACEMENT]
    kept = sorted(sorted(frequent, key=lambda symbol: (-counts[symbol], symbol))[:MOST_SYMBOLS])
    return "".join(kept) + REPLACEMENT * (len(kept) < len(counts))


def is_prepared(path: str | Path) -> bool:
    """Whether a file begins as a prepared corpus does. A file that cannot be read does not."""
    try:
        regular_file(Path(path))
        with Path(path).open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, UserError):
        return False


def prepare(
    texts: Sequence[str | Path],
    out: str | Path,
    symbols: str | None = None,
    *,
    read: Read = fold,
    encoding: str | None = None,
    min_count: int = MIN_COUNT,
) -> Corpus:
    """Reads texts in an alphabet and writes their indices, in constant memory and atomically.

    Args:
        texts: Files, which are joined in this order, each beginning a line.
        out: The prepared file, whose name ends in .idx.
        symbols: The alphabet; None: the texts' own, for which they are read twice, as they are written.
        read: `utils.folding.fold` or `spelled`, by which a text comes into a given alphabet.
        encoding: That of the texts; None: found, or guessed, for each as `utils.encodings.read` does.
        min_count: The fewest occurrences of a symbol of the texts' own alphabet.

    Returns:
        The corpus, mapped from the file.

    Raises:
        UserError: A text cannot be read, is not in its encoding or is a prepared corpus itself, nothing
            is left of the texts, or the file cannot be written (exit code 2) or the disk is full (1).
    """
    paths, out = [Path(text) for text in texts], Path(out)
    if out.suffix != SUFFIX:
        raise UserError(f"out: expected a name that ends in {SUFFIX}, got {out}")
    sizes = [_text_size(path, out) for path in paths]
    names = [encodings.encoding_of(path, encoding) for path in paths]
    folder = make_folder(out.parent)
    try:
        with locked(folder):
            remove_unfinished(folder, SUFFIX)
            if symbols is None:
                symbols, read = alphabet(_counted(paths, names), min_count), spelled
            with replacing(out) as temporary:
                text = _write(paths, names, sum(sizes), temporary, symbols, read)
    except OSError as error:
        raise unwritten(f"write {out}", error) from None
    corpus = open_prepared(out, symbols)
    lost = sum(text.dropped.values())
    characters = len(corpus) + lost * (text.fate == "left out")
    return replace(corpus, notice=text.notice(), unread=lost / characters)


def open_prepared(path: str | Path, symbols: str | None, *, verify: bool = False) -> Corpus:
    """Maps a prepared corpus into memory, without reading it.

    Args:
        path: The file.
        symbols: The alphabet that it must have; None: any.
        verify: Whether the file is read once and its checksum compared: some seconds a gigabyte.

    Raises:
        UserError: The file cannot be read, is no prepared corpus, is damaged or cut short, or has another
            alphabet.
    """
    path = Path(path)
    size = regular_file(path).st_size
    try:
        with path.open("rb") as file:
            header, start = _read_header(path, file.read(_LONGEST_HEADER))
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None
    kind = np.dtype(_kind(header["symbols"])).newbyteorder("<")
    expected = start + header["characters"] * kind.itemsize
    if size != expected:
        raise UserError(f"{path} has {size} bytes, expected {expected}: it was cut short or changed")
    if symbols is not None and header["symbols"] != symbols:
        raise UserError(
            f"{path} has another alphabet than the network: expected {symbols!r:.60}, got "
            f"{header['symbols']!r:.60}"
        )
    mapped = np.memmap(path, kind, "r", start, (header["characters"],))
    corpus = Corpus(path.name, np.asarray(mapped), header["symbols"])
    if verify:
        _verify(path, corpus, header["sha256"])
    return corpus


def _verify(path: Path, corpus: Corpus, sha256: str) -> None:
    digest = hashlib.sha256()
    for start in range(0, len(corpus), _BLOCK):
        block = corpus.indices[start : start + _BLOCK]
        digest.update(block.data)
        if block.max() >= len(corpus.symbols):
            raise UserError(f"{path} has the index {block.max()}, expected below {len(corpus.symbols)}")
    if digest.hexdigest() != sha256:
        raise UserError(f"{path} does not have the checksum in its header: it was changed")


def _read_header(path: Path, content: bytes) -> tuple[dict[str, Any], int]:
    """The header, and the bytes that it takes."""
    header: Any = None
    line, end, _ = content.partition(b"\n")
    if content.startswith(_MAGIC) and end:
        with suppress(ValueError, RecursionError):
            header = json.loads(line)
    if not isinstance(header, dict):
        raise UserError(f"{path} is not a prepared corpus: expected a file of `python -m data prepare`")
    if header.get("version") != VERSION:
        raise UserError(f"{path} has the version {header.get('version')!r}, expected {VERSION}")
    kinds = {"characters": int, "symbols": str, "sha256": str}
    if any(type(header.get(name)) is not kind for name, kind in kinds.items()) or header["characters"] < 1:
        raise UserError(f"{path} has a damaged header: expected characters, symbols and sha256")
    symbols = header["symbols"]
    if not 1 <= len(symbols) == len(set(symbols)) <= MOST_SYMBOLS + 1:
        raise UserError(f"{path} has a damaged header: expected 1 to {MOST_SYMBOLS + 1} different symbols")
    return header, len(line + end)


def _text_size(path: Path, out: Path) -> int:
    text, before = regular_file(path), status(out)
    if before is not None and os.path.samestat(before, text):
        raise UserError(f"{out} is one of the texts: expected another name")
    if is_prepared(path):
        raise UserError(f"{path} is a prepared corpus, expected a text")
    return text.st_size


def _counted(paths: Sequence[Path], names: Sequence[str]) -> Counter[str]:
    """How often each character occurs in texts, in Unicode's composed form."""
    counts = Counter[str]()
    for _, block in _composed(_texts(paths, names)):
        counts.update(unicodedata.normalize("NFC", block))
    return counts


def _write(
    paths: Sequence[Path], names: Sequence[str], size: int, out: Path, symbols: str, read: Read
) -> Text:
    """Writes the indices of the texts behind a header, and returns which characters the alphabet lacks."""
    table, digest, dropped, fate = _table(symbols), hashlib.sha256(), Counter[str](), "left out"
    characters, letters = 0, False
    pages = -(-(len(json.dumps(symbols)) + 400) // _PAGE)
    with out.open("wb") as file, progress("preparing (MB)", size / 1e6) as advance:
        file.write(bytes(pages * _PAGE))
        started = time.monotonic()
        for done, block in _composed(_texts(paths, names)):
            found = read(block, symbols)
            dropped.update(found.dropped)
            fate = found.fate if found.dropped else fate
            letters = letters or bool(found.text.strip())
            indices = _encode(found.text, table)
            digest.update(indices.data)
            file.write(indices.data)
            characters += len(indices)
            advance(done / 1e6, f"{done / 1e6 / max(1e-9, time.monotonic() - started):.0f} MB/s")
        if not characters or not letters:
            raise UserError("the texts have no letter that the alphabet has")
        header = {
            "cadenza": "corpus",
            "version": VERSION,
            "characters": characters,
            "symbols": symbols,
            "sha256": digest.hexdigest(),
        }
        file.seek(0)
        file.write(json.dumps(header).encode().ljust(pages * _PAGE - 1) + b"\n")
    return Text("the texts", "", dropped, fate)


def _composed(blocks: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """The same blocks, cut where no mark is parted from its letter."""
    rest, done = "", 0
    for done, block in blocks:
        block = rest + block
        edge = max(0, len(block) - 1)
        while edge and unicodedata.combining(block[edge]):
            edge -= 1
        rest = block[edge:]
        yield done, block[:edge]
    yield done, rest


def _texts(paths: Sequence[Path], names: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The blocks of texts in the encodings of these names, each with the bytes read so far."""
    done = 0
    for number, (path, name) in enumerate(zip(paths, names, strict=True), 1):
        decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(name)(), translate=True)
        last, before = "", done
        try:
            with path.open("rb") as file:
                while content := file.read(_BLOCK):
                    block = decoder.decode(content)
                    done, last = done + len(content), block[-1:] or last
                    yield done, block
                rest = decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            held_back = len(error.object) - len(content)  # of the block before
            place = done - before - held_back + error.start
            raise encodings.unreadable(path, name, place) from None
        except OSError as error:
            raise UserError(f"cannot read {path}: {reason(error)}") from None
        joint = "" if number == len(paths) or (rest or last) in ("", "\n") else "\n"
        yield done, rest + joint


def _kind(symbols: str) -> type[np.uint8] | type[np.uint16]:
    return np.uint8 if len(symbols) <= 256 else np.uint16


def _table(symbols: str) -> NDArray[Any]:
    """The index of every code point up to the alphabet's last."""
    if not 1 <= len(symbols) == len(set(symbols)) <= MOST_SYMBOLS + 1:
        raise ValueError(
            f"symbols: expected 1 to {MOST_SYMBOLS + 1} different characters, got {symbols!r:.60}"
        )
    table = np.zeros(1 + max(map(ord, symbols)), _kind(symbols))
    table[[ord(symbol) for symbol in symbols]] = np.arange(len(symbols))
    return table


def _encode(text: str, table: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(table[np.frombuffer(text.encode("utf-32-le"), "<u4")])
