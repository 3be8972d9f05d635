"""The layers' arithmetic against the formulas written out; Keras itself is in test_engine.py."""

import numpy as np
import pytest

from models.engine.layers import KINDS, RECURRENT_ACTIVATIONS

N_X, N_A, BATCH = 3, 4, 2
ACTIVATIONS = {
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "hard_sigmoid": lambda z: np.clip(0.2 * z + 0.5, 0, 1),
}


def layer_and_arrays(kind, activation):
    rng = np.random.default_rng(4)
    width = KINDS[kind].gates * N_A
    arrays = [rng.standard_normal(shape).astype(np.float32) for shape in ((N_X, width), (N_A, width), width)]
    return KINDS[kind](*arrays, activation), arrays


def plain_step(kind, arrays, x, state, activation):
    """One step as Keras documents it, gate by gate, in float64."""
    gate = ACTIVATIONS[activation]
    kernel, recurrent, bias = (array.astype(np.float64) for array in arrays)
    a = state[0]
    if kind == "simple_rnn":
        return (np.tanh(x @ kernel + a @ recurrent + bias),)
    if kind == "lstm":
        i, f, c, o = np.split(x @ kernel + a @ recurrent + bias, 4, axis=1)
        c_next = gate(f) * state[1] + gate(i) * np.tanh(c)
        return gate(o) * np.tanh(c_next), c_next
    (kz, kr, kh), (rz, rr, rh) = np.split(kernel, 3, axis=1), np.split(recurrent, 3, axis=1)
    bz, br, bh = np.split(bias, 3)
    z, r = gate(x @ kz + a @ rz + bz), gate(x @ kr + a @ rr + br)
    return (z * a + (1 - z) * np.tanh(x @ kh + (r * a) @ rh + bh),)


@pytest.mark.parametrize("activation", RECURRENT_ACTIVATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_is_the_formula(kind, activation):
    layer, arrays = layer_and_arrays(kind, activation)
    rng = np.random.default_rng(5)
    x = rng.standard_normal((BATCH, N_X)).astype(np.float32)
    state = tuple(rng.standard_normal((BATCH, N_A)).astype(np.float32) for _ in range(layer.arrays))
    wanted = plain_step(kind, arrays, x, state, activation)
    for got in (layer.step(x, state), layer.step_projected(layer.project(x), state)):
        assert len(got) == len(wanted)
        for array, value in zip(got, wanted, strict=True):
            assert array.dtype == np.float32
            np.testing.assert_allclose(array, value, rtol=0, atol=2e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_the_projection_of_one_hot_inputs(kind):
    layer, _ = layer_and_arrays(kind, "sigmoid")
    inputs = np.concatenate((np.eye(N_X), np.zeros((1, N_X)))).astype(np.float32)
    np.testing.assert_allclose(layer.table(), layer.project(inputs), rtol=0, atol=1e-6)


def test_the_zero_state_has_the_arrays_of_its_kind():
    for kind, count in (("lstm", 2), ("gru", 1), ("simple_rnn", 1)):
        state = layer_and_arrays(kind, "sigmoid")[0].zero_state(5)
        assert [array.shape for array in state] == [(5, N_A)] * count
        assert all(not array.any() for array in state)


def test_the_weights_given_are_not_changed():
    for kind in KINDS:
        layer, arrays = layer_and_arrays(kind, "hard_sigmoid")
        copies = [array.copy() for array in arrays]
        layer.joined[:] = 0
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_array_equal(array, copy)
