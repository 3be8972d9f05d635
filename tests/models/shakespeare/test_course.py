"""The course's functions: windows, the network, its gates, a draw, and what it writes."""

import math

import numpy as np
import pytest

from data import sonnets
from models.engine.engine import Engine
from models.shakespeare import course as shakespeare
from models.shakespeare.networks import course_model
from models.shakespeare.predictors import CarriedReader
from tests.models.shakespeare.poems import VOCABULARY, network, one_hot
from utils.backend import keras

TEXT = "from fairest creatures we desire increase, that thereby"


def test_windows_start_a_stride_apart_and_are_followed_by_their_character() -> None:
    x, y = shakespeare.build_data(TEXT, Tx=10, stride=3)
    assert len(x) == len(y) == math.ceil((len(TEXT) - 10) / 3)
    assert (x[0], y[0]) == (TEXT[:10], TEXT[10])
    assert (x[2], y[2]) == (TEXT[6:16], TEXT[16])
    assert shakespeare.build_data(TEXT[:10], Tx=10) == ([], [])


@pytest.mark.parametrize(("length", "stride"), [(0, 3), (40, 0)])
def test_windows_need_a_length_and_a_stride(length: int, stride: int) -> None:
    with pytest.raises(ValueError, match=f"Tx and stride must be 1 or more, got {length} and {stride}"):
        shakespeare.build_data(TEXT, length, stride)


@pytest.mark.course_data("shakespeare.txt")
def test_the_sonnets_have_the_courses_windows() -> None:
    x, y = shakespeare.build_data(sonnets.sonnets().text)
    assert len(x) == len(y) == 31412


def test_vectorization_is_one_hot() -> None:
    windows, following = shakespeare.build_data(TEXT, Tx=10, stride=3)
    x, y = shakespeare.vectorization(windows, following, 38, VOCABULARY.index, Tx=10)
    assert (x.dtype, x.shape, y.shape) == (np.bool_, (len(windows), 10, 38), (len(windows), 38))
    assert (x.sum(axis=2) == 1).all()
    assert "".join(VOCABULARY.symbols[i] for i in x[4].argmax(axis=1)) == windows[4]
    assert [VOCABULARY.symbols[i] for i in y.argmax(axis=1)] == following


def test_vectorization_refuses_windows_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="every window must have 40 characters, got 3"):
        shakespeare.vectorization(["abc"], ["d"], 38, VOCABULARY.index)
    with pytest.raises(ValueError, match="X and Y must have the same length, got 1 and 0"):
        shakespeare.vectorization(["abc"], [], 38, VOCABULARY.index, Tx=3)


def test_window_indices_are_the_same_windows() -> None:
    windows, following = shakespeare.build_data(TEXT, Tx=10, stride=3)
    x, y = shakespeare.window_indices(VOCABULARY.encode(TEXT), Tx=10, stride=3)
    assert ["".join(VOCABULARY.decode(row)) for row in x] == windows
    assert VOCABULARY.decode(y) == following
    assert shakespeare.window_indices([1, 2, 3])[0].shape == (0, 40)


def test_sample_follows_the_tempered_probabilities() -> None:
    generator, p = np.random.default_rng(1), np.array([0.6, 0.3, 0.1, 0.0])
    drawn = [shakespeare.sample(p, 0.5, generator) for _ in range(4000)]
    wanted = p**2 / (p**2).sum()
    assert np.allclose(np.bincount(drawn, minlength=4) / 4000, wanted, atol=0.03)
    assert shakespeare.sample(np.array([0.0, 1.0])) == 1


def test_the_network_is_the_courses() -> None:
    model = shakespeare.build_model()
    assert model.count_params() == 221_990
    assert [layer.count_params() for layer in model.layers if layer.count_params()] == [85504, 131584, 4902]
    assert (model.input_shape, model.output_shape) == ((None, 40, 38), (None, 38))
    assert [model.get_layer(f"dropout_{n}").rate for n in (1, 2)] == [0.5, 0.5]


@pytest.mark.parametrize("parts", [1, 2, 3])
@pytest.mark.parametrize("rows", [1, 7])
def test_on_indices_is_the_same_network(parts: int, rows: int) -> None:
    model = course_model(network("window"))
    indices = np.random.default_rng(2).integers(-1, 38, (rows, 40)).astype(np.int32)
    indexed = shakespeare.on_indices(model, parts)
    assert np.allclose(indexed(indices), model(one_hot(indices)), atol=1e-6)
    assert all(v is w for v, w in zip(indexed.trainable_variables, model.trainable_variables, strict=True))


def test_hard_sigmoid_has_keras_2s_slope() -> None:
    gate = shakespeare.gate_activation("hard_sigmoid")
    values = np.array([-9, -2.6, -1, 0, 1, 2.4, 9], dtype=np.float32)
    assert np.allclose(gate(values), [0, 0, 0.3, 0.5, 0.7, 0.98, 1], atol=1e-6)


def test_a_network_with_hard_gates_can_be_saved_and_read_again(tmp_path) -> None:
    model = course_model(network("window", "hard_sigmoid"))
    model.save(tmp_path / "poems.keras")
    again = keras().models.load_model(tmp_path / "poems.keras")
    x = one_hot(np.random.default_rng(3).integers(0, 38, (2, 40)))
    assert np.array_equal(again(x), model(x))


def test_gates_of_another_name_are_refused() -> None:
    with pytest.raises(ValueError, match="recurrent_activation must be .* got 'relu'"):
        shakespeare.gate_activation("relu")


def test_generate_output_goes_on_from_the_beginning() -> None:
    reader = CarriedReader(Engine.from_bundle(network(scale=2.0)))
    numbers = np.random.default_rng(4).random(50)
    first = "".join(shakespeare.generate_output(reader, VOCABULARY, "love is forever", numbers))
    again = "".join(shakespeare.generate_output(reader, VOCABULARY, "love is forever", numbers))
    spaced = "".join(shakespeare.generate_output(reader, VOCABULARY, "love is forever ", numbers))
    assert len(first) == 50
    assert first == again != spaced


def test_the_callback_says_the_loss_and_writes_a_little() -> None:
    reader = CarriedReader(Engine.from_bundle(network()))
    line = shakespeare.on_epoch_end(0, {"loss": 2.7312}, reader, VOCABULARY, np.random.default_rng(5), 20)
    assert line.startswith("epoch 1: loss 2.7312; it writes: ")
    assert len(line) > 45
