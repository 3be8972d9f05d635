"""Keras's side of the poem network: the same answers as the engine's, and weights that go round."""

import numpy as np
import pytest

from models.engine.engine import Engine
from models.epochs import train_epoch
from models.shakespeare import networks as shakespeare_keras
from models.shakespeare.predictors import CarriedReader, WindowReader
from models.shakespeare.weights import NAMES
from tests.models.shakespeare.poems import network


@pytest.mark.parametrize("gates", ["sigmoid", "hard_sigmoid"])
@pytest.mark.parametrize("state", ["carried", "window"])
def test_both_engines_answer_alike(state: str, gates: str) -> None:
    found = network(state, gates)
    engine = Engine.from_bundle(found)
    ours = CarriedReader(engine) if state == "carried" else WindowReader(engine)
    keras = shakespeare_keras.reader(found, state)
    text = np.random.default_rng(1).integers(0, 38, (30, 2))
    assert np.allclose(keras.begin([3, 4, 5], 2), ours.begin([3, 4, 5], 2), atol=1e-6)
    for chosen in text:
        assert np.allclose(keras.read(chosen), ours.read(chosen), atol=1e-5)


def test_weights_go_to_keras_and_back() -> None:
    found = network("window", "hard_sigmoid")
    model = shakespeare_keras.course_model(found, dropout=0.2)
    assert model.get_layer("dropout_1").rate == 0.2
    again = shakespeare_keras.to_bundle(model, found, {"seconds": 1})
    assert (again.architecture, again.vocabulary, again.training) == (
        found.architecture,
        found.vocabulary,
        {"seconds": 1},
    )
    assert all(np.array_equal(again.weights[name], found.weights[name]) for name in NAMES)


def test_a_compiled_network_learns_and_its_layers_with_it() -> None:
    found = network("window")
    model = shakespeare_keras.course_model(found, dropout=0.0)
    trained = shakespeare_keras.compile_on_indices(model, rate=0.02)
    x = np.random.default_rng(2).integers(0, 38, (9, 40)).astype(np.int32)
    generator = np.random.default_rng(3)
    epochs = [list(train_epoch(trained, x, x[:, 0], 4, generator)) for _ in range(4)]
    assert [len(losses) for losses in epochs] == [3] * 4
    assert epochs[-1][-1] < epochs[0][-1]
    again = shakespeare_keras.to_bundle(model, found, {})
    assert not np.array_equal(again.weights["lstm_1/kernel"], found.weights["lstm_1/kernel"])
