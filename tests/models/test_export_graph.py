"""The parts of the exported graphs, each compared with what it repeats."""

from collections.abc import Sequence

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import export_graph
from models.export_graph import Layers, choose, choose_in_numpy, draws, row_uniforms, uniforms
from models.shapes import stacked_shapes
from tests.models.arrays import random_arrays

KINDS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU, "simple_rnn": keras.layers.SimpleRNN}


def network(kind: str, n_x: int, units: Sequence[int], n: int) -> dict[str, np.ndarray]:
    """Random arrays of recurrent layers and a softmax layer."""
    return random_arrays(stacked_shapes(kind, n_x, units, n, reset_after=True))


@pytest.mark.parametrize("hard_sigmoid", [False, True])
@pytest.mark.parametrize("units", [(4,), (4, 6), (5, 4, 6)])
@pytest.mark.parametrize("kind", KINDS)
def test_two_steps_equal_keras(kind: str, units: tuple[int, ...], hard_sigmoid: bool) -> None:
    arrays = network(kind, 3, units, 5)
    x = np.random.default_rng(1).normal(size=(2, 2, 3)).astype(np.float32)
    clip = lambda z: keras.ops.clip(0.2 * z + 0.5, 0.0, 1.0)  # noqa: E731
    options = {} if kind == "simple_rnn" else {"recurrent_activation": clip if hard_sigmoid else "sigmoid"}
    recurrent = [KINDS[kind](size, return_sequences=True, **options) for size in units]
    model = keras.Sequential([keras.Input((None, 3)), *recurrent, keras.layers.Dense(5, "softmax")])
    model.set_weights(list(arrays.values()))
    layers = Layers(arrays, hard_sigmoid)
    state = layers.zero_state(2)
    for t, expected in enumerate(np.moveaxis(model(x).numpy(), 1, 0)):
        state = layers.step(layers.project(x[:, t]), state)
        np.testing.assert_allclose(layers.probabilities(state[-1]), expected, atol=1e-6)


def test_a_gru_whose_reset_gate_comes_before_has_no_graph() -> None:
    with pytest.raises(ValueError, match="expected GRU layers with reset_after=True"):
        Layers(random_arrays(stacked_shapes("gru", 3, [4], 5)))


@pytest.mark.parametrize(
    ("kind", "n_a", "n"),
    [
        ("lstm", 6, 5),
        ("lstm", 16, 9),
        ("lstm", 32, 38),
        ("gru", 6, 5),
        ("gru", 32, 70),
        ("simple_rnn", 16, 9),
    ],
)
def test_a_row_s_bits_do_not_depend_on_the_rows_beside_it(kind: str, n_a: int, n: int) -> None:
    layers = Layers(network(kind, 3, [n_a, n_a], n))
    x = np.random.default_rng(1).normal(size=(40, 3)).astype(np.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, 3])])
    def run(x: tf.Tensor) -> tuple[tf.Tensor, ...]:
        m = tf.shape(x)[0]
        projected = layers.project(layers.pad_rows(x))
        state = layers.step(projected, layers.zero_state(tf.shape(projected)[0]))
        state = layers.step(projected, state)
        logits = tf.cast(state[-1], tf.float64)
        return layers.probabilities(state[-1])[:m], tf.exp(logits / 0.3)[:m], state[0][:m]

    expected = run(x)
    for first, last in ((0, 1), (39, 40), (3, 5), (1, 16), (7, 24), (5, 38)):
        for ours, theirs in zip(run(x[first:last]), expected, strict=True):
            assert np.array_equal(ours, theirs[first:last])


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
    chosen = choose(tf.math.log(p), *draws(tf.constant(numbers), temperatures)).numpy()
    expected = [choose_in_numpy(row, float(u), temperature) for row, u in zip(p, numbers, strict=True)]
    assert chosen.tolist() == expected
    assert 2 not in chosen
    if temperature < export_graph.GREEDY:
        assert np.array_equal(chosen, p.argmax(axis=1))
    else:
        assert chosen[0] == np.flatnonzero(p[0])[0]  # the number was 0


def test_the_first_of_equals_is_the_likeliest() -> None:
    uniform, temperature = tf.constant([0.9], tf.float64), tf.constant([0.0])
    assert choose(tf.zeros([1, 4]), *draws(uniform, temperature)).numpy() == [0]


def test_each_row_has_its_own_temperature() -> None:
    logits = tf.math.log([[0.3, 0.7], [0.3, 0.7]])
    chosen = choose(logits, *draws(tf.constant([0.1, 0.1], tf.float64), tf.constant([1.0, 0.0])))
    assert chosen.numpy().tolist() == [0, 1]
