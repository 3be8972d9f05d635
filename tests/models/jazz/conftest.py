"""A small jazz network and examples for it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from data.solos import reading as solos
from models import jazz
from models.keras_weights import get_arrays
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

N_VALUES, N_A, T_X, M = 9, 6, 5, 7

Examples = tuple[NDArray[np.float32], NDArray[np.float32]]


def made_layers() -> jazz.SharedLayers:
    """Layers whose weights, biases too, all differ, so that no swapped gate passes."""
    layers = jazz.shared_layers(N_VALUES, N_A, seed=3)
    generator = np.random.default_rng(5)
    for layer in (layers.LSTM_cell, layers.densor):
        layer.set_weights([generator.normal(0, 1.2, w.shape).astype(np.float32) for w in layer.get_weights()])
    return layers


def made_bundle(shared: jazz.SharedLayers) -> Bundle:
    """The layers as a bundle, with one token for each output."""
    arrays = get_arrays(shared.LSTM_cell, shared.densor)
    vocabulary = Vocabulary([f"C,{number}.000" for number in range(N_VALUES)])
    return Bundle("jazz", {"n_a": N_A, "n_values": N_VALUES}, vocabulary, arrays)


@pytest.fixture
def shared() -> jazz.SharedLayers:
    """`made_layers`, which a test may change."""
    return made_layers()


@pytest.fixture
def vocabulary(jazz_bundle: Bundle) -> Vocabulary:
    """One token for each of the network's outputs."""
    return jazz_bundle.vocabulary


@pytest.fixture
def examples(vocabulary: Vocabulary) -> Examples:
    """X and Y of a made-up solo."""
    tokens = [f"C,{number}.000" for number in np.random.default_rng(1).integers(0, N_VALUES, 60)]
    return solos.training_examples(tokens, vocabulary, m=M, T_x=T_X)


@pytest.fixture
def jazz_bundle(shared: jazz.SharedLayers) -> Bundle:
    """The layers as a bundle."""
    return made_bundle(shared)
