"""Commands in odd surroundings: no home, one that cannot be written, a plain locale, a closed pipe."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import untrusted
from tests.apps import emojify_networks
from utils import bundle as bundles

PLACE = "an Übung \N{MUSICAL SYMBOL G CLEF}"  # with spaces, and with letters that ASCII lacks


def jazz(place: Path) -> list[str]:
    bundles.save(untrusted.jazz(), place / "jazz")
    return [
        "apps.jazz",
        "improvise",
        "--bundle",
        str(place / "jazz"),
        "--out",
        str(place / "solo"),
        "--seed",
        "1",
    ]


def shakespeare(place: Path) -> list[str]:
    bundles.save(untrusted.shakespeare(), place / "poet")
    short = ["--length", "20", "--seed", "1", "--quiet"]
    return ["apps.shakespeare", "complete", "--weights", str(place / "poet"), *short, "été"]


def emojify(place: Path) -> list[str]:
    folder = emojify_networks.v2(place / "emojify")
    return ["apps.emojify", "predict", "--bundle", str(folder), "--top", "5", "--quiet", "love été"]


def dinos(place: Path) -> list[str]:
    return ["apps.dinos", "sample", "--count", "3", "--seed", "1"]


def training(place: Path) -> list[str]:
    names = place / "names \N{LATIN SMALL LETTER E WITH ACUTE}.txt"
    names.write_text("abax\nabba\n", "utf-8")
    few = ["--iterations", "3", "--units", "4", "--quiet"]
    return ["apps.dinos", "train", "--data", str(names), "--out", str(place / "dinos"), *few]


def listed(place: Path) -> list[str]:
    return ["data", "list", "--data-dir", str(place)]


def commands(place: Path) -> list[str]:
    return ["apps"]


COMMANDS = (jazz, shakespeare, emojify, dinos, training, listed, commands)
READERS = (shakespeare, emojify, dinos, listed, commands)
Command = Callable[[Path], list[str]]


def run(arguments: list[str], root: Path, **changes: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs a command with other variables; an empty one is taken away."""
    dropped = (
        "CADENZA_DATA",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "MPLCONFIGDIR",
        "PYTHONIOENCODING",
        "LANG",
    )
    environment = {name: value for name, value in os.environ.items() if name not in dropped} | changes
    environment = {name: value for name, value in environment.items() if value}
    line = [sys.executable, "-m", *arguments]
    return subprocess.run(line, cwd=root, env=environment, capture_output=True, stdin=subprocess.DEVNULL)


def works(done: "subprocess.CompletedProcess[bytes]") -> None:
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, said
    assert done.stdout
    assert "Traceback" not in said and "Error" not in said


@pytest.fixture
def place(tmp_path: Path) -> Path:
    folder = tmp_path / PLACE
    folder.mkdir()
    return folder


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A home in which nothing can be written, by root either."""
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    return Path("/proc") if os.geteuid() == 0 and Path("/proc/self").exists() else home


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_no_home_and_a_plain_locale(command: Command, place: Path, root: Path) -> None:
    """The locale's encoding is ASCII: nothing helps Python to UTF-8."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    works(run(command(place), root, HOME="", **plain))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_home_that_cannot_be_written(command: Command, place: Path, root: Path, sealed: Path) -> None:
    works(run(command(place), root, HOME=str(sealed)))


@pytest.mark.parametrize("command", READERS, ids=lambda command: command.__name__)
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
    assert [text for text in done.stderr.decode().splitlines() if not text.startswith("note: ")] == []


def test_two_runs_into_one_folder(place: Path, root: Path) -> None:
    """Both end well, and what is there is whole."""
    for command in (training, jazz):
        line = [sys.executable, "-m", *command(place)]
        both = [
            subprocess.Popen(line, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(2)
        ]
        for process in both:
            _, said = process.communicate()
            assert process.returncode == 0, said
    assert bundles.load(place / "dinos", "dinos").training["iterations"] == 3
    assert sorted(path.name for path in (place / "dinos").iterdir()) == [
        "config.json",
        "loss.png",
        "weights.npz",
    ]
    assert sorted(path.name for path in (place / "solo").iterdir()) == ["solo.mid", "solo.png", "solo.wav"]
