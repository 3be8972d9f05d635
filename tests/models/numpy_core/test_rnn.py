"""The plain cell: published values (m=10, n_x=3, n_a=5, n_y=2, seed 1), proofs, refusals."""

import numpy as np
import pytest

from models.numpy_core import rnn_backward, rnn_cell_backward, rnn_cell_forward, rnn_forward
from models.numpy_core.gradcheck import compare, random_parameters

NAMES = ("Waa", "Wax", "Wya", "ba", "by")
SHAPES = {"Waa": (5, 5), "Wax": (5, 3), "Wya": (2, 5), "ba": (5, 1), "by": (2, 1)}
BACKWARD_NAMES = ("Wax", "Waa", "Wya", "ba", "by")  # the backward exercises draw Wax before Waa


def example(dtype=np.float64, steps=6, m=4):
    """Random x, a0 and parameters, no bias zero."""
    rng = np.random.default_rng(0)
    parameters = random_parameters("rnn", 3, 5, 2, rng)
    arrays = {"x": rng.standard_normal((3, m, steps)), "a0": rng.standard_normal((5, m))}
    return tuple({k: v.astype(dtype) for k, v in d.items()} for d in (arrays, parameters))


def test_rnn_cell_forward(course_draws):
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
    assert a_next.shape == (5, 10)
    assert yt_pred.shape == (2, 10)
    assert cache[0] is a_next
    assert cache[1] is a_prev
    assert cache[2] is xt
    assert cache[3] is parameters


def test_rnn_forward(course_draws):
    x, a0, *drawn = course_draws((3, 10, 4), (5, 10), *(SHAPES[name] for name in NAMES))
    a, y_pred, caches = rnn_forward(x, a0, dict(zip(NAMES, drawn, strict=True)))
    np.testing.assert_allclose(a[4][1], [-0.99999375, 0.77911235, -0.99861469, -0.99833267], atol=5e-9)
    np.testing.assert_allclose(y_pred[1][3], [0.79560373, 0.86224861, 0.11118257, 0.81515947], atol=5e-9)
    np.testing.assert_allclose(caches[1][1][3], [-1.1425182, -0.34934272, -0.20889423, 0.58662319], atol=5e-9)
    assert a.shape == (5, 10, 4)
    assert y_pred.shape == (2, 10, 4)
    assert len(caches) == 2
    assert len(caches[0]) == 4


def test_rnn_cell_backward(course_draws):
    drawn = course_draws((3, 10), (5, 10), *(SHAPES[name] for name in BACKWARD_NAMES), (5, 10))
    xt, a_prev, *drawn, da_next = drawn
    _, _, cache = rnn_cell_forward(xt, a_prev, dict(zip(BACKWARD_NAMES, drawn, strict=True)))
    gradients = rnn_cell_backward(da_next, cache)
    assert list(gradients) == ["dxt", "da_prev", "dWax", "dWaa", "dba"]
    found = [gradients["dxt"][1][2], gradients["da_prev"][2][3], gradients["dWax"][3][1]]
    found += [gradients["dWaa"][1][2], gradients["dba"][4][0]]
    expected = [-1.3872130506, -0.152399493774, 0.410772824935, 1.15034506685, 0.20023491]
    np.testing.assert_allclose(found, expected, atol=5e-9)
    assert gradients["dba"].shape == (5, 1)


def test_rnn_backward(course_draws):
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


def test_a_sequence_is_repeated_steps():
    arrays, parameters = example()
    a, y_pred, _ = rnn_forward(**arrays, parameters=parameters)
    a_next = arrays["a0"]
    for t in range(6):
        a_next, yt_pred, _ = rnn_cell_forward(arrays["x"][:, :, t], a_next, parameters)
        np.testing.assert_array_equal(a[:, :, t], a_next)
        np.testing.assert_array_equal(y_pred[:, :, t], yt_pred)


