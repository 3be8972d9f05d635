"""The comparison side by side: the losses of one network after another, and no seconds."""

import json
import signal
import time
from pathlib import Path

import pytest

from data import sonnets
from tests.scale.processes import finish, kill, run, start, wait_for_descendants

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
TIMES = {"seconds_per_epoch", "characters_per_second"}


@pytest.fixture
def line(tmp_path: Path) -> list[object]:
    (tmp_path / "verse.txt").write_text(sonnets.verses().text[:2000])
    options = ["--parameters", 6000, "--epochs", 2, "--seeds", 1]
    return ["apps.compare", "--corpus", tmp_path / "verse.txt", *options]


def networks(out: Path) -> dict[str, dict]:
    return json.loads((out / "text.json").read_text())["networks"]


def test_losses_are_those_of_one_after_another(line: list[object], tmp_path: Path, root: Path) -> None:
    printed = {}
    for workers in (1, 2):
        code, printed[workers], err = run(root, *line, "--workers", workers, "--out", tmp_path / str(workers))
        assert code == 0, err
    one, two = (networks(tmp_path / str(workers)) for workers in (1, 2))
    assert list(one) == list(two) == ["RNN", "LSTM", "GRU"]
    for kind in one:
        histories = [found[kind]["runs"][0]["history"] for found in (one, two)]
        del histories[0]["seconds"]
        assert histories[0] == histories[1], kind
        assert one[kind].keys() > TIMES and not TIMES & two[kind].keys()
    assert "s/epoch  characters/s" in printed[1]
    assert "s/epoch" not in printed[2]
    assert "Seconds are not shown: the trainings shared the machine's cores." in printed[2]


def test_a_lost_training_is_made_again(line: list[object], tmp_path: Path, root: Path) -> None:
    running = start(root, *line, "--workers", 2, "--out", tmp_path / "out")
    pids = wait_for_descendants(running, "ray::ImplicitFunc", 1)
    time.sleep(1)
    kill(pids[0], signal.SIGKILL)
    code, _, err = finish(running)
    assert code == 0, err
    assert list(networks(tmp_path / "out")) == ["RNN", "LSTM", "GRU"]


def test_ctrl_c_ends_it(line: list[object], tmp_path: Path, root: Path) -> None:
    long = [100_000 if argument == 2 else argument for argument in line]
    running = start(root, *long, "--workers", 2, "--out", tmp_path / "out")
    wait_for_descendants(running, "ray::ImplicitFunc", 2)
    time.sleep(5)
    kill(running.pid, signal.SIGINT)
    code, out, err = finish(running)
    assert (code, out) == (130, "")
    assert err.splitlines()[-1] == "note: stopped; 0 of 3 networks are trained"
