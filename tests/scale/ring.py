"""Averages arrays of the poem network's shapes over workers, and prints what that took.

python -m tests.scale.ring RANK PORT,PORT...
"""

import json
import os
import sys
import time
from pathlib import Path

REDUCTIONS = 100
SHAPES = [(38, 512), (128, 512), (512,), (128, 512), (128, 512), (512,), (128, 38), (38,)]


def main(rank: int, ports: list[str]) -> None:
    workers = [f"127.0.0.1:{port}" for port in ports]
    task = {"type": "worker", "index": rank}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": {"worker": workers}, "task": task})
    from models.workers import Workers

    team = Workers()
    import tensorflow as tf

    weights = [tf.Variable(tf.ones(shape)) for shape in SHAPES]
    optimizer = Collector()
    team.average_gradients(optimizer)
    average = tf.function(lambda: optimizer.apply([tf.identity(weight) for weight in weights]))
    average()
    team.mean([0.0])
    before, started = loopback_bytes(), time.perf_counter()
    for _ in range(REDUCTIONS):
        average()
    seconds, sent = time.perf_counter() - started, loopback_bytes() - before
    if rank == 0:
        found = {"milliseconds": 1e3 * seconds / REDUCTIONS, "bytes": sent / REDUCTIONS}
        print(json.dumps(found | {"weights": sum(int(tf.size(weight)) for weight in weights)}), flush=True)
    team.mean([0.0])


class Collector:
    """Stands for an optimizer."""

    def apply(self, gradients: object, variables: object = None) -> None:
        """Does nothing: only the exchange is measured."""


def loopback_bytes() -> int:
    """The bytes that all processes of this machine have sent to each other."""
    lines = Path("/proc/net/dev").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.strip().startswith("lo:"))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2].split(","))
