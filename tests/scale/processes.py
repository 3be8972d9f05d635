"""Commands in processes of their own, and the processes that they start."""

import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path

PATIENCE = 900.0  # seconds for a command


def start(root: Path, *arguments: object) -> "subprocess.Popen[str]":
    """Starts `python -m` with arguments, in a session of its own."""
    line = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(
        line,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finish(running: "subprocess.Popen[str]") -> tuple[int, str, str]:
    """Waits for a command: its exit code and what it printed."""
    try:
        out, err = running.communicate(timeout=PATIENCE)
    finally:
        running.kill()
    return running.returncode, out, err


def run(root: Path, *arguments: object) -> tuple[int, str, str]:
    return finish(start(root, *arguments))


def descendants(parent: int, name: str) -> list[int]:
    """The processes below another whose command line has a name."""
    parents, lines = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            lines[int(folder.name)] = (folder / "cmdline").read_bytes().decode("utf-8", "replace")
    below, found = {parent}, []
    while more := {pid for pid, above in parents.items() if above in below} - below:
        below |= more
        found += [pid for pid in more if name in lines[pid]]
    return sorted(found)


def wait_for_descendants(running: "subprocess.Popen[str]", name: str, count: int) -> list[int]:
    """Waits until a command has so many below it."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends and running.poll() is None:
        if len(found := descendants(running.pid, name)) >= count:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{name}: no {count} processes; the command: {finish(running)}")


def kill(pid: int, signal_number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal_number)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for listening in sockets:
            listening.bind(("127.0.0.1", 0))
        return [int(listening.getsockname()[1]) for listening in sockets]
