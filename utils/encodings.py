"""Reads texts that people bring: UTF-8, UTF-16 by its mark, or an encoding that is named or guessed."""

import codecs
import logging
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from utils.errors import UserError
from utils.files import read_bytes, reason, regular_file
from utils.options import Doc, Flag, Options

logger = logging.getLogger("cadenza")

_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# What programs of the last thirty years write; a guess among a hundred others would be worse.
_GUESSED = [
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874"),
    *("koi8_r", "koi8_u", "mac_roman", "gb18030", "big5", "cp932", "euc_jp", "cp949"),
]
_SAMPLE = 1 << 18  # bytes that a guess looks at
_JOINERS = "\u200c\u200d\u2060"  # of words: they shape the letters beside them


@dataclass(frozen=True)
class EncodingOptions(Options):
    """How a file's bytes are read as text."""

    encoding: Annotated[
        str | None,
        Doc("encoding of the file; none: UTF-8, UTF-16 by its mark, or a guess, which a notice tells"),
        Flag(metavar="NAME"),
    ] = None


def is_written(symbol: str) -> bool:
    r"""Whether a character may be part of a line of text: printable, a space of any kind, or a joiner.

    Args:
        symbol: One character.

    Example:
        >>> [is_written(symbol) for symbol in "e\u0301\u00a0\u200c\t\u202e"]
        [True, True, True, True, False, False]
    """
    return symbol.isprintable() or symbol in _JOINERS or unicodedata.category(symbol) == "Zs"


def read(path: Path, limit: int = 1 << 30, encoding: str | None = None) -> str:
    """The text of a file, its line ends as LF, without a byte order mark.

    Args:
        path: The file.
        limit: The most bytes that are read.
        encoding: Its encoding; None: UTF-8 if it is that, UTF-16 if its mark says so, else a guess, which a
            notice tells.

    Raises:
        UserError: The file cannot be read, is no text, or is not in the encoding; or there is no such
            encoding.
    """
    content = read_bytes(path, limit)
    name = encoding_of(path, encoding)
    try:
        text = content.decode(name)
    except UnicodeDecodeError as error:
        # A byte order mark is not counted.
        raise unreadable(path, name, len(content) - len(error.object) + error.start) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def encoding_of(path: Path, encoding: str | None = None) -> str:
    """Python's name for the encoding of a text file; see `read`.

    Raises:
        UserError: As `read`; errors behind the file's beginning are not found here.
    """
    regular_file(path)
    if encoding is not None:
        return _named(encoding)
    try:
        with path.open("rb") as file:
            content = file.read(_SAMPLE)
            for mark, name in _MARKS.items():
                if content.startswith(mark):
                    return name
            decoder = codecs.getincrementaldecoder("utf-8")()
            try:
                block = content
                while block:
                    decoder.decode(block)
                    block = file.read(1 << 20)
                decoder.decode(b"", final=True)
                return "utf-8"
            except UnicodeDecodeError:
                return _guess(path, content)
    except OSError as error:
        raise UserError(f"cannot read {path}: {reason(error)}") from None


def unreadable(path: Path, name: str, byte: int) -> UserError:
    """The error of a file that is not in its encoding from a byte on."""
    plain = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf-16": "UTF-16"}.get(name, name)
    return UserError(f"{path} is not {plain} text: byte {byte} cannot be read; name another with --encoding")


def _named(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # what is not an encoding of text, such as hex, is refused here
    except (LookupError, ValueError):
        raise UserError(
            f"encoding: expected a name such as utf-8, cp1251 or shift_jis, got {encoding!r:.40}"
        ) from None
    return "utf-8-sig" if name == "utf-8" else name


def _guess(path: Path, content: bytes) -> str:
    """Guesses the encoding of a file from its beginning, and says so."""
    import charset_normalizer

    best = charset_normalizer.from_bytes(content, cp_isolation=_GUESSED).best()
    if best is None or not all(symbol in "\t\n\r\f" or is_written(symbol) for symbol in str(best)):
        raise UserError(
            f"{path} is not UTF-8 text, and no other encoding fits; save it as UTF-8, or name its encoding "
            "with --encoding"
        )
    alike = [name for name in _GUESSED if name in best.could_be_from_charset]
    name = alike[0] if alike else best.encoding
    logger.info(f"{path.name} is not UTF-8; read as {name}, a guess (--encoding names another)")
    return name
