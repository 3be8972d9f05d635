"""Names, texts and sentences as rows of indices, and their division into three parts.

Letters: m rows, T steps.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.engine.layers import NOTHING
from utils.errors import UserError
from utils.vocabulary import Vocabulary

Labelled = tuple[Sequence[Sequence[str]], Sequence[int]]
_Whole = TypeVar("_Whole", str, list[str])

LENGTH = 40  # characters of a text that are read from a zero state
SHARE = 0.1  # of the data that is held out, and as much again that chooses the epoch
FEWEST = 100  # characters, and FEWEST_ROWS names or sentences: a tenth is then still something
FEWEST_ROWS = 20


class Rows(NamedTuple):
    """Examples of a task.

    Args:
        x: Indices that are read, (m, T).
        y: The right answers: (m, T), or (m,) where only the end is answered.
        weights: 1 where an answer counts and 0 where a row is filled up, of y's shape.
    """

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    weights: NDArray[np.float32]


class Parts(NamedTuple):
    """What is trained on, what chooses the epoch, and what is held out and decides nothing."""

    training: Rows
    validation: Rows
    held_out: Rows


def name_rows(names: Sequence[str], vocabulary: Vocabulary) -> Rows:
    """Names as the course reads them: nothing, then the letters; the answers end with a newline."""
    length = max(map(len, names)) + 1
    rows = _empty((len(names), length), NOTHING)
    for x, y, weights, name in zip(*rows, names, strict=True):
        letters = vocabulary.encode(name + "\n")
        x[1 : len(letters)] = letters[:-1]
        y[: len(letters)] = letters
        weights[: len(letters)] = 1
    return rows


def text_rows(text: str, vocabulary: Vocabulary, length: int = LENGTH) -> Rows:
    """A text in rows, one behind the other: each position is answered with the character after it."""
    letters = np.array(vocabulary.encode(text), np.int32)
    count = -(-(len(letters) - 1) // length)
    rows = _empty((count, length), NOTHING)
    for target, source in (
        (rows.x, letters[:-1]),
        (rows.y, letters[1:]),
        (rows.weights, letters[1:] * 0 + 1),
    ):
        target.reshape(-1)[: len(source)] = source
    return rows


def word_rows(sentences: Sequence[Sequence[str]], labels: Sequence[int], vocabulary: Vocabulary) -> Rows:
    """Sentences as the numbers of their known words, from 1, filled up with 0; one answer for each."""
    known = [[vocabulary.index[word] + 1 for word in words if word in vocabulary] for words in sentences]
    x = np.zeros((len(known), max(1, *map(len, known))), np.int32)
    for row, numbers in zip(x, known, strict=True):
        row[: len(numbers)] = numbers
    return Rows(x, np.array(labels, np.int32), np.ones(len(known), np.float32))


def divided_names(names: Sequence[str], vocabulary: Vocabulary, seed: int, where: str) -> Parts:
    """Names in three parts, drawn at random; a name that is there twice counts once.

    Raises:
        UserError: There are too few names.
    """
    different = sorted(set(names))
    if len(different) < FEWEST_ROWS:
        raise UserError(f"{where} has {len(different)} different names; {FEWEST_ROWS} or more are wanted")
    order = np.random.default_rng(seed).permutation(len(different))
    drawn = [different[place] for place in order]
    return Parts(*(name_rows(part, vocabulary) for part in _cut(drawn)))


def divided_text(text: str, vocabulary: Vocabulary, where: str) -> Parts:
    """A text in three parts: its end is held out, and what comes before that chooses the epoch.

    Raises:
        UserError: The text is too short, or nothing in it ever changes.
    """
    if len(text) < FEWEST:
        raise UserError(
            f"{where} has {len(text)} character{'s'[: len(text) != 1]}; {FEWEST} or more are wanted, "
            f"so that a tenth can be held out"
        )
    if len(vocabulary) < 2:
        raise UserError(f"{where} holds only the character {text[0]!r}; there is nothing to learn")
    return Parts(*(text_rows(part, vocabulary) for part in _cut(text)))


def divided_sentences(training: Labelled, others: Labelled, seed: int) -> tuple[Parts, Vocabulary]:
    """Sentences in three parts: of those that are not trained on, half choose the epoch.

    Args:
        training: The words of each sentence, and the labels.
        others: The same of sentences that are not trained on.
        seed: For the draw of the half.

    Returns:
        The parts, and the words that the training part knows.
    """
    vocabulary = Vocabulary.of(word for words in training[0] for word in words)
    rows = word_rows(*others, vocabulary)
    halves = np.array_split(np.random.default_rng(seed).permutation(len(rows.x)), 2)
    drawn = (Rows(rows.x[half], rows.y[half], rows.weights[half]) for half in halves)
    return Parts(word_rows(*training, vocabulary), *drawn), vocabulary


def _cut(whole: _Whole) -> tuple[_Whole, _Whole, _Whole]:
    """The parts for training, for choosing the epoch, and to hold out, in this order."""
    tenth = int(SHARE * len(whole))
    edge = len(whole) - 2 * tenth
    return whole[:edge], whole[edge : edge + tenth], whole[edge + tenth :]


def _empty(shape: tuple[int, int], filling: int) -> Rows:
    return Rows(np.full(shape, filling, np.int32), np.zeros(shape, np.int32), np.zeros(shape, np.float32))
