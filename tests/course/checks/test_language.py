"""What a check says in Chinese: every sentence has its translation, with the same places for values."""

import ast
import re
from pathlib import Path

import pytest

from course.checks import check
from course.checks.exercises import EXERCISES
from course.checks.judge import prepared
from course.checks.language import LOCALE, read_po, translation

TEXTS = read_po((LOCALE / "zh" / "LC_MESSAGES" / "check.po").read_text("utf-8"))
CALLS = ("tr", "self.tr", "self._text")
STATUSES = ("passed", "wrong", "missing", "stopped")


def sentences(root: Path) -> set[str]:
    """Every text that the code translates, and what the known mistakes and the cases say."""
    found = set(STATUSES)
    for path in (*(root / "course" / "checks").glob("*.py"), *(root / "apps" / "check").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in CALLS:
                found |= {argument.value for argument in node.args if isinstance(argument, ast.Constant)}
    for exercise in EXERCISES.values():
        for function in exercise.functions:
            found |= {mistake.why for mistake in function.mistakes}
            found |= {case.label for case in prepared(function) if case.unusual}
    return found


def test_every_sentence_is_translated(root: Path) -> None:
    wanted = sentences(root)
    assert wanted - TEXTS.keys() == set()
    assert TEXTS.keys() - wanted == {""}


@pytest.mark.parametrize("text", [text for text in TEXTS if text])
def test_a_translation_has_the_same_places(text: str) -> None:
    assert TEXTS[text]
    assert sorted(re.findall(r"\{\w+\}", TEXTS[text])) == sorted(re.findall(r"\{\w+\}", text))
    assert TEXTS[text] == TEXTS[text].strip() or text != text.strip()


def rnn_cell_forward(xt: object, a_prev: object, parameters: object) -> None:
    """Nothing yet."""


def test_a_check_in_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    report = check(rnn_cell_forward, language="zh")
    assert not report.passed
    assert translation("zh")("wrong") in capsys.readouterr().out
    with pytest.raises(ValueError, match="language: expected en or zh, got 'fr'"):
        check(rnn_cell_forward, language="fr")
