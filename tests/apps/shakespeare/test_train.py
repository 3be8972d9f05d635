"""The verb train: bundle and figures, checkpoints, a kill in the middle of an epoch, and going on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from apps.shakespeare import __main__ as command
from data import sonnets
from tests.models.shakespeare.poems import VOCABULARY, network
from utils import bundle
from utils.errors import UserError

ROOT = Path(command.__file__).resolve().parents[2]


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_text(sonnets.verses().text[:3000], encoding="utf-8")
    return path


def train(*arguments: object) -> int:
    return command.main(["train", *map(str, arguments)])


def test_training_from_nothing_writes_a_bundle_with_its_figures(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert train("--corpus", verse, "--steps", 3, "--out", out, "--seed", 5) == 0
    said = capsys.readouterr()
    assert said.err == "note: trains on verse.txt, 3000 characters, the last tenth held out\n"
    first, held_out, folder, picture = said.out.splitlines()
    assert first.startswith("step 3  training 3.")
    assert held_out.startswith("held out: 3.")
    assert held_out.endswith("with the state carried (87 windows)")
    assert (folder, picture) == (str(out), str(out / "loss.png"))
    found = bundle.load(out, "shakespeare")
    assert (found.vocabulary, found.architecture["state"]) == (VOCABULARY, "carried")
    assert sum(array.size for array in found.weights.values()) == 221_990
    assert found.training["characters"] == 2700
    assert found.training["held_out"]["characters"] == 300
    assert (found.training["recipes"][0]["steps"], found.training["seed"]) == (3, 5)
    assert not (out / "unfinished").exists()


def test_training_further_reads_every_window_once(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = tmp_path / "start", tmp_path / "out"
    bundle.save(network("window", "hard_sigmoid"), start)
    assert train("--from", start, "--corpus", verse, "--out", out, "--quiet", "--epochs", 2) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line[:16] for line in said[:2]] == ["epoch 1  trainin", "epoch 2  trainin"]
    found = bundle.load(out, "shakespeare")
    assert found.architecture == network("window", "hard_sigmoid").architecture
    assert found.training["recipes"][0]["windows"] == 887
    assert found.training["stages"][0]["step"] == 14
    before = network().weights
    assert not any(np.array_equal(found.weights[name], before[name]) for name in before)


@pytest.mark.slow
def test_a_kill_in_the_middle_changes_nothing(verse: Path, tmp_path: Path) -> None:
    """The killed and resumed training ends with the very weights of one that was left alone."""
    start = tmp_path / "start"
    bundle.save(network("carried"), start)
    line = ["--from", start, "--corpus", verse, "--epochs", 4, "--seed", 2, "--quiet"]
    killed = tmp_path / "killed"
    command_line = [sys.executable, "-m", "apps.shakespeare", "train", *line]
    running = subprocess.Popen(
        [*map(str, command_line), "--out", str(killed), "--save-every", "0.01"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    config = killed / "unfinished" / "config.json"
    ends = time.monotonic() + 120
    while not config.exists() and running.poll() is None and time.monotonic() < ends:
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait(30) == -signal.SIGKILL
    stopped = bundle.load(killed / "unfinished", "shakespeare").training["progress"]["step"]
    assert 0 < stopped < 28
    assert train(*line, "--out", killed, "--resume") == 0
    assert train(*line, "--out", tmp_path / "whole") == 0
    resumed, whole = (bundle.load(tmp_path / name, "shakespeare") for name in ("killed", "whole"))
    assert all(np.array_equal(resumed.weights[name], whole.weights[name]) for name in whole.weights)
    curves = [found.training["stages"][0]["curve"] for found in (resumed, whole)]
    assert curves[0] == curves[1]


def test_another_training_is_not_gone_on_with(
    verse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from models.shakespeare.training import Trainer

    def stopped(self: Trainer) -> float:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run_step", stopped)
        with pytest.raises(KeyboardInterrupt):
            train("--corpus", verse, "--steps", 3, "--out", out, "--quiet")
    assert capsys.readouterr().err == "note: stopped after step 0; go on with --resume\n"
    assert (out / "unfinished" / "config.json").exists()
    with pytest.raises(UserError, match="has other recipes; start it again without --resume"):
        train("--corpus", verse, "--steps", 4, "--out", out, "--resume", "--quiet")
    assert train("--corpus", verse, "--steps", 3, "--out", out, "--resume", "--quiet") == 0


def test_a_bundle_is_no_training_to_go_on_with(verse: Path, tmp_path: Path) -> None:
    bundle.save(network(), tmp_path / "unfinished")
    with pytest.raises(UserError, match="the training at .* has other recipes"):
        train("--corpus", verse, "--steps", 3, "--out", tmp_path, "--resume", "--quiet")


def test_there_must_be_something_to_go_on_with(verse: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no bundle at .*unfinished"):
        train("--corpus", verse, "--out", tmp_path, "--resume")


def test_a_text_must_be_long_enough(tmp_path: Path) -> None:
    path = tmp_path / "short.txt"
    path.write_text("love " * 79, encoding="utf-8")
    with pytest.raises(UserError, match="short.txt has 395 characters; 400 or more are wanted"):
        train("--corpus", path, "--out", tmp_path / "out")
