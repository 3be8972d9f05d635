"""A command in a pseudo-terminal, as a person sees it: its words as they come, and keys typed to it."""

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def _take_the_terminal() -> None:
    """Makes standard input the process's own terminal, so that a typed Ctrl-C reaches it."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


class Terminal:
    """Runs `python -m MODULE ARGUMENTS` with a pseudo-terminal as standard input, output and error."""

    def __init__(self, module: str, arguments: Sequence[object], **environment: str) -> None:
        self.master, slave = pty.openpty()
        line = [sys.executable, "-m", module, *map(str, arguments)]
        settings = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment}
        self.process = subprocess.Popen(
            line,
            cwd=ROOT,
            env=settings,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=_take_the_terminal,
        )
        os.close(slave)
        self.seen = ""

    def read_until(self, text: str = "", seconds: float = 60, *, characters: int = 0) -> str:
        """Everything seen so far, once `text` is in it and it is so long."""
        ends = time.monotonic() + seconds
        while text not in self.seen or len(self.seen) < characters:
            if time.monotonic() > ends or not self._read():
                raise AssertionError(f"{text!r} did not come; seen: {self.seen!r}")
        return self.seen

    def type(self, keys: str) -> None:
        """Types; "\\x03" is Ctrl-C."""
        os.write(self.master, keys.encode())

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)
        os.close(self.master)

    def finish(self, seconds: float = 60) -> int:
        """Reads to the end, and returns the exit code."""
        ends = time.monotonic() + seconds
        while self._read():
            if time.monotonic() > ends:
                raise AssertionError(f"it does not end; seen: {self.seen!r}")
        return self.process.wait(10)

    def _read(self) -> bool:
        """Reads what there is, waiting a little; False at the end."""
        ready, _, _ = select.select([self.master], [], [], 0.5)
        if not ready:
            return self.process.poll() is None
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # how Linux says that the other end is closed
            return False
        self.seen += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)
