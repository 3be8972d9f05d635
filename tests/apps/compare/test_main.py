"""The comparison, as a person types it: what it prints, what it writes, what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
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


@pytest.mark.slow
def test_ctrl_c_prints_and_keeps_what_is_finished(text: Path, tmp_path: Path, root: Path) -> None:
    """The second network would take very long: Ctrl-C is pressed while it is trained."""
    code = (
        "import sys\nfrom utils import backend, cli\nbackend.keras()\n"
        "from apps.compare import __main__ as compare, report\n"
        "train = report.train\n"
        "def longer(kind, *others, epochs, **more):\n"
        "    if kind == 'lstm':\n"
        "        print('waiting', file=sys.stderr, flush=True)\n"
        "        epochs = 10**6\n"
        "    return train(kind, *others, epochs=epochs, **more)\n"
        "report.train = longer\nsys.exit(cli.run(compare.main))"
    )
    line = [sys.executable, "-c", code, "--corpus", text, *TINY, "--quiet", "--out", tmp_path / "out"]
    running = subprocess.Popen(
        list(map(str, line)), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    assert running.stderr.readline() == "waiting\n"
    time.sleep(3)
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (130, "note: stopped; 1 of 3 networks are trained and kept\n")
    lines = out.splitlines()
    assert lines[1].startswith("RNN")
    assert lines[-1] == str(tmp_path / "out" / "text.png")
    assert "LSTM" not in out
    assert list(json.loads((tmp_path / "out" / "text.json").read_text())["networks"]) == ["RNN"]
