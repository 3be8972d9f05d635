"""Sentences as words: the course's way, and the way of someone who types commas."""

import re
import unicodedata
from collections.abc import Container
from typing import NamedTuple

_CONTRACTION = re.compile(r"(.+?)(n't|'(?:s|m|d|re|ve|ll))")
APOSTROPHES = str.maketrans("\u2019\u2018\u02bc", "'''")
LONGEST = 200  # characters of a word; what is longer is no word, and would only fill the messages


class Words(NamedTuple):
    """A sentence's words.

    Args:
        places: The words that the network has vectors for, in their order, and None for each of the
            others.
        unknown: Those others as they were typed, without the punctuation around them.
    """

    places: list[str | None]
    unknown: list[str]

    @property
    def known(self) -> list[str]:
        """The words that have vectors, one behind the other."""
        return [word for word in self.places if word is not None]


def course_words(sentence: str) -> list[str]:
    """The course's words: lower-case, split on white space, with the punctuation that hangs on them."""
    return sentence.lower().split()


def bare_words(sentence: str) -> list[str]:
    """Lower-case words without the punctuation around them; what has neither letter nor digit is no word."""
    return [bare for word in _typed(sentence) if (bare := _bare(word))]


def known_words(sentence: str, known: Container[str]) -> Words:
    """Splits a sentence into words that are known and words that are not.

    A word is looked up without the punctuation around it ("sad," is "sad"), then as it was typed
    ("u.s."), then as a contraction's two halves ("isn't" is "is" and "n't", as GloVe has them, or else
    "is" and "not"), then in pieces ("happy/sad").

    Args:
        sentence: What a person typed.
        known: The words that have vectors.
    """
    found = Words([], [])
    for typed in _typed(sentence):
        bare = _bare(typed)
        if bare:
            _add(bare, typed, known, found)
    return found


def _typed(sentence: str) -> list[str]:
    """What stands between white space, lower-case and without typography."""
    return unicodedata.normalize("NFKC", sentence).translate(APOSTROPHES).lower().split()


def _add(bare: str, typed: str, known: Container[str], found: Words) -> None:
    for word in (bare, typed):
        if word in known:
            found.places.append(word)
            return
    contraction = _CONTRACTION.fullmatch(bare)
    halves = contraction.groups() if contraction else ()
    spelt_out = (halves[0], "not") if halves[1:] == ("n't",) else ()
    for parts in (halves, spelt_out, re.split(r"[\W_]+", bare)):
        if len(parts) > 1 and all(part in known for part in parts):
            found.places.extend(parts)
            return
    found.places.append(None)
    found.unknown.append(bare[:LONGEST])


def _bare(word: str) -> str:
    """The word without what is neither letter nor digit at its ends."""
    first, after = 0, len(word)
    while first < after and not word[first].isalnum():
        first += 1
    while first < after and not word[after - 1].isalnum():
        after -= 1
    return word[first:after]
