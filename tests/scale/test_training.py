"""Training with workers: what one process learns, whatever happens to the workers or the command."""

import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data import sonnets
from models.shakespeare import weights
from models.shakespeare.weights import FINE_TUNING
from tests.scale.conftest import FAULTS
from tests.scale.processes import descendants, finish, kill, run, start, wait_for_descendants
from utils import bundle as bundles
from utils.bundle import Bundle

WORKER = "ray::RayTrainWorker"
EPOCHS = 14  # of seven batches: 98 steps
BOUND = 1e-4  # nats

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """A training without dropout, but for its folder and workers.

    It has 890 windows, an even number: two workers would leave an odd one out.
    """
    folder = tmp_path_factory.mktemp("training")
    (folder / "verse.txt").write_text(sonnets.verses().text[:3010])
    pretrained = weights.load()
    extra = pretrained.extra | {FINE_TUNING: {"dropout": 0.0, "learning_rate": 3e-4}}
    bundles.save(replace(pretrained, extra=extra), folder / "start")
    options: list[object] = ["--bundle", folder / "start", "--corpus", folder / "verse.txt"]
    return ["apps.shakespeare", "train", *options, "--epochs", EPOCHS, "--save-every", 0.01, "--seed", 1]


@pytest.fixture(scope="module")
def whole(line: list[object], tmp_path_factory: pytest.TempPathFactory, root: Path) -> dict[str, Any]:
    """The same training on two workers, uninterrupted: its network and its seconds."""
    out, started = tmp_path_factory.mktemp("whole"), time.monotonic()
    code, printed, err = run(root, *line, "--workers", 2, "--out", out)
    assert code == 0, err
    assert printed.splitlines()[0].startswith("epoch 1  loss ")
    return {"bundle": load(out), "seconds": time.monotonic() - started}


def load(out: Path) -> Bundle:
    return bundles.load(out, "shakespeare")


def require_equal(found: Bundle, expected: Bundle) -> None:
    assert found.training["history"] == expected.training["history"]
    for name, array in expected.weights.items():
        assert np.array_equal(found.weights[name], array), name


def test_two_workers_lose_what_one_process_loses(
    line: list[object], whole: dict[str, Any], tmp_path: Path, root: Path
) -> None:
    code, _, err = run(root, *line, "--out", tmp_path)
    assert code == 0, err
    one, two = load(tmp_path).training, whole["bundle"].training
    difference = np.abs(np.subtract(one["history"]["loss"], two["history"]["loss"])).max()
    print(f"one process and two workers differ by {difference:.1e} nats in {7 * EPOCHS} steps")
    assert difference < BOUND
    assert one["epochs"] == two["epochs"] == EPOCHS


@pytest.mark.parametrize("fault", range(FAULTS))
def test_a_lost_worker_costs_nothing_but_time(
    fault: int, line: list[object], whole: dict[str, Any], tmp_path: Path, root: Path
) -> None:
    running = start(root, *line, "--workers", 2, "--out", tmp_path)
    pids = wait_for_descendants(running, WORKER, 2)
    time.sleep(random.uniform(0, 0.7 * whole["seconds"]))
    kill(random.choice(pids), signal.SIGKILL)
    code, _, err = finish(running)
    assert code == 0, err
    require_equal(load(tmp_path), whole["bundle"])


@pytest.mark.parametrize("fault", range(FAULTS))
def test_a_lost_command_goes_on_with_as_many_workers_or_others(
    fault: int, line: list[object], whole: dict[str, Any], tmp_path: Path, root: Path
) -> None:
    out, other = tmp_path / "2", tmp_path / "1"
    running = start(root, *line, "--workers", 2, "--out", out)
    ends = time.monotonic() + 900
    while not (out / "config.json").exists() and running.poll() is None and time.monotonic() < ends:
        time.sleep(0.05)
    time.sleep(random.uniform(0, 0.1 * whole["seconds"]))
    left = descendants(running.pid, WORKER)
    kill(running.pid, signal.SIGKILL)
    finish(running)
    require_end(left)
    assert 0 < load(out).training["epochs"] <= EPOCHS
    shutil.copytree(out, other)
    for workers, folder in ((2, out), (1, other)):
        code, _, err = run(root, *line, "--workers", workers, "--out", folder, "--resume")
        assert code == 0, err
    require_equal(load(out), whole["bundle"])
    losses = [bundle.training["history"]["loss"] for bundle in (load(other), whole["bundle"])]
    assert np.abs(np.subtract(*losses)).max() < BOUND


