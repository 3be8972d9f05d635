"""The language of what a check says: gettext catalogues from course/locale, read without a compiled file."""

import ast
import gettext
import io
import struct
from collections.abc import Callable
from functools import cache
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "locale"
LANGUAGES = ("en", "zh")

Translate = Callable[[str], str]


@cache
def translation(language: str = "en") -> Translate:
    """Returns the function that translates a sentence; one without a translation stays as it is.

    Args:
        language: One of `LANGUAGES`.

    Raises:
        ValueError: It is another one.

    Example:
        >>> translation("zh")("passed")
        '通过'
    """
    if language not in LANGUAGES:
        raise ValueError(f"language: expected {' or '.join(LANGUAGES)}, got {language!r}")
    if language == "en":
        return lambda text: text
    path = LOCALE / language / "LC_MESSAGES" / "check.po"
    return gettext.GNUTranslations(io.BytesIO(compiled(read_po(path.read_text("utf-8"))))).gettext


def read_po(text: str) -> dict[str, str]:
    r"""Reads a catalogue's pairs of msgid and msgstr: no plurals, no contexts.

    Example:
        >>> read_po('msgid "a"\nmsgstr ""\n"b"')
        {'a': 'b'}
    """
    found: dict[str, str] = {}
    parts = {"msgid": "", "msgstr": ""}
    key = ""
    for line in [*text.splitlines(), "msgid"]:
        word, _, rest = line.partition(" ")
        if word == "msgid" and key == "msgstr":
            found[parts["msgid"]] = parts["msgstr"]
        if word in parts:
            key, parts[word] = word, ""
        quoted = rest if word in parts else line
        if quoted.startswith('"'):
            parts[key] += ast.literal_eval(quoted)
    return found


def compiled(messages: dict[str, str]) -> bytes:
    """Writes a catalogue in the binary form that `gettext` reads.

    Source: the GNU gettext manual, "The Format of GNU MO Files".
    """
    pairs = sorted((key.encode(), value.encode()) for key, value in messages.items())
    header, table = 28, 8 * len(pairs)
    ids = b"".join(key + b"\0" for key, _ in pairs)
    texts = b"".join(value + b"\0" for _, value in pairs)
    tables, start = [], header + 2 * table
    for column in (0, 1):
        for pair in pairs:
            tables += [len(pair[column]), start]
            start += len(pair[column]) + 1
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), header, header + table, 0, header + 2 * table)
    return head + struct.pack(f"<{len(tables)}I", *tables) + ids + texts
