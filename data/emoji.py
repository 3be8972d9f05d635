"""Emojify's data: labelled sentences, and the emoji that the labels stand for."""

import json
import logging
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data import catalogue, tables
from data.tables import Row, whole_number
from utils import encodings
from utils.encodings import is_written
from utils.errors import UserError
from utils.files import exists, read_text

logger = logging.getLogger("cadenza")

_BUNDLED = Path(__file__).parent / "bundled"
BUNDLED_TRAIN = _BUNDLED / "emoji_train.csv"
BUNDLED_WRITTEN = _BUNDLED / "frames" / "written.csv"  # those of the training that no frame made
BUNDLED_TEST = _BUNDLED / "emoji_test.csv"
BUNDLED_PAIRS = _BUNDLED / "emoji_pairs.csv"
BUNDLED_NEUTRAL = _BUNDLED / "emoji_neutral.txt"  # no emoji fits these, to train an embedding with
BUNDLED_NEUTRAL_PLAIN = _BUNDLED / "emoji_neutral_plain.txt"  # usual words only: vectors know the others
COURSE_TRAIN = "train_emoji.csv"
COURSE_TEST = "tesss.csv"

EMOJI = ("❤️", "⚾", "😄", "😞", "🍴")  # in the course's order; the heart has a selector for colour
_NAMES = dict(zip(EMOJI, ("heart", "baseball", "smile", "disappointed", "fork and knife"), strict=True))
_TEXT_NAMES = ("sentence", "text", "tweet", "message", "comment")  # the first is preferred
_LABEL_NAMES = ("label", "emotion", "emoji", "class", "sentiment", "category")
_FRAME = "frame"
MAX_BYTES = 16 << 20  # of a CSV file
MAX_SENTENCES = 100_000
MAX_LABELS = 1000
MAX_LABEL = 100  # characters

Labels = NDArray[np.intp]


@dataclass(frozen=True)
class Classes:
    """What sentences are told apart by.

    Args:
        values: The n_y labels as files have them: numbers, words or emoji.
        labels: The emoji, or word, that is shown for each.
    """

    values: tuple[str, ...]
    labels: tuple[str, ...]

    @classmethod
    def numbered(cls, labels: Sequence[str]) -> "Classes":
        """Emoji whose labels are 0, 1, ...

        Example:
            >>> Classes.numbered(["🐶", "🐱"]).values
            ('0', '1')
        """
        return cls(tuple(map(str, range(len(labels)))), tuple(labels))

    def expected(self) -> str:
        """Which labels there are, for messages."""
        if self.values == Classes.numbered(self.labels).values:
            return f"a whole number from 0 to {len(self.values) - 1}"
        return f"one of {', '.join(self.values[:10])}{' ...' if len(self.values) > 10 else ''}"


COURSE = Classes.numbered(EMOJI)


@dataclass(frozen=True)
class Sentences:
    """Labelled sentences.

    Args:
        X: The m sentences.
        Y: The indices of their classes, shape (m,).
        classes: The n_y classes.
        frames: The names of the frames that they were made from, shape (m,); None: no column names them.
    """

    X: list[str]
    Y: Labels
    classes: Classes
    frames: NDArray[np.str_] | None = None


class _Columns(NamedTuple):
    text: int
    label: int
    frame: int | None
    header: bool


def read_csv(path: Path | str, n_labels: int = len(EMOJI)) -> tuple[list[str], Labels]:
    """Reads sentences with the labels 0 to n_labels - 1; see `read`.

    Returns:
        The m sentences, and their labels, shape (m,).
    """
    examples = read(path, classes=Classes.numbered([f"{number}" for number in range(n_labels)]))
    return examples.X, examples.Y


