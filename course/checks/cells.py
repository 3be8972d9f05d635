"""The check as a notebook's cell calls it."""

import contextlib
import io
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any

from course.checks.exercises import named, parameters_of, recognised
from course.checks.judge import SECONDS, callees, judge
from course.checks.language import translation
from course.checks.record import Exercise, Verdict
from course.checks.report import Report, inherited
from utils.errors import UserError


def check(
    *functions: Callable[..., Any] | str,
    exercise: str | None = None,
    edition: str | None = None,
    language: str = "en",
) -> Report:
    """Checks functions of one's own, prints a line for each, and returns the report.

    Args:
        *functions: The functions; or an exercise's name, for all of its functions that the caller has;
            nothing: the same, for the exercise that is recognised.
        exercise: The exercise, where the functions alone do not tell it.
        edition: "2018" or "2021"; None: told from the functions.
        language: "en" or "zh".

    Raises:
        UserError: There is no such exercise, or none is recognised.

    Example:
        >>> from models.numpy_core import rnn_cell_forward, rnn_forward
        >>> check(rnn_cell_forward, rnn_forward).passed
        rnn_cell_forward  passed
        rnn_forward       passed
        True
    """
    words = [name for name in functions if isinstance(name, str)]
    given = {function.__name__: function for function in functions if not isinstance(function, str)}
    namespace: MutableMapping[str, Any] = sys._getframe(1).f_globals
    if given:
        namespace = next((f.__globals__ for f in given.values() if hasattr(f, "__globals__")), namespace)
    chosen = named(words[0]) if words else named(exercise) if exercise else None
    own = given or {name: value for name, value in namespace.items() if callable(value)}
    chosen = chosen or recognised(parameters_of(own))
    if chosen is None:
        raise UserError("check: expected functions of an exercise, got none of their names")
    namespace.update({name: f for name, f in given.items() if name not in namespace})
    only = [name for name in chosen.names if name in given] if given else required(chosen, namespace)
    with contextlib.redirect_stdout(io.StringIO()):
        report = report_on(chosen, namespace, only, language, edition=edition)
    print(report.table())
    return report


def required(exercise: Exercise, namespace: MutableMapping[str, Any]) -> list[str]:
    """The functions that a learner writes, and those beside them that the file has too."""
    return [f.name for f in exercise.functions if not f.optional or _is_own(namespace.get(f.name))]


def _is_own(value: Any) -> bool:
    """Whether a function is the learner's, and not one that his file imports from here."""
    return callable(value) and not getattr(value, "__module__", "").startswith(("course.", "models."))


def report_on(
    exercise: Exercise,
    namespace: MutableMapping[str, Any],
    only: Iterable[str],
    language: str = "en",
    seconds: float = SECONDS,
    *,
    edition: str | None = None,
) -> Report:
    """Judges the functions of a namespace.

    Args:
        exercise: The exercise.
        namespace: The globals of the learner's functions.
        only: The functions to judge.
        language: "en" or "zh".
        seconds: For all calls of a function.
        edition: "2018" or "2021"; None: told from the functions.
    """
    tr = translation(language)
    only = list(only)
    verdicts: list[Verdict] = []
    for name in only:
        function = exercise.function(name)
        beside = all(verdict.status != "stopped" for verdict in verdicts)
        verdicts.append(judge(function, namespace, exercise, tr, seconds, edition=edition, beside=beside))
    calls = {name: callees(namespace.get(name), namespace, exercise.names) for name in only}
    return Report(exercise.name, tuple(inherited(verdicts, calls, tr)), language=language)
