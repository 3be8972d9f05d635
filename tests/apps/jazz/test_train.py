"""`python -m apps.jazz train`: what it writes and prints, and how it is resumed."""

from functools import partial
from pathlib import Path

import pytest

from apps.jazz import __main__ as command
from tests.apps import commands
from utils import bundle as bundles

run = partial(commands.run, command.main)
refusal = partial(commands.refusal, command.main)


@pytest.mark.slow
def test_training_writes_a_bundle_and_a_curve_and_is_resumed(
    tune: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "trained"
    train = ("train", "--midi", tune, "--out", out, "--quiet")
    assert run(*train, "--epochs", 2) == 0
    assert capsys.readouterr().out == f"{out}\n{out / 'loss.png'}\n"
    first = bundles.load(out, "jazz").training
    assert (first["epochs"], first["seed"], first["decay"]) == (2, 0, 0.003)
    assert (out / "loss.png").exists()
    assert run(*train, "--epochs", 4, "--resume") == 0
    second = bundles.load(out, "jazz").training
    assert second["history"]["loss"][:2] == first["history"]["loss"]
    assert second["history"]["loss"][3] < second["history"]["loss"][0]
    again = f"the training in {out} has another"
    assert refusal(*train, "--resume", "--seed", 5).startswith(f"{again} seed: 0, not 5")
    assert refusal(*train, "--resume", "--decay", 0.5).startswith(f"{again} decay: 0.003, not 0.5")
    assert refusal("train", "--resume", "--out", out, "--quiet").startswith(f"{again} dataset")
    assert bundles.load(out, "jazz").training == second
    assert run("--bundle", out, "--seed", 1, "--out", tmp_path / "solo", "--quiet") == 0
