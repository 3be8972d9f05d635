"""What is known about a function of an exercise: how to call it, what comes out, how it goes wrong."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from course.checks.language import Translate

Callback = Callable[..., Any]
Gradients = Callable[[tuple[Any, ...]], Mapping[str, NDArray[Any]]]


class Case(NamedTuple):
    """One call.

    Args:
        label: What is special about it, such as "m = 1".
        arguments: For the call, in the order of the contract.
        unusual: Whether a learner may forget it: the usual cases are what the exercise itself shows.
        seed: For NumPy's legacy generator, which is seeded before the call.
        numerical: Whether the gradients are compared with finite differences too.
        ours: Keywords for `Function.reference` alone.
    """

    label: str
    arguments: tuple[Any, ...]
    unusual: bool = False
    seed: int = 0
    numerical: bool = False
    ours: Mapping[str, Any] = MappingProxyType({})


class Mistake(NamedTuple):
    """A plausible wrong version of a function: our own with a few words of its source replaced.

    Args:
        step: Which step of the function's section it is made in; see the module's docstring.
        why: Completes "this is what comes out if ...".
        edits: Pairs of what the source of `reference` has, and what is written instead.
        accepted: Whether a handout has it so: the function passes, with a remark.
    """

    step: int
    why: str
    edits: tuple[tuple[str, str], ...]
    accepted: bool = False


def mistake(step: int, why: str, *edits: tuple[str, str]) -> Mistake:
    """A mistake with its edits as arguments."""
    return Mistake(step, why, edits)


class Published(NamedTuple):
    """A number that the exercise prints, for the first of the cases.

    Args:
        label: As the exercise prints it.
        value: The number, or a list of them.
        read: Takes it from the function's result.
    """

    label: str
    value: Any
    read: Callback


@dataclass(frozen=True, eq=False)
class Function:
    """A function of an exercise.

    Args:
        name: The course's name.
        section: Of the exercise.
        signature: Its parameters, as a message shows them.
        results: The names of what it returns: one for each element of the tuple, or the keys of the
            dictionary.
        reference: The right version, or "module:name" of one whose module imports Keras.
        cases: Makes the calls from a generator; the first has the exercise's own numbers.
        mistakes: What learners get wrong.
        keys: Whether the results are the keys of one dictionary.
        gradients: Computes the numerical gradients for a case's arguments; None: it is no backward pass.
        published: What the exercise prints.
        given: What others get in place of the learner's version, where it is not `reference`.
        parts: Names of leaves that a hint says to be right, by their paths, such as "ft" of "cache[4]".
        beside: Functions of its module that it calls, which a mistake may edit.
        adapt: Turns the learner's version into one with the contract of `reference`: another edition.
        applies: Whether a case is of the learner's edition, given the learner's version, the case, and the
            edition that was asked for; None: all are.
        counts: How many arguments may be passed, where editions differ.
        updates: The arguments that it changes by contract.
        fresh: Makes the arguments of a call from a case's; none: deep copies.
        view: Makes leaves of a result, and of the arguments afterwards; none: `leaves` of both.
        trace: Says more about a wrong call for which no known mistake was found.
        rebuild: Makes a backward pass's arguments anew with the forward pass of the learner's file, from its
            name in the globals; None: it is no backward pass.
        optional: Whether the exercise gives the function: it is checked only where a file defines it.
        keras: Whether it needs TensorFlow.
    """

    name: str
    section: str
    signature: str
    results: tuple[str, ...]
    reference: Callback | str
    cases: Callable[[np.random.Generator], Sequence[Case]]
    mistakes: tuple[Mistake, ...] = ()
    keys: bool = False
    gradients: Gradients | None = None
    published: tuple[Published, ...] = ()
    given: Callback | None = None
    parts: Mapping[str, str] = field(default_factory=dict)
    beside: tuple[str, ...] = ()
    adapt: Callable[[Callback], Callback] | None = None
    applies: Callable[[Callback, Case, str | None], bool] | None = None
    counts: tuple[int, ...] = ()
    updates: tuple[str, ...] = ()
    fresh: Callback | None = None
    view: Callback | None = None
    trace: Callable[[Callback, Case, Translate], str] | None = None
    rebuild: Callable[[tuple[Any, ...], Mapping[str, Any]], tuple[Any, ...]] | None = None
    optional: bool = False
    keras: bool = False

    @cached_property
    def right(self) -> Callback:
        """The right version."""
        if not isinstance(self.reference, str):
            return self.reference
        module, _, name = self.reference.partition(":")
        version: Callback = getattr(importlib.import_module(module), name)
        return version


@dataclass(frozen=True)
class Exercise:
    """An exercise: its functions in their order.

    Args:
        name: As --exercise names it.
        functions: All of them.
        helpers: What it gives beside them, for a file that does not import it.
    """

    name: str
    functions: tuple[Function, ...]
    helpers: Mapping[str, Any] = field(default_factory=dict)

    def function(self, name: str) -> Function:
        """The function of a name."""
        return next(function for function in self.functions if function.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The functions' names."""
        return tuple(function.name for function in self.functions)


@dataclass(frozen=True)
class Verdict:
    """What a check found about a function.

    Args:
        name: The function's name.
        status: "passed", "wrong", "missing", or "stopped": it did not end, or ended the whole process.
        reason: What is wrong and why; empty for a function that passed without a remark.
        mark: 1 for passed; 0.5 if what it returns is right for all but unusual input; else 0.
        mistakes: The known mistakes that explain it.
    """

    name: str
    status: str
    reason: str = ""
    mark: float = 0.0
    mistakes: tuple[str, ...] = ()
