"""The LSTM: published values (m=10, n_x=3, n_a=5, n_y=2, seed 1), proofs, refusals."""

import numpy as np
import pytest

from models.numpy_core import lstm_backward, lstm_cell_backward, lstm_cell_forward, lstm_forward
from models.numpy_core.gradcheck import compare, random_parameters

NAMES = ("Wf", "bf", "Wi", "bi", "Wo", "bo", "Wc", "bc", "Wy", "by")  # the order of the draws
SHAPES = [(5, 8), (5, 1)] * 4 + [(2, 5), (2, 1)]
GRADIENTS = ["dWf", "dbf", "dWi", "dbi", "dWc", "dbc", "dWo", "dbo"]


def example(dtype=np.float64, steps=6, m=4):
    """Random x, a0, c0 and parameters, each gate with its own, no bias zero."""
    rng = np.random.default_rng(0)
    parameters = random_parameters("lstm", 3, 5, 2, rng)
    shapes = {"x": (3, m, steps), "a0": (5, m), "c0": (5, m)}
    arrays = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
    return tuple({k: v.astype(dtype) for k, v in d.items()} for d in (arrays, parameters))


def test_lstm_cell_forward(course_draws):
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
    assert (a_next.shape, c_next.shape, yt.shape) == ((5, 10), (5, 10), (2, 10))
    assert len(cache) == 10
    for place, array in {0: a_next, 1: c_next, 2: a_prev, 3: c_prev, 8: xt, 9: parameters}.items():
        assert cache[place] is array
    ft, it, cct, ot = cache[4:8]
    np.testing.assert_allclose(ft * c_prev + it * cct, c_next)
    np.testing.assert_allclose(ot * np.tanh(c_next), a_next)


def test_lstm_forward(course_draws):
    x, a0, *drawn = course_draws((3, 10, 7), (5, 10), *SHAPES)
    a, y, c, caches = lstm_forward(x, a0, dict(zip(NAMES, drawn, strict=True)))
    np.testing.assert_allclose(a[4][3][6], 0.17211776753291672, rtol=1e-12)
    np.testing.assert_allclose(y[1][4][3], 0.9508734618501101, rtol=1e-12)
    np.testing.assert_allclose(c[1][2][1], -0.8555449167181981, rtol=1e-12)
    assert (a.shape, y.shape, c.shape) == ((5, 10, 7), (2, 10, 7), (5, 10, 7))
    assert len(caches[0]) == 7
    assert caches[1] is x


def test_lstm_cell_backward(course_draws):
    drawn = course_draws((3, 10), (5, 10), (5, 10), *SHAPES, (5, 10), (5, 10))
    xt, a_prev, c_prev, *drawn, da_next, dc_next = drawn
    parameters = dict(zip(NAMES, drawn, strict=True))
    gradients = lstm_cell_backward(da_next, dc_next, lstm_cell_forward(xt, a_prev, c_prev, parameters)[3])
    assert set(gradients) == {"dxt", "da_prev", "dc_prev", *GRADIENTS}
    for name, place, expected in [
        ("dxt", (1, 2), 3.23055911511),
        ("da_prev", (2, 3), -0.0639621419711),
        ("dc_prev", (2, 3), 0.797522038797),
        ("dWf", (3, 1), -0.147954838164),
        ("dWi", (1, 2), 1.05749805523),
        ("dWc", (3, 1), 2.30456216369),
        ("dWo", (1, 2), 0.331311595289),
        ("dbf", (4, 0), 0.18864637),
        ("dbi", (4, 0), -0.40142491),
        ("dbc", (4, 0), 0.25587763),
        ("dbo", (4, 0), 0.13893342),
    ]:
        np.testing.assert_allclose(gradients[name][place], expected, atol=5e-9, err_msg=name)


