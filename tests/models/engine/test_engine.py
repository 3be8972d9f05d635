"""The engine against Keras's formulas, and the formulas against Keras, with the same weights."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from models.engine.engine import Engine
from models.keras_weights import get_arrays, set_arrays
from models.shapes import GATES, stacked_shapes
from tests.models.arrays import random_arrays
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

N_X, N = 7, 5
TOLERANCE = 1e-5


def random_network(layers, embedding=None):
    """Random weights for ("lstm", 6, 4) and so on, every bias different from zero."""
    name, *units = layers
    kind, _, after = name.partition(" ")
    rows = N_X if embedding else None
    shapes = stacked_shapes(kind, embedding or N_X, units, N, embedding=rows, reset_after=bool(after))
    return random_arrays(shapes, scale=0.7)


def engine_of(arrays, activation="sigmoid"):
    return Engine(arrays, recurrent_activation=activation)


def layer_names(arrays):
    """The recurrent layers of a network, the first one first."""
    return sorted({name.split("/")[0] for name in arrays} - {"dense", "embedding"}, key=lambda n: n[-1])


def reference(arrays, x, activation="sigmoid"):
    """Probabilities after every position of vectors (batch, T, n_x): Keras's formulas in double precision."""

    def gate(z):
        return np.clip(0.2 * z + 0.5, 0, 1) if activation == "hard_sigmoid" else 1 / (1 + np.exp(-z))

    arrays, x = {name: array.astype(float) for name, array in arrays.items()}, x.astype(float)
    for name in layer_names(arrays):
        u, steps, bias = arrays[f"{name}/recurrent_kernel"], [], arrays[f"{name}/bias"]
        reset_after = bias.ndim == 2
        bias, recurrent_bias = bias if reset_after else (bias, np.zeros(len(bias)))
        a = c = np.zeros((len(x), len(u)))
        for xt in x.swapaxes(0, 1) @ arrays[f"{name}/kernel"] + bias:
            if name.startswith("lstm"):
                update, forget, candidate, output = np.split(xt + a @ u, 4, axis=1)
                c = gate(forget) * c + gate(update) * np.tanh(candidate)
                a = gate(output) * np.tanh(c)
            elif name.startswith("gru"):
                (z, r, h), (uz, ur, uh) = np.split(xt, 3, axis=1), np.split(u, 3, axis=1)
                bz, br, bh = np.split(recurrent_bias, 3)
                keep, reset = gate(z + a @ uz + bz), gate(r + a @ ur + br)
                candidate = reset * (a @ uh + bh) if reset_after else (reset * a) @ uh
                a = keep * a + (1 - keep) * np.tanh(h + candidate)
            else:
                a = np.tanh(xt + a @ u)
            steps.append(a)
        x = np.stack(steps, axis=1)
    e = np.exp(x @ arrays["dense/kernel"] + arrays["dense/bias"])
    return e / e.sum(axis=-1, keepdims=True)


def one_hot(indices):
    """Vectors of indices, -1 being the zero vector."""
    return np.concatenate((np.eye(N_X), np.zeros((1, N_X))))[indices].astype(np.float32)


STACKS = {
    "lstm": ("lstm", 6),
    "gru": ("gru", 6),
    "gru, reset after": ("gru after", 6),
    "simple_rnn": ("simple_rnn", 6),
    "two lstm": ("lstm", 6, 4),
    "three gru": ("gru", 6, 4, 5),
    "three gru, reset after": ("gru after", 6, 4, 5),
    "two simple_rnn": ("simple_rnn", 6, 4),
}

each_activation = pytest.mark.parametrize("activation", ["sigmoid", "hard_sigmoid"])
each_stack = pytest.mark.parametrize("stack", STACKS)


