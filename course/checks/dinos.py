"""The dinosaur exercise: clip, sample, optimize and model, and the helpers that it gives.

The sections and the steps that the known mistakes name:

- 2.1 clip: 1 the bounds, 2 what is returned
- 2.2 sample: 1 x and a_prev, 2 the forward step, 3 the draw, 4 the next x and a_prev, 5 the end
- 3.1 optimize: 1 forward, 2 backward, 3 clip, 4 update, 5 what is returned
- 3.2 model: 1 the names, 2 X, 3 Y, 4 optimize
- 0: the helpers
"""

import contextlib
import copy
import inspect
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from course import cllm_utils, dinosaurs
from course.checks.compare import Leaves
from course.checks.language import Translate
from course.checks.record import Callback, Case, Exercise, Function, Published, mistake
from course.names import Arrays, with_b
from models.dinos import course as ours

Generator = np.random.Generator

LETTERS = {chr(96 + i) if i else "\n": i for i in range(27)}  # the exercise's 27 symbols
NAMES = ("Abax", "ox", "Mei", "kol", "zby", "tyr")


def _parameters(random: Any, n_a: int, n: int = 27, scale: float = 1.0) -> Arrays:
    """Draws in the exercise's order, with the legacy generator or a new one."""
    normal = random.randn if hasattr(random, "randn") else lambda *shape: random.standard_normal(shape)
    return Arrays({name: scale * normal(*shape) for name, shape in ours.parameter_shapes(n_a, n).items()})


def _leaves(name: str, arrays: Any, keys: Sequence[str]) -> Leaves:
    if not isinstance(arrays, Mapping):
        return {name: arrays}
    arrays = with_b(arrays)
    return {f"{name}[{key!r}]": arrays[key] for key in keys if key in arrays}


GRADIENTS = ("dWax", "dWaa", "dWya", "db", "dby")
PARAMETERS = tuple(name[1:] for name in GRADIENTS)

# clip


def _clip_cases(random: Generator) -> list[Case]:
    legacy = np.random.RandomState(3)
    shapes = {"dWax": (5, 3), "dWaa": (5, 5), "dWya": (2, 5), "db": (5, 1), "dby": (2, 1)}
    drawn = Arrays({name: legacy.randn(*shape) * 10 for name, shape in shapes.items()})
    small = Arrays({name: random.standard_normal((1, 1)) for name in shapes})
    return [
        Case("the exercise's numbers", (drawn, 10)),
        Case("maxValue = 5", (drawn, 5)),
        Case("maxValue = 0.5", (small, 0.5), unusual=True),
        Case("nothing to clip", (small, 100.0), unusual=True),
    ]


def _clip_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    return _leaves("gradients", result, GRADIENTS), _leaves("gradients", arguments[0], GRADIENTS)


_CLIP = "array.clip(-maxValue, maxValue)"
CLIP = Function(
    "clip",
    "2.1",
    "gradients, maxValue",
    ("gradients",),
    ours.clip,
    _clip_cases,
    (
        mistake(
            1,
            "the arrays are clipped in place: the caller's gradients change too",
            (_CLIP, "array.clip(-maxValue, maxValue, out=array)"),
        ),
        mistake(
            1,
            "the length (norm) of each array is clipped instead of each number",
            (_CLIP, "array * min(1, maxValue / np.linalg.norm(array))"),
        ),
        mistake(1, "only large positive numbers are clipped", (_CLIP, "array.clip(None, maxValue)")),
        mistake(1, "only large negative numbers are clipped", (_CLIP, "array.clip(-maxValue, None)")),
        mistake(1, "the lower bound is 0 instead of -maxValue", (_CLIP, "array.clip(0, maxValue)")),
        mistake(1, "the bounds are -10 and 10 whatever maxValue is", (_CLIP, "array.clip(-10, 10)")),
        mistake(1, "the bounds are -5 and 5 whatever maxValue is", (_CLIP, "array.clip(-5, 5)")),
        mistake(
            1,
            "numbers beyond the bounds become 0 instead of the bound",
            (_CLIP, "np.where(np.abs(array) > maxValue, 0, array)"),
        ),
        mistake(
            1,
            "each array is divided by its largest number instead of clipped",
            (_CLIP, "array / np.abs(array).max() * maxValue"),
        ),
        mistake(
            1,
            "the biases db and dby are not clipped",
            (_CLIP, f'(array if name in ("db", "dby") else {_CLIP})'),
        ),
        mistake(1, "dby is not clipped", (_CLIP, f'(array if name == "dby" else {_CLIP})')),
        mistake(2, "nothing is clipped: what np.clip returns is not stored", (_CLIP, "array.copy()")),
    ),
    view=_clip_view,
    published=(Published("gradients['dWya'][1][2]", 0.2971381536101662, lambda r: r["dWya"][1][2]),),
)

