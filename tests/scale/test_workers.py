"""Several workers train the network that one process trains; a lost, diverging or interrupted one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.scale.processes import free_ports
from utils import bundle as bundles

SMALL = (12, 8, 16)  # units, rows, characters
CASES = ("Adam", "SGD", "clipping")
BOUND = 1e-4  # nats


def run(root: Path, workers: int, module: str, *arguments: object) -> tuple[list[int], list[str]]:
    """Runs a module in so many workers: their exit codes, and what they printed."""
    ports = ",".join(map(str, free_ports(workers)))
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", module, str(rank), ports, *map(str, arguments)],
            cwd=root,
            env=quiet,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for rank in range(workers)
    ]
    try:
        printed = [process.communicate(timeout=900)[0] for process in started]
    finally:
        for process in started:
            process.kill()
    return [process.returncode for process in started], printed


def losses(root: Path, workers: int, sizes: tuple[int, int, int]) -> dict[str, list[float]]:
    """The losses of all cases, from the first of so many workers."""
    codes, printed = run(root, workers, "tests.scale.worker_cases", *sizes)
    assert codes == [0] * workers
    found: dict[str, list[float]] = json.loads(printed[0].splitlines()[-1])
    return found


def differences(root: Path, sizes: tuple[int, int, int]) -> dict[str, float]:
    """How far the losses of two workers are from those of one process, at most."""
    one, two = losses(root, 1, sizes), losses(root, 2, sizes)
    return {name: float(np.abs(np.subtract(two[name], one[name.partition(":")[0]])).max()) for name in two}


def check(found: dict[str, float]) -> None:
    """The right ones are equal, and each mistake shows."""
    print(found)
    assert all(found[name] < BOUND for name in CASES), found
    mistakes = [name for name in found if ":" in name]
    assert len(mistakes) == 4
    assert all(found[name] > 2 * BOUND for name in mistakes), found  # Adam all but hides a doubled gradient


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_workers_lose_what_one_process_loses(root: Path) -> None:
    check(differences(root, SMALL))


def train(root: Path, workers: int, out: Path, action: str) -> tuple[list[int], list[str]]:
    return run(root, workers, "tests.scale.worker_training", out, action)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_stopped_together_and_resumed_by_another_number(root: Path, tmp_path: Path) -> None:
    """The carried states of all rows are in the checkpoint: one process goes on where two stopped."""
    assert train(root, 1, tmp_path / "whole", "run")[0] == [0]
    assert train(root, 2, tmp_path / "stopped", "stop")[0] == [130, 130]
    assert bundles.load(tmp_path / "stopped", "shakespeare").training["epochs"] == 5
    assert train(root, 1, tmp_path / "stopped", "resume")[0] == [0]
    histories = [
        bundles.load(tmp_path / name, "shakespeare").training["history"] for name in ("whole", "stopped")
    ]
    for name in ("loss", "val_loss"):
        whole, stopped = (history[name] for history in histories)
        assert len(whole) == len(stopped) == 10
        assert np.abs(np.subtract(whole, stopped)).max() < BOUND, name


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_one_diverging_worker_ends_all(root: Path, tmp_path: Path) -> None:
    codes, printed = train(root, 2, tmp_path / "out", "diverge")
    assert codes == [1, 1]
    assert printed == [f"the loss of epoch 3 is nan; {tmp_path / 'out'} keeps the epochs before it\n"] * 2
    kept = bundles.load(tmp_path / "out", "shakespeare")
    assert kept.training["epochs"] == 2
    assert all(np.isfinite(array).all() for array in kept.weights.values())
