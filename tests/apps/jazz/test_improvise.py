"""The jazz command's work: training that is kept whatever stops it, and bundles that are not trusted."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from apps.jazz import __main__ as command
from models.jazz.training import Trainer
from utils import bundle as bundles
from utils.errors import UserError


def run(*arguments: object) -> int:
    return command.main([str(argument) for argument in arguments])


def refusal(*arguments: object) -> str:
    with pytest.raises(UserError) as caught:
        run(*arguments)
    assert caught.value.exit_code == 2
    return str(caught.value)


def process(root: Path, *arguments: object) -> subprocess.Popen[str]:
    line = [sys.executable, "-m", "apps.jazz", *map(str, arguments)]
    return subprocess.Popen(line, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    "chord_sets",
    [
        None,
        [],
        [[4.0, []]],
        [[4.0, [[5.0, [60]]]]],
        [[4.0, [[0.0, [200]]]]],
        [[0, [[0.0, [60]]]]],
        [[4.0, 7]],
        "x",
    ],
)
def test_a_bundle_with_bad_chords_is_refused(tiny: Path, chord_sets: object, tmp_path: Path) -> None:
    path = tiny / bundles.CONFIG
    config = json.loads(path.read_text())
    config["chord_sets"] = chord_sets
    path.write_text(json.dumps(config))
    assert "bundle of two" in refusal("--bundle", tiny, "--seed", 1, "--out", tmp_path / "out")


def test_training_writes_a_bundle_and_a_curve_and_goes_on(
    tune: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "learnt"
    assert run("train", "--midi", tune, "--epochs", 2, "--out", out, "--quiet") == 0
    assert capsys.readouterr().out == f"{out}\n{out / 'loss.png'}\n"
    first = bundles.load(out, "jazz")
    assert first.training["epochs"] == 2
    assert (out / "loss.png").exists()
    assert run("train", "--midi", tune, "--epochs", 4, "--out", out, "--resume", "--quiet") == 0
    second = bundles.load(out, "jazz")
    assert second.training["losses"][:2] == first.training["losses"]
    assert second.training["losses"][3] < second.training["losses"][0]
    assert run("train", "--midi", tune, "--epochs", 4, "--out", out, "--resume", "--quiet") == 0
    assert bundles.load(out, "jazz").training == second.training
    again = ("train", "--midi", tune, "--resume", "--out", out, "--quiet", "--seed", 5)
    assert refusal(*again) == f"the bundle {out} was begun with seed 0, not 5"
    assert run("--bundle", out, "--seed", 1, "--out", tmp_path / "solo", "--quiet") == 0


def test_resuming_with_another_solo_or_size_is_refused(tune: Path, tiny: Path, tmp_path: Path) -> None:
    message = refusal("train", "--midi", tune, "--resume", "--out", tiny, "--quiet")
    assert "knows 4 tokens" in message
    assert "--resume needs the solo it was trained on" in message
    assert "no bundle at" in refusal("train", "--midi", tune, "--resume", "--out", tmp_path / "none")


def test_an_exploding_loss_keeps_the_epochs_before_it(
    tune: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = iter([9.0, 8.0, float("nan")])
    monkeypatch.setattr(Trainer, "epoch", lambda self, number: next(losses))
    with pytest.raises(UserError, match="the loss of epoch 3 is nan") as caught:
        run("train", "--midi", tune, "--epochs", 5, "--out", tmp_path / "b", "--quiet")
    assert caught.value.exit_code == 1
    assert bundles.load(tmp_path / "b", "jazz").training["losses"] == [9.0, 8.0]


@pytest.mark.slow
def test_ctrl_c_keeps_the_epochs_done(tune: Path, tmp_path: Path, root: Path) -> None:
    out = tmp_path / "b"
    running = process(root, "train", "--midi", tune, "--epochs", 100000, "--out", out)
    deadline = time.monotonic() + 120
    while not (out / bundles.CONFIG).exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130
    done = bundles.load(out, "jazz").training["epochs"]
    assert f"note: stopped after {done} epochs, which are kept; go on with --resume\n" in said
    assert "Traceback" not in said
    assert "oneDNN" not in said
    assert (out / "loss.png").exists()
