"""A command that is killed where it writes, again and again; the commands are in tests.faults_writers.

A command is run up to the place where it writes. There it is forked: every child goes on as the command
would, and is killed at a random moment; then the folder is looked at. A child needs no TensorFlow, which
does not outlive a fork: what is written has been computed by then. Two more children have a full disk: one
by a limit on the size of its files, one, where the folder is a small file system, in fact.
"""

import json
import os
import random
import resource
import shutil
import signal
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from utils import cli
from utils.files import UNFINISHED

PATIENCE = 300.0  # seconds for a child that is not killed
REHEARSALS = 3
LEFT = 4096  # bytes that a full disk still has: less than any of the commands writes
Found = str | None  # "old", "new", or None for nothing


class Mixture(AssertionError):
    """What was found is neither the old state nor the new one."""


@dataclass(frozen=True)
class State:
    """What a command writes.

    Args:
        folder: Where.
        reset: Makes the state before the writing: the old one, or none.
        look: What is there.
    """

    folder: Path
    reset: Callable[[bool], None]
    look: Callable[[], Found]


@dataclass(frozen=True)
class Moments:
    """When the children are killed, and the limit of one.

    Args:
        disk: The most bytes a file may have in a child for which the disk is full.
        anywhere: The share of the kills at any moment between the fork and the command's end; the others
            come while it writes.
    """

    disk: int = 512
    anywhere: float = 0.3


def forks(kills: int, state: State, moments: Moments | None = None) -> int:
    """Goes on in a child, which is killed; and in another, till all are done. Only children return.

    The parent prints what was found as JSON.

    Returns:
        In a child: where it writes a byte before it writes what `state` is about, and one after.
    """
    run = _Forks(state, moments or Moments())
    for step in (*[run.rehearse] * REHEARSALS, *[run.kill] * kills, run.go_on, run.limit, run.fill):
        pipe = step()
        if pipe:
            return pipe
    shutil.rmtree(run.logs)
    print(json.dumps({"tally": run.tally, "seconds": run.seconds(), **run.found}), flush=True)
    os._exit(0)


class _Forks:
    """The children of one command. Every method returns 0 in the parent, in a child where it tells."""

    def __init__(self, state: State, moments: Moments) -> None:
        self.state, self.moments = state, moments
        self.logs = Path(tempfile.mkdtemp())
        self.tally: Counter[str] = Counter()
        self.found: dict[str, Any] = {}
        self.times: list[tuple[float, float, float]] = []

    def seconds(self) -> dict[str, float]:
        """How long a child takes: until it writes, while it writes, and in all."""
        middle = [statistics.median(times) for times in zip(*self.times, strict=True)]
        return dict(zip(("before", "writing", "whole"), [round(time, 4) for time in middle], strict=True))

    def rehearse(self) -> int:
        """Nothing happens to the first children: how long do they take?"""
        self.state.reset(True)
        started = time.monotonic()
        if pipe := self._start("rehearsal"):
            return pipe
        begun = os.read(self.pipe, 1) and time.monotonic()
        ended = os.read(self.pipe, 1) and time.monotonic()
        self._must_end_well("rehearsal")
        self.times.append((begun - started, ended - begun, time.monotonic() - started))
        return 0

    def kill(self) -> int:
        """Every fifth child finds nothing, the others the old state."""
        had, seconds = self.tally.total() % 5 != 4, self.seconds()
        self.state.reset(had)
        if pipe := self._start("killed"):
            return pipe
        if random.random() < self.moments.anywhere:
            time.sleep(random.uniform(0, 1.1 * seconds["whole"]))
        else:
            os.read(self.pipe, 1)
            time.sleep(random.uniform(0, 1.4 * seconds["writing"]))
        os.kill(self.pid, signal.SIGKILL)
        self._wait()
        found = self.state.look()
        if (found is None and had) or (found == "old" and not had):
            raise Mixture(f"{found} is left")
        self.tally[found or "nothing"] += 1
        return 0

    def go_on(self) -> int:
        """The next run finds what the last killed one left, and tidies it up."""
        if pipe := self._start("next"):
            return pipe
        self._must_end_well("next")
        if left := leftovers(self.state.folder):
            raise Mixture(f"the next run leaves {left}")
        return 0

    def limit(self) -> int:
        """A file may have only so many bytes."""
        self.state.reset(True)
        if pipe := self._start("limit", self.moments.disk):
            return pipe
        self.found["limit"] = self._end("limit")
        return 0

    def fill(self) -> int:
        """The folder's file system is full, if it is a small one."""
        self.state.reset(True)
        usage = shutil.disk_usage(self.state.folder)
        if usage.total > 1 << 30:
            return 0
        filler = self.state.folder.parent / "filler"
        filler.write_bytes(bytes(max(0, usage.free - LEFT)))
        if pipe := self._start("full"):
            return pipe
        self.found["full"] = self._end("full")
        filler.unlink()
        return 0

    def _start(self, log: str, largest: int | None = None) -> int:
        sys.stdout.flush()
        sys.stderr.flush()
        self.pipe, theirs = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(theirs)
            return 0
        os.close(self.pipe)
        for number, path in ((1, os.devnull), (2, str(self.logs / log))):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        if largest is not None:
            # Python ignores SIGXFSZ: a write beyond the limit is an error, as on a full disk.
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        return theirs

    def _wait(self) -> int:
        """The exit code, or minus the signal."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                os.close(self.pipe)
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.005)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        raise Mixture("the command does not end")

    def _end(self, log: str) -> dict[str, Any]:
        code = self._wait()
        return {"code": code, "found": self.state.look(), "said": (self.logs / log).read_text()}

    def _must_end_well(self, log: str) -> None:
        end = self._end(log)
        if (end["code"], end["found"]) != (0, "new"):
            raise Mixture(f"{log}: {end}")


def at(module: Any, name: str, prepare: Callable[..., int]) -> None:
    """The first call of module.name, which writes, is where the command is forked.

    Args:
        module: Where the command finds the function.
        name: The function.
        prepare: Called with its arguments, it calls `forks`.
    """
    original = getattr(module, name)

    def forked(*given: Any, **named: Any) -> Any:
        setattr(module, name, original)
        tell(prepare(*given, **named), module, name)
        value = getattr(module, name)(*given, **named)
        setattr(module, name, original)
        return value

    setattr(module, name, forked)


def tell(pipe: int, module: Any, name: str, before: bool = True, after: bool = True) -> None:
    """Makes module.name, which writes, write a byte to the pipe before its work and after it."""
    original = getattr(module, name)

    def told(*given: Any, **named: Any) -> Any:
        os.write(pipe, b"." * before)
        value = original(*given, **named)
        os.write(pipe, b"." * after)
        return value

    setattr(module, name, told)


def put_back(folder: Path, old: Path | None) -> None:
    """The folder as it was: the old state's copy, or nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    if old is not None:
        shutil.copytree(old, folder)


def finish(main: Callable[..., int], arguments: list[str]) -> None:
    """Runs a command as its program does, and ends as it ends."""
    sys.argv = ["command", *arguments]
    try:
        code = cli.run(main)
    except SystemExit as error:
        code = int(error.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def leftovers(folder: Path) -> list[str]:
    """What has a hidden, unfinished name."""
    return [path.name for path in folder.rglob("*") if path.name.startswith((UNFINISHED, ".fetch-"))]
