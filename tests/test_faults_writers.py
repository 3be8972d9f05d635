"""Writers that are killed where they write, and writers on a full disk: the old state or the new, whole.

The commands are in tests.faults_writers. The ordinary suite kills those that need no TensorFlow a few
times; `make faults` kills every one 50 times.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults_writers import CHEAP, WRITERS

KILLS = int(os.environ.get("CADENZA_KILLS", "0"))
FEW = 4
LINES = ("error: ", "Traceback", "note: the vectors ")  # how the lines begin that say what went wrong
# What cannot be written, inside the writer's folder.
NAMED = {
    "dinos train": "out/weights.npz",
    "jazz train": "out/weights.npz",
    "emojify train": "out/weights.npz",
    "shakespeare train": "out/weights.npz",
    "shakespeare finetune": "out/weights.npz",
    "data fetch": "cadenza/poem.txt",
    "export: the files": "out/jazz",
    "export: the name": "out/jazz",
}


def killed(writer: str, kills: int, folder: Path, root: Path) -> dict[str, Any]:
    """What `python -m tests.faults_writers` found."""
    line = [sys.executable, "-W", "ignore", "-m", "tests.faults_writers", writer, str(kills), str(folder)]
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    done = subprocess.run(
        line, cwd=root, capture_output=True, encoding="utf-8", env=environment, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0 and done.stdout, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{writer}: {found['tally']}, {found['seconds']}")
    return found


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A small file system in the memory, where it can be mounted; else a folder."""
    folder = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)]
    mounted = subprocess.run(mount, capture_output=True).returncode == 0
    yield folder
    if mounted:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(scope="module", params=WRITERS)
def found(request: pytest.FixtureRequest, disk: Path, root: Path) -> tuple[str, Path, dict[str, Any]]:
    """A writer, its folder, and what was found."""
    writer, place = request.param, disk / request.param.replace(" ", "-").replace(":", "")
    if writer not in CHEAP and not KILLS:
        pytest.skip("it needs TensorFlow, and a minute: make faults")
    place.mkdir()
    return writer, place, killed(writer, KILLS or FEW, place, root)


Found = tuple[str, Path, dict[str, Any]]


@pytest.mark.timeout(3600)
def test_a_killed_writer_leaves_the_old_or_the_new_state_whole(found: Found) -> None:
    _, _, seen = found
    assert sum(seen["tally"].values()) == (KILLS or FEW)
    assert set(seen["tally"]) <= {"old", "new", "nothing"}
    if KILLS >= 50:  # or the moments are badly chosen
        assert min(seen["tally"]["old"], seen["tally"]["new"]) >= 3


@pytest.mark.parametrize(
    ("kind", "reason"), [("limit", "file too large"), ("full", "no space left on device")]
)
@pytest.mark.timeout(3600)
def test_a_full_disk_ends_with_one_line_and_leaves_the_old_state(
    found: Found, kind: str, reason: str
) -> None:
    """A limit on the size of a file, and a small file system that is full."""
    writer, place, seen = found
    if kind not in seen:
        pytest.skip("no small file system can be mounted here")
    end = seen[kind]
    assert end["found"] == "old", end
    (line,) = [line for line in end["said"].splitlines() if line.startswith(LINES)]
    if writer == "cache of vectors":  # works without its copy, and says so
        assert end["code"] == 0
        assert line.startswith(
            f"note: the vectors are not kept in the cache: cannot write {place}/cache/glove/"
        )
        assert line.endswith(f": {reason}")
        return
    assert end["code"] == 1, end
    if (writer, kind) == ("data fetch", "full"):  # seen before the download
        assert line.startswith("error: cannot fetch poem.zip from ") and "it takes " in line
        return
    assert line == f"error: cannot write {place / NAMED[writer]}: {reason}"
