"""Bundles for the tests, and whether two are the same."""

from pathlib import Path
from typing import Any

import numpy as np

from utils.bundle import Bundle
from utils.vocabulary import Vocabulary


def made(number: float = 1.0, size: int = 6, **changes: Any) -> Bundle:
    """A small bundle whose every part depends on the number."""
    weights = {
        "lstm_1/kernel": np.full((size, 2), number, np.float32),
        "dense/bias": np.arange(3, dtype=np.float32) * np.float32(number),
        "optimizer/adam/step": np.array(7, np.int64),
    }
    parts: dict[str, Any] = {
        "app": "jazz",
        "architecture": {"units": size},
        "vocabulary": Vocabulary(["a", "b\n", "é"]),
        "weights": weights,
        "training": {"losses": [number]},
    }
    return Bundle(**{**parts, **changes})


def same(one: Bundle, other: Bundle) -> bool:
    """Whether two bundles are equal, array for array."""
    return (
        (one.app, one.architecture, one.vocabulary, one.training, one.extra)
        == (other.app, other.architecture, other.vocabulary, other.training, other.extra)
        and one.weights.keys() == other.weights.keys()
        and all(array.dtype == other.weights[name].dtype for name, array in one.weights.items())
        and all(np.array_equal(array, other.weights[name]) for name, array in one.weights.items())
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
