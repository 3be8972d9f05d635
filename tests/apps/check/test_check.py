"""python -m apps.check: whatever a learner's file does, its functions are judged and nothing is harmed."""

import json
import time
from pathlib import Path

import pytest

from apps.check import __main__ as command
from course.checks.exercises import EXERCISES
from tests.apps.commands import refusal, run

FORWARD = """
import numpy as np
from rnn_utils import *
from public_tests import *
import w1_unittest
import matplotlib.pyplot as plt

def rnn_cell_forward(xt, a_prev, parameters):
    print("working")
    plt.plot([1, 2])
    a_next = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
    return a_next, softmax(parameters["Wya"] @ a_next + parameters["by"]), (a_next, a_prev, xt, parameters)

def rnn_forward(x, a0, parameters):
    a, y, caches, a_next = [], [], [], a0
    for t in range(x.shape[2]):
        a_next, yt, cache = rnn_cell_forward(x[:, :, t], a_next, parameters)
        a.append(a_next), y.append(yt), caches.append(cache)
    return np.stack(a, 2), np.stack(y, 2), (caches, x)
"""
NO_BY = FORWARD.replace(' + parameters["by"]', "")
HARMFUL = """
import sys
sys.exit(3)
name = input("your name? ")
raise KeyboardInterrupt
while True:
    pass

def rnn_cell_forward(xt, a_prev, parameters):
    while True:
        try:
            sum(range(1000))
        except Exception:
            pass

def rnn_forward(x, a0, parameters):
    import os
    os._exit(0)

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    return bytearray(1 << 40)

def lstm_forward(x, a0, parameters):
    sys.exit("bye")

def rnn_cell_backward(da_next, cache):
    raise KeyboardInterrupt

def rnn_backward(da, caches):
    import ctypes
    ctypes.string_at(0)

def lstm_cell_backward(da_next, dc_next, cache):
    open("/dev/null").read()
    return input("?")
"""


