"""Every command of the README is run, section by section, and says what the README shows.

They run in a folder that looks like the checkout, where their results go. What a test cannot do as it stands,
it does as INSTEAD and MORE say.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from data import catalogue
from data.solos import reading as solos
from music.midi_writer import to_midi
from music.score import Note, Part, Score
from tests.readme import ROOT, RUNNABLE, Shown, commands, links

TEXT = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")
COMMANDS = commands(TEXT)
HELP = "--help >help.txt"
MADE = "make --assume-old=.venv/.installed --assume-old=.venv/.installed-dev"
INSTEAD = {
    "make demo": f"{MADE} demo",
    # The suite does not run itself, nor what takes an hour or has no end: here only that make knows the way.
    **{
        f"make {goal}": f"{MADE} --dry-run {goal}"
        for goal in ("test", "test-all", "test-browser", "notebooks", "studio", "fuzz", "faults", "bench")
    },
    # A test installs nothing and starts no container: what these read must be there.
    "pip install --no-deps -r requirements-optional.txt": "grep -q ^tinysoundfont requirements-optional.txt",
    'docker run --rm -p 8501:8501 -v "$PWD/output/export/emojify:/models/emojify" -e MODEL_NAME=emojify '
    "tensorflow/serving": 'ls "$PWD/output/export/emojify/1/saved_model.pb"',
    # Each has tests of its own that run it to its end.
    "python -m data prepare /shared/mine.txt --out /shared/corpus.idx": f"python -m data prepare {HELP}",
    "python -m apps.shakespeare train --corpus /shared/corpus.idx --out /shared/bundle --workers 2 "
    "--ray FIRST:6379": f"python -m apps.shakespeare train {HELP}",
    "python -m data prepare mine.txt --out mine.idx": f"python -m data prepare {HELP}",
    **{
        f"python -m apps.shakespeare {verb} {rest}": f"python -m apps.shakespeare {verb} {HELP}"
        for verb, rest in (
            ("train", "--corpus mine.txt --out output/mine"),
            ("complete", "--bundle output/mine --temperature 0.5"),
        )
    },
    "python -m apps.shakespeare": f"python -m apps.shakespeare {HELP}",
    "python -m apps.compare": f"python -m apps.compare {HELP}",
    "python -m apps.export APP": f"python -m apps.export {HELP}",
    "python -m apps.bulk APP": f"python -m apps.bulk {HELP}",
    "python -m apps.check my_rnn.py": f"python -m apps.check {HELP}",
    "python -m apps.check handed_in --csv marks.csv": f"python -m apps.check {HELP}",
    'docker run --rm --network none -v "$PWD/handed_in:/class:ro" --entrypoint python cadenza '
    "-m apps.check /class": f"python -m apps.check {HELP}",
    "python -m apps.check FILE": f"python -m apps.check {HELP}",
    "python -m apps.serve": f"python -m apps.serve {HELP}",
    "python -m apps.studio": f"python -m apps.studio {HELP}",
    "python -m tools.exercises": f"python -m tools.exercises {HELP}",
    "python -m tools.bench": f"python -m tools.bench {HELP}",
    "python -m tools.bench serving": f"python -m tools.bench {HELP}",
}
MORE = {  # as the command stands, it would take minutes
    "python -m apps.jazz train": "--epochs 2",
    "python -m apps.dinos train": "--iterations 200",
    "python -m apps.emojify train": "--epochs 1",
}
COURSE_FILES = ("original_metheny.mid", "dinos.txt")
SECTIONS = list(dict.fromkeys(shown.section for shown in COMMANDS))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a person sees after `make demo`, and two MIDI files, a playlist, messages and names of theirs."""
    folder = tmp_path_factory.mktemp("cadenza")
    for name in (path.name for path in ROOT.iterdir() if path.name not in ("output", ".venv", ".git")):
        (folder / name).symlink_to(ROOT / name)
    (folder / ".venv").symlink_to(sys.prefix)
    solo = solos.read_solo(solos.BUNDLED, measures="1-32")
    sax = tuple(note for measure in solo.notes for note in measure)
    piano = tuple(
        Note(chord.onset, 1.0, pitch)
        for measure in solo.chords
        for chord in measure
        for pitch in chord.pitches
    )
    score = Score((Part("Piano", piano), Part("Sax", sax, program=65, channel=1)))
    for name in ("my_solo.mid", "my_song.mid"):
        (folder / name).write_bytes(to_midi(score))
    (folder / "my_messages.csv").write_text(
        "text;mood\nsee you soon;joy\nso sad;grief\nI miss it;grief\n", "utf-8"
    )
    (folder / "my_names.txt").write_text("Zoë\nRenée\n", "utf-8")
    songs = "One=A=Swing=C=n=[T44C   Z =Two=B=Swing=F=n=[T44F   Z "
    (folder / "playlist.html").write_text(f'<a href="irealbook://{quote(songs)}">Mine</a>', "utf-8")
    return folder