def read(
    path: Path | str,
    *,
    classes: Classes | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    encoding: str | None = None,
) -> Sentences:
    """Reads labelled sentences from a table: CSV or TSV, with or without a header.

    Without a header the first column is the sentence and the second its label, or the other way round
    where only the first has few values. A header may put them anywhere, with usual names (sentence, text,
    tweet; label, emotion, emoji, class) or others. Other columns and empty rows are ignored, and so is white
    space around a sentence.

    Args:
        path: The file.
        classes: The labels that there are; None: those that the file has. If these are 0 to 4, they are the
            course's.
        text_column: The name in the header, or the number from 1, of the column of sentences.
        label_column: That of the labels.
        encoding: The file's; None: found, or guessed, as `utils.encodings.read` does.

    Raises:
        UserError: The file cannot be read, holds no sentence or more than `MAX_SENTENCES`, its columns are
            not clear, all labels are the same, or a row lacks a column, has an empty sentence or a label
            that is none; the message names the line.
    """
    path = Path(path)
    names = {*_TEXT_NAMES, *_LABEL_NAMES, *(name.lower() for name in (text_column, label_column) if name)}
    rows = tables.read(path, MAX_BYTES, MAX_SENTENCES + 1, names=names, encoding=encoding)
    columns = _columns(rows, text_column, label_column, path) if rows else _Columns(0, 1, None, False)
    rows = rows[columns.header :]
    if len(rows) > MAX_SENTENCES:
        raise UserError(f"{path} has more than {MAX_SENTENCES} sentences, expected fewer")
    if not rows:
        raise UserError(f"{path} holds no sentences, expected rows such as: I love you,0")
    pairs = [_checked(row, columns, f"{path}: line {row.line}") for row in rows]
    if classes is None:
        classes = _found(pairs, rows, path)
    known = {key: number for number, key in reversed([*enumerate(map(_key, classes.labels))])}
    known |= {_key(value): number for number, value in enumerate(classes.values)}
    Y = np.zeros(len(rows), np.intp)
    for number, ((_, label), row) in enumerate(zip(pairs, rows, strict=True)):
        if _key(label) not in known:
            where = f"{path}: line {row.line}"
            raise UserError(f"{where} has the label {label!r:.40}, expected {classes.expected()}")
        Y[number] = known[_key(label)]
    frames = None if columns.frame is None else np.array(tables.column(rows, columns.frame))
    return Sentences([sentence for sentence, _ in pairs], Y, classes, frames)


def read_neutral(path: Path, encoding: str | None = None) -> list[str]:
    """Reads sentences that no label fits, one a line.

    Args:
        path: The file.
        encoding: Its encoding; None: found, or guessed, as `utils.encodings.read` does.

    Raises:
        UserError: The file cannot be read, or holds no sentence or more than `MAX_SENTENCES`.
    """
    lines = encodings.read(path, MAX_BYTES, encoding).split("\n")
    sentences = [sentence for line in lines if (sentence := " ".join(line.split()))]
    if not 1 <= len(sentences) <= MAX_SENTENCES:
        raise UserError(f"{path}: expected 1 to {MAX_SENTENCES} sentences, one a line, got {len(sentences)}")
    return sentences


def find(name: str, data_dir: Path | None = None) -> Path:
    """Returns the path of a file that is named by its path or by its name in the catalogue.

    Raises:
        UserError: It is neither, or the catalogue's file is not on this machine.
    """
    path = Path(name)
    known = any(name == entry.name for entry in catalogue.ENTRIES)
    return path if exists(path) or not known else catalogue.require(name, data_dir)


def read_labels(path: Path) -> dict[str, object]:
    """Reads a label set: a JSON object of label to emoji, {"joy": "😄", "sadness": "😞"}, or a list.

    Returns:
        The emoji by their labels, whole numbers in their order; `models.emojify.dataset.check_labels`
        checks them.

    Raises:
        UserError: The file is no such JSON.
    """
    try:
        emoji_of = json.loads(read_text(path, 1 << 20))
    except (ValueError, RecursionError):
        raise UserError(f'{path} is not JSON, expected an object such as {{"0": "❤️", "1": "⚾"}}') from None
    if isinstance(emoji_of, list):
        emoji_of = {str(index): emoji for index, emoji in enumerate(emoji_of)}
    if not isinstance(emoji_of, dict) or not 2 <= len(emoji_of) <= MAX_LABELS:
        raise UserError(f"{path} must name 2 to {MAX_LABELS} labels, label to emoji")
    keys = [_key(label) for label in emoji_of]
    twice = next((label for label, key in zip(emoji_of, keys, strict=True) if keys.count(key) > 1), None)
    if twice is not None:
        raise UserError(f"{path} has the label {twice!r:.40} twice")
    return {label: emoji_of[label] for label in _in_order(list(emoji_of))}


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


def _columns(rows: Sequence[Row], text_column: str | None, label_column: str | None, path: Path) -> _Columns:
    """Which columns are which, and whether the first row is a header."""
    first = [field.lower() for field in rows[0].fields]
    text, label = (_named(column, first, path) for column in (text_column, label_column))
    if text is not None and text == label:
        raise UserError(f"{path}: the column {text_column!r} cannot be both the sentences and the labels")
    usual = [[name for name in names if name in first] for names in (_TEXT_NAMES, _LABEL_NAMES)]
    by_name = any(name is not None and name.lower() in first for name in (text_column, label_column))
    header = by_name or all(usual)
    header |= len(first) > 1 and any(usual) and not any(map(whole_number, first))
    if header:
        text = _usual(usual[0], _TEXT_NAMES, first, path, "text", label) if text is None else text
        label = _usual(usual[1], _LABEL_NAMES, first, path, "label", text) if label is None else label
    rest = rows[1:]
    text, label = _by_content(rest if header and rest else rows, text, label, header)
    if not header and _looks_like_header(rows, text, label):
        logger.info(f"{path.name}: line {rows[0].line} is read as a header: {', '.join(rows[0].fields)[:80]}")
        header = True
    return _Columns(text, label, first.index(_FRAME) if header and _FRAME in first else None, header)


