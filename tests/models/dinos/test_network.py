"""The two-matrix passes against the step-by-step way of the course."""

import numpy as np

from apps.bench.rows.dinos import plain_step
from models.dinos import network as dinos_network
from models.dinos.course import initialize_parameters
from models.dinos.network import Network, indices
from models.engine.layers import NOTHING


def example(n=6, n_a=5, T=7):
    rng = np.random.default_rng(0)
    shapes = {name: array.shape for name, array in initialize_parameters(n_a, n, n).items()}
    parameters = {name: rng.standard_normal(shape) * 0.5 for name, shape in shapes.items()}
    X = [None, *(int(index) for index in rng.integers(0, n, T - 1))]
    return parameters, X, [*X[1:], 0], rng.standard_normal((n_a, 1))


def test_a_step_is_the_step_by_step_way():
    parameters, X, Y, a_prev = example()
    network = Network.of(parameters)
    loss, cache = dinos_network.forward(network, indices(X), np.array(Y), a_prev[:, 0])
    gradients = dinos_network.backward(network, cache)
    gradients.clip(5.0)
    stepped = network.minus(gradients, 0.01).parameters()
    plain_loss, plain_a = plain_step(X, Y, a_prev, parameters)  # changes the parameters
    assert abs(loss - plain_loss) < 1e-12
    np.testing.assert_allclose(cache.a[-1], plain_a[:, 0], rtol=0, atol=1e-14)
    for name, array in parameters.items():
        np.testing.assert_allclose(stepped[name], array, rtol=0, atol=1e-15)


def test_rows_hold_one_hot_state_and_one():
    parameters, X, Y, a_prev = example()
    _, cache = dinos_network.forward(Network.of(parameters), indices(X), np.array(Y), a_prev[:, 0])
    assert cache.rows.shape == (8, 6 + 5 + 1)
    assert not cache.rows[0, :6].any()
    for t, symbol in enumerate(X[1:], 1):
        np.testing.assert_array_equal(cache.rows[t, :6], np.eye(6)[symbol])
    np.testing.assert_array_equal(cache.rows[0, 6:11], a_prev[:, 0])
    np.testing.assert_array_equal(cache.rows[:, 11], np.ones(8))
    np.testing.assert_array_equal(cache.a, cache.rows[:, 6:11])
    np.testing.assert_allclose(cache.y_hat.sum(axis=1), np.ones(7))


def test_passes_do_not_write_into_each_other():
    """The blank rows are shared by all passes: two names of the same length must not mix."""
    parameters, X, Y, a_prev = example()
    network = Network.of(parameters)
    arguments = (network, indices(X), np.array(Y), a_prev[:, 0])
    loss, cache = dinos_network.forward(*arguments)
    rows = cache.rows.copy()
    dinos_network.forward(network, indices(Y), np.array(Y), np.ones(5))
    np.testing.assert_array_equal(cache.rows, rows)
    assert dinos_network.forward(*arguments)[0] == loss


def test_clip_is_in_place_and_minus_is_not():
    network = Network(np.array([[1.0, -9.0]]), np.array([[7.0, 0.5]]))
    gradients = Network(np.array([[20.0, -30.0]]), np.array([[0.0, 6.0]]))
    gradients.clip(5.0)
    np.testing.assert_array_equal(gradients.recurrent, [[5, -5]])
    np.testing.assert_array_equal(gradients.output, [[0, 5]])
    stepped = network.minus(gradients, 0.1)
    np.testing.assert_allclose(stepped.recurrent, [[0.5, -8.5]])
    np.testing.assert_array_equal(network.recurrent, [[1, -9]])


def test_indices():
    assert indices([None, 3, 0]).tolist() == [NOTHING, 3, 0]
