"""Small networks for the tests of Emojify's commands, made without TensorFlow, and their vectors."""

from pathlib import Path
from typing import Any

import numpy as np

from utils import bundle as bundles
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

WORDS = ("bad", "eat", "good", "love", "not")
# One number of a vector for each label; V1's W below is ten times the unit matrix.
TABLE = {word: np.eye(5)[label] for word, label in zip(WORDS, (3, 4, 2, 0, 1), strict=True)}
PRIOR = [0.1, 0.2, 0.4, 0.2, 0.1]
LABELS = ["❤️", "⚾", "😄", "😞", "🍴"]


def write_vectors(path: Path, dimension: int = 5) -> Path:
    """A GloVe text file of the five words."""
    lines = [" ".join([word, *(f"{x:g}" for x in np.resize(row, dimension))]) for word, row in TABLE.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def v1(folder: Path, **extra: Any) -> Path:
    """A V1 bundle that predicts its own label for each of the five words."""
    weights = {"W": 10 * np.eye(5, dtype=np.float32), "b": np.zeros(5, np.float32)}
    architecture = {"kind": "v1", "n_x": 5, "n_y": 5, "embedding": "vectors"}
    facts = {"labels": LABELS, "prior": PRIOR, "vectors": {"file": "other.txt", "sha256": "0"}, **extra}
    bundles.save(Bundle("emojify", architecture, Vocabulary(WORDS), weights, {}, facts), folder)
    return folder


def v2(folder: Path, max_len: int = 4) -> Path:
    """A V2 bundle of random weights with an embedding of its own."""
    generator = np.random.default_rng(3)
    shapes = {
        "embedding/embeddings": (6, 5),
        "lstm_1/kernel": (5, 12),
        "lstm_1/recurrent_kernel": (3, 12),
        "lstm_1/bias": (12,),
        "lstm_2/kernel": (3, 12),
        "lstm_2/recurrent_kernel": (3, 12),
        "lstm_2/bias": (12,),
        "dense/kernel": (3, 5),
        "dense/bias": (5,),
    }
    weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    kinds = {"kind": "v2", "masked": True, "embedding": "learnt"}
    architecture = {**kinds, "n_x": 5, "n_a": 3, "n_y": 5, "max_len": max_len}
    facts = {"labels": LABELS, "prior": PRIOR}
    bundles.save(Bundle("emojify", architecture, Vocabulary(WORDS), weights, {}, facts), folder)
    return folder
