"""The exercises to fill in are those that the tool makes of the solved ones."""

import ast
import json

import pytest

from tools import exercises
from utils.errors import UserError

SOURCES = sorted(exercises.SOURCE.glob("*.ipynb"))
NAMES = ["1_rnn", "2_dinosaurs", "3_shakespeare", "4_jazz", "5_emojify"]


def source(*lines, language=None, kind="code"):
    metadata = {"language": language} if language else {"nbgrader": {"solution": True}}
    cell = {"cell_type": kind, "id": f"a-{language}" if language else "a", "metadata": metadata}
    text = "\n".join(lines).splitlines(keepends=True)
    return cell | {"source": text} | ({"outputs": [], "execution_count": 1} if kind == "code" else {})


def made(*cells, language="en", solved=False):
    found = exercises.notebook({"cells": list(cells), "nbformat": 4}, language, solved=solved)["cells"]
    return [("".join(cell["source"]), cell["id"]) for cell in found]


SOLUTION = ("def f(x):", "    ### BEGIN SOLUTION", "    y = x", "    ### END SOLUTION", "    return y")


def test_a_solution_becomes_a_place_to_write():
    text = "def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\n    return y"
    assert made(source(*SOLUTION)) == [(text, "a")]
    assert "# 在此处写代码" in made(source(*SOLUTION), language="zh")[0][0]
    assert made(source(*SOLUTION), solved=True) == [("\n".join(SOLUTION), "a")]


def test_each_language_has_its_texts():
    cells = [source("Hello", language="en", kind="markdown"), source("你好", language="zh", kind="markdown")]
    assert made(*cells) == [("Hello", "a")]
    assert made(*cells, language="zh") == [("你好", "a")]


def test_check_answers_in_the_language():
    cell = source('report = check("rnn")')
    assert made(cell)[0][0] == 'report = check("rnn")'
    assert made(cell, language="zh")[0][0] == 'report = check("rnn", language="zh")'


def test_hidden_tests_are_the_solved_ones_alone():
    cell = source("x = 1", "", "y = 2", "### BEGIN HIDDEN TESTS", "assert x", "### END HIDDEN TESTS")
    assert made(cell)[0][0] == "x = 1\n\ny = 2"
    assert "assert x" in made(cell, solved=True)[0][0]


@pytest.mark.parametrize("lines", [SOLUTION[:3], SOLUTION[2:], (*SOLUTION[:2], *SOLUTION[1:])])
def test_a_solution_without_its_end_is_named(lines):
    with pytest.raises(UserError, match="cell a: expected ### (BEGIN|END) SOLUTION"):
        made(source(*lines))


def test_there_is_one_of_every_exercise():
    assert [path.stem for path in SOURCES] == NAMES
    for folder in exercises.FOLDERS.values():
        assert [path.stem for path in sorted((exercises.ROOT / folder).glob("*.ipynb"))] == NAMES


@pytest.mark.parametrize("language", list(exercises.FOLDERS))
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_blank_notebooks_are_those_that_the_tool_makes(path, language):
    found = exercises.notebook(json.loads(path.read_text("utf-8")), language)
    blank = exercises.ROOT / exercises.FOLDERS[language] / path.name
    assert blank.read_text("utf-8") == exercises.written(found), "run: python -m tools.exercises"
    texts = ["".join(cell["source"]) for cell in found["cells"] if cell["cell_type"] == "code"]
    assert all(ast.parse(text) for text in texts)
    assert sum("raise NotImplementedError()" in text for text in texts) >= 3
    assert not any("SOLUTION" in text or "HIDDEN" in text for text in texts)
    assert texts[-1].startswith("from course.checks import check")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_solved_notebooks_have_nbgraders_marks(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    marks = [cell["metadata"]["nbgrader"] for cell in cells if "nbgrader" in cell["metadata"]]
    for mark in marks:
        assert mark["schema_version"] == 3 and {"grade", "solution", "locked", "grade_id"} <= set(mark)
        assert mark["locked"] is mark["grade"] is not mark["solution"]
        assert mark["points"] > 0 if mark["grade"] else "points" not in mark
    assert len({mark["grade_id"] for mark in marks}) == len(marks) >= 5
    assert len({cell["id"] for cell in cells}) == len(cells)
    solved = ["".join(cell["source"]) for cell in cells if "nbgrader" in cell["metadata"]]
    assert all(
        ("### BEGIN SOLUTION" in text) is mark["solution"] for text, mark in zip(solved, marks, strict=True)
    )
    languages = [cell["metadata"].get("language") for cell in cells if cell["cell_type"] == "markdown"]
    assert languages == ["en", "zh"] * (len(languages) // 2)
    assert all(not cell["outputs"] for cell in cells if cell["cell_type"] == "code")


def test_the_command_writes_them(tmp_path, capsys):
    assert exercises.main(["--out", str(tmp_path), "--solved"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 10
    assert "### BEGIN SOLUTION" in (tmp_path / "zh" / "1_rnn.ipynb").read_text("utf-8")
    with pytest.raises(UserError, match="--solved: expected --out"):
        exercises.main(["--solved"])
