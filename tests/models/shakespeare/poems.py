"""A small poem network for tests, with weights that differ from gate to gate, made without TensorFlow."""

from typing import Any

import numpy as np

from data.sonnets import ALPHABET
from models.shakespeare import weights as shakespeare_weights
from tests.models.arrays import random_arrays
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

VOCABULARY = Vocabulary(ALPHABET)
UNITS = 6


def network(
    state: str = "carried", gates: str = "sigmoid", units: int = UNITS, scale: float = 0.7, seed: int = 0
) -> Bundle:
    """Random weights; scale 0 makes every character equally likely."""
    weights = random_arrays(shakespeare_weights.shapes(units, len(VOCABULARY)), seed=seed, scale=scale)
    architecture = shakespeare_weights.architecture(state, gates, units)
    return Bundle(shakespeare_weights.APP, architecture, VOCABULARY, weights)


def one_hot(indices: Any) -> Any:
    """(..., 38) of indices, -1 being the zero vector."""
    return np.concatenate((np.eye(38), np.zeros((1, 38))))[np.asarray(indices)].astype(np.float32)
