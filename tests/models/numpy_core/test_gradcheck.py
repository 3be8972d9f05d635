import numpy as np
import pytest

from models.numpy_core.gradcheck import check_cell, compare, numerical_gradient, relative_error
from models.numpy_core.shapes import GATES


def test_numerical_gradient_of_a_known_function_leaves_the_array_as_it_was():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    kept = x.copy()
    np.testing.assert_allclose(numerical_gradient(lambda: np.sum(x**3), x), 3 * x**2, rtol=1e-8)
    np.testing.assert_array_equal(x, kept)


def test_relative_error():
    assert relative_error(np.array([3.0, 4.0]), np.array([3.0, 4.0])) == 0
    assert relative_error(np.array([1.0]), np.array([-1.0])) == 1
    assert relative_error(np.zeros(2), np.zeros(2)) == 0


def test_compare_sees_a_wrong_gradient():
    x = np.array([1.0, 2.0])
    (good,) = compare(lambda: np.sum(x**2), {"x": x}, {"dx": 2 * x})
    assert good.name == "x"
    assert good.analytic == 4
    assert good.relative_error < 1e-9
    (bad,) = compare(lambda: np.sum(x**2), {"x": x}, {"dx": 2.001 * x})
    assert bad.relative_error > 1e-4


@pytest.mark.parametrize("kind", GATES)
def test_every_cell_passes(kind):
    checks = check_cell(kind, np.random.default_rng(0))
    gates = {"rnn": {"Wax", "Waa", "ba"}, "lstm": set(), "gru": set()}[kind]
    gates |= {f"{letter}{gate}" for gate in GATES[kind] for letter in "Wb"}
    states = {"xt", "a_prev"} | ({"c_prev"} if kind == "lstm" else set())
    assert {check.name for check in checks} == states | gates
    assert max(check.relative_error for check in checks) < 1e-7
