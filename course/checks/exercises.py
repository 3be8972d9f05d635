"""The exercises, and which of them a learner's functions belong to."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from course.checks import dinos, emojify, jazz, rnn, shakespeare
from course.checks.record import Exercise
from utils.errors import UserError

EXERCISES: dict[str, Exercise] = {
    exercise.name: exercise
    for exercise in (rnn.EXERCISE, dinos.EXERCISE, shakespeare.EXERCISE, jazz.EXERCISE, emojify.EXERCISE)
}


def named(name: str) -> Exercise:
    """The exercise of a name.

    Raises:
        UserError: There is none.
    """
    if name not in EXERCISES:
        raise UserError(f"exercise: expected {', '.join(EXERCISES)}, got {name!r}")
    return EXERCISES[name]


def recognised(parameters: Mapping[str, Iterable[str]]) -> Exercise | None:
    """The exercise whose functions a file has most of; None if it has none.

    Names that several exercises share, such as `sample`, count by their parameters.

    Args:
        parameters: The names of the parameters of each function.
    """

    def points(exercise: Exercise) -> float:
        total = 0.0
        for function in exercise.functions:
            if function.name in parameters:
                total += 1
                known = {name.split("=")[0].strip().lower() for name in function.signature.split(",")}
                own = {name.lower() for name in parameters[function.name]}
                total += 2 * len(known & own) / max(len(known | own), 1)
        return total

    best = max(EXERCISES.values(), key=points)
    return best if points(best) else None


def parameters_of(functions: Mapping[str, Callable[..., Any]]) -> dict[str, list[str]]:
    """The names of functions' parameters."""
    parameters = {}
    for name, function in functions.items():
        try:
            parameters[name] = list(inspect.signature(function).parameters)
        except (TypeError, ValueError):
            parameters[name] = []
    return parameters