# sample

SEED_OF_50 = 121


def _sample_cases(random: Generator) -> list[Case]:
    def biased(newline: float, n: int = 27, at: int = 0) -> Arrays:
        parameters = _parameters(random, 6, n)
        parameters["by"][at] = newline
        return parameters

    few = {"c": 0, "\n": 1, "a": 2, "d": 3, "b": 4}
    return [
        Case("the exercise's numbers", (_parameters(np.random.RandomState(24), 100), LETTERS, 0)),
        Case("another seed", (biased(2.0), LETTERS, 5)),
        Case("a name that is cut at 50 characters", (biased(-60.0), LETTERS, 3), unusual=True),
        Case("a name of no letters: the newline comes first", (biased(60.0), LETTERS, 3), unusual=True),
        Case("5 symbols, the newline at 1", (biased(0.5, 5, at=1), few, 11), unusual=True),
        Case("a newline as the 50th character", _newline_at_50(), unusual=True),
    ]


def _newline_at_50() -> tuple[Any, ...]:
    """Probabilities that do not depend on the state, and a seed whose 50th draw is the first newline."""
    parameters = Arrays({name: np.zeros(shape) for name, shape in ours.parameter_shapes(2, 5).items()})
    parameters["by"][0] = -2.5
    return parameters, {"\n": 0, "a": 1, "b": 2, "c": 3, "d": 4}, SEED_OF_50


