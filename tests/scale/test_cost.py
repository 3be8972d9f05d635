"""What the workers send each other for a step: the figures of docs/scale.md."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scale.processes import free_ports

WEIGHTS = 221_990


@pytest.mark.parametrize("workers", [2, 4])
def test_the_ring_moves_twice_the_gradients_but_for_a_share(workers: int, root: Path) -> None:
    """Each of N workers sends 2 (N - 1) / N times the gradients, 4 bytes a weight."""
    ports = ",".join(map(str, free_ports(workers)))
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.scale.ring", str(rank), ports],
            cwd=root,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for rank in range(workers)
    ]
    printed = [process.communicate(timeout=280)[0] for process in started]
    found = json.loads(printed[0].splitlines()[-1])
    print(f"{workers} workers: {found}")
    assert found["weights"] == WEIGHTS
    expected = 2 * (workers - 1) * 4 * WEIGHTS
    assert expected < found["bytes"] < 1.1 * expected  # and some of the system's own
