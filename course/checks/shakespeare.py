"""The Shakespeare exercise: build_data, vectorization and sample.

The sections and the steps that the known mistakes name:

- 1 build_data: 1 where windows start, 2 X, 3 Y
- 2 vectorization: 1 sizes, 2 x, 3 y
- 3 sample: 1 temperature, 2 the draw
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from course.checks.compare import Leaves, Near
from course.checks.record import Callback, Case, Exercise, Function, mistake
from models.shakespeare import windows as ours
from utils.sampling import temper

Generator = np.random.Generator

TEXT = "shall i compare thee to a summer's day?\nthou art more lovely and more temperate:\n"
CHARS = sorted(set(TEXT + "abcdefghijklmnopqrstuvwxyz ,.;:!?'-()\n"))
DRAWS = 500
WITHIN = 0.12  # the difference of two shares of so many draws: four standard deviations


def _build_cases(random: Generator) -> list[Case]:
    return [
        Case("a text of 81 characters", (TEXT, 40, 3)),
        Case("Tx = 5, stride = 2", (TEXT[:30], 5, 2)),
        Case("a text of Tx + 1 characters", (TEXT[:41], 40, 3), unusual=True),
        Case("a text of Tx characters", (TEXT[:40], 40, 3), unusual=True),
        Case("Tx = 1, stride = 1", ("abc", 1, 1), unusual=True),
    ]


_STARTS = "range(0, len(text) - Tx, stride)"
_WINDOW, _NEXT = "text[start : start + Tx]", "text[start + Tx]"
BUILD_DATA = Function(
    "build_data",
    "1",
    "text, Tx=40, stride=3",
    ("X", "Y"),
    ours.build_data,
    _build_cases,
    (
        mistake(
            1, "every position begins a window: stride is not used", (_STARTS, "range(0, len(text) - Tx)")
        ),
        mistake(1, "the stride is 3 whatever is passed", (_STARTS, "range(0, len(text) - Tx, 3)")),
        mistake(
            1,
            "the windows are 40 characters long whatever Tx is",
            (_STARTS, "range(0, len(text) - 40, stride)"),
            (_WINDOW, "text[start : start + 40]"),
            (_NEXT, "text[start + 40]"),
        ),
        mistake(
            1,
            "the last window is missing: the range ends one too early",
            (_STARTS, "range(0, len(text) - Tx - 1, stride)"),
        ),
        mistake(
            1,
            "the range ends one too late: after the last window there is no character",
            (_STARTS, "range(0, len(text) - Tx + 1, stride)"),
        ),
        mistake(
            1,
            "the windows follow each other without overlap: the stride is Tx",
            (_STARTS, "range(0, len(text) - Tx, Tx)"),
        ),
        mistake(
            2,
            "a window holds its next character too: it is one too long",
            (_WINDOW, "text[start : start + Tx + 1]"),
        ),
        mistake(2, "a window is one too short", (_WINDOW, "text[start : start + Tx - 1]")),
        mistake(
            3, "Y is the window's last character instead of the one after it", (_NEXT, "text[start + Tx - 1]")
        ),
        mistake(
            3,
            "Y is the window moved by one instead of one character",
            (_NEXT, "text[start + 1 : start + Tx + 1]"),
        ),
        mistake(3, "Y is the character at the beginning of the next window", (_NEXT, "text[start + stride]")),
    ),
)


def _vector_cases(random: Generator) -> list[Case]:
    index = {symbol: i for i, symbol in enumerate(CHARS)}
    X, Y = ours.build_data(TEXT, 40, 3)
    short, following = ours.build_data("abcabcab", 3, 1)
    return [
        Case("windows of 40 characters", (X, Y, len(CHARS), index, 40)),
        Case("Tx = 3, n_x = 3", (short, following, 3, {"a": 0, "b": 1, "c": 2}, 3)),
        Case("m = 1", (short[:1], following[:1], 4, {"a": 2, "b": 1, "c": 3}, 3), unusual=True),
    ]


_X = "x[row, np.arange(Tx), [char_indices[symbol] for symbol in window]] = True"
_Y = "y[row, char_indices[character]] = True"
VECTORIZATION = Function(
    "vectorization",
    "2",
    "X, Y, n_x, char_indices, Tx=40",
    ("x", "y"),
    ours.vectorization,
    _vector_cases,
    (
        mistake(
            1,
            "the axes of x are (m, n_x, Tx) instead of (m, Tx, n_x)",
            ("return x, y", "return x.swapaxes(1, 2), y"),
        ),
        mistake(1, "x and y are returned in the wrong order", ("return x, y", "return y, x")),
        mistake(
            1,
            "y is the index of the character instead of a one-hot row",
            ("return x, y", "return x, y.argmax(1)"),
        ),
        mistake(
            2,
            "the indices of x are one too small (char_indices - 1)",
            (_X, _X.replace("[symbol]", "[symbol] - 1")),
        ),
        mistake(
            2,
            "the characters of a window are in the reverse order",
            (_X, _X.replace("in window]", "in reversed(window)]")),
        ),
        mistake(2, "x is never filled", (_X, "pass")),
        mistake(2, "all windows are written into the same row", (_X, _X.replace("x[row,", "x[0,"))),
        mistake(
            2,
            "x holds only the first character of each window",
            (_X, "x[row, 0, char_indices[window[0]]] = True"),
        ),
        mistake(3, "y is never filled", (_Y, "pass")),
        mistake(
            3,
            "y is the last character of the window instead of the one after it",
            (_Y, "y[row, char_indices[window[-1]]] = True"),
        ),
        mistake(
            3,
            "the indices of y are one too small (char_indices - 1)",
            (_Y, "y[row, char_indices[character] - 1] = True"),
        ),
    ),
)


def sample(preds: NDArray[Any], temperature: float = 1.0) -> int:
    """Draws an index with the legacy generator, which a learner's version draws from."""
    return int(np.random.choice(len(preds), p=temper(preds, temperature)))


