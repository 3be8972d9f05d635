"""The exercise "building a recurrent network step by step": how its eight functions are called."""

import copy
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from course import rnn_utils
from course.checks import rnn_mistakes as mistakes
from course.checks.record import Case, Exercise, Function, Mistake, Published
from models import numpy_core
from models.numpy_core.gradcheck import numerical_gradient, random_parameters
from models.numpy_core.shapes import Array, Gradients

Generator = np.random.Generator
Arguments = tuple[Any, ...]
Sizes = tuple[int, int, int, int, int]  # n_x, n_a, n_y, m, T_x

ODD: tuple[tuple[str, Sizes], ...] = (
    ("m = 1", (4, 3, 2, 1, 3)),
    ("T_x = 1", (2, 4, 3, 5, 1)),
    ("n_y = 1", (3, 4, 1, 2, 2)),
    ("n_x = 1, n_a = 1", (1, 1, 2, 3, 4)),
)
USUAL: Sizes = (4, 3, 2, 6, 5)
LSTM_SHAPES = {"W": (5, 8), "b": (5, 1)}
# The exercise gives these; ours are as lenient as NumPy is about a zero in place of an array of zeros.


def _rnn_cell_backward(da_next: Array, cache: Any) -> Gradients:
    return numpy_core.rnn_cell_backward(_like(da_next, cache[0]), cache)


def _lstm_cell_backward(da_next: Array, dc_next: Array, cache: Any) -> Gradients:
    return numpy_core.lstm_cell_backward(_like(da_next, cache[0]), _like(dc_next, cache[1]), cache)


def _like(gradient: Any, state: Array) -> Array:
    return np.broadcast_to(np.asarray(gradient, state.dtype), state.shape).copy()


def _lstm_forward(x: Array, a0: Array, parameters: Mapping[str, Array]) -> Any:
    """Without the first cell state, which the exercise does not have as an argument."""
    return numpy_core.lstm_forward(x, a0, parameters)


# The exercise's own numbers: NumPy's legacy generator, seed 1, in the exercise's order.


def _drawn(*shapes: tuple[int, ...]) -> list[Array]:
    random = np.random.RandomState(1)
    return [random.randn(*shape) for shape in shapes]


def _named(names: str, *sizes: tuple[int, ...]) -> tuple[list[Array], dict[str, Array]]:
    """Draws arrays; those of the names at the end are parameters."""
    arrays = _drawn(*sizes)
    words = names.split()
    first = len(arrays) - len(words)
    return arrays[:first], dict(zip(words, arrays[first:], strict=True))


def _rnn_drawn(order: str, *inputs: tuple[int, ...]) -> tuple[list[Array], dict[str, Array]]:
    shapes = {"Waa": (5, 5), "Wax": (5, 3), "Wya": (2, 5), "ba": (5, 1), "by": (2, 1)}
    return _named(order, *inputs, *(shapes[name] for name in order.split()))


def _lstm_drawn(order: str, *inputs: tuple[int, ...]) -> tuple[list[Array], dict[str, Array]]:
    shapes = {"Wy": (2, 5), "by": (2, 1)}
    return _named(order, *inputs, *(shapes.get(name, LSTM_SHAPES[name[0]]) for name in order.split()))


RNN_ORDER = "Waa Wax Wya ba by"
RNN_BACKWARD_ORDER = "Wax Waa Wya ba by"
LSTM_ORDER = "Wf bf Wi bi Wo bo Wc bc Wy by"


# The arguments of each function, for sizes and as the exercise has them.


def _cell_arguments(kind: str, sizes: Sizes, random: Generator) -> Arguments:
    n_x, n_a, n_y, m, _ = sizes
    states = [random.standard_normal((n_a, m)) for _ in range(2 if kind == "lstm" else 1)]
    return random.standard_normal((n_x, m)), *states, random_parameters(kind, n_x, n_a, n_y, random)


