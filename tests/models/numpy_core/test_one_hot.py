"""Indices instead of one-hot columns: the same values and gradients as the step-by-step cell."""

import numpy as np
import pytest

from models.numpy_core import rnn_backward, rnn_backward_one_hot, rnn_forward, rnn_forward_one_hot
from models.numpy_core.gradcheck import random_parameters

N_X, N_A, N_Y, M, T_X = 6, 5, 4, 3, 7


def example(dtype=np.float64):
    """Indices, a0 and parameters, no bias zero; the first symbol of one example is none."""
    rng = np.random.default_rng(0)
    X = rng.integers(0, N_X, (M, T_X))
    X[1, 0] = X[2, 4] = -1
    parameters = {k: v.astype(dtype) for k, v in random_parameters("rnn", N_X, N_A, N_Y, rng).items()}
    return X, rng.standard_normal((N_A, M)).astype(dtype), parameters


def columns(X):
    """One-hot columns (n_x, m, T_x)."""
    return np.concatenate((np.eye(N_X), np.zeros((1, N_X))))[X].transpose(2, 0, 1)


@pytest.mark.parametrize("m", [1, M])
def test_values_and_gradients_are_those_of_the_cell(m):
    X, a0, parameters = example()
    X, a0 = X[:m], a0[:, :m]
    a, y_pred, caches = rnn_forward_one_hot(X, a0, parameters)
    of_cell, y_of_cell, cell_caches = rnn_forward(columns(X), a0, parameters)
    np.testing.assert_allclose(a, of_cell, rtol=0, atol=1e-14)
    np.testing.assert_allclose(y_pred, y_of_cell, rtol=0, atol=1e-14)
    da = np.random.default_rng(1).standard_normal(a.shape)
    kept = da.copy()
    gradients, expected = rnn_backward_one_hot(da, caches), rnn_backward(da, cell_caches)
    assert gradients.keys() == expected.keys() - {"dx"}
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, expected[name], rtol=0, atol=1e-12, err_msg=name)
    np.testing.assert_array_equal(da, kept)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    a, y_pred, caches = rnn_forward_one_hot(*example(dtype))
    gradients = rnn_backward_one_hot(a, caches)
    assert {array.dtype for array in (a, y_pred, *gradients.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.zeros(3, int)}, r"X: expected shape \(m, T_x\), got \(3,\)"),
        ({"X": np.full((M, 2), N_X)}, "X: expected indices from -1 to 5, got 6 to 6"),
        ({"X": np.full((M, 2), -2)}, "X: expected indices from -1 to 5, got -2 to -2"),
        ({"a0": np.ones((N_A, 1))}, r"a0: expected shape \(n_a, 3\), got \(5, 1\)"),
        ({"Wax": np.ones((4, N_X))}, r"^parameters\['Wax'\]: expected shape \(5, n_x\), got \(4, 6\)"),
        ({"Waa": np.ones((N_A, 4))}, r"parameters\['Waa'\]: expected shape \(5, 5\), got \(5, 4\)"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    X, a0, parameters = example()
    arguments = {"X": X, "a0": a0} | {name: value for name, value in change.items() if name in ("X", "a0")}
    parameters |= {name: value for name, value in change.items() if name in parameters}
    with pytest.raises(ValueError, match=message):
        rnn_forward_one_hot(**arguments, parameters=parameters)


def test_a_gradient_that_does_not_fit_is_named():
    caches = rnn_forward_one_hot(*example())[2]
    with pytest.raises(ValueError, match=r"da: expected shape \(5, 3, 7\), got \(5, 3, 6\)"):
        rnn_backward_one_hot(np.ones((N_A, M, 6)), caches)
