"""Every known mistake: a learner's function with it is named and explained, and only with it."""

import numpy as np
import pytest

from course.checks.edit import edited
from course.checks.exercises import EXERCISES
from course.checks.judge import judge
from course.checks.language import translation
from course.checks.record import Exercise, Function, Mistake

KNOWN = [
    pytest.param(
        exercise,
        function,
        mistake,
        id=f"{exercise.name}-{function.name}: {mistake.why}"[:90],
        marks=[pytest.mark.slow] if function.keras else [],
    )
    for exercise in EXERCISES.values()
    for function in exercise.functions
    for mistake in function.mistakes
]
tr = translation("en")


@pytest.mark.parametrize(("exercise", "function", "mistake"), KNOWN)
def test_a_known_mistake_is_named_with_its_step(
    exercise: Exercise, function: Function, mistake: Mistake
) -> None:
    learner = edited(function.right, mistake.edits, function.beside)
    verdict = judge(function, {function.name: learner}, exercise, tr)
    assert verdict.mistakes == (mistake.why,)
    if mistake.accepted:
        assert (verdict.status, verdict.mark) == ("passed", 1)
        return
    assert verdict.status == "wrong"
    assert (
        f"this is what comes out if {mistake.why} (step {mistake.step} of {function.section}"
        in verdict.reason
    )
    assert verdict.mark < 1


def test_each_is_said_once_and_of_each_kind_there_are_many() -> None:
    whys = [(e.name, f.name, m.why) for e in EXERCISES.values() for f in e.functions for m in f.mistakes]
    assert len(whys) == len(set(whys)) >= 250


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_our_own_versions_pass_and_give_what_the_exercise_prints(exercise: Exercise) -> None:
    for function in exercise.functions:
        if function.keras:
            continue
        verdict = judge(function, {function.name: function.right}, exercise, tr)
        assert verdict.status == "passed", verdict
        first = function.cases(np.random.default_rng(0))[0]
        np.random.seed(first.seed)
        result = function.right(*first.arguments) if function.published else None
        for label, value, read in function.published:
            np.testing.assert_allclose(read(result), value, rtol=1e-6, err_msg=label)
