"""How well a poem network predicts a text, by windows and with state carried, and whether it writes words.

Computed by the NumPy engine. Nats a character; letters: m windows, n symbols.
"""

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.shakespeare.course import STRIDE, window_indices
from models.shakespeare.predictors import TX
from utils.bundle import Bundle

WORD = re.compile(r"[a-z']+")
PART = 128  # windows run side by side: more would leave the processor's cache


def measure(network: Bundle, text: NDArray[Any]) -> dict[str, float]:
    """Both ways of measuring a text, given as indices; see `by_windows` and `carried`."""
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
    """The course's way: each window from the zero state, its next character predicted.

    Returns:
        Nats a character, the share of windows whose likeliest character was right, and m. Without a
        window: NaN, NaN, 0.
    """
    x, y = window_indices(text, length, stride)
    parts = [engine.run(x[start : start + PART]) for start in range(0, len(y), PART)]
    if not parts:
        return float("nan"), float("nan"), 0
    return *_score(np.concatenate(parts), y), len(y)


def carried(engine: Engine, text: NDArray[Any]) -> tuple[float, float]:
    """One pass over the text from the zero state; all characters after the first are predicted."""
    if len(text) < 2:
        return float("nan"), float("nan")
    p = engine.run(text[None, :-1], all_positions=True)[0]
    return _score(p, text[1:])


def words(text: str) -> list[str]:
    """The words of a lower-case text; an apostrophe belongs to its word, a hyphen divides two."""
    return [word.strip("'") for word in WORD.findall(text) if word.strip("'")]


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


def _score(p: NDArray[Any], y: NDArray[Any]) -> tuple[float, float]:
    """Cross-entropy and accuracy of probabilities (m, n) for the characters y (m,)."""
    right = p[np.arange(len(y)), y].astype(np.float64)
    return float(-np.log(np.maximum(right, 1e-30)).mean()), float((p.argmax(axis=-1) == y).mean())
