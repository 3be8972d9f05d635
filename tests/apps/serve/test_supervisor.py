"""Several server processes: killed ones, new versions, how they end."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.apps.serve.serving_processes import Clients, serving
from utils.sockets import listen


def until(found: Callable[[], bool], seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_the_socket_s_protocol_is_tcp_so_that_small_answers_do_not_wait() -> None:
    """asyncio sets TCP_NODELAY for no other."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.slow
def test_a_kill_costs_few_requests_and_a_new_version_and_the_end_cost_none(
    exported: Path, tmp_path: Path, root: Path
) -> None:
    models = tmp_path / "models"
    for name in ("emojify", "shakespeare"):
        shutil.copytree(exported / name, models / name)
    path, body = "/v1/models/emojify:predict", {"instances": ["I love you"]}
    with serving(models, root, "--processes", 2) as running:
        assert len(running.children()) == 2
        with Clients(running, path, body) as through_a_kill:
            victim = running.children()[0]
            os.kill(victim, signal.SIGKILL)
            until(lambda: len(running.children()) == 2 and victim not in running.children())
            answered = len(through_a_kill.seconds)
            until(lambda: len(through_a_kill.seconds) > answered + 20)  # the others go on
        assert len(through_a_kill.failures) < 10 and len(through_a_kill.seconds) > 20
        with Clients(running, path, body) as through_a_version:
            shutil.copytree(models / "emojify" / "1", models / "emojify" / ".unfinished")
            (models / "emojify" / ".unfinished").rename(models / "emojify" / "2")
            until(lambda: all(running.post("/v1/models/emojify/versions/2", body) == 200 for _ in range(20)))
        assert through_a_version.failures == [] and through_a_version.seconds
        poem = {"inputs": {"prompt": ["o"], "length": 4000, "temperature": 1.0, "seed": 1}}
        with ThreadPoolExecutor(8) as clients:
            answers = [clients.submit(running.post, "/v1/models/shakespeare", poem) for _ in range(8)]
            time.sleep(0.1)
            assert not any(answer.done() for answer in answers)
            code, stderr = running.stop(signal.SIGTERM)
            assert [answer.result() for answer in answers] == [200] * 8
    assert code == 130 and stderr.endswith("stopped\n") and "Traceback" not in stderr
    assert "note: a server process has ended; another one takes its place\n" in stderr


@pytest.mark.slow
def test_a_broken_export_ends_in_one_line(exported: Path, tmp_path: Path, root: Path) -> None:
    shutil.copytree(exported / "emojify", tmp_path / "emojify")
    broken = tmp_path / "emojify" / "1" / "saved_model.pb"
    broken.write_bytes(broken.read_bytes()[:-99])
    line = [sys.executable, "-m", "apps.serve", "--models", str(tmp_path), "--port", "0", "--processes", "2"]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=240)
    assert done.returncode == 2 and done.stdout == ""
    (message,) = done.stderr.splitlines()
    assert message.startswith(f"error: cannot load {broken.parent}")
