"""Names, texts and sentences as arrays of indices, split into training, validation and held-out examples.

Letters: m examples, T steps.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.numpy_core.one_hot import NO_SYMBOL
from utils.errors import UserError
from utils.vocabulary import Vocabulary

Labelled = tuple[Sequence[Sequence[str]], Sequence[int]]
_Data = TypeVar("_Data", str, list[str])

LENGTH = 40  # characters of a text that are read from a zero state
SHARE = 0.1  # of the data that is held out, and as much again for validation
MIN_CHARACTERS = 100  # a tenth of these is still something
MIN_NAMES = 20


class Examples(NamedTuple):
    """Examples of a task.

    Args:
        x: Input indices, (m, T).
        y: Expected outputs: (m, T), or (m,) where there is one output, at the end.
        weights: 1 for an output that counts and 0 for padding, of y's shape.
    """

    x: NDArray[np.int32]
    y: NDArray[np.int32]
    weights: NDArray[np.float32]


class Split(NamedTuple):
    """The examples for training, for choosing the epoch, and for the result."""

    training: Examples
    validation: Examples
    held_out: Examples


def name_examples(names: Sequence[str], vocabulary: Vocabulary) -> Examples:
    """Names as the course reads them: no symbol, then the letters; the outputs end with a newline."""
    length = max(map(len, names)) + 1
    examples = _padding((len(names), length))
    for x, y, weights, name in zip(*examples, names, strict=True):
        letters = vocabulary.encode(name + "\n")
        x[1 : len(letters)] = letters[:-1]
        y[: len(letters)] = letters
        weights[: len(letters)] = 1
    return examples


def text_examples(text: str, vocabulary: Vocabulary, length: int = LENGTH) -> Examples:
    """A text in consecutive windows; the output at each position is the character after it."""
    letters = np.array(vocabulary.encode(text), np.int32)
    count = -(-(len(letters) - 1) // length)
    examples = _padding((count, length))
    for target, source in (
        (examples.x, letters[:-1]),
        (examples.y, letters[1:]),
        (examples.weights, np.ones(len(letters) - 1)),
    ):
        target.reshape(-1)[: len(source)] = source
    return examples


def sentence_examples(
    sentences: Sequence[Sequence[str]], labels: Sequence[int], vocabulary: Vocabulary
) -> Examples:
    """Sentences as the indices of their known words, from 1, padded with 0; one output for each."""
    known = [[vocabulary.index[word] + 1 for word in words if word in vocabulary] for words in sentences]
    x = np.zeros((len(known), max(1, *map(len, known))), np.int32)
    for row, indices in zip(x, known, strict=True):
        row[: len(indices)] = indices
    return Examples(x, np.array(labels, np.int32), np.ones(len(known), np.float32))


def split_names(names: Sequence[str], vocabulary: Vocabulary, seed: int, title: str) -> Split:
    """Splits names at random; a name that occurs twice counts once.

    Args:
        names: Lower-case names.
        vocabulary: Their symbols and the newline.
        seed: For the split.
        title: The list's title, for messages.

    Raises:
        UserError: There are too few names.
    """
    different = sorted(set(names))
    if len(different) < MIN_NAMES:
        raise UserError(f"{title}: expected {MIN_NAMES} or more different names, got {len(different)}")
    order = np.random.default_rng(seed).permutation(len(different))
    shuffled = [different[place] for place in order]
    return Split(*(name_examples(part, vocabulary) for part in _cut(shuffled)))


def split_text(text: str, vocabulary: Vocabulary, title: str) -> Split:
    """Splits a text: its end is held out, and what comes before that is for validation.

    Args:
        text: The text.
        vocabulary: Its symbols.
        title: The text's title, for messages.

    Raises:
        UserError: The text is too short, or has only one character.
    """
    if len(text) < MIN_CHARACTERS:
        raise UserError(
            f"{title}: expected {MIN_CHARACTERS} or more characters, so that a tenth can be held out, "
            f"got {len(text)}"
        )
    if len(vocabulary) < 2:
        raise UserError(f"{title}: expected different characters, got only {text[0]!r}")
    return Split(*(text_examples(part, vocabulary) for part in _cut(text)))


def split_sentences(training: Labelled, others: Labelled, seed: int) -> tuple[Split, Vocabulary]:
    """Splits sentences: half of those that are not for training are for validation.

    Args:
        training: The words of each sentence, and the labels.
        others: The same of sentences that are not for training.
        seed: For the draw of the half.

    Returns:
        The split, and the words of the training part.
    """
    vocabulary = Vocabulary.of(word for words in training[0] for word in words)
    examples = sentence_examples(*others, vocabulary)
    halves = np.array_split(np.random.default_rng(seed).permutation(len(examples.x)), 2)
    x, y, weights = examples
    validation, held_out = (Examples(x[half], y[half], weights[half]) for half in halves)
    return Split(sentence_examples(*training, vocabulary), validation, held_out), vocabulary


def _cut(data: _Data) -> tuple[_Data, _Data, _Data]:
    """The parts for training, for validation, and to hold out."""
    tenth = int(SHARE * len(data))
    edge = len(data) - 2 * tenth
    return data[:edge], data[edge : edge + tenth], data[edge + tenth :]


def _padding(shape: tuple[int, int]) -> Examples:
    return Examples(
        np.full(shape, NO_SYMBOL, np.int32), np.zeros(shape, np.int32), np.zeros(shape, np.float32)
    )
