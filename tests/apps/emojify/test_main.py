"""The emojify command in a process of its own, as a person runs it: speed, pipes, encodings."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEART = "❤️"


def run(
    root: Path, tmp_path: Path, *arguments: str, given: bytes = b"", **environment: str
) -> "subprocess.CompletedProcess[bytes]":
    """Runs the command where none of the course's files are."""
    known = {name: value for name, value in os.environ.items() if name != "CADENZA_DATA"}
    known |= {"XDG_CACHE_HOME": str(tmp_path / "cache"), **environment}
    line = [sys.executable, "-m", "apps.emojify", *arguments]
    return subprocess.run(line, cwd=root, env=known, input=given, capture_output=True, timeout=60)


def test_a_sentence_is_answered_out_of_the_box(root: Path, tmp_path: Path) -> None:
    done = run(root, tmp_path, "I love you")
    emoji, probability, sentence = done.stdout.decode().rstrip("\n").split("\t")
    assert (done.returncode, emoji, sentence) == (0, HEART, "I love you")
    assert 0.5 < float(probability) <= 1
    (notice,) = done.stderr.decode().splitlines()
    assert notice.startswith("note: no GloVe vectors here: the network knows its training words; ")
    assert "python -m data fetch glove.6B.50d" in notice


def test_a_file_of_thousands_of_lines_is_answered_line_by_line(root: Path, tmp_path: Path) -> None:
    lines = ["I love you", "let us eat", "Sad, so sad!"] * 1000
    done = run(root, tmp_path, "predict", "--quiet", given="\n".join(lines).encode())
    rows = [row.split("\t") for row in done.stdout.decode().splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert [row[2] for row in rows] == lines
    assert [row[:2] for row in rows] == [row[:2] for row in rows[:3]] * 1000


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)
def test_a_terminal_without_emoji_gets_names(root: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    done = run(root, tmp_path, "I love you", "--quiet", **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b":heart:\t0.")
    assert done.stdout.endswith(b"\tI love you\n")
    done = run(root, tmp_path, "I love you", "--quiet", "--json", **environment)
    assert b'"emoji": "\\u2764\\ufe0f"' in done.stdout


def test_bytes_that_are_no_text_are_one_line(root: Path, tmp_path: Path) -> None:
    done = run(root, tmp_path, given="gut\ncafé\n".encode("latin-1"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.splitlines()[-1] == b"error: line 2 of standard input is not UTF-8 text (byte 0xe9)"


@pytest.mark.parametrize("given", [b"", b"\n \n"])
def test_an_empty_standard_input_is_one_line(root: Path, tmp_path: Path, given: bytes) -> None:
    done = run(root, tmp_path, "--quiet", given=given)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"error: standard input holds no sentence")
