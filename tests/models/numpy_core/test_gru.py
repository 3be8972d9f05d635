"""The GRU: its formulas; the course publishes no values for it."""

import numpy as np

from models.numpy_core import gru_cell_forward, sigmoid


def test_gru_cell_forward():
    """The formulas written out for one unit and one input; a_prev comes before xt in the stack."""
    one = {name: np.array([[value]]) for name, value in {"bu": 0.1, "br": -0.2, "bc": 0.3, "by": 0.4}.items()}
    gates = {"Wu": [0.5, -0.6], "Wr": [0.7, 0.8], "Wc": [-0.9, 1.1]}
    parameters = one | {name: np.array([row]) for name, row in gates.items()} | {"Wy": np.array([[2.0]])}
    a_next, yt, cache = gru_cell_forward(np.array([[0.3]]), np.array([[-0.4]]), parameters)
    u = sigmoid(0.5 * -0.4 + -0.6 * 0.3 + 0.1)
    r = sigmoid(0.7 * -0.4 + 0.8 * 0.3 - 0.2)
    candidate = np.tanh(-0.9 * (r * -0.4) + 1.1 * 0.3 + 0.3)
    np.testing.assert_allclose(a_next, u * -0.4 + (1 - u) * candidate)
    np.testing.assert_allclose(cache[2:5], np.reshape([u, r, candidate], (3, 1, 1)))
    np.testing.assert_array_equal(yt, [[1.0]])
