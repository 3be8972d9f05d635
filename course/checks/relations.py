"""How a wrong array is related to the right one: for mistakes that nobody foresaw."""

from typing import Any

import numpy as np

from course.checks.compare import Leaves, same, shape
from course.checks.language import Translate


def relation(path: str, found: Leaves, expected: Leaves, tr: Translate) -> str:
    """Says how a leaf that differs is related to what was expected; nothing if it is in no simple way.

    Args:
        path: The leaf.
        found: All leaves of the learner's result.
        expected: All leaves of the right one.
        tr: Translates.
    """
    try:
        got, right = np.asarray(found[path], float), np.asarray(expected[path], float)
    except (TypeError, ValueError):
        return ""
    if got.shape != right.shape:
        return _of_shapes(got, right, tr)
    if got.size == 0:
        return ""
    if not np.isfinite(got).all():
        return tr("some of its numbers are not finite (nan or inf)")
    if not got.any():
        return tr("it is all zeros: nothing is ever written into it")
    for other, value in expected.items():
        if other != path and shape(value) == got.shape and same(found[path], value):
            return tr("it holds what belongs into {other}").format(other=other)
    return _of_values(got, right, tr)


def _of_shapes(got: Any, right: Any, tr: Translate) -> str:
    if got.ndim == right.ndim == 2 and same(got.T, right):
        return tr("it is transposed")
    if got.size == right.size and same(got.reshape(right.shape), right):
        return tr("the numbers are right, only the shape is not: keepdims=True or reshape")
    return ""


def _of_values(got: Any, right: Any, tr: Translate) -> str:
    if same(got, -right):
        return tr("its sign is the wrong way round")
    if got.ndim == 2 and got.shape[0] == got.shape[1] and same(got.T, right):
        return tr("it is transposed")
    with np.errstate(divide="ignore", invalid="ignore"):
        factors = got[right != 0] / right[right != 0]
    told = len(factors) > 1 and np.allclose(factors, factors[0], rtol=1e-4) and not got[right == 0].any()
    if told and factors[0] not in (0, 1):
        return tr("every number is {factor} times what it should be").format(factor=f"{factors[0]:.4g}")
    if got.ndim == 3:
        return _over_time(got, right, tr)
    if got.ndim == 2 and got.shape[1] > 1:
        columns = [same(got[:, i], right[:, i]) for i in range(got.shape[1])]
        if columns[0] and not any(columns[1:]):
            return tr("only the first example (column 0) is right")
    if np.allclose(got - right, (got - right).flat[0], rtol=1e-4, atol=1e-9) and got.size > 1:
        return tr("every number is too large by {offset}").format(offset=f"{(got - right).flat[0]:.4g}")
    return ""


def _over_time(got: Any, right: Any, tr: Translate) -> str:
    """The last axis is time."""
    steps = got.shape[2]
    if steps < 2:
        return ""
    if same(got[:, :, ::-1], right):
        return tr("the time steps are in the reverse order")
    if same(got[:, :, 1:], right[:, :, :-1]) or same(got[:, :, :-1], right[:, :, 1:]):
        return tr("the time steps are shifted by one")
    empty = [str(t) for t in range(steps) if not got[:, :, t].any()]
    if empty:
        return tr("nothing is written into the steps {steps}").format(steps=", ".join(empty))
    fine = [same(got[:, :, t], right[:, :, t]) for t in range(steps)]
    if fine[0] and not any(fine[1:]):
        return tr("step 0 is right, the later ones are not: look at what is carried from step to step")
    if fine[-1] and not any(fine[:-1]):
        return tr("the last step is right, the earlier ones are not: look at what is carried back")
    if any(fine):
        wrong = [str(t) for t, right_here in enumerate(fine) if not right_here]
        return tr("only the steps {steps} are wrong").format(steps=", ".join(wrong))
    return ""
