"""The comparison, as a person types it: what it prints, what it writes, what it refuses."""

import json
from functools import partial
from pathlib import Path

import pytest

from apps.compare import __main__ as command
from tests.apps import commands

run = partial(commands.run, command.main)
refusal = partial(commands.refusal, command.main)

TINY = ("--parameters", 2000, "--epochs", 2, "--seeds", 1)


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "mein Text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog\n" * 12)
    return path


@pytest.mark.slow
def test_a_text_gives_a_table_metrics_and_a_picture(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, other = tmp_path / "out", tmp_path / "new" / "mine.json"
    assert run("--corpus", text, *TINY, "--out", out, "--json", other, "--characters", 400) == 0
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["units", "RNN", "LSTM", "GRU"]
    assert lines[-3:] == [str(out / "text.json"), str(other), str(out / "text.png")]
    assert "mein Text.txt: the first 400 of 528 characters are used (--characters)" in printed.err
    assert "on mein Text.txt: 319 characters for training, 39 for validation, 39 held out" in printed.err
    found = json.loads(other.read_text())
    assert (out / "text.json").read_text() == other.read_text()
    assert list(found["networks"]) == ["RNN", "LSTM", "GRU"]
    counts = [network["parameters"]["mean"] for network in found["networks"].values()]
    assert max(counts) <= 1.02 * min(counts)
    assert (out / "text.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_text_without_enough_in_it_is_refused(tmp_path: Path) -> None:
    path, out = tmp_path / "text.txt", tmp_path / "out"
    path.write_text("")
    assert "text.txt is empty; expected a text" in refusal("--corpus", path, "--out", out, "--quiet")
    assert not out.exists()
