"""Sentences as words: the course's split, and a more tolerant one for sentences that people type."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from utils.scripts import letters_apart

WordVectors = Mapping[str, NDArray[np.floating]]

# Plain apostrophes, and no selectors of an emoji's colour.
PLAIN = str.maketrans("\u2019\u2018\u02bc", "'''", "\ufe0e\ufe0f")
MAX_WORD = 200  # characters of an unknown word that messages show
_CONTRACTION = re.compile(r"(.+?)(n't|'(?:s|m|d|re|ve|ll))")


class Words(NamedTuple):
    """The words of a sentence.

    Args:
        places: Each word that has a vector, and None for each other word, in their order.
        unknown: The words without a vector, without the punctuation around them.
    """

    places: list[str | None]
    unknown: list[str]

    @property
    def known(self) -> list[str]:
        """The words that have vectors, in their order."""
        return [word for word in self.places if word is not None]


def course_words(sentence: str) -> list[str]:
    """Splits as the course does: lower case, at white space, punctuation left where it is."""
    return sentence.lower().split()


def bare_words(sentence: str) -> list[str]:
    """Splits into lower-case words without the punctuation around them; "?!" is not a word.

    In Chinese, Japanese, Thai, Lao, Khmer and Burmese each letter, with its marks, is a word.

    Example:
        >>> bare_words("I am sad! 我很开心")
        ['i', 'am', 'sad', '我', '很', '开', '心']
    """
    return [bare for typed in _typed_words(sentence) if (bare := _strip_punctuation(typed))]


def known_words(sentence: str, vocabulary: Container[str]) -> Words:
    """Splits a sentence into words that have vectors and words that do not.

    A word is looked up without the punctuation around it ("sad," is "sad"), then as typed ("u.s."),
    then as the two halves of a contraction ("isn't" is "is" and "n't", as in GloVe, or else "is" and
    "not"), then in pieces ("happy/sad").

    Args:
        sentence: The sentence as typed.
        vocabulary: The words that have vectors.

    Example:
        >>> known_words("It isn't sad, qzx!", {"it", "is", "not", "sad"})
        Words(places=['it', 'is', 'not', 'sad', None], unknown=['qzx'])
    """
    words = Words([], [])
    for typed in _typed_words(sentence):
        bare = _strip_punctuation(typed)
        if not bare:
            continue
        places = _look_up(bare, typed, vocabulary)
        words.places.extend(places or [None])
        if not places:
            words.unknown.append(bare[:MAX_WORD])
    return words


def sentences_to_indices(
    X: Sequence[str], word_to_index: Mapping[str, int], max_len: int
) -> NDArray[np.int64]:
    """Converts sentences to word indices, padded with 0 at the end; an unknown word is 0 too.

    `python -m apps.emojify train --course` and notebooks/5_emojify.ipynb use it.

    Args:
        X: m sentences; what is longer than max_len words is cut.
        word_to_index: The index of every word, from 1.
        max_len: Words.

    Returns:
        Indices, shape (m, max_len).

    Example:
        >>> sentences_to_indices(["I like it", "like"], {"i": 1, "it": 2, "like": 3}, 4)
        array([[1, 3, 2, 0],
               [3, 0, 0, 0]])
    """
    indices = np.zeros((len(X), max_len), np.int64)
    for row, sentence in zip(indices, X, strict=True):
        words = course_words(sentence)[:max_len]
        row[: len(words)] = [word_to_index.get(word, 0) for word in words]
    return indices


def _typed_words(sentence: str) -> list[str]:
    """What stands between white space, in lower case, with plain characters and apostrophes."""
    return letters_apart(unicodedata.normalize("NFKC", sentence).translate(PLAIN).lower()).split()


def _look_up(bare: str, typed: str, vocabulary: Container[str]) -> Sequence[str]:
    """The words of the vocabulary that stand for a typed word; none if it is unknown."""
    for word in (bare, typed):
        if word in vocabulary:
            return [word]
    contraction = _CONTRACTION.fullmatch(bare)
    halves = contraction.groups() if contraction else ()
    spelt_out = (halves[0], "not") if halves[1:] == ("n't",) else ()
    pieces = [piece for piece in re.split(r"[\W_]+", bare) if piece]
    for parts in (halves, spelt_out, pieces):
        if len(parts) > 1 and all(part in vocabulary for part in parts):
            return parts
    return ()


def _strip_punctuation(word: str) -> str:
    """The word without what is at its ends and neither letter nor digit; a letter has its marks."""
    first, end = 0, len(word)
    while first < end and not word[first].isalnum():
        first += 1
    last = end  # behind the last letter or digit
    while first < last and not word[last - 1].isalnum():
        last -= 1
    while last < end and unicodedata.category(word[last]) in ("Mn", "Mc"):
        last += 1
    return word[first:last]