def require_end(pids: list[int]) -> None:
    """Waits for the end of processes whose command is gone; they might still write."""
    ends = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < ends, "a worker has outlived its command"
        time.sleep(0.1)


def test_ctrl_c_keeps_the_finished_epochs(line: list[object], tmp_path: Path, root: Path) -> None:
    line = [10_000 if argument == EPOCHS else argument for argument in line]
    running = start(root, *line, "--workers", 2, "--out", tmp_path)
    assert running.stdout is not None
    assert running.stdout.readline().startswith("epoch 1  loss ")
    kill(running.pid, signal.SIGINT)
    code, out, err = finish(running)
    assert (code, err.splitlines()[-1]) == (130, "stopped")
    assert "Traceback" not in err
    epochs = 1 + out.count("epoch ")
    assert load(tmp_path).training["epochs"] >= epochs >= 1
    assert not (tmp_path / ".workers").exists()


MISSING = """
import sys
from pathlib import Path
from utils import backend, cli
backend.keras()
from apps.shakespeare import train, workers
from data.options import TextOptions
from models.shakespeare.options import TrainOptions
out, corpus, bundle = (Path(name) for name in sys.argv[2:5])
options = TrainOptions(bundle=bundle, epochs=1, batch_size=128, seed=1, every_seconds=1.0)
arguments = {"out": out, "source": TextOptions(corpus=corpus), "options": options, "resume": False}
work = "apps.shakespeare.train:work_on_windows"
sys.exit(cli.run(lambda _: workers.train_together(work, arguments, workers=2, address=sys.argv[1],
                                                  print_epoch=print, patience=20.0)))
"""


@pytest.fixture(scope="module")
def machines() -> Iterator[Any]:
    """A cluster whose machines are processes here: a head and two more, of two processors each."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "include_dashboard": False})
    for _ in range(2):
        cluster.add_node(num_cpus=2)
    try:
        yield cluster
    finally:
        cluster.shutdown()


def test_a_missing_worker_ends_in_one_line_in_time(
    machines: Any, line: list[object], tmp_path: Path, root: Path
) -> None:
    import ray

    class Holder:
        def ready(self) -> None: ...

    paths = [str(tmp_path / "out"), str(line[5]), str(line[3])]
    ray.init(address=machines.address, log_to_driver=False)
    try:
        others = int(ray.cluster_resources()["CPU"]) - 1  # one is left for the two workers
        holders = [ray.remote(num_cpus=1)(Holder).remote() for _ in range(others)]
        ray.get([holder.ready.remote() for holder in holders], timeout=300)
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", MISSING, machines.address, *paths],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=600,
        )
    finally:
        ray.shutdown()
    assert done.returncode == 1
    assert done.stderr == "error: no sign of the 2 workers for 20 s\n"
    assert time.monotonic() - started < 120  # most of it is the start


@pytest.mark.parametrize("fault", range(FAULTS))
def test_a_lost_machine_costs_nothing_but_time(
    fault: int, machines: Any, line: list[object], whole: dict[str, Any], tmp_path: Path, root: Path
) -> None:
    while len(machines.worker_nodes) < 2:
        machines.add_node(num_cpus=2)
    running = start(root, *line, "--workers", 2, "--ray", machines.address, "--out", tmp_path)
    time.sleep(random.uniform(0, 0.9 * whole["seconds"]))
    machines.remove_node(random.choice(list(machines.worker_nodes)), allow_graceful=False)
    code, _, err = finish(running)
    assert code == 0, err
    require_equal(load(tmp_path), whole["bundle"])


def test_what_the_workers_refuse_ends_in_one_line(line: list[object], tmp_path: Path, root: Path) -> None:
    assert run(root, *line, "--workers", 3, "--out", tmp_path) == (
        2,
        "",
        "note: fine-tuning on verse.txt, 3010 characters, the last tenth held out\n"
        "error: workers: expected a divisor of the batch of 128 rows, got 3\n",
    )
    wrong = [argument if argument != 1 else 2 for argument in line]
    bundles.save(weights.load(), tmp_path)
    code, out, err = run(root, *wrong, "--workers", 2, "--out", tmp_path, "--resume")
    assert (code, out) == (2, "")
    assert re.search(r"\nerror: the training in .* has another seed.*\n$", err), err