def _sample_cases(random: Generator) -> list[Case]:
    preds = np.full(len(CHARS), 0.2 / (len(CHARS) - 3))
    preds[[4, 9, 20]] = 0.45, 0.25, 0.1
    return [
        Case("temperature = 1", (preds, 1.0)),
        Case("temperature = 0.5", (preds, 0.5)),
        Case("temperature = 3", (preds, 3.0)),
        Case("a certain character", (np.eye(len(CHARS))[7], 1.0), unusual=True),
    ]


def _shares(learner: Callback) -> Callback:
    def shares(preds: NDArray[Any], temperature: float) -> NDArray[np.float64] | None:
        if learner(preds, temperature) is None:
            return None
        drawn = [int(np.asarray(learner(preds, temperature)).reshape(-1)[0]) for _ in range(DRAWS)]
        return np.bincount(drawn, minlength=len(preds)) / DRAWS

    return shares


def _sample_view(result: Any, arguments: tuple[Any, ...]) -> tuple[Leaves, Leaves]:
    shares = {"": None} if result is None else {"the share of each index": Near(result, WITHIN)}
    return shares, {"preds": arguments[0]}


SAMPLE = Function(
    "sample",
    "3",
    "preds, temperature=1.0",
    ("index",),
    sample,
    _sample_cases,
    (
        mistake(1, "the temperature is not used", ("temper(preds, temperature)", "temper(preds, 1)")),
        mistake(
            1,
            "log(preds) is multiplied by the temperature instead of divided by it",
            ("temper(preds, temperature)", "temper(preds, 1 / temperature)"),
        ),
        mistake(
            2,
            "the likeliest character is taken (argmax) instead of a random one",
            ("temper(preds, temperature)", "np.eye(len(preds))[np.argmax(preds)]"),
        ),
        mistake(
            2,
            "all characters are about equally likely: the logarithm is forgotten before softmax, or the "
            "probabilities are not passed to the draw",
            ("temper(preds, temperature)", "np.full(len(preds), 1 / len(preds))"),
        ),
    ),
    adapt=_shares,
    view=_sample_view,
)

EXERCISE = Exercise("shakespeare", (BUILD_DATA, VECTORIZATION, SAMPLE), {"chars": CHARS})
