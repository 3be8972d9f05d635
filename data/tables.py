"""Tables as people's programs write them: CSV or TSV, with or without a header, in any encoding."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from utils import encodings
from utils.errors import UserError

_SEPARATORS = ",;\t|"
_SAMPLE_ROWS, _SAMPLE_CHARACTERS = 100, 1 << 16  # from which the separator is found
_NUMBER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True)
class Row:
    """A row that holds anything.

    Args:
        line: The number of its last line.
        fields: Without white space around them.
    """

    line: int
    fields: tuple[str, ...]


def read(
    path: Path, limit: int, most: int, *, names: Collection[str], encoding: str | None = None
) -> list[Row]:
    """Reads the rows of a table, a header among them.

    The separator is a comma, a semicolon, a tab or a bar: the one that gives the first row a column's usual
    name, or else most rows several columns; `csv.Sniffer` would take letters that happen to repeat.

    Args:
        path: The file.
        limit: The most bytes.
        most: The most rows; one more is read, so that the caller can tell.
        names: Names that a column may have, in lower case.
        encoding: The file's; None: found, or guessed, as `utils.encodings.read` does.

    Raises:
        UserError: The file cannot be read, or is no table; the message names the line.
    """
    text, skipped = encodings.read(path, limit, encoding), 0
    separator = re.match(r"sep=(.)\n", text)  # Excel's own line
    if separator is not None:
        text, skipped = text[separator.end() :], 1
    delimiter = separator[1] if separator else _delimiter(text, path, names)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [Row(line + skipped, fields) for line, fields in islice(_rows(reader), most + 1)]
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num + skipped} is not CSV: {error}") from None


def whole_number(field: str) -> str | None:
    """A whole number as Python writes it; None if the field is something else."""
    return str(int(field)) if _NUMBER.fullmatch(field) else None


def column(rows: Sequence[Row], number: int) -> list[str]:
    """The fields of a column, empty where a row is shorter."""
    return [row.fields[number] if number < len(row.fields) else "" for row in rows]


def _rows(reader: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    for row in reader:
        fields = tuple(field.strip() for field in row)
        if any(fields):
            yield reader.line_num, fields


def _delimiter(text: str, path: Path, names: Collection[str]) -> str:
    sample = text[:_SAMPLE_CHARACTERS]
    first = "\t" if path.suffix.lower() in (".tsv", ".tab") else ","

    def unfit(delimiter: str) -> tuple[bool, float, float, bool]:
        rows = list[Row]()
        try:
            found = _rows(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
            for line, fields in islice(found, _SAMPLE_ROWS):
                rows.append(Row(line, fields))
        except csv.Error:
            pass  # the reading says where
        named = bool(rows) and len(rows[0].fields) > 1 and _has_name(rows[0], names)
        several = sum(len(row.fields) > 1 for row in rows)
        kinds = min(len(set(column(rows, number))) for number in (0, 1)) / max(1, len(rows))
        return not named, -several / max(1, len(rows)), kinds, delimiter != first

    return min(_SEPARATORS, key=unfit)


def _has_name(row: Row, names: Collection[str]) -> bool:
    return any(field.lower() in names for field in row.fields)
