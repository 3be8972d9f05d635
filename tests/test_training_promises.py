"""The promises that every training command keeps: Ctrl-C, kill -9, a diverged loss, a full disk, --resume."""

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


def test_killed_and_resumed_equals_never_stopped(runner: Runner) -> None:
    assert runner("run", 0, out="whole").returncode == 0
    resumed = runner("run", 0, "--resume", out="first")
    assert resumed.returncode == 0, resumed.stderr
    whole, continued = runner.bundle("whole"), runner.bundle("first")
    assert whole.weights.keys() == continued.weights.keys()
    for name, array in whole.weights.items():
        assert np.array_equal(array, continued.weights[name]), name
    assert whole.training["history"] == continued.training["history"]


def test_ctrl_c_keeps_the_finished_epochs(runner: Runner) -> None:
    done = runner("interrupt", 2, out="interrupted")
    assert done.returncode == 130, done.stderr
    assert "stopped" in done.stderr.splitlines()
    assert "Traceback" not in done.stderr
    assert epochs(runner.bundle("interrupted")) == 2


def test_a_diverged_loss_ends_in_one_line_and_keeps_the_last_good_epoch(runner: Runner) -> None:
    done = runner("diverge", 1, out="diverged")
    assert done.returncode == 1
    assert "nan" in one_line(done)
    kept = runner.bundle("diverged")
    assert epochs(kept) == 1
    assert all(np.isfinite(array).all() for array in kept.weights.values())


def test_a_full_disk_ends_in_one_line_and_keeps_what_was_written(runner: Runner) -> None:
    done = runner("fill", 1, out="full")
    assert done.returncode == 1, done.stderr
    assert "file too large" in one_line(done)
    assert epochs(runner.bundle("full")) == 1


def test_a_training_with_another_seed_is_not_resumed(runner: Runner) -> None:
    """Each network's own tests have the other settings, its data and its architecture."""
    done = runner("run", 0, "--seed", "99", "--resume")
    assert done.returncode == 2, done.stderr
    assert one_line(done).startswith("error: ") and "seed" in done.stderr
