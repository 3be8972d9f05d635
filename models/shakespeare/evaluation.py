"""Evaluates a poem network: how well it predicts a text, and whether what it writes are words.

Computed by the NumPy engine. Nats a character; letters: m windows, n symbols.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.shakespeare.windows import STRIDE, TX, window_indices
from utils.bundle import Bundle
from utils.scripts import letters_apart

WORD = re.compile(r"[\w']+")
PART = 128  # windows run side by side: more would leave the processor's cache
PIECE = 1 << 20  # probabilities that are computed at once with the state carried: 4 MB


def evaluate(network: Bundle, text: NDArray[Any]) -> dict[str, float]:
    """Measures how well a network predicts a text, by windows and with its state carried.

    Args:
        network: The network.
        text: Indices.

    Returns:
        Of both ways the cross-entropy in nats a character and the accuracy; see `by_windows` and `carried`.
    """
    engine = Engine.from_bundle(network)
    window_nats, window_accuracy, windows = by_windows(engine, text, network.architecture["window"])
    carried_nats, carried_accuracy = carried(engine, text)
    return {
        "characters": len(text),
        "windows": windows,
        "window_nats": round(window_nats, 4),
        "window_accuracy": round(window_accuracy, 4),
        "carried_nats": round(carried_nats, 4),
        "carried_accuracy": round(carried_accuracy, 4),
    }


def by_windows(
    engine: Engine, text: NDArray[Any], length: int = TX, stride: int = STRIDE
) -> tuple[float, float, int]:
    """Predicts the character after each window from the zero state, the course's way.

    Returns:
        Nats a character, accuracy and m. Without a window: NaN, NaN, 0.
    """
    x, y = window_indices(text, length, stride)
    parts = (slice(start, start + PART) for start in range(0, len(y), PART))
    return *_mean(_score(engine.run(x[part]), y[part]) for part in parts), len(y)


def carried(engine: Engine, text: NDArray[Any]) -> tuple[float, float]:
    """Predicts all characters after the first in one pass from the zero state.

    Returns:
        Nats a character and accuracy; NaN for a text of fewer than two characters.
    """
    return _mean(_carried_scores(engine, text))


def _carried_scores(engine: Engine, text: NDArray[Any]) -> Iterator[tuple[float, int, int]]:
    state = None
    length = max(1, PIECE // engine.n)
    for start in range(0, len(text) - 1, length):
        piece = text[start : start + length + 1]
        p, state = engine.prime(piece[None, :-1], state, all_positions=True)
        yield _score(p[0], piece[1:])


def words(text: str) -> list[str]:
    """The words of a text; an apostrophe belongs to its word, a hyphen divides two.

    Of scripts that put no spaces between words, such as Chinese, each pair of letters counts as a word.

    Example:
        >>> words("'tis Gate 12B; \u5c0f\u732b\u770b")
        ['tis', 'Gate', '12B', '\u5c0f\u732b', '\u732b\u770b']
    """
    found = (word.strip("'") for word in WORD.findall(text))
    return [part for word in found if word for part in _parts(word)]


def _parts(word: str) -> list[str]:
    if word.isascii():
        return [word]
    letters = letters_apart(word).split()
    return [first + second for first, second in pairwise(letters)] if len(letters) > 1 else [word]


def known_words(poems: Iterable[str], known: set[str]) -> tuple[float, int]:
    """How many of the words that were written exist.

    Args:
        poems: Texts as they were written, without their beginnings. The first and the last word of each
            are left out: they may be parts of words.
        known: The words that exist.

    Returns:
        The share, and how many words were looked at. Without a word: NaN, 0.
    """
    found = [word for poem in poems for word in words(poem)[1:-1]]
    return (sum(word in known for word in found) / len(found) if found else float("nan")), len(found)


def _score(p: NDArray[Any], y: NDArray[Any]) -> tuple[float, int, int]:
    """Nats and hits in all of probabilities (m, n) for the characters y (m,), and m."""
    right = p[np.arange(len(y)), y].astype(np.float64)
    return float(-np.log(np.maximum(right, 1e-30)).sum()), int((p.argmax(axis=-1) == y).sum()), len(y)


def _mean(scores: Iterable[tuple[float, int, int]]) -> tuple[float, float]:
    """Cross-entropy and accuracy of parts together; NaN without a character."""
    nats, hits, count = 0.0, 0, 0
    for more_nats, more_hits, more in scores:
        nats, hits, count = nats + more_nats, hits + more_hits, count + more
    return (nats / count, hits / count) if count else (float("nan"), float("nan"))
