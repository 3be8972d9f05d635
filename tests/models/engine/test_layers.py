"""The engine's cells beside those of numpy_core: random weights, every gate with its own, no bias zero."""

import numpy as np
import pytest

from models.engine.layers import KINDS
from models.numpy_core import lstm_forward
from models.numpy_core.gradcheck import random_parameters
from tests.models.numpy_core.cells import CELLS, keras_layout

N_X, N_A, M, T = 3, 4, 2, 5
CORE = {"lstm": "lstm", "gru": "gru", "simple_rnn": "rnn"}
TOLERANCE = {"rtol": 0, "atol": 2e-6}


def single(kind, parameters):
    """Kernel, recurrent kernel and bias in float32."""
    return [np.ascontiguousarray(array, np.float32) for array in keras_layout(kind, parameters)]


def example(kind):
    """A layer, the parameters of the core's cell with the same weights, and a generator."""
    rng = np.random.default_rng(4)
    parameters = random_parameters(CORE[kind], N_X, N_A, 2, rng)
    return KINDS[kind](*single(CORE[kind], parameters), "sigmoid"), parameters, rng


@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_the_cores_cell(kind):
    layer, parameters, rng = example(kind)
    xt = rng.standard_normal((N_X, M))
    states = [rng.standard_normal((N_A, M)) for _ in range(layer.arrays)]
    expected = CELLS[CORE[kind]].step(xt, *states, parameters)[: layer.arrays]
    x, state = xt.T.astype(np.float32), tuple(array.T.astype(np.float32) for array in states)
    for new in (layer.step(x, state), layer.step_projected(layer.project(x), state)):
        assert len(new) == len(expected)
        for array, of_core in zip(new, expected, strict=True):
            assert array.dtype == np.float32
            np.testing.assert_allclose(array, of_core.T, **TOLERANCE)


def test_a_gru_whose_reset_gate_comes_after_is_the_cores_where_the_two_agree():
    """(r * a) U is r * (a U) where the candidate's U is diagonal, and there is no other bias."""
    _, parameters, rng = example("gru")
    parameters["Wc"][:, :N_A] = np.diag(rng.standard_normal(N_A))
    kernel, recurrent_kernel, bias = single("gru", parameters)
    of_both = np.stack((0.4 * bias, 0.6 * bias))
    of_both[:, 2 * N_A :] = bias[2 * N_A :], np.zeros(N_A)
    layer = KINDS["gru"](kernel, recurrent_kernel, of_both, "sigmoid")
    assert layer.reset_after
    xt, a_prev = rng.standard_normal((N_X, M)), rng.standard_normal((N_A, M))
    expected = CELLS["gru"].step(xt, a_prev, parameters)[0]
    (a,) = layer.step(xt.T.astype(np.float32), (a_prev.T.astype(np.float32),))
    np.testing.assert_allclose(a, expected.T, **TOLERANCE)


def test_the_weights_given_are_not_changed():
    for kind in KINDS:
        arrays = single(CORE[kind], example(kind)[1])
        copies = [array.copy() for array in arrays]
        layer = KINDS[kind](*arrays, "hard_sigmoid")
        layer.joined[:] = 0
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("m", [1, M])
def test_a_trace_is_the_cache_of_the_cores_cells(m):
    """Every gate by its name: forget, update, output, candidate, and both states."""
    layer, parameters, rng = example("lstm")
    x, a0, c0 = rng.standard_normal((N_X, m, T)), rng.standard_normal((N_A, m)), rng.standard_normal((N_A, m))
    _, _, _, (caches, _) = lstm_forward(x, a0, parameters, c0)
    projected = layer.project(x.transpose(2, 1, 0).astype(np.float32))
    trace = layer.trace(projected, (a0.T.astype(np.float32), c0.T.astype(np.float32)))
    for t, (a_next, c_next, _, _, ft, it, cct, ot, _, _) in enumerate(caches):
        expected = {"forget": ft, "update": it, "output": ot, "candidate": cct, "c": c_next, "a": a_next}
        for name, of_core in expected.items():
            np.testing.assert_allclose(getattr(trace, name)[t], of_core.T, err_msg=name, **TOLERANCE)
