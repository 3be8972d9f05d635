"""Odd paths end in one line, whichever option they are given to: tests.odd_paths has the list."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNPRIVILEGED = (
    ("setpriv", "--bounding-set=-all", "--inh-caps=-all"),
    ("unshare", "--user", "--map-user=65534"),
)

ELSE = ("data where", "apps.jazz improvise --seed 1 --chords {} ")  # too long a name may be a chart


def without_capabilities(folder: Path) -> tuple[str, ...]:
    """The beginning of a line that runs without root's right to see through a folder's mode."""
    (folder / "locked" / "inside").mkdir(parents=True)
    (folder / "locked").chmod(0)
    for prefix in ((), *UNPRIVILEGED):
        line = [*prefix, "test", "-e", str(folder / "locked" / "inside")]
        if not prefix or shutil.which(prefix[0]):
            done = subprocess.run(line, capture_output=True)
            if (done.returncode, done.stderr) == (1, b""):
                return prefix
    pytest.skip("root sees everything here: there is no setpriv, and no user namespace")


@pytest.mark.slow
def test_no_option_ends_in_a_traceback(tmp_path: Path, root: Path) -> None:
    prefix, place = without_capabilities(tmp_path), tmp_path / "place"
    place.mkdir()
    line = [*prefix, sys.executable, "-W", "ignore", "-m", "tests.odd_paths", str(place)]
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run(line, cwd=root, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    for run in found:
        errors = [line for line in run["said"].splitlines() if not line.startswith("note: ")]
        assert (run["code"], len(errors)) in ((2, 1), (0, 0)), run
        may_be_absent = run["line"].startswith("data list") or "--data-dir" in run["line"]
        assert run["code"] == 2 or may_be_absent, run
        if run["code"] == 2 and run["kind"].startswith(("inside", "a loop", "too long")):
            assert errors[0].startswith("error: cannot ") or run["line"].startswith(ELSE), run
    assert len(found) > 250