_STEP = "ours.step(parameters, a_prev, index)"
_SEED = "np.random.RandomState(seed + 2 * len(drawn))"
_SOFTMAX = "(lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum())"
SAMPLE = Function(
    "sample",
    "2.2",
    "parameters, char_to_ix, seed",
    ("indices",),
    dinosaurs.sample,
    _sample_cases,
    (
        mistake(
            2,
            "the bias b is forgotten",
            (_STEP, _STEP.replace("parameters", '{**parameters, "b": 0 * parameters["b"]}')),
        ),
        mistake(
            2,
            "the bias by is forgotten",
            (_STEP, _STEP.replace("parameters", '{**parameters, "by": 0 * parameters["by"]}')),
        ),
        mistake(
            2,
            "y is computed from a_prev instead of the new a",
            (
                "a_prev, y = " + _STEP,
                f'y, a_prev = {_SOFTMAX}((parameters["Wya"] @ a_prev + parameters["by"])[:, 0]), {_STEP}[0]',
            ),
        ),
        mistake(
            3,
            "seed is not increased at the end of the loop: only counter grows",
            (_SEED, _SEED.replace("2 * ", "")),
        ),
        mistake(
            3,
            "the generator gets the same seed for every character: counter + seed is expected",
            (_SEED, "np.random.RandomState(seed)"),
        ),
        mistake(
            3,
            "the generator is seeded once, before the loop, instead of for every character",
            (f"random = {_SEED}", "pass"),
            (
                "index, drawn = None, list[int]()",
                "index, drawn = None, list[int]()\n    random = np.random.RandomState(seed)",
            ),
        ),
        mistake(
            3,
            "counter starts at 1 when the first character is drawn",
            (_SEED, _SEED.replace("seed +", "seed + 1 +")),
        ),
        mistake(
            3,
            "the likeliest character is taken (argmax) instead of a random one",
            ("int(random.choice(len(y), p=y))", "int(np.argmax(y))"),
        ),
        mistake(
            3,
            "all characters are equally likely: p=y is forgotten",
            ("choice(len(y), p=y)", "choice(len(y))"),
        ),
        mistake(
            4,
            "a_prev stays zero: the new state is not kept for the next character",
            ("a_prev, y = " + _STEP, "_, y = " + _STEP),
        ),
        mistake(
            4,
            "x stays zero: the character drawn is not the next input",
            (_STEP, _STEP.replace("index", "None")),
        ),
        mistake(
            4,
            "x is not set to zeros again: the earlier characters' ones stay in it",
            (_STEP, _STEP.replace("index", "drawn or None")),
        ),
        mistake(
            5,
            "the newline is not appended to a name that is cut at 50 characters",
            ("return [*drawn, newline] if len(drawn) == MAX_LENGTH else drawn", "return drawn"),
        ),
        mistake(
            5,
            "the newline is appended to every name, also to one that has it",
            ("[*drawn, newline] if len(drawn) == MAX_LENGTH else drawn", "[*drawn, newline]"),
        ),
        mistake(
            5,
            "names are cut at 51 characters: counter runs one too far, and counter == 50 is missed",
            ("len(drawn) < MAX_LENGTH", "len(drawn) <= MAX_LENGTH"),
        ),
        mistake(
            5,
            "names are cut at 49 characters: counter stops one too early, and counter == 50 is missed",
            ("len(drawn) < MAX_LENGTH", "len(drawn) < MAX_LENGTH - 1"),
        ),
        mistake(
            5,
            "the newline at the end is not in the list",
            ("drawn.append(index)", "drawn += [index] * (index != newline)"),
        ),
    ),
    published=(Published("indices[:5]", [23, 16, 26, 26, 24], lambda r: list(r[:5])),),
)

# optimize


def _optimize_cases(random: Generator) -> list[Case]:
    legacy = np.random.RandomState(1)
    a_prev = legacy.randn(100, 1)
    drawn = _parameters(legacy, 100)
    given: tuple[list[Any], list[int]] = ([12, 3, 5, 11, 22, 3], [4, 14, 11, 22, 25, 26])
    small = _parameters(random, 8)
    state = random.standard_normal((8, 1))
    return [
        Case("the exercise's numbers", (*given, a_prev, drawn)),
        Case("X[0] = None and learning_rate = 0.1", ([None, 3, 1, 20], [3, 1, 20, 0], state, small, 0.1)),
        Case("a name of one letter", ([None, 5], [5, 0], state, small), unusual=True),
        Case("T = 1, n_a = 1", ([None], [0], state[:1], _parameters(random, 1)), unusual=True),
    ]


def _optimize_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    after = _leaves("parameters", arguments[3], PARAMETERS) | {"a_prev": arguments[2]}
    if not isinstance(result, Sequence) or len(result) != 3:
        return {"": result}, after
    loss, gradients, a_last = result
    return {"loss": loss, **_leaves("gradients", gradients, GRADIENTS), "a[len(X) - 1]": a_last}, after


