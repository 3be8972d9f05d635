"""The promises that every training command keeps, a row an app.

tests/models/test_training.py has them one by one on a tiny network: Ctrl-C, SIGTERM, a diverged loss, a full
disk, --resume, --force.
"""

import io
import signal
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests import training_driver
from tests.examples import SENTENCES, VERSE
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.files import OWNER, owned

pytestmark = pytest.mark.slow

NAMES = "abax\nabba\nbaxa\nxabba\nabacus\nbabax\n"
LAST = 3  # epochs of a whole training


@dataclass(frozen=True)
class Training:
    """A training command: the app and its arguments."""

    app: str
    arguments: tuple[str, ...]


TRAININGS = {
    "dinos": Training("dinos", ("--corpus", "names.txt", "--units", "12", "--iterations", "300")),
    "jazz": Training("jazz", ("--epochs", "3")),
    "emojify": Training("emojify", ("--csv", "own.csv", "--embedding", "learnt", "--epochs", "3")),
    "shakespeare": Training("shakespeare", ("--corpus", "verse.txt", "--steps", "60", "--batch", "2")),
    "fine-tuning": Training(
        "shakespeare",
        ("--corpus", "verse.txt", "--bundle", "PRETRAINED", "--epochs", "3", "--batch", "32"),
    ),
}


@dataclass(frozen=True)
class Runner:
    """Runs one training command in a folder of its own."""

    training: Training
    folder: Path
    root: Path

    def __call__(
        self, action: str, epoch: int, *more: str, out: str = "out"
    ) -> "subprocess.CompletedProcess[str]":
        given = [*self.training.arguments, *more, "--out", str(self.folder / out)]
        given = [
            argument.replace("PRETRAINED", str(self.root / "pretrained/shakespeare")) for argument in given
        ]
        given = [str(self.folder / text) if (self.folder / text).is_file() else text for text in given]
        if action in ("run", "diverge"):  # what spares this process saves the time of another's imports
            out, err = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                code = training_driver.train(self.training.app, action, epoch, given)
            return subprocess.CompletedProcess(given, code, out.getvalue(), err.getvalue())
        line = [sys.executable, "-m", "tests.training_driver", self.training.app, action, str(epoch), *given]
        return subprocess.run(line, cwd=self.root, capture_output=True, text=True, timeout=280)

    def bundle(self, out: str = "out") -> Bundle:
        return bundles.load(self.folder / out, self.training.app)


@pytest.fixture(scope="module", params=TRAININGS)
def runner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, root: Path) -> Runner:
    """A folder with the data, in which one epoch has been trained and then the process was killed."""
    folder = tmp_path_factory.mktemp("training")
    (folder / "names.txt").write_text(NAMES)
    (folder / "own.csv").write_text(SENTENCES * 4)
    (folder / "verse.txt").write_text(VERSE * 30)
    runner = Runner(TRAININGS[request.param], folder, root)
    killed = runner("kill", 1)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert epochs(runner.bundle()) == 1
    (folder / "first").mkdir()
    for path in (folder / "out").glob("*.*"):
        (folder / "first" / path.name).write_bytes(path.read_bytes())
    return runner


def epochs(bundle: Bundle) -> int:
    return int(bundle.training["epochs"])


def one_line(done: "subprocess.CompletedProcess[str]") -> str:
    """The one line of an error: no traceback, nothing else but notices."""
    lines = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_a_training_keeps_its_promises(runner: Runner) -> None:
    """Killed and resumed it equals one never stopped; another one is neither resumed nor replaced."""
    assert runner("run", 0, out="whole").returncode == 0
    resumed = runner("run", 0, "--resume", out="first")
    assert resumed.returncode == 0, resumed.stderr
    whole, continued = runner.bundle("whole"), runner.bundle("first")
    assert whole.weights.keys() == continued.weights.keys()
    for name, array in whole.weights.items():
        assert np.array_equal(array, continued.weights[name]), name
    assert whole.training["history"] == continued.training["history"]
    assert not (runner.folder / "first" / OWNER).exists()
    other = runner("run", 0, "--seed", "99", "--resume")
    assert other.returncode == 2, other.stderr
    assert one_line(other).startswith("error: ") and "seed" in other.stderr
    again = runner("run", 0, out="whole")
    assert again.returncode == 2
    assert one_line(again).endswith("holds a network: --resume continues its training, --force replaces it")
    assert epochs(runner.bundle("whole")) == epochs(whole)
    with owned(runner.folder / "whole"):
        second = runner("run", 0, "--force", out="whole")
    assert (second.returncode, "another training is running" in one_line(second)) == (2, True)


@pytest.mark.parametrize("runner", ["dinos", "jazz"], indirect=True)
@pytest.mark.parametrize(("action", "code"), [("interrupt", 130), ("terminate", 143)])
def test_a_signal_keeps_the_finished_epochs(runner: Runner, action: str, code: int) -> None:
    done = runner(action, 2, out=action)
    assert done.returncode == code, done.stderr
    assert "stopped" in done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert epochs(runner.bundle(action)) == 2


@pytest.mark.parametrize("runner", ["dinos"], indirect=True)
def test_what_ends_a_training_in_numpy_ends_in_one_line(runner: Runner) -> None:
    diverged = runner("diverge", 1, out="diverged")
    assert diverged.returncode == 1
    assert "nan" in one_line(diverged)
    full = runner("fill", 1, out="full")
    assert full.returncode == 1, full.stderr
    assert "file too large" in one_line(full)
    for out in ("diverged", "full"):
        kept = runner.bundle(out)
        assert epochs(kept) == 1
        assert all(np.isfinite(array).all() for array in kept.weights.values())
