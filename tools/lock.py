"""python -m tools.lock: writes the lock files, every package by version and checksum, from constraints.txt.

It asks the package index for the checksums, through uv. The container and the workflow install from the lock
files, with `make LOCKED=1`. Plain `make` does not: it must also work with a mirror or a platform of one's
own, of other checksums, and with a requirement that was added a minute ago.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from utils import cli
from utils.errors import UserError
from utils.files import write_text

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("", "-dev", "-audit")  # of the names of the requirements files that are locked
OPTIONS = "--universal --generate-hashes --no-header --no-annotate --python-version 3.11 --quiet".split()


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    cli.Parser(prog="python -m tools.lock", description=__doc__).parse_args(argv)
    for part in PARTS:
        write_text(ROOT / f"requirements{part}.lock", locked(ROOT / f"requirements{part}.txt"))
    return 0


def locked(requirements: Path) -> str:
    """The text of a lock file: each package with its version and checksums, for all Pythons and platforms.

    Raises:
        UserError: The index cannot be reached, or has no such versions (exit code 1).
    """
    line = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS]
    line += ["--constraint", str(ROOT / "constraints.txt"), str(requirements)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or "no reason given").splitlines()[-1]
        raise UserError(f"cannot lock {requirements.name}: {last}", 1)
    return f"# {requirements.name} with checksums, for --require-hashes; made by: make lock\n{done.stdout}"


if __name__ == "__main__":
    sys.exit(cli.run(main))