_CLIPPED = "    gradients = clip(gradients, MAX_GRADIENT)\n"
_UPDATED = "    update_parameters(parameters, gradients, learning_rate)\n"
_LAST = "a[:, -1:].copy()"
OPTIMIZE = Function(
    "optimize",
    "3.1",
    "X, Y, a_prev, parameters, learning_rate=0.01",
    ("loss", "gradients", "a[len(X) - 1]"),
    ours.optimize,
    _optimize_cases,
    (
        mistake(
            1,
            "a_prev is not passed on: the name starts from zeros",
            ("rnn_forward(X, Y, a_prev,", "rnn_forward(X, Y, 0 * a_prev,"),
        ),
        mistake(
            1,
            "Y is passed as X too",
            ("rnn_forward(X, Y, a_prev", "rnn_forward(Y, Y, a_prev"),
            ("rnn_backward(X,", "rnn_backward(Y,"),
        ),
        mistake(3, "clip is forgotten, or what it returns is not used", (_CLIPPED, "")),
        mistake(3, "clip comes after the update", (_CLIPPED, _UPDATED + "#\n"), ("#\n" + _UPDATED, _CLIPPED)),
        mistake(3, "the gradients are clipped at 10 instead of 5", ("MAX_GRADIENT", "10")),
        mistake(3, "the gradients are clipped at 1 instead of 5", ("MAX_GRADIENT", "1")),
        mistake(4, "update_parameters is forgotten, or it updates a copy of the parameters", (_UPDATED, "")),
        mistake(
            4,
            "the parameters go up the gradient: the sign is wrong",
            (_UPDATED, _UPDATED.replace("learning_rate", "-learning_rate")),
        ),
        mistake(
            4,
            "learning_rate is 0.01 whatever is passed",
            (_UPDATED, _UPDATED.replace("learning_rate", "0.01")),
        ),
        mistake(
            5, "the first state is returned instead of the last, a[len(X) - 1]", (_LAST, "a[:, :1].copy()")
        ),
        mistake(5, "a_prev is returned instead of the last state, a[len(X) - 1]", (_LAST, "a_prev")),
        mistake(
            5,
            "the state before the last is returned instead of a[len(X) - 1]",
            (_LAST, "np.concatenate([a_prev, a], axis=1)[:, -2:-1]"),
        ),
        mistake(
            5,
            "the loss is divided by the number of characters: it is their sum",
            ("return loss,", "return loss / len(X),"),
        ),
    ),
    given=dinosaurs.optimize,
    counts=(4,),
    updates=("parameters",),
    view=_optimize_view,
    published=(
        Published("loss", 126.503975722, lambda r: r[0]),
        Published("gradients['dWaa'][1][2]", 0.194709315347, lambda r: r[1]["dWaa"][1][2]),
    ),
)

# model


def _model_cases(random: Generator) -> list[Case]:
    letters = {i: symbol for symbol, i in LETTERS.items()}

    def call(names: Sequence[str], iterations: int, n_a: int) -> tuple[Any, ...]:
        return [name.lower() for name in names], letters, LETTERS, iterations, n_a, 1, 27

    return [
        Case("6 names, 8 iterations", call(NAMES, 8, 7)),
        Case("1 name, 3 iterations", call(NAMES[:1], 3, 4), unusual=True),
        Case("1 iteration, n_a = 1", call(NAMES, 1, 1), unusual=True),
    ]


def _edition(learner: Callback) -> Callback:
    """Calls `model` of 2018 too, which reads dinos.txt itself, and one that takes a text."""
    try:
        names = list(inspect.signature(learner).parameters)
    except (TypeError, ValueError):
        return learner
    code = getattr(inspect.unwrap(learner), "__code__", None)
    reads = code is not None and "open" in code.co_names
    as_text = names[0] == "data" or reads

    def call(data: Sequence[str], *others: Any) -> Any:
        if not as_text:
            return learner(data, *others)
        text = "\n".join(data)
        if not reads:
            return learner(text, *others)
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            Path("dinos.txt").write_text(text, "utf-8")
            return learner(text, *others)

    return call


def _model_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    """The parameters: beside them, since 2021, the name that was printed last."""
    parameters = result[0] if isinstance(result, Sequence) and len(result) == 2 else result
    return _leaves("parameters", parameters, PARAMETERS), {}


