"""Emojify's data: labelled sentences, and the emoji that the labels stand for."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import catalogue
from utils.errors import UserError
from utils.files import exists, read_bytes, read_text

_BUNDLED = Path(__file__).parent / "bundled"
BUNDLED_TRAIN = _BUNDLED / "emoji_train.csv"
BUNDLED_WRITTEN = _BUNDLED / "frames" / "written.csv"  # those of the training that no frame made
BUNDLED_TEST = _BUNDLED / "emoji_test.csv"
BUNDLED_PAIRS = _BUNDLED / "emoji_pairs.csv"
COURSE_TRAIN = "train_emoji.csv"
COURSE_TEST = "tesss.csv"

EMOJI = ("❤️", "⚾", "😄", "😞", "🍴")  # in the course's order; the heart has a selector for colour
_NAMES = dict(zip(EMOJI, ("heart", "baseball", "smile", "disappointed", "fork and knife"), strict=True))
_HEADER = ("sentence", "label")
_FRAME = "frame"
MAX_BYTES = 16 << 20  # of a CSV file
MAX_SENTENCES = 100_000
MAX_LABELS = 1000

Labels = NDArray[np.intp]


def read_csv(path: Path | str, n_labels: int = len(EMOJI)) -> tuple[list[str], Labels]:
    """Reads labelled sentences: the first column the sentence, the second its label.

    A header that names a column `sentence` and one `label` may put them anywhere. Other columns and
    empty rows are ignored, and so is white space around a sentence.

    Args:
        path: A CSV file in UTF-8.
        n_labels: Labels must be 0 to n_labels - 1.

    Returns:
        The m sentences, and their labels, shape (m,).

    Raises:
        UserError: The file cannot be read, holds no sentence or more than `MAX_SENTENCES`, or a row
            lacks a column, has an empty sentence or a label out of range; the message names the line.
    """
    sentences, labels, _ = read_frames(path, n_labels)
    return sentences, labels


def read_frames(
    path: Path | str, n_labels: int = len(EMOJI)
) -> tuple[list[str], Labels, NDArray[np.str_] | None]:
    """Reads labelled sentences and the frames that they were made from.

    Args:
        path: As `read_csv` takes it. A header may name a column `frame` as well.
        n_labels: Labels must be 0 to n_labels - 1.

    Returns:
        The m sentences; their labels, shape (m,); and the names of their frames, shape (m,), or None if
        there is no such column.

    Raises:
        UserError: As `read_csv`.
    """
    path = Path(path)
    sentences, labels, frames = list[str](), list[int](), list[str]()
    columns, text = [0, 1], _decoded(path)
    for number, (line, row) in enumerate(_rows(text, path)):
        names = [field.strip().lower() for field in row]
        if number == 0 and all(name in names for name in _HEADER):
            columns = [names.index(name) for name in (*_HEADER, _FRAME) if name in names]
            continue
        if len(sentences) == MAX_SENTENCES:
            raise UserError(f"{path} has more than {MAX_SENTENCES} sentences, expected fewer")
        sentence, label = _checked(row, (columns[0], columns[1]), n_labels, f"{path}: line {line}")
        sentences.append(sentence)
        labels.append(label)
        frames += [row[column].strip() if column < len(row) else "" for column in columns[2:]]
    if not sentences:
        raise UserError(f"{path} holds no sentences, expected rows such as: I love you,0")
    return sentences, np.array(labels, dtype=np.intp), np.array(frames) if frames else None


def find(name: str, data_dir: Path | None = None) -> Path:
    """Returns the path of a file that is named by its path or by its name in the catalogue.

    Raises:
        UserError: It is neither, or the catalogue's file is not on this machine.
    """
    path = Path(name)
    known = any(name == entry.name for entry in catalogue.ENTRIES)
    return path if exists(path) or not known else catalogue.require(name, data_dir)


def read_labels(path: Path) -> tuple[object, ...]:
    """Reads a label set: a JSON object of index to emoji, {"0": "🐶", "1": "🐱"}, or a list.

    Returns:
        The values in the order of the indices; `models.emojify.dataset.check_labels` checks them.

    Raises:
        UserError: The file is no such JSON, or an index is missing.
    """
    try:
        found = json.loads(read_text(path, 1 << 20))
    except (ValueError, RecursionError):
        raise UserError(f'{path} is not JSON, expected an object such as {{"0": "❤️", "1": "⚾"}}') from None
    if isinstance(found, list):
        found = {str(index): emoji for index, emoji in enumerate(found)}
    if not isinstance(found, dict) or not 2 <= len(found) <= MAX_LABELS:
        raise UserError(f"{path} must name 2 to {MAX_LABELS} labels, index to emoji")
    missing = [index for index in range(len(found)) if str(index) not in found]
    if missing:
        raise UserError(f"{path} has {len(found)} labels, but none with the index {missing[0]}")
    return tuple(found[str(index)] for index in range(len(found)))


def plain_name(emoji: str) -> str:
    """Returns a name in ASCII letters, for where the emoji cannot be shown: "fork and knife"."""
    if emoji in _NAMES:
        return _NAMES[emoji]
    if emoji.isascii():
        return emoji
    # Variation selectors and skin tones follow the character that has the name.
    name = unicodedata.name(emoji[0], f"u+{ord(emoji[0]):04x}").lower()
    return (
        name if len(emoji.strip("\ufe0f")) == 1 else f"{name} " + "-".join(f"{ord(c):x}" for c in emoji[1:])
    )


def _decoded(path: Path) -> str:
    content = read_bytes(path, MAX_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # With a byte order mark `error.start` counts from behind it, but the line is the same.
        line = content[: error.start].count(b"\n") + 1
        byte = error.object[error.start]
        raise UserError(
            f"{path}: line {line} is not UTF-8 text (byte 0x{byte:02x}); save the file as UTF-8"
        ) from None


def _rows(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for row in reader:
            if any(field.strip() for field in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise UserError(f"{path}: line {reader.line_num} is not CSV: {error}") from None


def _checked(row: list[str], place: tuple[int, int], n_labels: int, where: str) -> tuple[str, int]:
    if len(row) <= max(place):
        raise UserError(
            f"{where} has {len(row)} column{'s'[: len(row) > 1]}, expected a sentence and a label"
        )
    sentence, label = " ".join(row[place[0]].split()), row[place[1]].strip()
    if not sentence:
        raise UserError(f"{where} has an empty sentence")
    if not (label.isascii() and label.isdigit() and int(label[:9]) < n_labels and len(label) < 10):
        raise UserError(
            f"{where} has the label {label!r:.40}, expected a whole number from 0 to {n_labels - 1}"
        )
    return sentence, int(label)
