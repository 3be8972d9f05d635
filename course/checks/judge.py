"""Judges one function of a learner's: right, or what is wrong and why."""

import contextlib
import copy
import dataclasses
import inspect
import itertools
import linecache
import re
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from course.checks.compare import Leaves, leaves, same, same_leaves, shape
from course.checks.edit import edited
from course.checks.language import Translate
from course.checks.limits import Stopped, time_limit
from course.checks.record import Case, Exercise, Function, Mistake, Verdict
from course.checks.relations import relation

SECONDS = 10.0  # for all calls of a function
KERAS_TIMES = 4  # the time of a function that builds a network
SEARCH_SECONDS = 6.0  # for known mistakes to be compared
SEED = 26  # for the random inputs: the same for everybody, so that a mark can be repeated

Namespace = MutableMapping[str, Any]


class Outcome(NamedTuple):
    """What a call came to.

    Args:
        result: The leaves of what it returned; empty if it raised.
        after: The leaves of its arguments afterwards.
        error: What it raised.
        raw: What it returned.
    """

    result: Leaves
    after: Leaves
    error: BaseException | None = None
    raw: Any = None


def judge(
    function: Function,
    namespace: Namespace,
    exercise: Exercise,
    tr: Translate,
    seconds: float = SECONDS,
    *,
    edition: str | None = None,
    beside: bool = True,
) -> Verdict:
    """Judges a function while the others of its file are replaced by ours.

    If it fails so and is right beside the file's own functions, it is right: its file keeps another order
    in the cache, say, in all places.

    Args:
        function: The function.
        namespace: The globals of the learner's functions, changed meanwhile.
        exercise: The exercise.
        tr: Translates.
        seconds: For all its calls.
        edition: "2018" or "2021"; None: told from the function.
        beside: Whether it may be tried beside the file's own functions; not where one of them hangs.
    """
    learner = namespace.get(function.name)
    if not callable(learner) or hasattr(learner, "layers"):  # a network that another cell calls so
        return Verdict(function.name, "missing", tr("there is no function of this name"))
    seconds *= KERAS_TIMES if function.keras else 1
    trial = _Trial(function, learner, tr, edition)
    try:
        with replaced(namespace, exercise, function.name), time_limit(seconds):  # restored whatever happens
            verdict = trial.verdict()
    except Stopped:
        return trial.stopped(seconds)
    if verdict.status == "wrong" and beside:
        with contextlib.suppress(Stopped), time_limit(seconds):
            return _second_chance(function, learner, namespace, tr, edition) or verdict
    return verdict


@cache
def prepared(function: Function) -> list[Case]:
    """The calls of a function, the same ones for everybody."""
    return list(function.cases(np.random.default_rng(SEED)))


@contextmanager
def replaced(namespace: Namespace, exercise: Exercise, name: str) -> Iterator[None]:
    """Replaces the functions of an exercise but one by ours, and restores them."""
    before, keras = dict(namespace), exercise.function(name).keras
    for other in exercise.functions:
        if other.name != name and (keras or not other.keras) and callable(namespace.get(other.name, len)):
            namespace[other.name] = other.given or other.right
    for helper, given in exercise.helpers.items():
        namespace.setdefault(helper, given)
    try:
        yield
    finally:
        for other_name in (*exercise.names, *exercise.helpers):
            namespace.pop(other_name, None)
        namespace.update(before)


def callees(learner: Any, namespace: Mapping[str, Any], names: tuple[str, ...]) -> set[str]:
    """Which of some functions a function calls, itself or through others of its file."""
    found, seen, todo = set[str](), set[str](), [learner]
    while todo:
        code = getattr(inspect.unwrap(todo.pop()), "__code__", None)
        if code is None:
            continue
        used = set(code.co_names)
        for constant in code.co_consts:
            used |= set(getattr(constant, "co_names", ()))
        for name in used - seen:
            seen.add(name)
            if name in names:
                found.add(name)
            elif inspect.isfunction(namespace.get(name)):
                todo.append(namespace[name])
    return found


