"""Runs this project's commands as processes of their own, as the rows measure them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]


def run(command: str, *arguments: object) -> str:
    """Runs a command to its end and returns what it prints.

    Args:
        command: The module: "apps.jazz".
        arguments: Its arguments.

    Raises:
        subprocess.CalledProcessError: It fails.
    """
    return run_python("-m", command, *arguments)


def run_python(*arguments: object) -> str:
    """Runs Python with these arguments; see `run`."""
    line = [sys.executable, *map(str, arguments)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(line, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@contextmanager
def server(exports: Path, *arguments: object) -> Iterator[int]:
    """Runs the server of exports, from when it is ready, while the block runs; gives its port.

    Raises:
        RuntimeError: It ends before it is ready.
    """
    line = [sys.executable, "-m", "apps.serve", "--port", "0", "--quiet", "--models", str(exports)]
    line += map(str, arguments)
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline().decode()
            if not first:
                raise RuntimeError(f"{' '.join(line)} ended before it was ready")
            yield int(urlsplit(first.strip()).port or 0)
        finally:
            process.kill()