@each_activation
@pytest.mark.parametrize("embedding", [None, 3])
@each_stack
def test_run_and_steps_match_the_reference(stack, embedding, activation):
    arrays = random_network(STACKS[stack], embedding)
    indices = np.random.default_rng(1).integers(-1, N_X, (3, 9))
    if embedding:
        rows = np.concatenate((arrays["embedding/embeddings"], np.zeros((1, embedding), np.float32)))
        cases = [(indices, rows[indices])]
    else:
        vectors = np.random.default_rng(2).standard_normal((3, 9, N_X)).astype(np.float32)
        read = one_hot(indices)
        cases = [(indices, read), (read.astype(bool), read), (vectors, vectors)]
    engine = engine_of(arrays, activation)
    for x, vectors in cases:
        expected = reference(arrays, vectors, activation)
        np.testing.assert_allclose(engine.run(x, all_positions=True), expected, rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(engine.run(x), expected[:, -1], rtol=0, atol=TOLERANCE)
        np.testing.assert_allclose(engine.run(x[0]), expected[:1, -1], rtol=0, atol=TOLERANCE)
        state = engine.zero_state(3)
        for t in range(9):
            probabilities, state = engine.step(x[:, t], state)
            np.testing.assert_allclose(probabilities, expected[:, t], rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("units", [(9,), (6, 11), (5, 7, 4)])
def test_layers_as_keras_makes_them_by_default(kind, units):
    """Keras's own layers, options untouched: a GRU's reset gate comes after the product."""
    symbols = 23
    name = {"LSTM": "lstm", "GRU": "gru", "SimpleRNN": "simple_rnn"}[kind]
    x = inputs = keras.Input((None, symbols))
    for number, size in enumerate(units, 1):
        x = getattr(keras.layers, kind)(size, return_sequences=True, name=f"{name}_{number}")(x)
    model = keras.Model(inputs, keras.layers.Dense(symbols, "softmax", name="dense")(x))
    arrays = random_arrays({name: array.shape for name, array in get_arrays(model).items()}, scale=0.7)
    set_arrays(arrays, model)
    assert {name: array.shape for name, array in arrays.items()} == stacked_shapes(
        name, symbols, units, symbols, reset_after=True
    )
    indices = np.random.default_rng(1).integers(0, symbols, (3, 12))
    expected = model(np.eye(symbols, dtype=np.float32)[indices]).numpy()
    engine = engine_of(arrays)
    np.testing.assert_allclose(engine.run(indices, all_positions=True), expected, rtol=0, atol=TOLERANCE)
    state = engine.zero_state(3)
    for t in range(12):
        p, state = engine.step(indices[:, t], state)
        np.testing.assert_allclose(p, expected[:, t], rtol=0, atol=TOLERANCE)
    assert engine.width == max(symbols, *(size * GATES[name] for size in units))


def test_only_the_sequences_asked_for_are_answered():
    engine = engine_of(random_network(("gru after", 6, 4)))
    every, after = engine.step([1, 2, 3, 4, 5, 0], engine.zero_state(6))
    some, same = engine.step([1, 2, 3, 4, 5, 0], engine.zero_state(6), answered=slice(1, None, 3))
    np.testing.assert_allclose(some, every[1::3], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(after.layers[1][0], same.layers[1][0])


def test_one_index_is_read_by_every_sequence_of_the_batch():
    for embedding in (None, 3):
        engine = engine_of(random_network(("gru", 6, 4), embedding))
        one, _ = engine.step(4, engine.zero_state())
        three, _ = engine.step(4, engine.zero_state(3))
        np.testing.assert_allclose(three, np.repeat(one, 3, axis=0), rtol=0, atol=1e-6)


def test_none_is_the_zero_vector():
    engine = engine_of(random_network(("lstm", 6)))
    zero, _ = engine.step(np.zeros((1, N_X)), engine.zero_state())
    for nothing in (None, -1, np.int64(-1), [None], [-1]):
        np.testing.assert_allclose(engine.step(nothing, engine.zero_state())[0], zero, atol=1e-6)
    np.testing.assert_allclose(engine.run([None, 2]), engine.run([-1, 2]))


def test_prime_carries_the_state_on():
    engine = engine_of(random_network(("gru", 6, 4)))
    whole = engine.run([1, 2, 3, 4, 0], all_positions=True)[0]
    first, state = engine.prime([1, 2, 3])
    np.testing.assert_allclose(first[0], whole[2], atol=1e-6)
    np.testing.assert_allclose(engine.prime([1, 2, 3], all_positions=True)[0][0], whole[:3], atol=1e-6)
    second, _ = engine.step(4, state)
    np.testing.assert_allclose(second[0], whole[3], atol=1e-6)


@each_activation
@pytest.mark.parametrize("embedding", [None, 9])
def test_a_trace_ends_in_the_state_that_prime_carries_on(activation, embedding):
    engine = engine_of(random_network(("lstm", 6, 4), embedding), activation)
    x = [[1, 2, 0, -1, 4], [3, 3, 1, 0, 2]]
    traces = engine.trace(x)
    _, state = engine.prime(x)
    assert [trace.forget.shape for trace in traces] == [(2, 5, 6), (2, 5, 4)]
    for trace, (a, c) in zip(traces, state.layers, strict=True):
        np.testing.assert_allclose(trace.a[:, -1], a, rtol=0, atol=1e-6)
        np.testing.assert_allclose(trace.c[:, -1], c, rtol=0, atol=1e-6)
        for gate in (trace.forget, trace.update, trace.output):
            assert gate.min() >= 0 and gate.max() <= 1


@pytest.mark.parametrize(
    ("stack", "gates"),
    [
        (("gru", 6), ("update", "reset")),
        (("gru after", 6, 4), ("update", "reset")),
        (("simple_rnn", 5, 4), ()),
    ],
)
def test_every_kind_of_layer_is_traced_by_its_own_names(stack, gates):
    engine = engine_of(random_network(stack))
    x = [[1, 2, 0, -1, 4], [3, 3, 1, 0, 2]]
    traces, (_, state) = engine.trace(x), engine.prime(x)
    assert [trace.a.shape for trace in traces] == [(2, 5, units) for units in stack[1:]]
    for trace, (a,) in zip(traces, state.layers, strict=True):
        np.testing.assert_allclose(trace.a[:, -1], a, rtol=0, atol=1e-6)
        assert tuple(name for name in trace._fields if name not in ("candidate", "a")) == gates
        for gate in gates:
            values = getattr(trace, gate)
            assert 0 <= values.min() < values.max() <= 1
        if gates:  # the update gate is the share of the old state that is kept
            before = np.concatenate((np.zeros_like(trace.a[:, :1]), trace.a[:, :-1]), axis=1)
            expected = trace.update * before + (1 - trace.update) * trace.candidate
            np.testing.assert_allclose(trace.a, expected, rtol=0, atol=1e-6)


def test_a_large_batch_is_run_in_parts_with_the_same_answer(monkeypatch):
    engine = engine_of(random_network(("lstm", 6)))
    x = np.random.default_rng(5).integers(0, N_X, (1100, 3))
    whole = engine.run(x)
    assert whole.shape == (1100, N)
    monkeypatch.setattr("models.engine.engine.AT_ONCE", 512 * 3 * engine.width)
    np.testing.assert_allclose(engine.run(x), whole, atol=1e-6)
    np.testing.assert_allclose(whole[[0, 511, 512, 1099]], engine.run(x[[0, 511, 512, 1099]]), atol=1e-6)


def test_answers_and_states_are_the_callers_to_keep():
    engine = engine_of(random_network(("lstm", 6, 4)))
    first, state = engine.step(1, engine.zero_state())
    kept, layers = first.copy(), [array.copy() for layer in state.layers for array in layer]
    for index in range(5):
        engine.step(index, state)
    np.testing.assert_array_equal(first, kept)
    for array, copy in zip([a for layer in state.layers for a in layer], layers, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_probabilities_are_float32_and_sum_to_one_for_large_weights():
    arrays = {name: array.astype(float) * 1e4 for name, array in random_network(("lstm", 6)).items()}
    for activation in ("sigmoid", "hard_sigmoid"):
        probabilities = engine_of(arrays, activation).run([1, 2, 3], all_positions=True)
        assert probabilities.dtype == np.float32
        np.testing.assert_allclose(probabilities.sum(-1), 1.0, rtol=1e-6)


def test_the_architecture_names_the_recurrent_activation():
    arrays = random_network(("lstm", 6))
    bundle = Bundle("test", {"recurrent_activation": "hard_sigmoid"}, Vocabulary("abcde"), arrays)
    hard = Engine.from_bundle(bundle).run([1, 2])
    np.testing.assert_array_equal(hard, engine_of(arrays, "hard_sigmoid").run([1, 2]))
    assert np.abs(hard - engine_of(arrays).run([1, 2])).max() > 1e-3


@pytest.mark.parametrize("embedding", [None, 3])
@pytest.mark.parametrize("index", [N_X, -2, 10**9])
def test_an_index_out_of_range_is_refused(index, embedding):
    engine = engine_of(random_network(("lstm", 6), embedding))
    for call in (
        lambda: engine.step(index, engine.zero_state()),
        lambda: engine.step([index], engine.zero_state()),
        lambda: engine.run([0, index]),
    ):
        with pytest.raises(ValueError, match=f"index: expected -1 to {N_X - 1}, got .*{index}"):
            call()


def test_shapes_that_do_not_fit_are_refused():
    engine = engine_of(random_network(("lstm", 6)))
    two = engine.zero_state(2)
    with pytest.raises(ValueError, match=r"inputs: expected shape \(2,\).*got \(3,\)"):
        engine.step([1, 2, 3], two)
    with pytest.raises(ValueError, match=rf"inputs: expected shape \(2, {N_X}\).*got \(2, 4\)"):
        engine.step(np.zeros((2, 4)), two)
    with pytest.raises(ValueError, match="vectors of length 7, got 4"):
        engine.run(np.zeros((2, 3, 4)))
    with pytest.raises(ValueError, match="x: expected shape"):
        engine.run([])
    with pytest.raises(ValueError, match="whole numbers"):
        engine.run(np.array(["a", "b"]))
    with pytest.raises(ValueError, match="state: expected batch size 1, got 2"):
        engine.prime([1], two)
    with pytest.raises(ValueError, match="batch: expected 1 or more, got 0"):
        engine.zero_state(0)
    with pytest.raises(ValueError, match="expected one of sigmoid, hard_sigmoid, got 'relu'"):
        engine_of({}, "relu")


def test_importing_and_running_it_imports_no_tensorflow(root):
    code = (
        "import sys, models.engine.engine\n"
        "sys.exit(any(name in sys.modules for name in ('tensorflow', 'keras', 'matplotlib')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
