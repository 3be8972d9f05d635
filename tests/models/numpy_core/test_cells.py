"""What holds for every cell: sequences are repeated steps, gradients are exact, Keras agrees, refusals."""

import numpy as np
import pytest

from models.numpy_core.gradcheck import compare
from tests.models.numpy_core.cells import CELLS, OUTPUT, example, keras_layout
from utils import backend

each_cell = pytest.mark.parametrize("kind", CELLS)


@each_cell
def test_a_sequence_is_repeated_steps(kind):
    cell, (arrays, parameters) = CELLS[kind], example(kind)
    a, y, *more, _ = cell.forward(**arrays, parameters=parameters)  # an LSTM's c too
    states = [arrays[name] for name in cell.states]
    for t in range(6):
        *states, yt, _ = cell.step(arrays["x"][:, :, t], *states, parameters)
        for sequence, step in zip((a, *more, y), (*states, yt), strict=True):
            np.testing.assert_array_equal(sequence[:, :, t], step)


@each_cell
@pytest.mark.parametrize("given", [6, 4, 1])
def test_central_differences(kind, given):
    """Also with da of fewer steps than the caches: the gradient of a loss over the first steps."""
    cell, (arrays, parameters) = CELLS[kind], example(kind)
    da = np.random.default_rng(1).standard_normal((5, 4, given))
    gradients = cell.backward(da, cell.forward(**arrays, parameters=parameters)[-1])

    def loss():
        return np.sum(cell.forward(**arrays, parameters=parameters)[0][:, :, :given] * da)

    gradients["dx"] = np.concatenate((gradients["dx"], np.zeros((3, 4, 6 - given))), axis=2)
    of_states = {name: array for name, array in parameters.items() if name not in OUTPUT}
    checks = compare(loss, arrays | of_states, gradients)
    assert {f"d{check.name}" for check in checks} == set(gradients)
    assert max(check.relative_error for check in checks) < 1e-7


@each_cell
def test_keras_agrees(kind):
    """The values, and through GradientTape the gradient of sum(a * da), of a float64 layer of Keras."""
    keras, tensorflow = backend.keras(), backend.tensorflow()
    cell, (arrays, parameters) = CELLS[kind], example(kind)
    da = np.random.default_rng(1).standard_normal((5, 4, 6))
    a, *_, caches = cell.forward(**arrays, parameters=parameters)
    ours = cell.backward(da, caches)
    options = {"return_sequences": True, "dtype": "float64", **cell.keras_options}
    layer = getattr(keras.layers, cell.keras_name)(5, **options)
    layer.build((None, None, 3))
    layer.set_weights(keras_layout(kind, parameters))
    x = tensorflow.constant(arrays["x"].transpose(1, 2, 0))
    first = [tensorflow.constant(arrays[name].T) for name in cell.states]
    with tensorflow.GradientTape() as tape:
        tape.watch([x, *first])
        of_keras = layer(x, initial_state=first)
        loss = tensorflow.reduce_sum(of_keras * da.transpose(1, 2, 0))
    dx, *others = tape.gradient(loss, [x, *first, *[weight.value for weight in layer.trainable_weights]])
    expected = [of_keras.numpy().transpose(2, 0, 1), dx.numpy().transpose(2, 0, 1)]
    expected += [
        array.numpy().T if number < len(first) else array.numpy() for number, array in enumerate(others)
    ]
    found = [a, ours["dx"], *(ours[f"d{name}"] for name in cell.states), *keras_layout(kind, ours, "d")]
    for array, of_layer in zip(found, expected, strict=True):
        np.testing.assert_allclose(array, of_layer, rtol=0, atol=1e-10)


@each_cell
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_is_kept(kind, dtype):
    cell, (arrays, parameters) = CELLS[kind], example(kind, dtype, steps=1)
    for given in (arrays, {"x": arrays["x"], "a0": arrays["a0"]}):  # an LSTM also without c0
        a, *more, caches = cell.forward(**given, parameters=parameters)
        gradients = cell.backward(a, caches)
        assert {array.dtype for array in (a, *more, *gradients.values())} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("kind", "name", "shape", "message"),
    [
        ("gru", "x", (3, 4, 0), r"x: expected shape \(n_x, m, T_x\), got \(3, 4, 0\)"),
        ("lstm", "c0", (4, 4), r"c0: expected shape \(5, 4\), got \(4, 4\)"),
        ("rnn", "Wax", (5, 4), r"parameters\['Wax'\]: expected shape \(5, 3\), got \(5, 4\)"),
        ("gru", "Wc", (8, 5), r"parameters\['Wc'\]: expected shape \(5, 8\), got \(8, 5\)"),
        ("gru", "Wy", (2, 4), r"parameters\['Wy'\]: expected shape \(2, 5\), got \(2, 4\)"),
        ("lstm", "by", (2,), r"parameters\['by'\]: expected shape \(n_y, 1\), got \(2,\)"),
        ("lstm", "by", (3, 1), r"parameters\['Wy'\]: expected shape \(3, 5\), got \(2, 5\)"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(kind, name, shape, message):
    arrays, parameters = example(kind)
    (arrays if name in arrays else parameters)[name] = np.ones(shape)
    with pytest.raises(ValueError, match=message):
        CELLS[kind].forward(**arrays, parameters=parameters)


@each_cell
def test_inputs_and_first_states_that_do_not_fit_are_named(kind):
    cell, (arrays, parameters) = CELLS[kind], example(kind)
    states = [arrays[name] for name in cell.states]
    bad = np.ones((7, 7, 7, 7))
    for name, rule in (("x", "n_x, m, T_x"), ("a0", "n_a, 4")):
        with pytest.raises(ValueError, match=rf"^{name}: expected shape \({rule}\), got"):
            cell.forward(**arrays | {name: bad}, parameters=parameters)
    with pytest.raises(ValueError, match=r"^xt: expected shape \(n_x, m\), got"):
        cell.step(bad, *states, parameters)
    with pytest.raises(ValueError, match=r"^a_prev: expected shape \(n_a, 4\), got"):
        cell.step(arrays["x"][:, :, 0], bad, *states[1:], parameters)
    if kind == "lstm":
        with pytest.raises(ValueError, match=r"^c_prev: expected shape \(5, 4\), got"):
            cell.step(arrays["x"][:, :, 0], states[0], bad, parameters)


@each_cell
def test_gradients_that_do_not_fit_are_named(kind):
    cell, (arrays, parameters) = CELLS[kind], example(kind)
    caches = cell.forward(**arrays, parameters=parameters)[-1]
    good, bad = [np.ones((5, 4))] * len(cell.states), np.ones((4, 5))
    for place, name in enumerate(("da_next", "dc_next")[: len(cell.states)]):
        with pytest.raises(ValueError, match=rf"{name}: expected shape \(5, 4\), got \(4, 5\)"):
            cell.step_backward(*good[:place], bad, *good[place + 1 :], caches[0][0])
    with pytest.raises(ValueError, match=r"da: expected at most the 6 steps"):
        cell.backward(np.ones((5, 4, 7)), caches)
    with pytest.raises(ValueError, match=r"da: expected shape \(5, 4, T_x\), got \(5, 3, 6\)"):
        cell.backward(np.ones((5, 3, 6)), caches)