def report(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, dict[str, object]]:
    code = run(command.main, *arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def notebook(path: Path, *cells: str) -> Path:
    found = [{"cell_type": "markdown", "source": "# mine"}]
    found += [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    return write(path, json.dumps({"nbformat": 4, "cells": found}))


def test_the_exercises_are_those_of_the_option() -> None:
    assert tuple(EXERCISES) == command.EXERCISES


def test_what_is_right_passes_and_a_caller_inherits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ("--only", "rnn_cell_forward", "--only", "rnn_forward")
    assert run(command.main, write(tmp_path / "right.py", FORWARD), *names) == 0
    assert capsys.readouterr().out == "rnn_cell_forward  passed\nrnn_forward       passed\n2 of 2\n"
    assert run(command.main, write(tmp_path / "wrong.py", NO_BY), *names) == 1
    first, second, total = capsys.readouterr().out.splitlines()
    assert "this is what comes out if by is forgotten (step 3 of 1.1)" in first
    assert "passed" in second
    assert "calls rnn_cell_forward, and inherits what is wrong there" in second
    assert total == "1 of 2"


def test_missing_functions_count(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = report(capsys, write(tmp_path / "half.py", FORWARD))
    assert (code, found["mark"], found["of"]) == (1, 2, 8)


@pytest.mark.slow
def test_a_harmful_file_is_judged_to_its_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = time.monotonic()
    code, found = report(capsys, write(tmp_path / "harmful.py", HARMFUL), "--seconds", 2)
    assert time.monotonic() - begun < 90
    functions = {row["name"]: row for row in found["functions"]}  # type: ignore[attr-defined]
    assert code == 1
    assert functions["rnn_cell_forward"]["status"] == "stopped"
    assert functions["rnn_forward"]["reason"] == "it ended the whole process, or ran out of memory"
    assert "MemoryError" in functions["lstm_cell_forward"]["reason"]
    assert "SystemExit: bye" in functions["lstm_forward"]["reason"]
    assert "KeyboardInterrupt" in functions["rnn_cell_backward"]["reason"]
    assert functions["rnn_backward"]["status"] == "stopped"
    assert functions["lstm_cell_backward"]["status"] == "wrong"
    assert functions["lstm_backward"]["status"] == "missing"


def test_a_notebook_with_magics_and_a_cell_that_raises(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = notebook(
        tmp_path / "mine.ipynb",
        "%matplotlib inline\n!ls\nimport numpy as np\nfrom rnn_utils import *",
        "%%bash\nls",
        "1 / 0\nrnn_cell_forward(1, 2, 3)",
        "from utils import backend\nfrom course.checks import check\ncheck('rnn')",
        "def broken(:\n    pass",
        FORWARD,
    )
    code, found = report(capsys, path, "--only", "rnn_cell_forward")
    assert (code, found["mark"]) == (0, 1)
    assert found["notes"] == [
        "<cell 5>, line 1: invalid syntax",
        "<cell 3>, line 1: ZeroDivisionError: division by zero",
    ]


def test_a_class_is_a_table_and_a_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "class"
    write(folder / "ada" / "rnn.py", FORWARD)
    write(folder / "ben.py", NO_BY)
    write(folder / "cyd.py", "nothing = 1\n")
    write(folder / ".hidden.py", FORWARD)
    write(folder / "notes.txt", "?")
    table = tmp_path / "marks.csv"
    names = ("--only", "rnn_cell_forward", "--only", "rnn_forward")
    assert run(command.main, folder, "--csv", table, *names) == 2
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[:3]] == ["ada/rnn.py", "ben.py", "cyd.py"]
    assert "rnn_cell_forward (wrong)" in lines[1]
    assert "expected functions of an exercise, got none" in lines[2]
    assert lines[-1].split("  ") == ["1×", "rnn_cell_forward", "by is forgotten"]
    rows = table.read_text("utf-8-sig").splitlines()
    assert rows[0] == "file,exercise,mark,of,rnn_cell_forward,rnn_forward,reasons"
    assert rows[1] == "ada/rnn.py,rnn,2,2,1,1,"
    assert rows[2].startswith("ben.py,rnn,1,2,0,1,")


def test_a_syntax_error_hides_only_its_function(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(
        tmp_path / "typo.py", FORWARD.replace("def rnn_forward(x, a0, parameters):", "def rnn_forward(x, a0")
    )
    code, found = report(capsys, path, "--only", "rnn_cell_forward", "--only", "rnn_forward")
    statuses = [row["status"] for row in found["functions"]]  # type: ignore[attr-defined]
    assert (code, statuses) == (1, ["passed", "missing"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.py", b"\xff\xfe\x00", "a.py: expected Python source, got bytes that are no text"),
        ("a.py", b"", "a.py: expected code, got none"),
        ("a.py", b"x = 1", "a.py: expected functions of an exercise, got none"),
        ("a.py", b"def f(:", "a.py, line 1: invalid syntax"),
        ("a.ipynb", b"{", "a.ipynb: expected a notebook, got a file without readable cells"),
        ("a.ipynb", b"[1]", "a.ipynb: expected a notebook, got a file without readable cells"),
        ("a.ipynb", b'{"cells": [{"cell_type": "markdown"}]}', "a.ipynb: expected code, got none"),
    ],
)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert message in refusal(command.main, path)


def test_only_names_a_function_of_the_exercise(tmp_path: Path) -> None:
    path = write(tmp_path / "a.py", FORWARD)
    assert "--only: expected one of rnn_cell_forward" in refusal(command.main, path, "--only", "clip")


@pytest.mark.slow
def test_the_exercise_is_told_by_functions_and_parameters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for text, exercise in (
        ("def sample(parameters, char_to_ix, seed): pass", "dinos"),
        ("def sample(preds, temperature=1.0): pass", "shakespeare"),
        ("def rnn_forward(X, Y, a0, parameters, vocab_size=27): pass", "dinos"),
        ("def rnn_forward(x, a0, parameters): pass", "rnn"),
        ("def model(X, Y, word_to_vec_map, learning_rate=0.01, num_iterations=400): pass", "emojify"),
    ):
        name = text.removeprefix("def ").partition("(")[0]
        code, found = report(capsys, write(tmp_path / "a.py", text), "--only", name)
        assert (code, found["exercise"]) == (1, exercise)
        assert found["functions"][0]["reason"].endswith("not filled in yet")  # type: ignore[index]
