"""The serve command: its options, what it refuses, and runs of it as one process and as several."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from apps.serve import __main__ as serve
from tests.apps import commands
from tests.apps.serve.serving_processes import serving
from utils.sockets import listen

refusal = partial(commands.refusal, serve.main)


def test_a_port_in_use_and_a_host_that_is_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "jazz" / "1").mkdir(parents=True)
    (tmp_path / "jazz" / "1" / "saved_model.pb").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal("--models", tmp_path, "--port", port) == (
            f"cannot listen at 127.0.0.1, port {port}: address already in use"
        )
    assert "host 127.0.0.1.1" in refusal("--models", tmp_path, "--host", "127.0.0.1.1")
    for host in (f"{'x' * 64}.example", "a..b"):
        assert f"host {host}: expected labels of 1 to 63" in refusal("--models", tmp_path, "--host", host)


def test_the_socket_s_protocol_is_tcp_so_that_small_answers_do_not_wait() -> None:
    """asyncio sets TCP_NODELAY for no other."""
    with listen("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


@pytest.mark.slow
@pytest.mark.parametrize(
    ("processes", "number", "code"),
    [(1, signal.SIGINT, 130), (1, signal.SIGHUP, 143), (2, signal.SIGTERM, 143), (2, signal.SIGHUP, 143)],
)
def test_it_serves_until_it_is_stopped_and_answers_what_it_has_accepted(
    exported: Path, root: Path, processes: int, number: int, code: int
) -> None:
    poem = {"inputs": {"prompt": ["o"], "length": 4000, "temperature": 1.0, "seed": 1}}
    with serving(exported, root, "--processes", processes) as running:
        assert len(running.children()) == (processes if processes > 1 else 0)
        assert running.post("/v1/models/shakespeare:predict", poem) == 200
        with ThreadPoolExecutor(8) as clients:
            answers = [clients.submit(running.post, "/v1/models/shakespeare", poem) for _ in range(8)]
            time.sleep(0.1)
            assert not any(answer.done() for answer in answers)
            ended = running.stop(number)
            assert [answer.result() for answer in answers] == [200] * 8
    assert ended == (code, "note: serving; Ctrl-C ends it\nstopped\n")


@pytest.mark.slow
def test_a_broken_export_ends_in_one_line(exported: Path, tmp_path: Path, root: Path) -> None:
    shutil.copytree(exported / "emojify", tmp_path / "emojify")
    broken = tmp_path / "emojify" / "1" / "saved_model.pb"
    broken.write_bytes(broken.read_bytes()[:-99])
    line = [sys.executable, "-m", "apps.serve", "--models", str(tmp_path), "--port", "0", "--processes", "2"]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=240)
    assert done.returncode == 2 and done.stdout == ""
    (message,) = done.stderr.splitlines()
    assert message.startswith("error: cannot serve emojify, version 1: ")


@pytest.mark.slow
def test_a_broken_version_and_a_killed_process_do_not_end_the_others(
    exported: Path, tmp_path: Path, root: Path
) -> None:
    for version in (1, 2):
        shutil.copytree(exported / "emojify" / "1", tmp_path / "emojify" / str(version))
    graph = tmp_path / "emojify" / "2" / "saved_model.pb"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-99])
    body = {"instances": ["I love you"]}
    with serving(tmp_path, root, "--processes", 2) as running:
        victim = running.children()[0]
        os.kill(victim, signal.SIGKILL)
        commands.until(lambda: len(running.children()) == 2 and victim not in running.children(), 60)
        assert all(running.post("/v1/models/emojify:predict", body) == 200 for _ in range(20))
        graph.write_bytes(whole)
        second = "/v1/models/emojify/versions/2:predict"
        commands.until(lambda: all(running.post(second, body) == 200 for _ in range(20)), 60)
        code, errors = running.stop()
    assert code == 130
    assert errors.count("cannot serve emojify, version 2: ") == 1
    assert errors.count("serving emojify, version 2") == 1 and "Traceback" not in errors