def _sequence_arguments(kind: str, sizes: Sizes, random: Generator) -> Arguments:
    n_x, n_a, n_y, m, T_x = sizes
    x, a0 = random.standard_normal((n_x, m, T_x)), random.standard_normal((n_a, m))
    return x, a0, random_parameters(kind, n_x, n_a, n_y, random)


def _cell_backward_arguments(kind: str, sizes: Sizes, random: Generator) -> Arguments:
    arguments = _cell_arguments(kind, sizes, random)
    *states, _, cache = CELLS[kind](*arguments)
    return *(random.standard_normal(state.shape) for state in states), cache


def _backward_arguments(kind: str, sizes: Sizes, random: Generator) -> Arguments:
    a, *_, caches = SEQUENCES[kind](*_sequence_arguments(kind, sizes, random))
    return random.standard_normal(a.shape), caches


def _cases(
    exercise: Callable[[], Arguments], make: Callable[[Sizes, Generator], Arguments]
) -> Callable[[Generator], list[Case]]:
    def cases(random: Generator) -> list[Case]:
        odd = [Case(label, make(sizes, random), unusual=True) for label, sizes in ODD]
        usual = Case("random numbers", make(USUAL, random), numerical=True)
        return [Case("the exercise's numbers", exercise()), usual, *odd]

    return cases


def _exercise_cell(kind: str) -> Arguments:
    if kind == "rnn":
        (xt, a_prev), parameters = _rnn_drawn(RNN_ORDER, (3, 10), (5, 10))
        return xt, a_prev, parameters
    (xt, a_prev, c_prev), parameters = _lstm_drawn(LSTM_ORDER, (3, 10), (5, 10), (5, 10))
    return xt, a_prev, c_prev, parameters


def _exercise_sequence(kind: str) -> Arguments:
    if kind == "rnn":
        (x, a0), parameters = _rnn_drawn(RNN_ORDER, (3, 10, 4), (5, 10))
    else:
        (x, a0), parameters = _lstm_drawn(LSTM_ORDER, (3, 10, 7), (5, 10))
    return x, a0, parameters


def _exercise_cell_backward(kind: str) -> Arguments:
    """The draws of the forward pass go on with the gradients."""
    random = np.random.RandomState(1)
    if kind == "rnn":
        xt, a_prev = random.randn(3, 10), random.randn(5, 10)
        parameters = _draw_on(random, RNN_BACKWARD_ORDER, "rnn")
        cache: Any = numpy_core.rnn_cell_forward(xt, a_prev, parameters)[-1]
        return random.randn(5, 10), cache
    xt, a_prev, c_prev = random.randn(3, 10), random.randn(5, 10), random.randn(5, 10)
    cache = numpy_core.lstm_cell_forward(xt, a_prev, c_prev, _draw_on(random, LSTM_ORDER, "lstm"))[-1]
    return random.randn(5, 10), random.randn(5, 10), cache


def _exercise_backward(kind: str) -> Arguments:
    random = np.random.RandomState(1)
    x, a0 = random.randn(3, 10, 4 if kind == "rnn" else 7), random.randn(5, 10)
    if kind == "rnn":
        caches: Any = numpy_core.rnn_forward(x, a0, _draw_on(random, RNN_BACKWARD_ORDER, "rnn"))[-1]
    else:
        parameters = _draw_on(random, "Wf bf Wi bi Wo bo Wc bc", "lstm")
        parameters |= {"Wy": np.zeros((2, 5)), "by": np.zeros((2, 1))}
        caches = numpy_core.lstm_forward(x, a0, parameters)[-1]
    return random.randn(5, 10, 4), caches  # of the LSTM's seven steps only four are back-propagated


def _draw_on(random: np.random.RandomState, order: str, kind: str) -> dict[str, Array]:
    shapes = {"Wax": (5, 3), "Waa": (5, 5), "Wya": (2, 5), "Wy": (2, 5), "by": (2, 1), "ba": (5, 1)}
    return {name: random.randn(*shapes.get(name, LSTM_SHAPES[name[0]])) for name in order.split()}


# The same arguments, made by the learner's forward pass.


