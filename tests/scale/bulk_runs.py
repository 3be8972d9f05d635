"""The bulk command as a process: started, watched, killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.conftest import ROOT


class BulkRun:
    """A running `python -m apps.bulk`; leaving the block kills what is still running."""

    def __init__(self, app: str, path: Path, out: Path, *arguments: object) -> None:
        given = [app, "--input", path, "--out", out, *arguments]
        self.out = out
        line = [sys.executable, "-m", "apps.bulk", *map(str, given)]
        self.process = subprocess.Popen(
            line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "BulkRun":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        if self.process.stderr is not None:
            self.process.stderr.close()

    def finish(self, seconds: float = 900) -> str:
        """Waits for the end, which must be a good one; what was written to standard error."""
        _, stderr = self.process.communicate(timeout=seconds)
        assert self.process.returncode == 0, stderr
        return stderr

    def wait_for_parts(self, count: int, seconds: float = 300) -> bool:
        """Waits for so many parts; False if the command has ended before."""
        ends = time.monotonic() + seconds
        while len(list(self.out.glob("part-*"))) < count:
            assert time.monotonic() < ends, "no further part"
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return True

    def workers(self) -> list[int]:
        """The worker processes."""
        return [pid for pid in children(self.process.pid) if b"spawn_main" in command(pid)]

    def kill(self) -> None:
        """Kills the command itself."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class AnonymousMemory:
    """Samples the anonymous memory of a command and of its workers while the block runs: peaks in MB."""

    def __init__(self, run: BulkRun) -> None:
        self.run, self.command, self.worker = run, 0.0, 0.0
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "AnonymousMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._ends.wait(0.1):
            self.command = max(self.command, anonymous(self.run.process.pid))
            self.worker = max([self.worker, *map(anonymous, self.run.workers())])


def anonymous(pid: int) -> float:
    """A process's anonymous memory in MB; 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    found = [line for line in status.splitlines() if line.startswith("RssAnon:")]
    return int(found[0].split()[1]) / 1024 if found else 0.0


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return sorted(found)


def command(pid: int) -> bytes:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill_one(find: Callable[[], list[int]]) -> bool:
    """Kills the last of the processes found; False if there is none."""
    found = find()
    if found:
        try:
            os.kill(found[-1], signal.SIGKILL)
        except ProcessLookupError:
            return False
    return bool(found)
