"""python -m apps.dinos as a person runs it."""

import signal
import subprocess
import sys
import time

import pytest

from apps.dinos import __main__ as dinos
from utils import bundle as bundles
from utils.errors import UserError

COMMAND = [sys.executable, "-m", "apps.dinos"]


def run(root, *arguments):
    return subprocess.run([*COMMAND, *arguments], cwd=root, capture_output=True, text=True)


def test_no_verb_prints_ten_names_marked_known_or_new(capsys):
    assert dinos.main(["--seed", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    for line in lines:
        name, mark = line.split()
        assert name[0].isupper()
        assert mark in ("known", "new")


def test_a_seed_repeats_the_names_and_without_one_it_is_said(capsys):
    dinos.main(["sample", "--seed", "4", "--count", "5"])
    first = capsys.readouterr().out
    dinos.main(["sample", "--seed", "4", "--count", "7"])
    assert capsys.readouterr().out.startswith(first)
    dinos.main(["--count", "1"])
    assert "note: seed " in capsys.readouterr().err


def test_start_begins_every_name_in_either_case(capsys):
    dinos.main(["--start", "TYR", "--seed", "1", "--count", "4", "--quiet"])
    assert all(line.startswith("Tyr") for line in capsys.readouterr().out.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--start", "t\u00e9"], "--start has '\u00e9', which was not in training"),
        (["--start", "a\nb"], r"--start has '\\n', which was not in training"),
        (["--start", "a" * 10_000], "--start must have fewer than 50 characters, got 10000"),
        (["--count", "0"], "must be 1 or more, got 0"),
        (["--temperature", "nan"], "must be a number above 0, got nan"),
        (["--bundle", "nowhere"], "there is no bundle at nowhere"),
        (["train", "--units", "5000"], "must be 1 to 1024, got 5000"),
        (["train", "--learning-rate", "0"], "must be a number above 0, got 0"),
        (["train", "--data", "nowhere.txt"], "cannot read nowhere.txt"),
        (["train", "--data", "nowhere.txt", "--resume"], "cannot read nowhere.txt"),
    ],
)
def test_bad_input_is_one_clear_line(arguments, message):
    with pytest.raises(UserError, match=message) as raised:
        dinos.main([*arguments])
    assert raised.value.exit_code == 2


def test_help_is_quick_and_sampling_imports_nothing_heavy(root):
    started = time.monotonic()
    assert "gradcheck" in run(root, "--help").stdout
    assert time.monotonic() - started < 2  # 0.2 s on a machine with nothing else to do
    code = (
        "import sys\nfrom apps.dinos import __main__ as dinos\n"
        "assert 'numpy' not in sys.modules\n"
        "dinos.main(['--seed', '1'])\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'pooch'}\n"
        "sys.exit(bool(heavy & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True).returncode == 0


def test_gradcheck_prints_a_table_for_each_cell(capsys):
    assert dinos.main(["gradcheck", "--seed", "0"]) == 0
    out = capsys.readouterr().out
    for word in ("RNN", "LSTM", "GRU", "dWax", "dWf", "dWu", "da_prev", "dc_prev", "relative error"):
        assert word in out
    assert out.splitlines()[-1].endswith("below 1e-07.")


def test_ctrl_c_keeps_what_was_done(root, tmp_path):
    """A real signal to a real process, at whatever instant it comes."""
    out = tmp_path / "bundle"
    arguments = ["train", "--iterations", "100000000", "--units", "8", "--out", str(out)]
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline().startswith("Iteration: 0")
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        printed, notes = process.communicate(timeout=60)
    assert process.returncode == 130, notes
    assert "Traceback" not in notes
    iterations = bundles.load(out, "dinos").training["iterations"]
    assert iterations > 0
    assert f"stopped after {iterations} iterations, kept; go on with --resume" in notes
    assert printed.splitlines()[-2:] == [str(out), str(out / "loss.png")]
    assert (out / "loss.png").stat().st_size > 1000