def test_lstm_backward(course_draws):
    """Forward over seven steps, da over four: only the first four are back-propagated."""
    x, a0, *drawn, da = course_draws((3, 10, 7), (5, 10), *SHAPES[:8], (5, 10, 4))
    parameters = dict(zip(NAMES, drawn, strict=False)) | {"Wy": np.zeros((2, 5)), "by": np.zeros((2, 1))}
    gradients = lstm_backward(da, lstm_forward(x, a0, parameters)[3])
    assert set(gradients) == {"dx", "da0", "dc0", *GRADIENTS}
    assert gradients["dx"].shape == (3, 10, 4)
    np.testing.assert_allclose(
        gradients["dx"][1][2], [0.00218254, 0.28205375, -0.48292508, -0.43281115], atol=5e-9
    )
    for name, place, expected in [
        ("da0", (2, 3), 0.312770310257),
        ("dWf", (3, 1), -0.0809802310938),
        ("dWi", (1, 2), 0.40512433093),
        ("dWc", (3, 1), -0.0793746735512),
        ("dWo", (1, 2), 0.038948775763),
        ("dbf", (4, 0), -0.15745657),
        ("dbi", (4, 0), -0.50848333),
        ("dbc", (4, 0), -0.42510818),
        ("dbo", (4, 0), -0.17958196),
    ]:
        np.testing.assert_allclose(gradients[name][place], expected, atol=5e-9, err_msg=name)


def test_a_sequence_is_repeated_steps():
    arrays, parameters = example()
    a, y, c, _ = lstm_forward(**arrays, parameters=parameters)
    a_next, c_next = arrays["a0"], arrays["c0"]
    for t in range(6):
        a_next, c_next, yt, _ = lstm_cell_forward(arrays["x"][:, :, t], a_next, c_next, parameters)
        np.testing.assert_array_equal(a[:, :, t], a_next)
        np.testing.assert_array_equal(c[:, :, t], c_next)
        np.testing.assert_array_equal(y[:, :, t], yt)


def test_c0_is_zero_unless_given():
    arrays, parameters = example()
    x, a0 = arrays["x"], arrays["a0"]
    without, zeros = lstm_forward(x, a0, parameters)[0], lstm_forward(x, a0, parameters, np.zeros((5, 4)))[0]
    np.testing.assert_array_equal(without, zeros)
    assert np.abs(without - lstm_forward(x, a0, parameters, arrays["c0"])[0]).max() > 0.1


@pytest.mark.parametrize("given", [6, 4, 1])
def test_central_differences(given):
    """Also with da of fewer steps than the caches: the gradient of a loss over the first steps."""
    arrays, parameters = example()
    da = np.random.default_rng(1).standard_normal((5, 4, given))
    gradients = lstm_backward(da, lstm_forward(**arrays, parameters=parameters)[3])

    def loss():
        return np.sum(lstm_forward(**arrays, parameters=parameters)[0][:, :, :given] * da)

    gradients["dx"] = np.concatenate((gradients["dx"], np.zeros((3, 4, 6 - given))), axis=2)
    of_states = {name: array for name, array in parameters.items() if name not in ("Wy", "by")}
    checks = compare(loss, arrays | of_states, gradients)
    assert {f"d{check.name}" for check in checks} == {"dx", "da0", "dc0", *GRADIENTS}
    assert max(check.relative_error for check in checks) < 1e-7


def test_central_differences_of_a_loss_on_the_cell_state():
    """dc_next alone: what reaches c from later steps."""
    arrays, parameters = example(steps=1)
    x, a0, c0 = arrays["x"][:, :, 0].copy(), arrays["a0"], arrays["c0"]
    dc = np.random.default_rng(1).standard_normal((5, 4))
    gradients = lstm_cell_backward(np.zeros((5, 4)), dc, lstm_cell_forward(x, a0, c0, parameters)[3])

    def loss():
        return np.sum(lstm_cell_forward(x, a0, c0, parameters)[1] * dc)

    checked = {name: parameters[name] for name in ("Wf", "bf", "Wi", "bi", "Wc", "bc", "Wo", "bo")}
    checks = compare(loss, {"xt": x, "a_prev": a0, "c_prev": c0} | checked, gradients)
    assert max(check.relative_error for check in checks) < 1e-7


