"""A small jazz network, and examples for it, for the tests of what is made from its layers."""

from typing import Any

import numpy as np
import pytest

from data.solos import reading as solos
from models.jazz import networks as jazz
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

N_VALUES, N_A, T_X, M = 9, 6, 5, 7


@pytest.fixture
def shared() -> jazz.SharedLayers:
    """The layers; all weights, biases too, have values of their own, so that no swapped gate passes."""
    layers = jazz.shared_layers(N_VALUES, N_A, seed=3)
    generator = np.random.default_rng(5)
    for layer in (layers.LSTM_cell, layers.densor):
        layer.set_weights([generator.normal(0, 1.2, w.shape).astype(np.float32) for w in layer.get_weights()])
    return layers


@pytest.fixture
def examples() -> tuple[Any, Any]:
    """X and Y of a made-up solo."""
    tokens = [f"C,{number}.000" for number in np.random.default_rng(1).integers(0, N_VALUES, 60)]
    return solos.training_examples(tokens, vocabulary(), m=M, T_x=T_X)


@pytest.fixture
def jazz_bundle(shared: jazz.SharedLayers) -> Bundle:
    """The layers as a bundle."""
    sizes = {"n_a": N_A, "n_values": N_VALUES}
    return Bundle("jazz", sizes, vocabulary(), jazz.network_arrays(shared))


def vocabulary() -> Vocabulary:
    """As many tokens as the network knows."""
    return Vocabulary([f"C,{number}.000" for number in range(N_VALUES)])
