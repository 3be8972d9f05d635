"""Every known mistake: a learner's function with it is named and explained, and only with it."""

import numpy as np
import pytest

from course.checks.edit import edited
from course.checks.exercises import EXERCISES
from course.checks.judge import judge
from course.checks.language import translation
from course.checks.record import Exercise, Function, Mistake

LIGHT = [
    pytest.param(exercise, function, mistake, id=f"{function.name}: {mistake.why}"[:90])
    for exercise in EXERCISES.values()
    for function in exercise.functions
    if not function.keras
    for mistake in function.mistakes
]
tr = translation("en")


@pytest.mark.parametrize(("exercise", "function", "mistake"), LIGHT)
def test_a_known_mistake_is_named_with_its_step(
    exercise: Exercise, function: Function, mistake: Mistake
) -> None:
    learner = edited(function.reference, mistake.edits)
    verdict = judge(function, {function.name: learner}, exercise, tr)
    assert verdict.status == "wrong"
    assert verdict.mistakes == (mistake.why,)
    assert (
        f"this is what comes out if {mistake.why} (step {mistake.step} of {function.section}"
        in verdict.reason
    )
    assert verdict.mark < 1


def test_there_are_many() -> None:
    assert len(LIGHT) >= 60
    assert len({(f.values[1].name, f.values[2].why) for f in LIGHT}) == len(LIGHT)  # type: ignore[union-attr]


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=list(EXERCISES))
def test_our_own_versions_pass_and_give_what_the_exercise_prints(exercise: Exercise) -> None:
    for function in exercise.functions:
        if function.keras:
            continue
        verdict = judge(function, {function.name: function.reference}, exercise, tr)
        assert verdict.status == "passed", verdict
        first = function.cases(np.random.default_rng(0))[0]
        np.random.seed(first.seed)
        for label, value, read in function.published:
            result = function.reference(*first.arguments)
            np.testing.assert_allclose(read(result), value, rtol=1e-6, err_msg=label)