def _named(column: str | None, first: Sequence[str], path: Path) -> int | None:
    """The index of a column that is given by its name or number."""
    if column is None:
        return None
    if column.lower() in first:
        return first.index(column.lower())
    number = whole_number(column)
    if number is None or not 1 <= int(number) <= len(first):
        raise UserError(f"{path} has no column {column!r:.40}, expected one of: {', '.join(first)[:200]}")
    return int(number) - 1


def _usual(
    usual: Sequence[str], names: Sequence[str], first: Sequence[str], path: Path, kind: str, other: int | None
) -> int | None:
    """The index of the column that has a usual name; None: none has one."""
    usual = [name for name in usual if first.index(name) != other]
    if len(usual) > 1 and usual[0] != names[0]:
        raise UserError(
            f"{path} has the columns {' and '.join(usual)}: choose with --{kind}-column, or rename one to "
            f"{names[0]}"
        )
    return first.index(usual[0]) if usual else None


def _by_content(rows: Sequence[Row], text: int | None, label: int | None, header: bool) -> tuple[int, int]:
    """Completes the two columns by what they hold: sentences are long, and labels repeat."""
    if text is None and label is None and not header:
        left, right = (tables.column(rows, number) for number in (0, 1))
        numbers = [all(map(whole_number, fields)) for fields in (left, right)]
        shorter = sum(map(len, left)) < sum(map(len, right)) and len(set(left)) < len(set(right))
        swapped = numbers == [True, False] or (not any(numbers) and shorter)
        return (1, 0) if swapped else (0, 1)
    width = max(len(row.fields) for row in rows)
    if text is None:
        rest = [number for number in range(width) if number != label]
        text = max(rest, key=lambda number: sum(map(len, tables.column(rows, number))), default=0)
    if label is None:
        rest = [number for number in range(width) if number != text]
        kinds = {number: len(set(tables.column(rows, number))) for number in rest}
        label = min(rest, key=lambda number: (kinds[number] < 2, kinds[number]), default=1)
    return text, label


def _looks_like_header(rows: Sequence[Row], text: int, label: int) -> bool:
    """Whether the first row names columns in unusual words: its label is no other row's."""
    values, sentence = tables.column(rows, label), tables.column(rows[:1], text)[0]
    if len(rows) < 3 or not values[0] or whole_number(values[0]):
        return False
    if all(map(whole_number, values[1:])):
        return True
    counts = Counter(values)
    lone = counts[values[0]] == 1 and min(counts[value] for value in values[1:]) > 1
    return lone and values[0].isascii() and len(sentence.split()) == 1


def _checked(row: Row, columns: _Columns, where: str) -> tuple[str, str]:
    """The sentence and the label of a row."""
    if len(row.fields) <= max(columns.text, columns.label):
        count = len(row.fields)
        raise UserError(f"{where} has {count} column{'s'[: count > 1]}, expected a sentence and a label")
    sentence, label = " ".join(row.fields[columns.text].split()), row.fields[columns.label]
    if not sentence:
        raise UserError(f"{where} has an empty sentence")
    return sentence, label


def _found(pairs: Sequence[tuple[str, str]], rows: Sequence[Row], path: Path) -> Classes:
    """The classes that a file's own labels make."""
    shown = dict[str, str]()
    for (_, label), row in zip(pairs, rows, strict=True):
        if not label or len(label) > MAX_LABEL or not all(map(is_written, label)):
            raise UserError(
                f"{path}: line {row.line} has the label {label!r:.40}, expected a number, an emoji or a word"
            )
        shown.setdefault(_key(label), whole_number(label) or label)
        if len(shown) > MAX_LABELS:
            raise UserError(
                f"{path}: line {row.line} has one label more than {MAX_LABELS}: choose the column of the "
                "labels with --label-column"
            )
    values = _in_order(list(shown.values()))
    if len(values) < 2:
        raise UserError(f"{path} has the label {values[0]} for all sentences, expected two or more")
    if values == COURSE.values:
        logger.info(
            f"the labels 0 to 4 are taken for the course's, {' '.join(EMOJI)} (--labels names others)"
        )
        return COURSE
    if any(map(whole_number, values)):
        some = ", ".join(values[:5]) + (" ..." if len(values) > 5 else "")
        logger.info(f"the labels are shown as they are: {some} (--labels names an emoji for each)")
    return Classes(values, values)


def _key(label: str) -> str:
    """A label as it is compared: 03 is 3, and a heart is the same with and without its colour."""
    label = label.strip()
    return whole_number(label) or unicodedata.normalize("NFC", label).replace("\ufe0f", "")


def _in_order(labels: list[str]) -> tuple[str, ...]:
    """Whole numbers in their order; labels of other kinds sorted."""
    numbers = all(map(whole_number, labels))
    return tuple(sorted(labels, key=int) if numbers else sorted(labels))
