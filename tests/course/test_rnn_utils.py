"""The helpers of "RNN step by step"."""

import numpy as np
import pytest

from course import rnn_utils


def test_softmax_subtracts_the_maximum_of_the_whole_array():
    x = np.array([[1000.0, 999.0], [998.0, 1000.0]])
    np.testing.assert_allclose(rnn_utils.softmax(x).sum(axis=0), 1)
    with np.errstate(invalid="ignore"):  # the course's, defect included
        assert np.isnan(rnn_utils.softmax(np.array([[0.0, -800.0], [0.0, -800.0]]))[:, 1]).all()
    assert rnn_utils.sigmoid(np.zeros(1))[0] == 0.5


def test_adam_follows_the_papers_first_two_steps():
    parameters = {"W1": np.array([[1.0, 2.0]]), "b1": np.array([[0.5]])}
    old = parameters["W1"]
    v, s = rnn_utils.initialize_adam(parameters)
    assert {name: array.shape for name, array in v.items()} == {"dW1": (1, 2), "db1": (1, 1)}
    assert v["dW1"] is not s["dW1"]
    grads = {"dW1": np.array([[0.1, -3.0]]), "db1": np.array([[0.0]])}
    parameters, v, s = rnn_utils.update_parameters_with_adam(parameters, grads, v, s, 1)
    np.testing.assert_allclose(
        parameters["W1"], [[0.99, 2.01]], atol=1e-8
    )  # a first step is the learning rate
    np.testing.assert_array_equal(old, [[1.0, 2.0]])
    parameters, v, s = rnn_utils.update_parameters_with_adam(
        parameters, {**grads, "dW1": -grads["dW1"]}, v, s, 2
    )
    moment = (0.9 * 0.1 * 0.1 - 0.1 * 0.1) / (1 - 0.81)
    square = (0.999 * 0.001 + 0.001) * 0.01 / (1 - 0.999**2)
    assert parameters["W1"][0, 0] == pytest.approx(0.99 - 0.01 * moment / (np.sqrt(square) + 1e-8), abs=1e-7)
    assert parameters["b1"][0, 0] == 0.5
