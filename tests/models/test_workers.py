"""Several workers train the network that one process trains; a lost, diverging or interrupted one."""

import json
import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from models.workers import require_divisor
from utils.errors import UserError

SMALL = (12, 8, 16)  # units, rows, characters
CASES = ("Adam", "SGD", "clipping")
BOUND = 1e-4  # nats


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listening in sockets:
            listening.bind(("127.0.0.1", 0))
        return [int(listening.getsockname()[1]) for listening in sockets]


def losses(root: Path, workers: int, sizes: tuple[int, int, int]) -> dict[str, list[float]]:
    """The losses of all cases, from the first of so many workers."""
    ports = ",".join(map(str, free_ports(workers)))
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "TF_NUM_INTRAOP_THREADS": "1"}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.models.worker_cases", str(rank), ports, *map(str, sizes)],
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
    assert [process.returncode for process in started] == [0] * workers
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


@pytest.mark.parametrize("workers", [3, 5, 128, 0])
def test_workers_that_do_not_divide_the_batch_are_refused(workers: int) -> None:
    message = f"workers: expected a divisor of the batch of 64 rows, got {workers}"
    with pytest.raises(UserError, match=message):
        require_divisor(workers, 64)
    require_divisor(4, 64)
