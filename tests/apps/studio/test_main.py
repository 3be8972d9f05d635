"""The studio's command: its options, and runs of it as a process."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest


@contextmanager
def running(root: Path, temporary: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The studio as a process, and its address."""
    line = [sys.executable, "-m", "apps.studio", "--port", "0", *arguments]
    environment = {**os.environ, "TMPDIR": str(temporary), "LC_ALL": "C"}
    pipe = subprocess.PIPE
    hang_up = partial(signal.signal, signal.SIGHUP, signal.SIG_DFL)  # under nohup it would be ignored
    with subprocess.Popen(
        line, cwd=root, stdout=pipe, stderr=pipe, text=True, env=environment, preexec_fn=hang_up
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def test_a_port_in_use_is_one_line(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        line = [sys.executable, "-m", "apps.studio", "--port", port, "--no-browser"]
        done = subprocess.run(line, cwd=root, capture_output=True, text=True, timeout=60)
    message = f"error: cannot listen at 127.0.0.1, port {port}: address already in use\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]
)
def test_a_signal_ends_it_with_its_streams_and_its_folder(
    root: Path, tmp_path: Path, number: signal.Signals, code: int
) -> None:
    with running(root, tmp_path, "--no-browser", "--quiet") as (process, address):
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        headers = {"content-type": "application/json"}
        connection.request("POST", "/api/poem/write", b'{"length": 2000, "takes": 4}', headers)
        assert connection.getresponse().status == 200
        assert [path.name.startswith("cadenza-studio-") for path in tmp_path.iterdir()] == [True]
        started = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
        connection.close()
    assert (process.returncode, errors) == (code, "stopped\n")
    assert time.monotonic() - started < 20
    assert list(tmp_path.iterdir()) == []


def test_it_opens_a_browser_and_warns_where_others_can_reach_it(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "browser.opened"
    browser.write_text('#!/bin/sh\necho "$1" > "$0.part" && mv "$0.part" "$0.opened"\n', "utf-8")
    browser.chmod(0o755)
    monkeypatch.setenv("BROWSER", f"{browser} %s")
    with running(root, tmp_path, "--host", "0.0.0.0", "--allow-host", "band.example") as (process, address):
        ends = time.monotonic() + 20
        while not opened.exists() and time.monotonic() < ends:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert opened.read_text("utf-8").strip() == address
    assert errors.splitlines() == [
        "note: anyone who reaches this machine can use the studio: there is no password",
        "note: the studio is open; Ctrl-C ends it",
        "stopped",
    ]
