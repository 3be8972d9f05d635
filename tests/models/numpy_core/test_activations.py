import numpy as np
import pytest

from models.numpy_core import sigmoid, softmax


def test_sigmoid_of_known_numbers():
    np.testing.assert_allclose(sigmoid(np.array([0.0, 1.0, -2.0])), [0.5, 0.7310585786, 0.1192029220])


def test_sigmoid_of_large_numbers_neither_overflows_nor_loses_the_small_end():
    with np.errstate(all="raise", under="ignore"):
        values = sigmoid(np.array([-1e4, -700.0, 700.0, 1e4, -np.inf, np.inf]))
    np.testing.assert_array_equal(values[[0, 2, 3, 4, 5]], [0, 1, 1, 0, 1])
    np.testing.assert_allclose(values[1], np.exp(-700.0), rtol=1e-12)


def test_softmax_runs_over_axis_0():
    x = np.random.default_rng(0).standard_normal((4, 3, 2))
    np.testing.assert_allclose(softmax(x), np.exp(x) / np.exp(x).sum(axis=0))
    np.testing.assert_allclose(softmax(x).sum(axis=0), np.ones((3, 2)))


def test_softmax_of_large_numbers():
    columns = np.array([[1e4, -1e4], [1e4, -1e4], [-1e4, -3e4]])
    np.testing.assert_allclose(softmax(columns), [[0.5, 0.5], [0.5, 0.5], [0.0, 0.0]])


@pytest.mark.parametrize("function", [sigmoid, softmax])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(function, dtype):
    assert function(np.ones((2, 3), dtype)).dtype == dtype
