"""The serve command as a process, with clients that count what fails."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit


class Serving:
    """A running command; `addresses` are those that it printed when it was ready."""

    def __init__(self, process: subprocess.Popen[str], addresses: list[str]) -> None:
        self.process, self.addresses = process, addresses
        parts = urlsplit(addresses[0])
        self.host, self.port = str(parts.hostname), int(parts.port or 0)

    def children(self) -> list[int]:
        """The server processes, without Python's own resource tracker."""
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = int(stat.read_text().rpartition(")")[2].split()[1])
                command = (stat.parent / "cmdline").read_bytes()
            except OSError:  # it has ended
                continue
            if parent == self.process.pid and b"spawn_main" in command:
                found.append(int(stat.parent.name))
        return sorted(found)

    def post(self, path: str, body: object) -> int:
        """The status of a request on a new connection, once the whole answer has come."""
        connection = HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.request("POST", path, json.dumps(body).encode())
            answer = connection.getresponse()
            answer.read()
            return answer.status
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Sends a signal; the exit code and what was written to standard error."""
        self.process.send_signal(number)
        _, stderr = self.process.communicate(timeout=120)
        return self.process.returncode, stderr


@contextmanager
def serving(models: Path, root: Path, *arguments: object) -> Iterator[Serving]:
    """Starts the command and waits until it is ready."""
    line = [sys.executable, "-m", "apps.serve", "--models", str(models), "--port", "0", *map(str, arguments)]
    environment = os.environ | {"LC_ALL": "C"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(line, cwd=root, env=environment, text=True, **pipes) as process:
        try:
            assert process.stdout is not None
            addresses = [process.stdout.readline().strip() for _ in models.iterdir()]
            yield Serving(process, addresses)
        finally:
            process.kill()


class Clients:
    """Clients that send one request after another, each on its own connection, until they are stopped.

    Args:
        server: Where.
        path: The address after the host.
        body: The request.
        count: How many clients.
    """

    def __init__(self, server: Serving, path: str, body: object, count: int = 4) -> None:
        self.server, self.path, self.body = server, path, json.dumps(body).encode()
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(count)]

    def __enter__(self) -> "Clients":
        self.started = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()
        self.elapsed = time.monotonic() - self.started

    def _run(self) -> None:
        connection = None
        while not self._ends.is_set():
            started = time.monotonic()
            try:
                connection = connection or HTTPConnection(self.server.host, self.server.port, timeout=60)
                connection.request("POST", self.path, self.body)
                answer = connection.getresponse()
                content = answer.read()
                if answer.status != 200:
                    self.failures.append(f"{answer.status}: {content[:200]!r}")
                self.seconds.append(time.monotonic() - started)
            except (OSError, HTTPException) as error:
                self.failures.append(repr(error))
                if connection is not None:
                    connection.close()
                connection = None
        if connection is not None:
            connection.close()