@pytest.mark.parametrize("given", [6, 4, 1])
def test_central_differences(given):
    """Also with da of fewer steps than the caches: the gradient of a loss over the first steps."""
    arrays, parameters = example()
    da = np.random.default_rng(1).standard_normal((5, 4, given))
    gradients = rnn_backward(da, rnn_forward(**arrays, parameters=parameters)[2])

    def loss():
        return np.sum(rnn_forward(**arrays, parameters=parameters)[0][:, :, :given] * da)

    gradients["dx"] = np.concatenate((gradients["dx"], np.zeros((3, 4, 6 - given))), axis=2)
    of_states = {name: parameters[name] for name in ("Wax", "Waa", "ba")}
    checks = compare(loss, arrays | of_states, gradients)
    assert {check.name for check in checks} == {"x", "a0", "Wax", "Waa", "ba"}
    assert max(check.relative_error for check in checks) < 1e-7


def test_keras_agrees(keras_sequence):
    arrays, p = example()
    da = np.random.default_rng(1).standard_normal((5, 4, 6))
    a, _, caches = rnn_forward(**arrays, parameters=p)
    ours = rnn_backward(da, caches)
    weights = [p["Wax"].T, p["Waa"].T, p["ba"][:, 0]]
    of_keras, dx, (da0,), dweights = keras_sequence("SimpleRNN", 5, arrays["x"], [arrays["a0"]], weights, da)
    np.testing.assert_allclose(a, of_keras, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["dx"], dx, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["da0"], da0, rtol=0, atol=1e-10)
    for name, theirs in zip(("dWax", "dWaa", "dba"), dweights, strict=True):
        np.testing.assert_allclose(ours[name], theirs.T.reshape(ours[name].shape), rtol=0, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    arrays, parameters = example(dtype)
    a, y_pred, caches = rnn_forward(**arrays, parameters=parameters)
    gradients = rnn_backward(a, caches)
    assert {array.dtype for array in (a, y_pred, *gradients.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.ones((3, 4))}, r"x must have shape \(n_x, m, T_x\), got \(3, 4\)"),
        ({"x": np.ones((3, 4, 0))}, r"x must have shape \(n_x, m, T_x\), got \(3, 4, 0\)"),
        ({"a0": np.ones((5, 3))}, r"a0 must have shape \(n_a, 4\), got \(5, 3\)"),
        ({"Wax": np.ones((5, 4))}, r"parameters\['Wax'\] must have shape \(5, 3\), got \(5, 4\)"),
        ({"Waa": np.ones((4, 5))}, r"parameters\['Waa'\] must have shape \(5, 5\), got \(4, 5\)"),
        ({"Wya": np.ones((2, 4))}, r"parameters\['Wya'\] must have shape \(2, 5\), got \(2, 4\)"),
        ({"ba": np.ones(5)}, r"parameters\['ba'\] must have shape \(5, 1\), got \(5,\)"),
        ({"by": np.ones(2)}, r"parameters\['by'\] must have shape \(n_y, 1\), got \(2,\)"),
        ({"by": np.ones((3, 1))}, r"parameters\['Wya'\] must have shape \(3, 5\), got \(2, 5\)"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(change, message):
    arrays, parameters = example()
    arrays |= {name: array for name, array in change.items() if name in arrays}
    parameters |= {name: array for name, array in change.items() if name in parameters}
    with pytest.raises(ValueError, match=message):
        rnn_forward(**arrays, parameters=parameters)


def test_gradients_that_do_not_fit_are_named():
    arrays, parameters = example()
    _, _, caches = rnn_forward(**arrays, parameters=parameters)
    with pytest.raises(ValueError, match=r"da_next must have shape \(5, 4\), got \(4, 5\)"):
        rnn_cell_backward(np.ones((4, 5)), caches[0][0])
    with pytest.raises(ValueError, match=r"da must have at most the 6 steps"):
        rnn_backward(np.ones((5, 4, 7)), caches)
