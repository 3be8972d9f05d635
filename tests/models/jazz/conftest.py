"""A small jazz network and examples for it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from data.solos.corpus import training_examples
from models import jazz
from models.jazz.networks import layers_from_bundle
from models.shapes import stacked_shapes
from tests.models.arrays import random_arrays
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

N_VALUES, N_A, T_X, M = 9, 6, 5, 7
TOKENS = [f"C,{number}.000" for number in range(N_VALUES)]

Examples = tuple[NDArray[np.float32], NDArray[np.float32]]


def made_bundle() -> Bundle:
    """A network with one token for each output."""
    arrays = random_arrays(stacked_shapes("lstm", N_VALUES, [N_A], N_VALUES), seed=5, scale=1.2)
    return Bundle("jazz", {"n_a": N_A, "n_values": N_VALUES}, Vocabulary(TOKENS), arrays)


@pytest.fixture
def jazz_bundle() -> Bundle:
    """`made_bundle`, which a test may change, like the other fixtures."""
    return made_bundle()


@pytest.fixture
def shared(jazz_bundle: Bundle) -> jazz.SharedLayers:
    """The bundle's layers."""
    return layers_from_bundle(jazz_bundle)


@pytest.fixture
def examples() -> Examples:
    """X and Y of a made-up solo."""
    tokens = np.random.default_rng(1).choice(TOKENS, 60).tolist()
    return training_examples(tokens, Vocabulary(TOKENS), m=M, T_x=T_X)
