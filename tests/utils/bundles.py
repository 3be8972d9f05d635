"""Bundles for the tests: made, compared, spoilt, refused."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from utils.bundle import Bundle, load
from utils.errors import UserError
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


def spoil(folder: Path, **changes: Any) -> None:
    """Changes the config of a bundle; None removes an entry."""
    path = folder / "config.json"
    config = {**json.loads(path.read_text("utf-8")), **changes}
    kept = {name: value for name, value in config.items() if value is not None}
    path.write_text(json.dumps(kept), "utf-8")


def put_weights(folder: Path, content: bytes) -> None:
    """Gives a bundle other weights, with the checksum that fits them."""
    (folder / "weights.npz").write_bytes(content)
    spoil(folder, weights_sha256=hashlib.sha256(content).hexdigest())


def refused(folder: Path, app: str = "jazz") -> str:
    """The message with which a bundle is refused."""
    with pytest.raises(UserError) as caught:
        load(folder, app)
    assert caught.value.exit_code == 2
    assert str(folder) in str(caught.value)
    return str(caught.value)
