"""The parts of the exported graphs, each compared with what it repeats."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import export_graph
from models.export_graph import Layers, choose, choose_in_numpy, per_row, row_uniforms, scalar, uniforms


@pytest.mark.parametrize("hard_sigmoid", [False, True])
def test_an_lstm_step_equals_keras(hard_sigmoid: bool) -> None:
    generator = np.random.default_rng(0)
    shapes = {"kernel": (3, 16), "recurrent_kernel": (4, 16), "bias": (16,)}
    arrays = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    x, a, c = (generator.normal(size=(2, n)).astype(np.float32) for n in (3, 4, 4))
    clip = lambda z: keras.ops.clip(0.2 * z + 0.5, 0.0, 1.0)  # noqa: E731
    cell = keras.layers.LSTMCell(4, recurrent_activation=clip if hard_sigmoid else "sigmoid")
    cell.build((2, 3))
    cell.set_weights(list(arrays.values()))
    _, expected = cell(x, [a, c])
    layers = Layers({f"lstm_1/{name}": array for name, array in arrays.items()}, hard_sigmoid)
    found = layers.lstm_step("lstm_1", layers.project("lstm_1", x), a, c)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_numbers_follow_from_seed_and_row_alone() -> None:
    first, again, other_row, other_seed = (
        uniforms(*key, 9).numpy() for key in ((5, 0), (5, 0), (5, 1), (6, 0))
    )
    assert first.dtype == np.float64 and ((first >= 0) & (first < 1)).all()
    assert np.array_equal(first, again)
    assert not np.isclose(first, other_row).any() and not np.isclose(first, other_seed).any()


def test_rows_share_a_seed_or_have_one_each() -> None:
    shared = row_uniforms(tf.constant(5, tf.int64), 3, 4).numpy()
    own = row_uniforms(tf.constant([5, 6, 5], tf.int64), 3, 4).numpy()
    assert np.array_equal(shared, [uniforms(5, row, 4).numpy() for row in range(3)])
    assert np.array_equal(own, [uniforms(seed, 0, 4).numpy() for seed in (5, 6, 5)])
    assert np.array_equal(shared[0], own[0])


@pytest.mark.parametrize("temperature", [0.0, 1e-30, 0.01, 0.5, 1.0, 3.0, 1e6])
def test_the_graph_chooses_as_numpy_does(temperature: float) -> None:
    generator = np.random.default_rng(1)
    p = generator.dirichlet(np.ones(6) * 0.3, 200).astype(np.float32)
    p[:, 2] = 0  # never to be chosen
    numbers = generator.random(200)
    numbers[:2] = 0, np.nextafter(1, 0)
    temperatures = tf.fill([200], tf.constant(temperature, tf.float32))
    chosen = choose(tf.constant(p), tf.constant(numbers), temperatures).numpy()
    expected = [choose_in_numpy(row, float(u), temperature) for row, u in zip(p, numbers, strict=True)]
    assert chosen.tolist() == expected
    assert 2 not in chosen
    if temperature < export_graph.GREEDY:
        assert np.array_equal(chosen, p.argmax(axis=1))
    else:
        assert chosen[0] == np.flatnonzero(p[0])[0]  # the number was 0


def test_each_row_has_its_own_temperature() -> None:
    p = tf.constant([[0.3, 0.7], [0.3, 0.7]])
    chosen = choose(p, tf.constant([0.1, 0.1], tf.float64), tf.constant([1.0, 0.0]))
    assert chosen.numpy().tolist() == [0, 1]


def test_an_input_is_one_number_or_one_for_each_row() -> None:
    for given, expected in ((7, [7, 7, 7]), ([7], [7, 7, 7]), ([1, 2, 3], [1, 2, 3])):
        assert per_row(tf.constant(given), 3, "length").numpy().tolist() == expected
    assert scalar(tf.constant([4]), "seed").numpy() == 4


@pytest.mark.parametrize("given", [[1, 2], []])
def test_another_count_of_numbers_is_refused(given: list[int]) -> None:
    values = tf.constant(given, tf.int32)
    message = "length must be one number, or one for each row"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        per_row(values, 3, "length")
    with pytest.raises(tf.errors.InvalidArgumentError, match="seed must be one number"):
        scalar(values, "seed")


@pytest.mark.parametrize("temperature", [-0.5, float("nan"), float("inf")])
def test_a_bad_temperature_is_refused(temperature: float) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="temperature must be 0"):
        export_graph.finite_temperature(tf.constant([1.0, temperature]))
