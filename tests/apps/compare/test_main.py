"""The comparison, as a person types it: what it prints, what it writes, what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from apps.compare import __main__ as command
from utils.errors import UserError

TINY = ("--parameters", 2000, "--epochs", 2, "--seeds", 1)


def run(*arguments: object) -> int:
    return command.main([str(argument) for argument in arguments])


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "mein Text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog\n" * 12)
    return path


@pytest.mark.slow
def test_a_text_gives_a_table_figures_and_a_picture(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, other = tmp_path / "out", tmp_path / "new" / "mine.json"
    assert run("--text", text, *TINY, "--out", out, "--json", other, "--characters", 400) == 0
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["units", "RNN", "LSTM", "GRU"]
    assert lines[-3:] == [str(out / "text.json"), str(other), str(out / "text.png")]
    assert "mein Text.txt: the first 400 of 528 characters are used (--characters)" in said.err
    assert (
        "RNN, LSTM, GRU on mein Text.txt: 319 characters to learn, 39 to choose the epoch, 39 held"
        in said.err
    )
    figures = json.loads(other.read_text())
    assert (out / "text.json").read_text() == other.read_text()
    assert list(figures["networks"]) == ["RNN", "LSTM", "GRU"]
    counts = [network["parameters"]["mean"] for network in figures["networks"].values()]
    assert max(counts) <= 1.02 * min(counts)
    assert (out / "text.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "text.txt is empty; a text is wanted"),
        ("x", "text.txt has 1 character; 100 or more are wanted"),
        ("too short", "text.txt has 9 characters; 100 or more are wanted, so that a tenth can be held out"),
        ("z" * 500, "text.txt holds only the character 'z'"),
    ],
)
def test_a_text_without_enough_in_it_is_refused(content: str, said: str, tmp_path: Path) -> None:
    path, out = tmp_path / "text.txt", tmp_path / "out"
    path.write_text(content)
    with pytest.raises(UserError) as caught:
        run("--text", path, "--out", out, "--quiet")
    assert said in str(caught.value)
    assert caught.value.exit_code == 2
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--text", "absent.txt"], "cannot read absent.txt: no such file or directory"),
        (["--task", "names", "--text", "a.txt"], "--text is read by --task text, and --task names was given"),
        (["--task", "songs"], "--task: invalid choice: 'songs'"),
        (["--parameters", "50"], "about 50 parameters each"),
        (["--parameters", "0"], "--parameters: must be 1 or more, got 0"),
        (["--parameters", "9000000"], "--parameters: must be 1 to 1000000, got 9000000"),
        (["--seeds", "0"], "--seeds: must be 1 or more"),
        (["--seeds", "101"], "--seeds: must be 1 to 100"),
        (["--seed", "4294967295"], "--seed must be at most 4294967293 for 3 seeds"),
        (["--epochs", "x"], "--epochs: must be a whole number, got 'x'"),
        (["--learning-rate", "nan"], "--learning-rate: must be a number above 0"),
        (["--characters", "-1"], "--characters: must be 1 or more"),
        (["--json", "."], "--json . is a folder; a file is wanted"),
        (["rnn"], "unrecognized arguments: rnn"),
    ],
)
def test_bad_options_get_one_line(arguments: Sequence[str], said: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        run("--out", tmp_path / "out", "--quiet", *arguments)
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_help_imports_nothing_that_takes_time(root: Path) -> None:
    code = (
        "import sys\nfrom apps.compare import __main__ as compare\n"
        "try:\n    compare.main(['--help'])\nexcept SystemExit:\n    pass\n"
        "assert not {'numpy', 'tensorflow', 'matplotlib', 'rich'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "RNN" in done.stdout


@pytest.mark.slow
def test_ctrl_c_prints_and_keeps_what_is_finished(text: Path, tmp_path: Path, root: Path) -> None:
    """The second network never ends by itself: it is stopped once the first has been measured."""
    code = (
        "import sys, time\nfrom utils import cli\n"
        "from apps.compare import __main__ as compare, run as compare_work\n"
        "one = compare_work._run\n"
        "def run(task, kind, *others):\n"
        "    if kind == 'lstm':\n"
        "        print('waiting', file=sys.stderr, flush=True)\n"
        "        time.sleep(600)\n"
        "    return one(task, kind, *others)\n"
        "compare_work._run = run\nsys.exit(cli.run(compare.main))"
    )
    line = [sys.executable, "-c", code, "--text", text, *TINY, "--quiet", "--out", tmp_path / "out"]
    running = subprocess.Popen(
        list(map(str, line)), cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    assert running.stderr.readline() == "waiting\n"
    time.sleep(0.2)
    os.kill(running.pid, signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert (running.returncode, err) == (130, "note: stopped; 1 of 3 networks are trained and kept\n")
    lines = out.splitlines()
    assert lines[1].startswith("RNN")
    assert lines[-1] == str(tmp_path / "out" / "text.png")
    assert "LSTM" not in out
    assert list(json.loads((tmp_path / "out" / "text.json").read_text())["networks"]) == ["RNN"]
