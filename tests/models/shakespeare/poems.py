"""A small poem network for tests, with weights that differ from gate to gate, made without TensorFlow."""

from typing import Any

import numpy as np

from data.sonnets import ALPHABET
from models.shakespeare.weights import APP, WRITING, Architecture, Writing
from tests.models.arrays import random_arrays
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(ALPHABET)
UNITS = 6


def network(
    state: str = "carried",
    gates: str = "sigmoid",
    units: int = UNITS,
    scale: float = 0.7,
    seed: int = 0,
    *,
    vocabulary: Vocabulary = VOCABULARY,
    lines: bool = False,
    **sizes: Any,
) -> Bundle:
    """Random weights; scale 0 makes every character equally likely.

    Args:
        state: How the network is run.
        gates: Its recurrent activation.
        units: Units of each layer.
        scale: That of the weights.
        seed: Theirs.
        vocabulary: Its symbols.
        lines: Whether each line is a record.
        **sizes: More fields of `Architecture`: layers, cell, embedding, window.
    """
    architecture = Architecture(units, recurrent_activation=gates, state=state, **sizes)
    weights = random_arrays(architecture.shapes(len(vocabulary)), seed=seed, scale=scale)
    extra = {WRITING: Writing(lines=True, longest=12)._asdict()} if lines else {}
    return Bundle(APP, architecture.record(), vocabulary, weights, {}, extra)


# Networks that are not the course's: other scripts, cells, sizes; with and without a replacement; records.
OTHERS = {
    "gru": {"vocabulary": Vocabulary("\n \u4e00\u0416\u00e9aA\ufffd"), "cell": "gru", "layers": 1},
    "rnn": {
        "vocabulary": Vocabulary(["\t", *map(chr, range(0x4E00, 0x4F00)), "\U00020bb7"]),
        "cell": "rnn",
        "embedding": 5,
    },
    "lines": {"vocabulary": Vocabulary("\n ab\ufffd"), "layers": 3, "lines": True},
}


def one_hot(indices: Any) -> Any:
    """(..., 38) of indices, -1 being the zero vector."""
    return np.concatenate((np.eye(38), np.zeros((1, 38))))[np.asarray(indices)].astype(np.float32)
