"""The serve command: its options, what it refuses, and one run of it as a process."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from apps.serve import __main__ as serve
from tests.apps import commands

refusal = partial(commands.refusal, serve.main)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--port", "65536", "expected 0 to 65535, got 65536"),
        ("--port", "9" * 5000, "expected a whole number, got '999"),
        ("--port", "-1", "expected 0 to 65535, got -1"),
        ("--threads", "257", "expected 1 to 256, got 257"),
        ("--timeout", "0", "expected a number above 0, got 0"),
        ("--max-rows", "0", "expected 1 or more, got 0"),
    ],
)
def test_bad_options_are_refused(option: str, value: str, message: str) -> None:
    assert message in refusal(f"{option}={value}")


def test_a_port_in_use_and_a_host_that_is_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "jazz" / "1").mkdir(parents=True)
    (tmp_path / "jazz" / "1" / "saved_model.pb").touch()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refusal("--models", tmp_path, "--port", port) == (
            f"cannot listen at 127.0.0.1, port {port}: address already in use"
        )
    assert "host 127.0.0.1.1" in refusal("--models", tmp_path, "--host", "127.0.0.1.1")


@pytest.mark.slow
def test_it_serves_until_it_is_stopped_and_answers_what_it_has_accepted(exported: Path, root: Path) -> None:
    poem = {"prompt": ["o"], "length": 4000, "temperature": 1.0}

    def written(seed: int) -> int:
        body = json.dumps({"inputs": poem | {"seed": seed}}).encode()
        with urllib.request.urlopen(f"{addresses['shakespeare']}:predict", body, timeout=60) as answer:
            return len(json.load(answer)["outputs"][0])

    line = [sys.executable, "-m", "apps.serve", "--models", str(exported), "--port", "0"]
    with subprocess.Popen(
        line,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"LC_ALL": "C"},
    ) as process:
        try:
            assert process.stdout is not None
            printed = [process.stdout.readline().strip() for _ in exported.iterdir()]
            addresses = {address.rpartition("/")[2]: address for address in printed}
            assert written(0) == 4001
            with ThreadPoolExecutor(8) as clients:
                answers = [clients.submit(written, seed) for seed in range(8)]
                time.sleep(0.1)
                assert not any(answer.done() for answer in answers)
                process.send_signal(signal.SIGINT)
                assert [answer.result() for answer in answers] == [4001] * 8
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, said) == (130, "note: serving; Ctrl-C ends it\nstopped\n")
