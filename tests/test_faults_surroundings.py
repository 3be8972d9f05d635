"""Commands in odd surroundings: no home, one that cannot be written, a plain locale, a closed pipe.

The ordinary suite runs those that need no TensorFlow; `make faults` runs every one.
"""

import os
import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.__main__ import commands as apps_commands
from tests import surroundings
from tests.apps.emojify import emojify_networks
from tests.surroundings import Command, export, jazz, judging, naming, poem_picture
from utils import bundle as bundles

PLACE = "an Übung \N{MUSICAL SYMBOL G CLEF}"  # with spaces, and with letters that ASCII lacks
EVERY = os.environ.get("CADENZA_KILLS")  # `make faults`
HEAVY = surroundings.HEAVY if EVERY else ()
WRITERS = (*surroundings.LIGHT, *HEAVY)
READERS = (*surroundings.READERS, *HEAVY)
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
FOREIGN = ("CADENZA_DATA", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "MPLCONFIGDIR", "PYTHONIOENCODING", "LANG")


def run(arguments: list[str], root: Path, **changes: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs a command with other variables; an empty one is taken away."""
    environment = {name: value for name, value in os.environ.items() if name not in FOREIGN} | changes
    environment = {name: value for name, value in environment.items() if value}
    line = [sys.executable, "-m", *arguments]
    return subprocess.run(line, cwd=root, env=environment, capture_output=True, stdin=subprocess.DEVNULL)


def works(done: "subprocess.CompletedProcess[bytes]") -> None:
    """It ended well, and said nothing but notices."""
    assert done.returncode == 0, done.stderr
    assert done.stdout
    assert complaints(done) == []


def complaints(done: "subprocess.CompletedProcess[bytes]") -> list[str]:
    """The lines on standard error that are no notices."""
    lines = done.stderr.decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("note: ")]


def by_name(command: Command) -> str:
    return command.__name__


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / PLACE
    folder.mkdir()
    return folder


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Path]:
    """A home in which nothing can be written, by root either where a file system can be mounted."""
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    mount = ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(home)]
    mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    if os.geteuid() == 0 and not mounted:
        pytest.skip("root can write everywhere")
    yield home
    if mounted:
        subprocess.run(["umount", str(home)], check=True)


def test_every_command_is_here(tmp_path: Path) -> None:
    """A new one is a new row in tests.surroundings; the servers have their own tests."""
    known = {command(tmp_path)[0] for command in (*surroundings.READERS, *surroundings.LIGHT)}
    known |= {command(tmp_path)[0] for command in surroundings.HEAVY}
    listed = {line.removeprefix("python -m ") for line, _ in apps_commands()}
    assert known == listed - {"apps.serve", "apps.studio"} | {"apps", "tools.bench"}


@pytest.mark.parametrize("command", WRITERS, ids=by_name)
def test_no_home_and_a_plain_locale(command: Command, place: Path, root: Path) -> None:
    """The locale's encoding is ASCII: nothing helps Python to UTF-8."""
    done = run(command(place), root, HOME="", **ASCII)
    if command is export:
        assert done.returncode == 2
        assert done.stderr.endswith(b" is not UTF-8 text; TensorFlow takes no other paths\n")
    else:
        works(done)


@pytest.mark.parametrize("command", HEAVY, ids=by_name)
def test_no_home_and_the_locale_c(command: Command, place: Path, root: Path) -> None:
    """Where Python helps itself to UTF-8."""
    works(run(command(place), root, HOME="", LC_ALL="C"))


@pytest.mark.parametrize("command", WRITERS, ids=by_name)
def test_a_home_that_cannot_be_written(command: Command, place: Path, root: Path, sealed: Path) -> None:
    works(run(command(place), root, HOME=str(sealed)))


@pytest.mark.parametrize("command", READERS, ids=by_name)
def test_a_closed_pipe_ends_quietly(command: Command, place: Path, root: Path) -> None:
    """The reader is gone before the first word."""
    ours, theirs = os.pipe()
    os.close(ours)
    line = [sys.executable, "-m", *command(place)]
    try:
        done = subprocess.run(line, cwd=root, stdout=theirs, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    finally:
        os.close(theirs)
    assert done.returncode == 0
    assert complaints(done) == []


@pytest.mark.parametrize(
    "arguments",
    [
        "apps.dinos sample --count 1000000 --seed 1",
        "apps.shakespeare complete --length 100000 --lines 10000 --seed 1 --quiet love",
        "apps.emojify predict --quiet",
    ],
)
def test_a_long_answer_whose_reader_leaves(arguments: str, place: Path, root: Path) -> None:
    """Head takes one line and goes; what would take minutes ends at once."""
    bundle = emojify_networks.v2(place / "emojify")
    given = ["--bundle", str(bundle)] if "emojify" in arguments else []
    line = shlex.join([sys.executable, "-m", *arguments.split(), *given])
    pipe = f"yes 'I love you' 2>&- | {line} | head -1; echo ${{PIPESTATUS[1]}}"
    done = subprocess.run(["bash", "-c", pipe], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.stderr == ""
    answer, code = done.stdout.splitlines()
    assert answer and code == "0"


@pytest.mark.parametrize(
    ("command", "size", "file"),
    [
        (jazz, 100, "solo/solo.mid"),
        (jazz, 10_000, "solo/solo.wav"),
        (judging, 3000, "judged/confusion.png"),
        (naming, 100, "dinos/weights.npz"),
        (naming, 8000, "dinos/loss.png"),
        (poem_picture, 3000, "poem/poem.png"),
    ],
)
def test_a_full_disk_in_the_middle_of_the_work(
    command: Command, size: int, file: str, place: Path, root: Path
) -> None:
    """No file may have more bytes: the old one stays, and one line says which could not be written."""
    line = [sys.executable, "-m", *command(place)]
    (place / file).parent.mkdir()
    (place / file).write_bytes(b"old")
    done = subprocess.run(
        line,
        cwd=root,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    assert done.returncode == 1
    assert complaints(done) == [f"error: cannot write {place / file}: file too large"]
    assert (place / file).read_bytes() == b"old"
    assert [name for name in names((place / file).parent) if name.startswith(".")] == []


def both(first: list[str], second: list[str], root: Path, **changes: str) -> list[str]:
    """Runs two commands at once; both must end well. Returns what they printed."""
    ends = at_once(first, second, root, **changes)
    assert [code for _, _, code in ends] == [0, 0], ends
    return [out for out, _, _ in ends]


def at_once(first: list[str], second: list[str], root: Path, **changes: str) -> list[tuple[str, str, int]]:
    """Runs two commands at once: what each printed, its errors, and its exit code."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", *line],
            cwd=root,
            env=os.environ | changes,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in (first, second)
    ]
    return [(*process.communicate(), process.returncode) for process in processes]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_two_runs_into_one_folder(place: Path, root: Path) -> None:
    """Two solos both end well; of two trainings one may be refused. What is there is whole."""
    both(jazz(place), jazz(place), root)
    ends = sorted(at_once(naming(place), naming(place), root), key=lambda end: end[2])
    assert [code for _, _, code in ends] in ([0, 0], [0, 2])
    if ends[1][2]:
        assert re.search("another training is running into |--force replaces it$", ends[1][1].strip())
    assert bundles.load(place / "dinos", "dinos").training["history"]["iterations"] == [3]
    assert names(place / "dinos") == ["config.json", "loss.png", "weights.npz"]
    assert names(place / "solo") == ["solo.mid", "solo.png", "solo.wav"]


def test_two_runs_with_one_new_cache(place: Path, root: Path) -> None:
    """Both read the vectors, and both would keep the copy."""
    vectors = emojify_networks.write_vectors(place / "vectors.txt")
    bundle = emojify_networks.v1(place / "v1")
    given = ["apps.emojify", "predict", "--bundle", str(bundle), "--glove", str(vectors), "love"]
    first, second = both(given, given, root, XDG_CACHE_HOME=str(place / "cache"))
    assert first == second
    kept = place / "cache" / "cadenza" / "glove"
    assert [path.suffix for path in kept.iterdir()] == [".vectors"]


@pytest.mark.skipif(not EVERY, reason="it needs TensorFlow, twice: make faults")
def test_two_exports_into_one_folder(place: Path, root: Path) -> None:
    """They wait for each other: two versions, both whole."""
    both(export(place), export(place), root)
    versions = place / "exports" / "jazz"
    assert names(versions) == ["1", "2"]
    assert names(versions / "1") == names(versions / "2")