def _trace(learner: Callback, case: Case, tr: Translate) -> str:
    """Compares what the learner's model passes to optimize with what it should."""
    namespace = getattr(inspect.unwrap(learner), "__globals__", {})
    calls: list[tuple[Any, Any]] = []

    def optimize(X: Any, Y: Any, *others: Any, **more: Any) -> Any:
        calls.append((list(X), list(Y)))
        return dinosaurs.optimize(X, Y, *others, **more)

    with (
        mock.patch.dict(namespace, optimize=optimize),
        contextlib.suppress(Exception),  # which is reported already
    ):
        learner(*copy.deepcopy(case.arguments))
    names, _, _, iterations, *_ = case.arguments
    examples = ours.shuffled_examples(ours.read_names(names), LETTERS)
    text = tr("iteration {number} calls optimize with {name} = {found}, expected {expected}")
    for number, call in enumerate(calls[:iterations]):
        for name, found, expected in zip("XY", call, examples[number % len(examples)], strict=True):
            if found != expected:
                return text.format(number=number, name=name, found=found, expected=expected)
    if len(calls) != iterations:
        return tr("optimize is called {found} times, expected {expected}").format(
            found=len(calls), expected=iterations
        )
    return tr("X and Y of every call of optimize are right")


_XY = "X, Y = examples[iteration % len(examples)]\n"
_EXAMPLES = "ours.shuffled_examples(ours.read_names(data_x), char_to_ix)"
_OPTIMIZED = "cur_loss, _, a_prev = ours.optimize"
MODEL = Function(
    "model",
    "3.2",
    "data_x, ix_to_char, char_to_ix, num_iterations, n_a, dino_names, vocab_size",
    ("parameters",),
    dinosaurs.model,
    _model_cases,
    (
        mistake(
            1,
            "the names are not shuffled",
            (
                _EXAMPLES,
                '[([None, *w], [*w, char_to_ix["\\n"]]) for w in '
                "([char_to_ix[symbol] for symbol in name] for name in ours.read_names(data_x))]",
            ),
        ),
        mistake(
            1,
            "the names are shuffled with another seed than 0 (np.random.seed(1))",
            (_EXAMPLES, _EXAMPLES.replace("char_to_ix", "char_to_ix, 1")),
        ),
        mistake(
            1,
            "the index of the name is not j % len(examples)",
            (_XY, _XY.replace("iteration % len(examples)", "iteration")),
        ),
        mistake(
            1, "every iteration reads the first name", (_XY, _XY.replace("iteration % len(examples)", "0"))
        ),
        mistake(
            1,
            "the first iteration reads the second name: the index is j + 1",
            (_XY, _XY.replace("iteration %", "(iteration + 1) %")),
        ),
        mistake(
            2,
            "X does not begin with None, and Y is X moved by one",
            (_XY, _XY + "        X, Y = X[1:], Y[1:]\n"),
        ),
        mistake(
            2,
            "X begins with the newline instead of None, the zero vector",
            (_XY, _XY + "        X = [Y[-1], *X[1:]]\n"),
        ),
        mistake(
            2,
            "the names keep their line ends: a second newline ends X and Y",
            (_XY, _XY + "        X, Y = [*X, Y[-1]], [*Y, Y[-1]]\n"),
        ),
        mistake(
            3,
            "Y does not end with the newline: X lacks its last letter",
            (_XY, _XY + "        X, Y = X[:-1], Y[:-1]\n"),
        ),
        mistake(3, "Y is X itself instead of X moved by one", (_XY, _XY + "        X, Y = X[1:], Y[:-1]\n")),
        mistake(
            3,
            "the newline stands at the beginning of Y instead of its end",
            (_XY, _XY + "        Y = [Y[-1], *Y[:-1]]\n"),
        ),
        mistake(
            4,
            "a_prev is not carried from one name to the next",
            (_OPTIMIZED, _OPTIMIZED.replace("a_prev", "_")),
        ),
        mistake(
            4,
            "the learning rate is 0.1 instead of 0.01",
            ("(X, Y, a_prev, parameters)", "(X, Y, a_prev, parameters, 0.1)"),
        ),
    ),
    adapt=_edition,
    view=_model_view,
    trace=_trace,
)