def _rebuilt(kind: str, arguments: Arguments, beside: Mapping[str, Any]) -> Arguments:
    *upstream, cache = arguments
    inputs = cache[1:3][::-1] if kind == "rnn" else (cache[8], cache[2], cache[3])
    return *upstream, beside[f"{kind}_cell_forward"](*inputs, cache[-1])[-1]


def _rebuilt_sequence(kind: str, arguments: Arguments, beside: Mapping[str, Any]) -> Arguments:
    da, (steps, x) = arguments
    a0, parameters = steps[0][1 if kind == "rnn" else 2], steps[0][-1]
    return da, beside[f"{kind}_forward"](x, a0, parameters)[-1]


# Numerical gradients, of the sum of the new states weighted by the gradients that come in.

CELLS: dict[str, Callable[..., Any]] = {
    "rnn": numpy_core.rnn_cell_forward,
    "lstm": numpy_core.lstm_cell_forward,
}
SEQUENCES: dict[str, Callable[..., Any]] = {"rnn": numpy_core.rnn_forward, "lstm": _lstm_forward}


def _cell_gradients(kind: str, arguments: Arguments) -> dict[str, NDArray[np.float64]]:
    *upstream, cache = copy.deepcopy(arguments)
    if kind == "rnn":
        _, a_prev, xt, parameters = cache
        inputs = {"xt": xt, "a_prev": a_prev}
    else:
        _, _, a_prev, c_prev, *_, xt, parameters = cache
        inputs = {"xt": xt, "a_prev": a_prev, "c_prev": c_prev}

    def loss() -> float:
        states = CELLS[kind](*inputs.values(), parameters)
        return float(sum(np.sum(a * b) for a, b in zip(states, upstream, strict=False)))

    return _differences(loss, inputs, parameters)


def _sequence_gradients(kind: str, arguments: Arguments) -> dict[str, NDArray[np.float64]]:
    da, (steps, x) = copy.deepcopy(arguments)
    a0, parameters = steps[0][1 if kind == "rnn" else 2], steps[0][-1]

    def loss() -> float:
        return float(np.sum(SEQUENCES[kind](x, a0, parameters)[0] * da))

    return _differences(loss, {"x": x, "a0": a0}, parameters)


def _differences(
    loss: Callable[[], float], inputs: Mapping[str, Array], parameters: Mapping[str, Array]
) -> dict[str, NDArray[np.float64]]:
    arrays = {name: array for name, array in {**inputs, **parameters}.items() if name[:2] not in ("Wy", "by")}
    return {f"d{name}": numerical_gradient(loss, array) for name, array in arrays.items()}


_GATES = tuple(f"d{kind}{gate}" for gate in "fico" for kind in "Wb")


def _function(
    name: str,
    section: str,
    signature: str,
    results: tuple[str, ...],
    known: tuple[Mistake, ...],
    exercise: Callable[[str], Arguments],
    make: Callable[[str, Sizes, Generator], Arguments],
    **more: Any,
) -> Function:
    kind = name.partition("_")[0]
    cases = _cases(partial(exercise, kind), partial(make, kind))
    reference = getattr(numpy_core, name)
    return Function(name, section, signature, results, reference, cases, known, **more)


