"""The plain cell: the published values (m=10, n_x=3, n_a=5, n_y=2, seed 1)."""

import numpy as np

from models.numpy_core import rnn_backward, rnn_cell_backward, rnn_cell_forward, rnn_forward
from tests.models.numpy_core.cells import course_draws

NAMES = ("Waa", "Wax", "Wya", "ba", "by")
SHAPES = {"Waa": (5, 5), "Wax": (5, 3), "Wya": (2, 5), "ba": (5, 1), "by": (2, 1)}
BACKWARD_NAMES = ("Wax", "Waa", "Wya", "ba", "by")  # the backward exercises draw Wax before Waa


def test_rnn_cell_forward():
    xt, a_prev, *drawn = course_draws((3, 10), (5, 10), *(SHAPES[name] for name in NAMES))
    parameters = dict(zip(NAMES, drawn, strict=True))
    a_next, yt_pred, cache = rnn_cell_forward(xt, a_prev, parameters)
    np.testing.assert_allclose(
        a_next[4],
        [0.59584544, 0.18141802, 0.61311866, 0.99808218, 0.85016201]
        + [0.99980978, -0.18887155, 0.99815551, 0.6531151, 0.82872037],
        atol=5e-9,
    )
    np.testing.assert_allclose(
        yt_pred[1],
        [0.9888161, 0.01682021, 0.21140899, 0.36817467, 0.98988387]
        + [0.88945212, 0.36920224, 0.9966312, 0.9982559, 0.17746526],
        atol=5e-9,
    )
    for cached, array in zip(cache, (a_next, a_prev, xt, parameters), strict=True):
        assert cached is array


def test_rnn_forward():
    x, a0, *drawn = course_draws((3, 10, 4), (5, 10), *(SHAPES[name] for name in NAMES))
    a, y_pred, caches = rnn_forward(x, a0, dict(zip(NAMES, drawn, strict=True)))
    np.testing.assert_allclose(a[4][1], [-0.99999375, 0.77911235, -0.99861469, -0.99833267], atol=5e-9)
    np.testing.assert_allclose(y_pred[1][3], [0.79560373, 0.86224861, 0.11118257, 0.81515947], atol=5e-9)
    np.testing.assert_allclose(caches[1][1][3], [-1.1425182, -0.34934272, -0.20889423, 0.58662319], atol=5e-9)


def test_rnn_cell_backward():
    drawn = course_draws((3, 10), (5, 10), *(SHAPES[name] for name in BACKWARD_NAMES), (5, 10))
    xt, a_prev, *drawn, da_next = drawn
    _, _, cache = rnn_cell_forward(xt, a_prev, dict(zip(BACKWARD_NAMES, drawn, strict=True)))
    gradients = rnn_cell_backward(da_next, cache)
    assert list(gradients) == ["dxt", "da_prev", "dWax", "dWaa", "dba"]
    found = [gradients["dxt"][1][2], gradients["da_prev"][2][3], gradients["dWax"][3][1]]
    found += [gradients["dWaa"][1][2], gradients["dba"][4][0]]
    expected = [-1.3872130506, -0.152399493774, 0.410772824935, 1.15034506685, 0.20023491]
    np.testing.assert_allclose(found, expected, atol=5e-9)


def test_rnn_backward():
    drawn = course_draws((3, 10, 4), (5, 10), *(SHAPES[name] for name in BACKWARD_NAMES), (5, 10, 4))
    x, a0, *drawn, da = drawn
    _, _, caches = rnn_forward(x, a0, dict(zip(BACKWARD_NAMES, drawn, strict=True)))
    gradients = rnn_backward(da, caches)
    assert list(gradients) == ["dx", "da0", "dWax", "dWaa", "dba"]
    np.testing.assert_allclose(
        gradients["dx"][1][2], [-2.07101689, -0.59255627, 0.02466855, 0.01483317], atol=5e-9
    )
    found = [gradients["da0"][2][3], gradients["dWax"][3][1], gradients["dWaa"][1][2], gradients["dba"][4][0]]
    expected = [-0.314942375127, 11.2641044965, 2.30333312658, -0.74747722]
    np.testing.assert_allclose(found, expected, atol=5e-9)