# What the exercise gives, where a file has it too.


def _helper_cases(name: str) -> Any:
    def cases(random: Generator) -> list[Case]:
        parameters = _parameters(random, 5)
        state = random.standard_normal((5, 1))
        X, Y = [None, 3, 1, 20], [3, 1, 20, 0]
        cache = cllm_utils.rnn_forward(X, Y, state, parameters)[1]
        x = np.eye(27)[:, [3]]
        arguments: dict[str, list[tuple[Any, ...]]] = {
            "smooth": [(20.0, 30.0)],
            "get_initial_loss": [(27, 7), (5, 1)],
            "rnn_step_forward": [(parameters, state, x)],
            "rnn_forward": [(X, Y, state, parameters), ([3], [4], state, parameters)],
            "rnn_backward": [(X, Y, parameters, cache)],
            "update_parameters": [(parameters, _gradients_of(X, Y, parameters, cache), 0.1)],
        }
        return [Case("given numbers", call) for call in arguments[name]]

    return cases


def _gradients_of(X: Any, Y: Any, parameters: Arrays, cache: Any) -> Arrays:
    return Arrays(cllm_utils.rnn_backward(X, Y, parameters, cache)[0])


def _helper(name: str, signature: str, results: tuple[str, ...], *mistakes: Any, **more: Any) -> Function:
    reference = getattr(ours if name in ("smooth", "get_initial_loss") else cllm_utils, name)
    return Function(
        name, "0", signature, results, reference, _helper_cases(name), mistakes, optional=True, **more
    )


def _backward_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    if not isinstance(result, Sequence) or len(result) != 2:
        return {"": result}, {}
    return _leaves("gradients", result[0], GRADIENTS), {}


def _update_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    return _leaves("parameters", result, PARAMETERS), _leaves("parameters", arguments[0], PARAMETERS)


HELPERS = (
    _helper(
        "smooth",
        "loss, cur_loss",
        ("loss",),
        mistake(
            1, "0.999 and 0.001 are exchanged", ("0.999", "0.0010"), ("cur_loss * 0.001", "cur_loss * 0.999")
        ),
    ),
    _helper("get_initial_loss", "vocab_size, seq_length", ("loss",)),
    _helper("rnn_step_forward", "parameters, a_prev, x", ("a_next", "p_t")),
    _helper(
        "rnn_forward",
        "X, Y, a0, parameters, vocab_size=27",
        ("loss", "cache"),
        mistake(
            1,
            "None is taken for the symbol 0",
            ("if index is not None:", "index = index or 0\n        if True:"),
        ),
        mistake(2, "the state is not carried: every step starts from a0", ("a[t - 1], x[t]", "a[-1], x[t]")),
        mistake(3, "the loss is that of the last character instead of the sum", ("loss -= ", "loss = -")),
        counts=(4,),
    ),
    _helper(
        "rnn_backward",
        "X, Y, parameters, cache",
        ("gradients", "a"),
        mistake(1, "1 is not subtracted at the expected symbol", ("dy[Y[t]] -= 1", "dy[Y[t]] -= 0")),
        mistake(1, "1 is subtracted at X[t] instead of Y[t]", ("dy[Y[t]] -= 1", "dy[X[t]] -= 1")),
        mistake(2, "the state before the first step is not a[-1]", ("a[t - 1])", "a[max(t - 1, 0)])")),
        view=_backward_view,
    ),
    _helper(
        "update_parameters",
        "parameters, gradients, lr",
        ("parameters",),
        updates=("parameters",),
        view=_update_view,
    ),
)

GIVEN = ("softmax", "initialize_parameters", "print_sample", "get_sample", "rnn_step_backward")
EXERCISE = Exercise(
    "dinos",
    (CLIP, SAMPLE, OPTIMIZE, MODEL, *HELPERS),
    {name: getattr(cllm_utils, name) for name in GIVEN},
)