EXERCISE = Exercise(
    "rnn",
    (
        _function(
            "rnn_cell_forward",
            "1.1",
            "xt, a_prev, parameters",
            ("a_next", "yt_pred", "cache"),
            mistakes.RNN_CELL,
            _exercise_cell,
            _cell_arguments,
            published=(
                Published("a_next[4][0]", 0.59584544, lambda r: r[0][4][0]),
                Published("yt_pred[1][0]", 0.9888161, lambda r: r[1][1][0]),
            ),
        ),
        _function(
            "rnn_forward",
            "1.2",
            "x, a0, parameters",
            ("a", "y_pred", "caches"),
            mistakes.RNN_SEQUENCE,
            _exercise_sequence,
            _sequence_arguments,
            published=(
                Published("a[4][1][0]", -0.99999375, lambda r: r[0][4][1][0]),
                Published("y_pred[1][3][0]", 0.79560373, lambda r: r[1][1][3][0]),
            ),
        ),
        _function(
            "lstm_cell_forward",
            "2.1",
            "xt, a_prev, c_prev, parameters",
            ("a_next", "c_next", "yt_pred", "cache"),
            mistakes.LSTM_CELL,
            _exercise_cell,
            _cell_arguments,
            parts={f"cache[{4 + i}]": name for i, name in enumerate(("ft", "it", "cct", "ot"))},
            published=(
                Published("a_next[4][0]", -0.66408471, lambda r: r[0][4][0]),
                Published("c_next[2][0]", 0.63267805, lambda r: r[1][2][0]),
                Published("yt[1][0]", 0.79913913, lambda r: r[2][1][0]),
            ),
        ),
        _function(
            "lstm_forward",
            "2.2",
            "x, a0, parameters",
            ("a", "y", "c", "caches"),
            mistakes.LSTM_SEQUENCE,
            _exercise_sequence,
            _sequence_arguments,
            given=_lstm_forward,
            published=(
                Published("a[4][3][6]", 0.17211776753291672, lambda r: r[0][4][3][6]),
                Published("c[1][2][1]", -0.8555449167181981, lambda r: r[2][1][2][1]),
            ),
        ),
        _function(
            "rnn_cell_backward",
            "3.1",
            "da_next, cache",
            ("dxt", "da_prev", "dWax", "dWaa", "dba"),
            mistakes.RNN_CELL_BACKWARD,
            _exercise_cell_backward,
            _cell_backward_arguments,
            keys=True,
            gradients=partial(_cell_gradients, "rnn"),
            rebuild=partial(_rebuilt, "rnn"),
            given=_rnn_cell_backward,
            published=(
                Published("dxt[1][2]", -1.3872130506, lambda r: r["dxt"][1][2]),
                Published("dba[4]", 0.20023491, lambda r: r["dba"][4][0]),
            ),
        ),
        _function(
            "rnn_backward",
            "3.1",
            "da, caches",
            ("dx", "da0", "dWax", "dWaa", "dba"),
            mistakes.RNN_BACKWARD,
            _exercise_backward,
            _backward_arguments,
            keys=True,
            gradients=partial(_sequence_gradients, "rnn"),
            rebuild=partial(_rebuilt_sequence, "rnn"),
            published=(
                Published("da0[2][3]", -0.314942375127, lambda r: r["da0"][2][3]),
                Published("dWax[3][1]", 11.2641044965, lambda r: r["dWax"][3][1]),
            ),
        ),
        _function(
            "lstm_cell_backward",
            "3.2",
            "da_next, dc_next, cache",
            ("dxt", "da_prev", "dc_prev", *_GATES),
            mistakes.LSTM_CELL_BACKWARD,
            _exercise_cell_backward,
            _cell_backward_arguments,
            keys=True,
            gradients=partial(_cell_gradients, "lstm"),
            rebuild=partial(_rebuilt, "lstm"),
            given=_lstm_cell_backward,
            published=(
                Published("dxt[1][2]", 3.23055911511, lambda r: r["dxt"][1][2]),
                Published("dc_prev[2][3]", 0.797522038797, lambda r: r["dc_prev"][2][3]),
            ),
        ),
        _function(
            "lstm_backward",
            "3.3",
            "da, caches",
            ("dx", "da0", *_GATES),
            mistakes.LSTM_BACKWARD,
            _exercise_backward,
            _backward_arguments,
            keys=True,
            gradients=partial(_sequence_gradients, "lstm"),
            rebuild=partial(_rebuilt_sequence, "lstm"),
            published=(
                Published("da0[2][3]", 0.312770310257, lambda r: r["da0"][2][3]),
                Published("dWf[3][1]", -0.0809802310938, lambda r: r["dWf"][3][1]),
            ),
        ),
    ),
    {"softmax": rnn_utils.softmax, "sigmoid": rnn_utils.sigmoid},
)
