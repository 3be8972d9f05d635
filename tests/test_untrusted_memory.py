"""Small files that would be large in the memory: each is met by a new process, which says what it took.

Used or refused in one line, and never with a gigabyte. The slow ones only under `make fuzz`.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tests import bombs
from tests.bombs import EMOJI, JAZZ, POEM, SOLO, TABLE, VECTORS, VERSE, Case, file, repeated, sizes, weights
from tests.untrusted import GIGABYTE

# The process's own figure: what the system tells a parent counts the parent's memory too.
MEASURED = """
import atexit, re, runpy, sys
def say():
    with open("/proc/self/status") as status:
        print("kB", *re.findall(r"VmHWM:\\s+(\\d+)", status.read()), file=sys.stderr)
atexit.register(say)
del sys.argv[0]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
LIGATURES = "\ufdfa\ufdfa\ufdfa\U0001f600".encode()  # eighteen characters each, and one that makes all wide
CASES: dict[str, tuple[Case, str]] = {
    "units of jazz": (sizes("jazz", "n_a", JAZZ), "has n_a 1000000000"),
    "units of poems": (sizes("shakespeare", "units", POEM), "has units 1000000000"),
    "units of emoji": (sizes("emojify", "n_a", EMOJI), "has n_a 1000000000"),
    "words of emoji": (sizes("emojify", "max_len", EMOJI), "has max_len 1000000000"),
    "a shape": (weights(bombs.shape), "do not fit its shape"),
    "zip": (weights(bombs.zipped("w.npy")), "would unpack to more than"),
    "a zip that lies": (weights(bombs.zipped("w.npy", 1000)), "cannot be read as NumPy arrays"),
    "a zip packed otherwise": (weights(bombs.packed_otherwise("w.npy")), "has an unusual compression"),
    "numbers": (weights(bombs.as_large_as_may_be), "has the array more"),
    "lists": (bombs.config("[]"), ""),
    "objects": (bombs.config('{"":0}'), ""),
    "HDF5": (file("a.h5", bombs.hdf5, POEM), "expected at most 16777216 numbers, got 120000000"),
    "a sheet": (file("a.mxl", bombs.zipped("a.xml"), SOLO), "bytes, expected at most 16777216"),
    "a sheet that lies": (file("a.mxl", bombs.zipped("a.xml", 1000), SOLO), "cannot be read as MusicXML"),
    "a sheet packed otherwise": (
        file("a.mxl", bombs.packed_otherwise("a.xml"), SOLO),
        "bytes, expected at most",
    ),
    "elements": (
        file("a.xml", repeated(b"<score-partwise>", b"<a/>", 4_000_000, b"</score-partwise>"), SOLO),
        "has 4000001 elements, expected at most 200000",
    ),
    "entities": (file("a.xml", repeated(bombs.ENTITIES, b"&a;", 100_000), SOLO), "defines entities"),
    "a track of 4 GB": (
        file("a.mid", repeated(bombs.ENDLESS, b"", 0), SOLO),
        "1 notes; expected 8",
    ),
    "tracks": (file("a.mid", repeated(bombs.CROWDED, b"MTrk\0\0\0\4\0\xff\x2f\0", 65535), SOLO), "no notes"),
    "columns": (file("a.txt", repeated(b"the", b" 0", 20_000_000), VECTORS), "a line of more than"),
    "rows": (file("a.txt", repeated(b"", b"a" + 4000 * b" 0" + b"\n", 2000), VECTORS), "20 bad lines"),
    "sentences": (file("a.csv", repeated(b"", b"ab,0\n", 3_000_000), TABLE), "more than 100000 sentences"),
    "a text": (file("a.txt", repeated(b"", LIGATURES, 1_200_000), VERSE), "has no letter"),
}

SLOW = (
    "numbers",
    "a zip packed otherwise",
    "a sheet packed otherwise",
    "lists",
    "objects",
    "elements",
    "a text",
)


def used(arguments: list[str], root: Path, place: Path) -> tuple[int, str, int]:
    """A command's exit code, its last line on standard error, and the bytes it took at its peak."""
    line = [sys.executable, "-c", MEASURED, *arguments]
    environment = os.environ | {"PYTHONPATH": str(root), "XDG_CACHE_HOME": str(place)}
    environment.pop("CADENZA_DATA", None)
    done = subprocess.run(line, cwd=place, env=environment, capture_output=True, encoding="utf-8")
    *said, peak = done.stderr.splitlines()
    found = re.fullmatch(r"kB (\d+)", peak)
    assert found, done.stderr
    return done.returncode, said[-1] if said else "", 1024 * int(found[1])


@pytest.mark.parametrize("case", CASES)
def test_what_is_small_as_a_file_stays_so_in_the_memory(case: str, tmp_path: Path, root: Path) -> None:
    if case in SLOW and settings.default.max_examples < 2000:
        pytest.skip("it takes some seconds: make fuzz")
    make, message = CASES[case]
    code, said, peak = used(make(tmp_path), root, tmp_path)
    print(f"{case}: {peak / 1e6:.0f} MB, {said}")
    assert message in said
    assert code == (2 if message else 0), said
    assert peak < GIGABYTE
