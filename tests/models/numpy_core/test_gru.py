"""The GRU: proofs and refusals; the course publishes no values for it."""

import numpy as np
import pytest

from models.numpy_core import gru_backward, gru_cell_backward, gru_cell_forward, gru_forward, sigmoid
from models.numpy_core.gradcheck import compare, random_parameters

GRADIENTS = ["dWu", "dbu", "dWr", "dbr", "dWc", "dbc"]


def example(dtype=np.float64, steps=6, m=4):
    """Random x, a0 and parameters, each gate with its own, no bias zero."""
    rng = np.random.default_rng(0)
    parameters = random_parameters("gru", 3, 5, 2, rng)
    arrays = {"x": rng.standard_normal((3, m, steps)), "a0": rng.standard_normal((5, m))}
    return tuple({k: v.astype(dtype) for k, v in d.items()} for d in (arrays, parameters))


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


def test_the_update_gate_keeps_the_old_state():
    arrays, parameters = example()
    kept = parameters | {"Wu": np.zeros((5, 8)), "bu": np.full((5, 1), 50.0)}
    a_next, _, _ = gru_cell_forward(arrays["x"][:, :, 0], arrays["a0"], kept)
    np.testing.assert_allclose(a_next, arrays["a0"])


def test_a_sequence_is_repeated_steps():
    arrays, parameters = example()
    a, y, _ = gru_forward(**arrays, parameters=parameters)
    a_next = arrays["a0"]
    for t in range(6):
        a_next, yt, _ = gru_cell_forward(arrays["x"][:, :, t], a_next, parameters)
        np.testing.assert_array_equal(a[:, :, t], a_next)
        np.testing.assert_array_equal(y[:, :, t], yt)


@pytest.mark.parametrize("given", [6, 4, 1])
def test_central_differences(given):
    """Also with da of fewer steps than the caches: the gradient of a loss over the first steps."""
    arrays, parameters = example()
    da = np.random.default_rng(1).standard_normal((5, 4, given))
    gradients = gru_backward(da, gru_forward(**arrays, parameters=parameters)[2])

    def loss():
        return np.sum(gru_forward(**arrays, parameters=parameters)[0][:, :, :given] * da)

    gradients["dx"] = np.concatenate((gradients["dx"], np.zeros((3, 4, 6 - given))), axis=2)
    of_states = {name: array for name, array in parameters.items() if name not in ("Wy", "by")}
    checks = compare(loss, arrays | of_states, gradients)
    assert {f"d{check.name}" for check in checks} == {"dx", "da0", *GRADIENTS}
    assert max(check.relative_error for check in checks) < 1e-7


def test_keras_agrees(keras_sequence):
    arrays, p = example()
    da = np.random.default_rng(1).standard_normal((5, 4, 6))
    a, _, caches = gru_forward(**arrays, parameters=p)
    ours = gru_backward(da, caches)
    gates = "urc"  # Keras's order: z | r | h
    stacked = np.concatenate([p[f"W{gate}"] for gate in gates])  # (3 n_a, n_a + n_x)
    weights = [stacked[:, 5:].T, stacked[:, :5].T, np.concatenate([p[f"b{gate}"] for gate in gates])[:, 0]]
    of_keras, dx, (da0,), (dkernel, drecurrent, dbias) = keras_sequence(
        "GRU", 5, arrays["x"], [arrays["a0"]], weights, da, reset_after=False
    )
    np.testing.assert_allclose(a, of_keras, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["dx"], dx, rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours["da0"], da0, rtol=0, atol=1e-10)
    dW = np.concatenate([ours[f"dW{gate}"] for gate in gates])
    db = np.concatenate([ours[f"db{gate}"] for gate in gates])[:, 0]
    np.testing.assert_allclose(dW, np.concatenate((drecurrent, dkernel)).T, rtol=0, atol=1e-10)
    np.testing.assert_allclose(db, dbias, rtol=0, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(dtype):
    arrays, parameters = example(dtype)
    a, y, caches = gru_forward(**arrays, parameters=parameters)
    gradients = gru_backward(a, caches)
    assert {array.dtype for array in (a, y, *gradients.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": np.ones((3, 4))}, r"x must have shape \(n_x, m, T_x\), got \(3, 4\)"),
        ({"x": np.ones((3, 4, 0))}, r"x must have shape \(n_x, m, T_x\), got \(3, 4, 0\)"),
        ({"a0": np.ones((5, 3))}, r"a0 must have shape \(n_a, 4\), got \(5, 3\)"),
        ({"Wu": np.ones((5, 7))}, r"parameters\['Wu'\] must have shape \(5, 8\), got \(5, 7\)"),
        ({"br": np.ones(5)}, r"parameters\['br'\] must have shape \(5, 1\), got \(5,\)"),
        ({"Wc": np.ones((8, 5))}, r"parameters\['Wc'\] must have shape \(5, 8\), got \(8, 5\)"),
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
        gru_forward(**arrays, parameters=parameters)


def test_gradients_that_do_not_fit_are_named():
    arrays, parameters = example()
    _, _, caches = gru_forward(**arrays, parameters=parameters)
    with pytest.raises(ValueError, match=r"da_next must have shape \(5, 4\), got \(4, 5\)"):
        gru_cell_backward(np.ones((4, 5)), caches[0][0])
    with pytest.raises(ValueError, match=r"da must have at most the 6 steps"):
        gru_backward(np.ones((5, 4, 7)), caches)