def test_keras_agrees(keras_sequence):
    arrays, p = example()
    da = np.random.default_rng(1).standard_normal((5, 4, 6))
    a, _, _, caches = lstm_forward(**arrays, parameters=p)
    ours = lstm_backward(da, caches)
    gates = "ifco"  # Keras's order
    stacked = np.concatenate([p[f"W{gate}"] for gate in gates])  # (4 n_a, n_a + n_x)
    bias = np.concatenate([p[f"b{gate}"] for gate in gates])[:, 0]
    of_keras, dx, (da0, dc0), (dkernel, drecurrent, dbias) = keras_sequence(
        "LSTM", 5, arrays["x"], [arrays["a0"], arrays["c0"]], [stacked[:, 5:].T, stacked[:, :5].T, bias], da
    )
    np.testing.assert_allclose(a, of_keras, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["dx"], dx, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["da0"], da0, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["dc0"], dc0, rtol=0, atol=1e-10)
    dW = np.concatenate([ours[f"dW{gate}"] for gate in gates])
    db = np.concatenate([ours[f"db{gate}"] for gate in gates])[:, 0]
    np.testing.assert_allclose(dW, np.concatenate((drecurrent, dkernel)).T, rtol=0, atol=1e-10)
    np.testing.assert_allclose(db, dbias, rtol=0, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    arrays, parameters = example(dtype)
    for given in (arrays, {"x": arrays["x"], "a0": arrays["a0"]}):
        a, y, c, caches = lstm_forward(**given, parameters=parameters)
        gradients = lstm_backward(a, caches)
        assert {array.dtype for array in (a, y, c, *gradients.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.ones((3, 4))}, r"x must have shape \(n_x, m, T_x\), got \(3, 4\)"),
        ({"a0": np.ones((5, 3))}, r"a0 must have shape \(n_a, 4\), got \(5, 3\)"),
        ({"c0": np.ones((4, 4))}, r"c0 must have shape \(5, 4\), got \(4, 4\)"),
        ({"Wf": np.ones((5, 7))}, r"parameters\['Wf'\] must have shape \(5, 8\), got \(5, 7\)"),
        ({"bi": np.ones(5)}, r"parameters\['bi'\] must have shape \(5, 1\), got \(5,\)"),
        ({"Wc": np.ones((8, 5))}, r"parameters\['Wc'\] must have shape \(5, 8\), got \(8, 5\)"),
        ({"bo": np.ones((1, 5))}, r"parameters\['bo'\] must have shape \(5, 1\), got \(1, 5\)"),
        ({"Wy": np.ones((2, 4))}, r"parameters\['Wy'\] must have shape \(2, 5\), got \(2, 4\)"),
        ({"by": np.ones(2)}, r"parameters\['by'\] must have shape \(n_y, 1\), got \(2,\)"),
        ({"by": np.ones((3, 1))}, r"parameters\['Wy'\] must have shape \(3, 5\), got \(2, 5\)"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(change, message):
    arrays, parameters = example()
    arrays |= {name: array for name, array in change.items() if name in arrays}
    parameters |= {name: array for name, array in change.items() if name in parameters}
    with pytest.raises(ValueError, match=message):
        lstm_forward(**arrays, parameters=parameters)


def test_gradients_that_do_not_fit_are_named():
    arrays, parameters = example()
    caches = lstm_forward(**arrays, parameters=parameters)[3]
    good, bad = np.ones((5, 4)), np.ones((4, 5))
    with pytest.raises(ValueError, match=r"da_next must have shape \(5, 4\), got \(4, 5\)"):
        lstm_cell_backward(bad, good, caches[0][0])
    with pytest.raises(ValueError, match=r"dc_next must have shape \(5, 4\), got \(4, 5\)"):
        lstm_cell_backward(good, bad, caches[0][0])
    with pytest.raises(ValueError, match=r"c_prev must have shape \(5, 4\), got \(4, 5\)"):
        lstm_cell_forward(arrays["x"][:, :, 0], arrays["a0"], bad, parameters)
    with pytest.raises(ValueError, match=r"da must have at most the 6 steps"):
        lstm_backward(np.ones((5, 4, 7)), caches)
