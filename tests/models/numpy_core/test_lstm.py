"""The LSTM: the published values (m=10, n_x=3, n_a=5, n_y=2, seed 1), and its cell state."""

import numpy as np

from models.numpy_core import lstm_backward, lstm_cell_backward, lstm_cell_forward, lstm_forward
from tests.models.numpy_core.cells import course_draws, example

NAMES = ("Wf", "bf", "Wi", "bi", "Wo", "bo", "Wc", "bc", "Wy", "by")  # the order of the draws
SHAPES = [(5, 8), (5, 1)] * 4 + [(2, 5), (2, 1)]


def assert_published(gradients, expected):
    """Gradients by name have the published numbers (row, column, value)."""
    for name, (row, column, value) in expected.items():
        np.testing.assert_allclose(gradients[name][row, column], value, atol=5e-9, err_msg=name)


def test_lstm_cell_forward():
    xt, a_prev, c_prev, *drawn = course_draws((3, 10), (5, 10), (5, 10), *SHAPES)
    parameters = dict(zip(NAMES, drawn, strict=True))
    a_next, c_next, yt, cache = lstm_cell_forward(xt, a_prev, c_prev, parameters)
    np.testing.assert_allclose(
        a_next[4],
        [-0.66408471, 0.0036921, 0.02088357, 0.22834167, -0.85575339]
        + [0.00138482, 0.76566531, 0.34631421, -0.00215674, 0.43827275],
        atol=5e-9,
    )
    np.testing.assert_allclose(
        c_next[2],
        [0.63267805, 1.00570849, 0.35504474, 0.20690913, -1.64566718]
        + [0.11832942, 0.76449811, -0.0981561, -0.74348425, -0.26810932],
        atol=5e-9,
    )
    np.testing.assert_allclose(
        yt[1],
        [0.79913913, 0.15986619, 0.22412122, 0.15606108, 0.97057211]
        + [0.31146381, 0.00943007, 0.12666353, 0.39380172, 0.07828381],
        atol=5e-9,
    )
    assert len(cache) == 10
    for place, array in {0: a_next, 1: c_next, 2: a_prev, 3: c_prev, 8: xt, 9: parameters}.items():
        assert cache[place] is array
    ft, it, cct, ot = cache[4:8]
    np.testing.assert_allclose(ft * c_prev + it * cct, c_next)
    np.testing.assert_allclose(ot * np.tanh(c_next), a_next)


def test_lstm_forward():
    x, a0, *drawn = course_draws((3, 10, 7), (5, 10), *SHAPES)
    a, y, c, caches = lstm_forward(x, a0, dict(zip(NAMES, drawn, strict=True)))
    np.testing.assert_allclose(a[4][3][6], 0.17211776753291672, rtol=1e-12)
    np.testing.assert_allclose(y[1][4][3], 0.9508734618501101, rtol=1e-12)
    np.testing.assert_allclose(c[1][2][1], -0.8555449167181981, rtol=1e-12)
    assert len(caches[0]) == 7
    assert caches[1] is x


def test_lstm_cell_backward():
    drawn = course_draws((3, 10), (5, 10), (5, 10), *SHAPES, (5, 10), (5, 10))
    xt, a_prev, c_prev, *drawn, da_next, dc_next = drawn
    parameters = dict(zip(NAMES, drawn, strict=True))
    gradients = lstm_cell_backward(da_next, dc_next, lstm_cell_forward(xt, a_prev, c_prev, parameters)[3])
    expected = {
        "dxt": (1, 2, 3.23055911511),
        "da_prev": (2, 3, -0.0639621419711),
        "dc_prev": (2, 3, 0.797522038797),
        "dWf": (3, 1, -0.147954838164),
        "dWi": (1, 2, 1.05749805523),
        "dWc": (3, 1, 2.30456216369),
        "dWo": (1, 2, 0.331311595289),
        "dbf": (4, 0, 0.18864637),
        "dbi": (4, 0, -0.40142491),
        "dbc": (4, 0, 0.25587763),
        "dbo": (4, 0, 0.13893342),
    }
    assert gradients.keys() == expected.keys()
    assert_published(gradients, expected)


def test_lstm_backward():
    """Forward over seven steps, da over four: only the first four are back-propagated."""
    x, a0, *drawn, da = course_draws((3, 10, 7), (5, 10), *SHAPES[:8], (5, 10, 4))
    parameters = dict(zip(NAMES, drawn, strict=False)) | {"Wy": np.zeros((2, 5)), "by": np.zeros((2, 1))}
    gradients = lstm_backward(da, lstm_forward(x, a0, parameters)[3])
    assert gradients["dx"].shape == (3, 10, 4)
    np.testing.assert_allclose(
        gradients["dx"][1][2], [0.00218254, 0.28205375, -0.48292508, -0.43281115], atol=5e-9
    )
    expected = {
        "da0": (2, 3, 0.312770310257),
        "dWf": (3, 1, -0.0809802310938),
        "dWi": (1, 2, 0.40512433093),
        "dWc": (3, 1, -0.0793746735512),
        "dWo": (1, 2, 0.038948775763),
        "dbf": (4, 0, -0.15745657),
        "dbi": (4, 0, -0.50848333),
        "dbc": (4, 0, -0.42510818),
        "dbo": (4, 0, -0.17958196),
    }
    assert gradients.keys() == {"dx", "dc0", *expected}
    assert_published(gradients, expected)


def test_c0_is_zero_unless_given():
    arrays, parameters = example("lstm")
    x, a0 = arrays["x"], arrays["a0"]
    without, zeros = lstm_forward(x, a0, parameters)[0], lstm_forward(x, a0, parameters, np.zeros((5, 4)))[0]
    np.testing.assert_array_equal(without, zeros)
    assert np.abs(without - lstm_forward(x, a0, parameters, arrays["c0"])[0]).max() > 0.1
