"""Proofs of several server processes: killed ones, new versions, the time of a small answer."""

import os
import random
import shutil
import signal
import statistics
import time
from pathlib import Path

import pytest

from tests.apps.serve.serving_processes import Clients, serving
from tests.conftest import ROOT

FAULTS = int(os.environ.get("CADENZA_FAULTS", "1"))
PATH, BODY = "/v1/models/emojify:predict", {"instances": ["I love you"]}


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export of the pretrained network."""
    from apps.export import __main__ as export

    out = tmp_path_factory.mktemp("models")
    assert export.main(["emojify", "--out", str(out), "--quiet"]) == 0
    return out


def test_each_killed_process_is_started_again_and_costs_fewer_than_ten_requests(models: Path) -> None:
    with serving(models, ROOT, "--processes", 2) as running:
        for _ in range(FAULTS):
            with Clients(running, PATH, BODY) as clients:
                time.sleep(random.uniform(0.2, 1.0))
                victim = random.choice(running.children())
                os.kill(victim, signal.SIGKILL)
                ends = time.monotonic() + 120
                while len(running.children()) < 2 or victim in running.children():
                    assert time.monotonic() < ends
                    time.sleep(0.05)
            print(f"{len(clients.seconds)} answers, {len(clients.failures)} failures")
            assert len(clients.failures) < 10 and clients.seconds
        code, stderr = running.stop()
    assert code == 130 and stderr.endswith("stopped\n") and "Traceback" not in stderr
    assert stderr.count("note: a server process has ended; another one takes its place\n") == FAULTS


def test_no_request_is_lost_when_new_versions_come(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "emojify", tmp_path / "emojify")
    with serving(tmp_path, ROOT, "--processes", 2) as running:
        with Clients(running, PATH, BODY) as clients:
            for version in range(2, 2 + FAULTS):
                shutil.copytree(models / "emojify" / "1", tmp_path / "emojify" / ".new")
                (tmp_path / "emojify" / ".new").rename(tmp_path / "emojify" / str(version))
                path, ends = f"/v1/models/emojify/versions/{version}:predict", time.monotonic() + 120
                while not all(running.post(path, BODY) == 200 for _ in range(20)):
                    assert time.monotonic() < ends
        print(f"{len(clients.seconds)} answers, {len(clients.failures)} failures")
        assert clients.failures == [] and len(clients.seconds) > 20


def test_a_small_request_is_answered_within_forty_milliseconds(models: Path) -> None:
    """The median; with Nagle's algorithm on it is 48 ms whatever the machine."""
    with serving(models, ROOT, "--processes", 2) as running:
        with Clients(running, PATH, BODY, count=1):
            time.sleep(2)  # the first answers are slower
        with Clients(running, PATH, BODY, count=1) as clients:
            time.sleep(5)
    median = statistics.median(clients.seconds)
    print(f"median {median * 1000:.1f} ms of {len(clients.seconds)} answers")
    assert clients.failures == [] and median < 0.040
