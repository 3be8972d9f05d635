"""Texts as indices, one byte a character: in memory, or mapped from a prepared file of any size.

A prepared file is a header of 4096 bytes, one line of JSON filled up with spaces, and the indices. The header
names the alphabet, the number of characters and their sha256.
"""

import codecs
import hashlib
import io
import json
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
from utils.folding import Text, fold
from utils.progress import progress

SUFFIX = ".idx"
VERSION = 1
_HEADER = 4096  # bytes: a page, at which a mapping may begin
_MAGIC = b'{"cadenza": "corpus",'
_BLOCK = 1 << 20  # bytes that are read at once


@dataclass(frozen=True)
class Corpus:
    """A text as indices.

    Args:
        name: What it is, for notices.
        indices: One byte a character, in memory or mapped from a file.
        symbols: The alphabet, in index order.
        notice: One sentence about the characters that were left out; None: none were.
    """

    name: str
    indices: NDArray[np.uint8]
    symbols: str
    notice: str | None = None

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
        text: The text, folded into the alphabet.
        symbols: The alphabet.
    """
    return Corpus(text.name, _encode(text.text, _table(symbols)), symbols, text.notice())


def is_prepared(path: str | Path) -> bool:
    """Whether a file begins as a prepared corpus does. A file that cannot be read does not."""
    try:
        regular_file(Path(path))
        with Path(path).open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC
    except (OSError, UserError):
        return False


def prepare(
    texts: Sequence[str | Path], out: str | Path, symbols: str, *, encoding: str | None = None
) -> Corpus:
    """Folds texts into an alphabet and writes their indices, in constant memory and atomically.

    Args:
        texts: Files, which are joined in this order, each beginning a line.
        out: The prepared file, whose name ends in .idx.
        symbols: The alphabet: at most 256 different characters.
        encoding: That of the texts; None: found, or guessed, for each as `utils.encodings.read` does.

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
            with replacing(out) as temporary:
                dropped = _write(paths, names, sum(sizes), temporary, symbols)
    except OSError as error:
        raise unwritten(f"write {out}", error) from None
    return replace(open_prepared(out, symbols), notice=Text("the texts", "", dropped).notice())


def open_prepared(path: str | Path, symbols: str, *, verify: bool = False) -> Corpus:
    """Maps a prepared corpus into memory, without reading it.

    Args:
        path: The file.
        symbols: The alphabet that it must have.
        verify: Whether the file is read once and its checksum compared: some seconds a gigabyte.

    Raises:
        UserError: The file cannot be read, is no prepared corpus, is damaged or cut short, or has another
            alphabet.
    """
    path = Path(path)
    size = regular_file(path).st_size
    try:
        with path.open("rb") as file:
            header = _read_header(path, file.read(_HEADER))
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None
    if size != _HEADER + header["characters"]:
        expected = _HEADER + header["characters"]
        raise UserError(f"{path} has {size} bytes, expected {expected}: it was cut short or changed")
    if header["symbols"] != symbols:
        raise UserError(f"{path} has another alphabet: expected {symbols!r}, got {header['symbols']!r}")
    mapped = np.memmap(path, np.uint8, "r", _HEADER, (header["characters"],))
    corpus = Corpus(path.name, np.asarray(mapped), symbols)
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


def _read_header(path: Path, content: bytes) -> dict[str, Any]:
    header: Any = None
    if content.startswith(_MAGIC):
        with suppress(ValueError, RecursionError):
            header = json.loads(content)
    if not isinstance(header, dict):
        raise UserError(f"{path} is not a prepared corpus: expected a file of `python -m data prepare`")
    if header.get("version") != VERSION:
        raise UserError(f"{path} has the version {header.get('version')!r}, expected {VERSION}")
    kinds = {"characters": int, "symbols": str, "sha256": str}
    if any(type(header.get(name)) is not kind for name, kind in kinds.items()) or header["characters"] < 1:
        raise UserError(f"{path} has a damaged header: expected characters, symbols and sha256")
    return header


def _text_size(path: Path, out: Path) -> int:
    text, before = regular_file(path), status(out)
    if before is not None and os.path.samestat(before, text):
        raise UserError(f"{out} is one of the texts: expected another name")
    if is_prepared(path):
        raise UserError(f"{path} is a prepared corpus, expected a text")
    return text.st_size


def _write(paths: Sequence[Path], names: Sequence[str], size: int, out: Path, symbols: str) -> Counter[str]:
    """Writes the indices of the texts behind a header, and returns which characters were left out."""
    table, digest, dropped = _table(symbols), hashlib.sha256(), Counter[str]()
    characters, letters = 0, False
    with out.open("wb") as file, progress("preparing (MB)", size / 1e6) as advance:
        file.write(bytes(_HEADER))
        started = time.monotonic()
        for done, block in _texts(paths, names):
            folded = fold(block, symbols)
            dropped.update(folded.dropped)
            letters = letters or bool(folded.text.strip())
            indices = _encode(folded.text, table)
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
        file.write(json.dumps(header).encode().ljust(_HEADER - 1) + b"\n")
    return dropped


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


def _table(symbols: str) -> NDArray[np.uint8]:
    """The index of every code point up to the alphabet's last."""
    if len(set(symbols)) != len(symbols) or not 1 <= len(symbols) <= 256:
        raise ValueError(f"symbols: expected 1 to 256 different characters, got {symbols!r}")
    table = np.zeros(1 + max(map(ord, symbols)), np.uint8)
    table[[ord(symbol) for symbol in symbols]] = np.arange(len(symbols))
    return table


def _encode(text: str, table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(table[np.frombuffer(text.encode("utf-32-le"), "<u4")], np.uint8)