@pytest.fixture(scope="module")
def port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def servers() -> Iterator[list[subprocess.Popen[bytes]]]:
    """What a test left running in the background."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for server in running:
        server.kill()
        server.wait()


def as_run(shown: Shown, port: int) -> str:
    """The command that the test gives to the shell."""
    line = INSTEAD.get(shown.line, shown.line)
    if shutil.which("ffmpeg") is None:
        line = line.replace(" --mp3", "")
    begun = next((more for start, more in MORE.items() if line.startswith(start)), "")
    line = f"{line} {begun}".strip()
    if line == "python -m apps.serve &":
        return f"exec python -m apps.serve --port {port}"
    return line.replace("8501", str(port))


def environment() -> dict[str, str]:
    """A shell's variables, in which `python` is the one that runs the tests."""
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "CADENZA_DATA")}
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": folders, "NO_PROXY": "127.0.0.1"}


def run(line: str, place: Path, variables: dict[str, str]) -> list[str]:
    """Runs a command that must end well: the lines of its output and its notices."""
    done = subprocess.run(
        ["bash", "-c", line],
        cwd=place,
        env=variables,
        capture_output=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, f"{line}: {done.stderr}"
    assert "Traceback" not in done.stderr
    return [text.rstrip() for text in (done.stdout + done.stderr).splitlines()]


@pytest.mark.slow
@pytest.mark.parametrize("section", SECTIONS)
def test_the_commands_of_a_section(
    section: str, place: Path, port: int, servers: list[subprocess.Popen[bytes]]
) -> None:
    chosen = [shown for shown in COMMANDS if shown.section == section]
    variables = environment()
    for name in COURSE_FILES:
        if any(name in shown.line for shown in chosen):
            path = catalogue.locate(name)
            if path is None:
                pytest.skip(f"{name} is not here; get it with: python -m data fetch {name}")
            variables["CADENZA_DATA"] = str(path.parent)
    done: set[str] = set()
    for shown in chosen:
        line = as_run(shown, port)
        if line in done:  # a sentence names it once more
            continue
        done.add(line)
        if line.startswith("curl ") and shutil.which("curl") is None:
            pytest.skip("curl is not on this machine")
        if shown.line.endswith("&"):
            servers.append(subprocess.Popen(["bash", "-c", line], cwd=place, env=variables))
            answered(f"http://127.0.0.1:{port}/v1/models/emojify")
            continue
        said = run(line, place, variables)
        if shown.line not in INSTEAD or shown.line == "make demo":
            assert [text for text in said if text in shown.output] == shown.output, said
        if "--measures 1-16" in line:
            made = (place / "output/jazz/solo.mid").read_bytes()
            assert made == (ROOT / "pretrained/jazz/solo.mid").read_bytes()
        if "my_solo.mid" in line:
            assert re.findall("note: my_solo.mid: melody .*", TEXT)[0] in said


def answered(address: str) -> None:
    """Waits for a server."""
    until = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:  # refused, or not answered in time
            assert time.monotonic() < until, f"{address} does not answer"
            time.sleep(0.2)


def test_everything_that_is_replaced_is_in_the_readme() -> None:
    lines = {shown.line for shown in COMMANDS}
    assert set(INSTEAD) <= lines
    for start in MORE:
        assert any(line.startswith(start) for line in lines), start
    assert len(lines) > 20


@pytest.mark.parametrize("text", [TEXT, CHINESE], ids=["en", "zh"])
def test_every_picture_and_page_is_there(text: str) -> None:
    assert len(links(text)) >= 5
    assert [path for path in links(text) if not (ROOT / path).is_file()] == []


def test_the_chinese_readme_names_commands_that_there_are() -> None:
    modules = {name for shown in commands(CHINESE) for name in re.findall(r"python -m (\S+)", shown.line)}
    assert len(modules) > 10
    for name in modules:
        assert (ROOT / name.replace(".", "/")).with_suffix(".py").is_file() or (
            ROOT / name.replace(".", "/") / "__main__.py"
        ).is_file(), name
    assert CHINESE.count("\n## ") >= TEXT.count("\n## ") - 1


def test_the_readme_is_read_as_a_person_reads_it() -> None:
    text = """# Title

Run `make all` or `python -m apps`, not `utils/`.

    $ python -m apps.dinos
    Tyrannia    known
    note: a line

    python -m data list
    curl x

    {"no": "command"}

## Next

    make x
"""
    assert commands(text) == [
        Shown("Title", "make all"),
        Shown("Title", "python -m apps"),
        Shown("Title", "python -m apps.dinos", ["Tyrannia    known", "note: a line"]),
        Shown("Title", "python -m data list"),
        Shown("Title", "curl x"),
        Shown("Next", "make x"),
    ]
    assert "python " in RUNNABLE


@pytest.mark.parametrize("name", [line.split()[0] for line in RUNNABLE])
def test_each_kind_of_command_is_in_the_readme(name: str) -> None:
    assert any(shown.line.split()[0] == name for shown in COMMANDS)
