"""The character model: the course's published values."""

import numpy as np
import pytest

from models import dinos
from tools.bench.rows.dinos import plain_step
from utils.vocabulary import Vocabulary

ALPHABET = Vocabulary(["\n", *"abcdefghijklmnopqrstuvwxyz"])


def drawn_parameters(seed, *before, n_a=100):
    """The exercises' draws: what comes `before`, then Wax Waa Wya b by."""
    np.random.seed(seed)
    first = [np.random.randn(*shape) for shape in before]
    shapes = {"Wax": (n_a, 27), "Waa": (n_a, n_a), "Wya": (27, n_a), "b": (n_a, 1), "by": (27, 1)}
    return *first, {name: np.random.randn(*shape) for name, shape in shapes.items()}


def test_initialize_parameters_draws_in_the_courses_order():
    parameters = dinos.initialize_parameters(50, 27, 27)
    np.random.seed(1)
    for name, shape in {"Wax": (50, 27), "Waa": (50, 50), "Wya": (27, 50)}.items():
        np.testing.assert_array_equal(parameters[name], np.random.randn(*shape) * 0.01)
    assert not parameters["b"].any()
    assert not parameters["by"].any()


def test_get_initial_loss_and_smooth():
    assert dinos.get_initial_loss(27, 7) == pytest.approx(-np.log(1 / 27) * 7, rel=1e-15)
    assert dinos.smooth(20.0, 30.0) == pytest.approx(20.01)


@pytest.mark.parametrize(
    ("most", "expected"),
    [(10, [10, -10, 0.2971381536101662, 10, 8.45833407]), (5, [5, -5, 0.29713815, 5, 5])],
)
def test_clip(most, expected):
    np.random.seed(3)
    shapes = {"dWax": (5, 3), "dWaa": (5, 5), "dWya": (2, 5), "db": (5, 1), "dby": (2, 1)}
    gradients = {name: np.random.randn(*shape) * 10 for name, shape in shapes.items()}
    kept = {name: array.copy() for name, array in gradients.items()}
    clipped = dinos.clip(gradients, most)
    places = [("dWaa", (1, 2)), ("dWax", (3, 1)), ("dWya", (1, 2)), ("db", (4, 0)), ("dby", (1, 0))]
    np.testing.assert_allclose([clipped[name][place] for name, place in places], expected, atol=5e-9)
    for name, array in kept.items():
        np.testing.assert_array_equal(gradients[name], array)


def test_optimize():
    a_prev, parameters = drawn_parameters(1, (100, 1))
    kept = {name: array.copy() for name, array in parameters.items()}
    X, Y = [12, 3, 5, 11, 22, 3], [4, 14, 11, 22, 25, 26]
    loss, gradients, a_last = dinos.optimize(X, Y, a_prev, parameters)
    assert loss == pytest.approx(126.503975722, abs=5e-10)
    assert gradients["dWaa"][1][2] == pytest.approx(0.194709315347, abs=5e-13)
    assert np.argmax(gradients["dWax"]) == 93
    assert gradients["dWya"][1][2] == pytest.approx(-0.007773876032, abs=5e-13)
    np.testing.assert_allclose(gradients["db"][4], [-0.06809825], atol=5e-9)
    np.testing.assert_allclose(gradients["dby"][1], [0.01538192], atol=5e-9)
    np.testing.assert_allclose(a_last[4], [-1.0], atol=5e-9)
    for name, array in kept.items():
        np.testing.assert_array_equal(parameters[name], array - 0.01 * gradients[f"d{name}"])


def test_optimize_is_the_step_by_step_loop():
    """Beside the benchmark's plain way: one-hot columns, a product at a time."""
    rng = np.random.default_rng(0)
    parameters = {
        name: rng.standard_normal(array.shape) * 0.5
        for name, array in dinos.initialize_parameters(5, 6, 6).items()
    }
    plain = {name: array.copy() for name, array in parameters.items()}
    X = [None, *rng.integers(0, 6, 7).tolist()]
    Y, a_prev = [*X[1:], 0], rng.standard_normal((5, 1))
    loss, _, a_last = dinos.optimize(X, Y, a_prev, parameters)
    plain_loss, plain_a = plain_step(X, Y, a_prev, plain)
    assert loss == pytest.approx(plain_loss, abs=1e-12)
    np.testing.assert_allclose(a_last, plain_a, rtol=0, atol=1e-14)
    for name, array in parameters.items():
        np.testing.assert_allclose(array, plain[name], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("X", "Y", "message"),
    [
        ([], [], "X and Y: expected one length of 1 or more, got 0 and 0"),
        ([None], [1, 2], "got 1 and 2"),
        ([1, None], [1, 2], "X: expected indices from 0 to 26, got None"),
        ([27], [1], "X: expected indices from 0 to 26, got 27"),
        ([1], [-1], "Y: expected indices from 0 to 26, got -1"),
        ([None], [1], r"parameters\['by'\]: expected shape \(27, 1\), got \(28, 1\)"),
    ],
)
def test_index_lists_that_do_not_fit_are_refused(X, Y, message):
    parameters = dinos.initialize_parameters(5, 27, 28 if "by" in message else 27)
    with pytest.raises(ValueError, match=message):
        dinos.rnn_forward(X, Y, np.zeros((5, 1)), parameters)