@cache
def _expectation(function: Function, number: int) -> Outcome:
    """What a call of our own version comes to."""
    trial = _Trial(function, function.right, str)
    outcome = trial.call(trial.adapted(function.right), prepared(function)[number])
    if outcome.error is not None:
        raise outcome.error
    return outcome


def _second_chance(
    function: Function, learner: Callable[..., Any], namespace: Namespace, tr: Translate, edition: str | None
) -> Verdict | None:
    """Judges a function beside its file's own others; None if it is wrong there too."""
    verdict = _Trial(function, learner, tr, edition, namespace).verdict()
    if verdict.status != "passed":
        return None
    remark = tr("right beside this file's own functions, not beside others: it keeps to another contract")
    return dataclasses.replace(verdict, reason=remark)


class _Trial:
    """One function's calls, and what is said about them.

    Args:
        function: What is known about it.
        learner: The learner's version.
        tr: Translates.
        edition: The edition that was asked for.
        beside: The learner's other functions, if the forward pass is to be theirs.
    """

    def __init__(
        self,
        function: Function,
        learner: Callable[..., Any],
        tr: Translate,
        edition: str | None = None,
        beside: Mapping[str, Any] | None = None,
    ) -> None:
        self.function, self.tr = function, tr
        self.learner = learner
        self.beside = beside
        chosen = [
            (number, case)
            for number, case in enumerate(prepared(function))
            if function.applies is None or function.applies(learner, case, edition)
        ]
        self.numbers, self.cases = [number for number, _ in chosen], [case for _, case in chosen]
        self.current = self.cases[0]

    def verdict(self) -> Verdict:
        """Calls it with every case."""
        if reason := self._signature():
            return self._wrong(reason)
        self.learner = self.adapted(self.learner)
        expected = [_expectation(self.function, number) for number in self.numbers]
        found = [self.call(self.learner, case) for case in self.cases]
        failed = [i for i in range(len(found)) if not self._agrees(found[i], expected[i])]
        if not failed:
            return self._numerically(found)
        usual = [i for i in failed if not self.cases[i].unusual]
        first = (usual or failed)[0]
        what = self._difference(self.cases[first], found[first], expected[first])
        known = self._explanation(found, expected)
        if len(known) == 1 and known[0].accepted:
            return Verdict(self.function.name, "passed", self._why(known[0]), 1.0, (known[0].why,))
        if known:
            reason = self.tr("{what}: this is what comes out if {why}").format(
                what=what, why=self.tr(" and if ").join(self._why(mistake) for mistake in known)
            )
        else:
            hints = [
                what,
                self._hint(found[first], expected[first]),
                self._right(found[first], expected[first]),
            ]
            if self.function.trace is not None and self.beside is None:
                hints.append(self.function.trace(self.learner, self.cases[first], self.tr))
            reason = self.tr("; ").join(hint for hint in hints if hint)
        returned = all(self._returns(found[i], expected[i]) for i in usual)
        mark = 0.5 if returned else 0.0  # only unusual input goes wrong, or only what is changed beside
        return self._wrong(reason, mark, tuple(mistake.why for mistake in known))

    def stopped(self, seconds: float) -> Verdict:
        """What is said if a call does not end."""
        text = self.tr("it did not end within {seconds} seconds").format(seconds=f"{seconds:g}")
        if self.current.unusual:
            label = self.tr(self.current.label)
            text = self.tr("with {label}: {text}").format(label=label, text=text)
        return Verdict(self.function.name, "stopped", text)

    def _wrong(self, reason: str, mark: float = 0.0, mistakes: tuple[str, ...] = ()) -> Verdict:
        return Verdict(self.function.name, "wrong", reason, mark, mistakes)

    def _why(self, mistake: Mistake) -> str:
        return self.tr("{why} (step {step} of {section})").format(
            why=self.tr(mistake.why), step=mistake.step, section=self.function.section
        )

    def _signature(self) -> str:
        """Says what is wrong with the parameters; nothing if the first case can be passed."""
        try:
            signature = inspect.signature(self.learner)
        except (TypeError, ValueError):
            return ""
        for count in self.function.counts or (len(self.cases[0].arguments),):
            try:
                signature.bind(*range(count))
                return ""
            except TypeError:
                continue
        return self.tr("its parameters are {found}, expected ({expected})").format(
            found=signature, expected=self.function.signature
        )

    def adapted(self, version: Callable[..., Any]) -> Callable[..., Any]:
        """A version with the contract of ours."""
        if self.function.adapt is None:
            return version
        adapted = self.function.adapt(version)
        adapted.__wrapped__ = version  # type: ignore[attr-defined]  # whose lines an error is looked for in
        return adapted

    def call(self, call: Callable[..., Any], case: Case) -> Outcome:
        """Calls a version with a case."""
        function, self.current = self.function, case
        arguments = (function.fresh or copy.deepcopy)(case.arguments)
        try:
            if self.beside is not None and function.rebuild is not None and call is self.learner:
                arguments = function.rebuild(arguments, self.beside)
            np.random.seed(case.seed)
            with np.errstate(all="ignore"):
                result = call(*arguments, **({} if call is self.learner else case.ours))
                if function.view is not None:
                    returned, after = function.view(result, arguments)
                    return Outcome(returned, after, None, result)
                return Outcome(leaves(function, result), self._after(arguments), raw=result)
        except Stopped:
            raise
        except BaseException as error:  # an exit or an interrupt too: it is the learner's
            return Outcome({}, {}, error)

    def _after(self, arguments: tuple[Any, ...]) -> Leaves:
        names = [name.split("=")[0].strip(" *") for name in self.function.signature.split(",")]
        after: Leaves = {}
        for name, argument in zip(names, arguments, strict=False):
            if isinstance(argument, dict | np.ndarray):
                items = argument.items() if isinstance(argument, dict) else [(None, argument)]
                for key, value in items:
                    if isinstance(value, np.ndarray):
                        after[name if key is None else f"{name}[{key!r}]"] = value
        return after

    @staticmethod
    def _agrees(found: Outcome, expected: Outcome) -> bool:
        return (
            found.error is None
            and same_leaves(found.result, expected.result)
            and same_leaves(found.after, expected.after)
        )

    def _returns(self, found: Outcome, expected: Outcome) -> bool:
        """Whether a result is right, and what the function has to change: other changes aside."""
        changed = [path for path in expected.after if path.split("[")[0] in self.function.updates]
        return (
            found.error is None
            and same_leaves(found.result, expected.result)
            and all(same(found.after.get(path), expected.after[path]) for path in changed)
        )

    def _numerically(self, found: list[Outcome]) -> Verdict:
        """A backward pass is compared with finite differences too, whatever our own says."""
        if self.function.gradients is not None:
            for case, outcome in zip(self.cases, found, strict=True):
                if not case.numerical:
                    continue
                for name, gradient in self.function.gradients(case.arguments).items():
                    got = np.asarray(outcome.result[name], float)
                    if not np.allclose(got, gradient, rtol=5e-3, atol=1e-4):
                        return self._wrong(
                            self.tr("{path} differs from the numerical gradient").format(path=name)
                        )
        return Verdict(self.function.name, "passed", "", 1.0)

    # What is said about a call that differs.

    def _difference(self, case: Case, found: Outcome, expected: Outcome) -> str:
        text = self._error(found.error) if found.error is not None else self._leaf(case, found, expected)
        if case.unusual:
            return self.tr("with {label}: {text}").format(label=self.tr(case.label), text=text)
        return text

    def _error(self, error: BaseException) -> str:
        if isinstance(error, NotImplementedError):
            return self.tr("not filled in yet")
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename == _file(self.learner)]
        message = " ".join(re.sub(r"\x1b\[[0-9;]*m", "", str(error)).split())[:300]
        text = f"{type(error).__name__}: {message}" if message else type(error).__name__
        if not own:
            return text
        line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip()
        where = self.tr("line {number}").format(number=own[-1].lineno)
        return f"{where}, `{line}`: {text}" if line else f"{where}: {text}"

    def _leaf(self, case: Case, found: Outcome, expected: Outcome) -> str:
        tr, function = self.tr, self.function
        self.before = self._after(case.arguments)
        if found.raw is None and function.results:
            return tr("it returns None: not filled in yet")
        if "" in found.result:
            return self._structure(found.raw)
        missing = {path.split("[")[0]: path for path in expected.result if path not in found.result}
        if function.keys and missing:
            return tr("{names} is not in what it returns").format(names=", ".join(missing))
        if missing:
            return tr("{names} is not built as it should be").format(names=", ".join(missing))
        wrong = self._wrong_paths(found, expected)
        if not wrong:
            extra = [path for path in found.result if path not in expected.result]
            if extra:
                return tr("it returns {names} too, which is not expected").format(names=", ".join(extra[:3]))
            path = next(p for p in expected.after if not same(found.after.get(p), expected.after[p]))
            return self._side_effect(path, found, expected)
        return self._value(wrong[0], case, found, expected, wrong)

    def _side_effect(self, path: str, found: Outcome, expected: Outcome) -> str:
        if path.split("[")[0] not in self.function.updates:
            return self.tr("it changes the caller's {path}").format(path=path)
        text = self.tr("{path} is not what it should be afterwards").format(path=path)
        before = np.asarray(self.before.get(path, np.nan), float)
        with np.errstate(all="ignore"):
            wanted = np.asarray(expected.after[path]) - before
            factors = ((np.asarray(found.after[path]) - before) / wanted)[np.abs(wanted) > 1e-6]
        if len(factors) and np.allclose(factors, factors[0], rtol=1e-3) and factors[0]:
            much = self.tr("it moves {factor} times as far as it should").format(factor=f"{factors[0]:.4g}")
            return self.tr("; ").join((text, much))
        return text

    def _structure(self, raw: Any) -> str:
        tr, function = self.tr, self.function
        if function.keys:
            wanted = tr("a dictionary with {names}").format(names=", ".join(function.results))
        else:
            wanted = ", ".join(function.results)
        what = type(raw).__name__
        if isinstance(raw, tuple | list):
            what = tr("{count} values").format(count=len(raw))
        return tr("it returns {found}, expected {wanted}").format(found=what, wanted=wanted)

    @staticmethod
    def _wrong_paths(found: Outcome, expected: Outcome) -> list[str]:
        return [path for path in expected.result if not same(found.result.get(path), expected.result[path])]

    def _value(self, path: str, case: Case, found: Outcome, expected: Outcome, wrong: list[str]) -> str:
        tr = self.tr
        got, right = found.result[path], expected.result[path]
        if got is None:
            return tr("{path} is None: not filled in yet").format(path=path)
        if isinstance(right, str) and " -> " in right:
            return self._layer(right.split(" -> "), str(got).split(" -> "))
        if isinstance(right, str):
            return tr("{path}: expected {right}, got {got}").format(path=path, right=right, got=got)
        a, b = shape(got), shape(right)
        if isinstance(got, list) and isinstance(right, list) and len(got) != len(right):
            equal = next((i for i in range(min(len(got), len(right))) if got[i] != right[i]), len(right))
            return tr("{path} has {found} elements, expected {expected}; the first {equal} are right").format(
                path=path, found=len(got), expected=len(right), equal=min(equal, len(got))
            )
        if a != b:
            return tr("{path} has shape {found}, expected {expected}").format(path=path, found=a, expected=b)
        text = self._numbers(path, got, right)
        if self.function.gradients is None:
            text = self._printed(case, found) or text
        others = [name for name in wrong[1:] if "[" not in name]
        if others and len(others) < len([name for name in expected.result if "[" not in name]):
            text += tr(" (wrong too: {names})").format(names=", ".join(others[:6]))
        return text

    def _layer(self, right: list[str], got: list[str]) -> str:
        """The first layer that differs; all of them if there are more or fewer."""
        number = next((i for i, pair in enumerate(zip(right, got, strict=False)) if pair[0] != pair[1]), 0)
        if len(right) != len(got):
            both = [" -> ".join(layers) for layers in (got, right)]
            return self.tr("the layers are {found}, expected {expected}").format(
                found=both[0], expected=both[1]
            )
        return self.tr("layer {number} is {found}, expected {expected}").format(
            number=number + 1, found=got[number], expected=right[number]
        )

    def _printed(self, case: Case, found: Outcome) -> str:
        """The number that the exercise prints, where this is its call and the number differs."""
        for label, value, read in self.function.published if case is self.cases[0] else ():
            got = read(found.raw)
            if not same(np.float32(got), value):
                return self.tr("{path} is {found}, the exercise prints {expected}").format(
                    path=label, found=f"{got:.8g}", expected=f"{value:.8g}"
                )
        return ""

    def _numbers(self, path: str, got: Any, right: Any) -> str:
        if self.function.gradients is not None:
            return self.tr("{path} differs from the numerical gradient").format(path=path)
        try:
            a, b = np.asarray(got, float), np.asarray(right, float)
            place = tuple(int(i) for i in np.unravel_index(np.nanargmax(np.abs(a - b)), a.shape))
            index = "".join(f"[{i}]" for i in place)
            return self.tr("{path} is {found}, expected {expected}").format(
                path=path + index, found=f"{a[place]:.6g}", expected=f"{b[place]:.6g}"
            )
        except (TypeError, ValueError):
            short = [str(value)[:80] for value in (got, right)]
            return self.tr("{path} is {found}, expected {expected}").format(
                path=path, found=short[0], expected=short[1]
            )

    def _hint(self, found: Outcome, expected: Outcome) -> str:
        if found.error is not None or "" in found.result:
            return ""
        wrong = [path for path in self._wrong_paths(found, expected) if path in found.result]
        return relation(wrong[0], found.result, expected.result, self.tr) if wrong else ""

    def _right(self, found: Outcome, expected: Outcome) -> str:
        """The results that are right, which narrows down where the mistake is."""
        parts = {path: self.function.parts.get(path, path) for path in expected.result}
        fine = [
            name
            for path, name in parts.items()
            if "[" not in name and path in found.result and same(found.result[path], expected.result[path])
        ]
        return self.tr("right are {names}").format(names=", ".join(fine)) if fine else ""

    # Known mistakes.

    def _explanation(self, found: list[Outcome], expected: list[Outcome]) -> tuple[Mistake, ...]:
        """The known mistake, or the two, from which exactly these results come."""
        mistakes = self.function.mistakes
        candidates: list[tuple[Mistake, ...]] = [(mistake,) for mistake in mistakes]
        candidates += list(itertools.combinations(mistakes, 2)) if not self.function.keras else []
        ends = time.monotonic() + SEARCH_SECONDS * (KERAS_TIMES if self.function.keras else 1)
        for chosen in candidates:
            if time.monotonic() > ends:
                break
            if self._matches(chosen, found, expected):
                return chosen
        return ()

    def _matches(self, chosen: tuple[Mistake, ...], found: list[Outcome], expected: list[Outcome]) -> bool:
        edits = [edit for mistake in chosen for edit in mistake.edits]
        try:
            version = edited(self.function.right, edits, self.function.beside)
        except (ValueError, SyntaxError):  # two edits of the same words
            return False
        telling = False
        always = all(outcome.error is not None for outcome in found)
        for case, outcome, right in zip(self.cases, found, expected, strict=True):
            wrong = self.call(self.adapted(version), case)
            if (wrong.error is None) != (outcome.error is None):
                return False
            if always and repr(wrong.error) != repr(outcome.error):
                return False
            if outcome.error is None and not self._agrees(outcome, wrong):
                return False
            telling |= outcome.error is not None or not self._agrees(wrong, right)
        return telling


def _file(learner: Any) -> str:
    code = getattr(inspect.unwrap(learner), "__code__", None)
    return code.co_filename if code is not None else ""
