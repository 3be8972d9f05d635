"""Mistakes that nobody foresaw: what is said narrows them down. And what else a cell's check does."""

import linecache
from typing import Any

import pytest

from course.checks import check
from course.checks.cells import report_on
from course.checks.exercises import EXERCISES
from tests.course.checks.test_right_solutions import DINOS, EINSUM, EMOJIFY, MODEL_2021, RNN_LOOPS
from utils.errors import UserError

NAMES = DINOS.replace("BIAS", "b") + MODEL_2021


@pytest.mark.parametrize(
    ("exercise", "name", "code", "right", "wrong", "said"),
    [
        ("rnn", "lstm_cell_forward", EINSUM, "+ i * c_tilde", "- i * c_tilde", "right are ft, it, cct, ot"),
        (
            "rnn",
            "rnn_forward",
            RNN_LOOPS,
            "y[:, :, t], cache",
            "y[:, :, 0], cache",
            "nothing is written into the steps 1, 2, 3",
        ),
        (
            "rnn",
            "lstm_cell_backward",
            EINSUM,
            "* it * (1 - it)",
            "* (1 - it)",
            "(wrong too: da_prev, dWi, dbi)",
        ),
        (
            "rnn",
            "lstm_cell_backward",
            EINSUM,
            "np.dot(d, concat)",
            "2 * np.dot(d, concat)",
            "every number is 2 times what it should be",
        ),
        (
            "rnn",
            "lstm_cell_backward",
            EINSUM,
            "np.dot(d, concat)",
            "-np.dot(d, concat)",
            "its sign is the wrong way round",
        ),
        (
            "rnn",
            "lstm_cell_backward",
            EINSUM,
            "np.dot(d, concat)",
            "np.dot(d, concat).T",
            "dWf has shape (8, 5), expected (5, 8); it is transposed",
        ),
        ("rnn", "lstm_backward", EINSUM, "dx=dx", "dx=da", "dx has shape (5, 10, 4), expected (3, 10, 4)"),
        ("rnn", "lstm_backward", EINSUM, "da0=da_prevt", "da_0=da_prevt", "da0 is not in what it returns"),
        (
            "rnn",
            "lstm_forward",
            EINSUM,
            "return A, Y, C, (caches, x)",
            "return A, Y, C",
            "it returns 3 values, expected a, y, c, caches",
        ),
        (
            "rnn",
            "lstm_forward",
            EINSUM,
            "def lstm_forward(x, a0, parameters)",
            "def lstm_forward(x, a0)",
            "its parameters are (x, a0), expected (x, a0, parameters)",
        ),
        (
            "rnn",
            "lstm_forward",
            EINSUM,
            "np.zeros(a0.shape)",
            "np.zeros(m)",
            "`a, c = a0, np.zeros(m)`: NameError: name 'm' is not defined",
        ),
        (
            "dinos",
            "model",
            NAMES,
            "letters + [char",
            "letters[1:] + [char",
            "iteration 0 calls optimize with Y =",
        ),
        (
            "dinos",
            "optimize",
            NAMES,
            "-= learning_rate",
            "-= 2 * learning_rate",
            "it moves 2 times as far as it should",
        ),
        ("dinos", "sample", NAMES, "np.exp(p", "4 ** (p", "the first"),
    ],
)
def test_a_mistake_of_ones_own_is_narrowed_down(
    exercise: str, name: str, code: str, right: str, wrong: str, said: str
) -> None:
    assert code.count(right) == 1, right
    namespace: dict[str, Any] = {"__name__": "learner"}
    source = code.replace(right, wrong)
    lines = compile(source, "<learner>", "exec")
    linecache.cache["<learner>"] = (len(source), None, source.splitlines(True), "<learner>")
    exec(lines, namespace)
    (verdict,) = report_on(EXERCISES[exercise], namespace, [name]).verdicts
    assert verdict.status == "wrong"
    assert said in verdict.reason


def test_two_mistakes_at_once_are_both_named() -> None:
    namespace: dict[str, Any] = {}
    exec(EINSUM.replace("o * np.tanh(c)", "o * c").replace(' + parameters["by"])', ")"), namespace)
    (verdict,) = report_on(EXERCISES["rnn"], namespace, ["lstm_cell_forward"]).verdicts
    assert verdict.mistakes == ("the tanh of c_next is forgotten", "by is forgotten")
    assert " and if by is forgotten (step 6 of 2.1)" in verdict.reason


def test_an_edition_that_is_asked_for() -> None:
    """2018's sentences hold no unknown words: looking one up is no mistake then."""
    namespace: dict[str, Any] = {}
    exec(EMOJIFY.replace(" if w in word_to_index]", "]").replace("LABELS", "5"), namespace)
    name = ["sentences_to_indices"]
    assert not report_on(EXERCISES["emojify"], namespace, name).passed
    assert report_on(EXERCISES["emojify"], namespace, name, edition="2018").passed


def test_a_cells_check_takes_what_the_notebook_has(capsys: pytest.CaptureFixture[str]) -> None:
    notebook: dict[str, Any] = {"__name__": "__main__"}
    exec(RNN_LOOPS + "from course.checks import check\nreport = check('rnn')", notebook)
    report = notebook["report"]
    assert [verdict.status for verdict in report.verdicts] == ["passed", "passed", *["missing"] * 6]
    assert repr(report) == "2 of 8"
    assert capsys.readouterr().out.startswith("rnn_cell_forward    passed\n")
    assert notebook["rnn_forward"].__globals__ is notebook
    assert "lstm_forward" not in notebook and "softmax" not in notebook


def test_a_check_leaves_the_notebook_as_it_was() -> None:
    """Whatever is wrong: the functions are replaced only while one of them is judged."""
    blank = "def {}(*arguments):\n    raise NotImplementedError\n"
    for exercise in ("rnn", "dinos", "shakespeare"):
        names = [function.name for function in EXERCISES[exercise].functions if not function.optional]
        notebook: dict[str, Any] = {}
        exec("".join(blank.format(name) for name in names), notebook)
        before = dict(notebook)
        report = report_on(EXERCISES[exercise], notebook, names)
        assert notebook == before
        assert {verdict.reason.partition(";")[0] for verdict in report.verdicts} == {"not filled in yet"}


def test_a_cells_check_refuses_what_is_of_no_exercise() -> None:
    with pytest.raises(UserError, match="expected functions of an exercise"):
        check(len)
    with pytest.raises(UserError, match="exercise: expected rnn, dinos"):
        check("chess")
