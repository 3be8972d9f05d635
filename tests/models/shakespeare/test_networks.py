"""The poem network in Keras: the course's, over indices, and over sequences with carried state."""

from pathlib import Path

import keras
import numpy as np
import pytest

from models.keras_weights import get_arrays, set_arrays
from models.shakespeare.networks import (
    OnIndices,
    SequenceModel,
    build_model,
    course_model,
    gate_activation,
    to_bundle,
)
from models.shakespeare.weights import Architecture
from tests.models.shakespeare.poems import network, one_hot


def test_the_network_is_the_courses() -> None:
    model = build_model()
    assert model.count_params() == 221_990
    assert [layer.count_params() for layer in model.layers if layer.count_params()] == [85504, 131584, 4902]
    assert (model.input_shape, model.output_shape) == ((None, 40, 38), (None, 38))
    assert [model.get_layer(f"dropout_{n}").rate for n in (1, 2)] == [0.5, 0.5]


def test_weights_go_to_keras_and_back() -> None:
    found = network("window", "hard_sigmoid")
    model = course_model(found, dropout=0.2)
    assert model.get_layer("dropout_1").rate == 0.2
    assert {name: array.shape for name, array in get_arrays(model).items()} == Architecture(6).shapes(38)
    again = to_bundle(model, found)
    assert (again.architecture, again.vocabulary) == (found.architecture, found.vocabulary)
    assert all(np.array_equal(again.weights[name], found.weights[name]) for name in found.weights)


@pytest.mark.slow
@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("rows", [1, 7])
def test_over_indices_it_is_the_same_network(parts: int, rows: int) -> None:
    model = course_model(network("window"))
    indices = np.random.default_rng(2).integers(-1, 38, (rows, 40)).astype(np.int32)
    indexed = OnIndices(model, parts)
    assert np.allclose(indexed(indices), model(one_hot(indices)), atol=1e-6)
    assert all(v is w for v, w in zip(indexed.trainable_variables, model.trainable_variables, strict=True))


def test_over_sequences_it_is_the_same_network_at_the_last_position() -> None:
    found = network("window", "hard_sigmoid")
    model = SequenceModel(38, 1, Architecture(6, recurrent_activation="hard_sigmoid"))
    set_arrays(found.weights, model)
    x = np.random.default_rng(1).integers(0, 38, (3, 40)).astype(np.int32)
    zero = np.zeros((3, 6), dtype=np.float32)
    logits = np.asarray(model([x, zero, zero, zero, zero])[0])[:, -1].astype(np.float64)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(p, course_model(found)(one_hot(x)), atol=1e-6)


def test_hard_sigmoid_has_keras_2s_slope() -> None:
    gate = gate_activation("hard_sigmoid")
    values = np.array([-9, -2.6, -1, 0, 1, 2.4, 9], dtype=np.float32)
    assert np.allclose(gate(values), [0, 0, 0.3, 0.5, 0.7, 0.98, 1], atol=1e-6)
    with pytest.raises(ValueError, match="recurrent_activation: expected .* got 'relu'"):
        gate_activation("relu")


def test_a_network_with_hard_gates_can_be_saved_and_read_again(tmp_path: Path) -> None:
    model = course_model(network("window", "hard_sigmoid"))
    model.save(tmp_path / "poems.keras")
    again = keras.models.load_model(tmp_path / "poems.keras")
    x = one_hot(np.random.default_rng(3).integers(0, 38, (2, 40)))
    assert np.array_equal(again(x), model(x))
