"""The rules of the house: which room may use which, quiet imports, short files, a test for each file."""

import ast
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.entries import ENTRIES

ROOT = Path(__file__).resolve().parent.parent
ROOMS = {
    "utils": {"utils"},
    "data": {"data", "utils"},
    "models": {"models", "utils"},
    "apps": {"apps", "models", "data", "utils"},
}
OURS = {*ROOMS, "tests", "pretrained"}
HEAVY = {"tensorflow", "keras", "matplotlib", "music21", "pooch", "requests", "rich", "pydub", "h5py"}
LONGEST = 300  # lines
UNTESTED = {"__init__.py"}  # they hold a sentence, and names from other files


def sources() -> list[str]:
    """Every source file, as a path from the root."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def commands() -> list[str]:
    """Every command, as a module's name."""
    apps = [path for path in sources() if path.startswith("apps/")]
    runnable = [path for path in apps if '__name__ == "__main__"' in (ROOT / path).read_text("utf-8")]
    return [
        "data",
        *(path.removesuffix(".py").removesuffix("/__main__").replace("/", ".") for path in runnable),
    ]


def imports(tree: ast.AST) -> Iterator[str]:
    """The modules that a file imports, at its top or inside its functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def misplaced(path: str, text: str) -> list[str]:
    """The imports of a file that point the wrong way."""
    allowed = ROOMS[path.split("/")[0]]
    names = [name for name in imports(ast.parse(text)) if name.startswith(".") or name.split(".")[0] in OURS]
    return [name for name in names if name.split(".")[0] not in allowed]


@pytest.mark.parametrize("path", sources())
def test_the_arrows_point_from_the_apps_to_the_utils(path: str) -> None:
    assert misplaced(path, (ROOT / path).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("utils/a.py", "import data"),
        ("utils/music/a.py", "from models.jazz import djmodel"),
        ("utils/a.py", "def f():\n    import data.catalogue"),
        ("data/a.py", "from models import jazz"),
        ("models/a.py", "if True:\n    from data import solos"),
        ("models/a.py", "from apps.jazz import main"),
        ("apps/a.py", "from tests import conftest"),
        ("apps/a.py", "from . import jazz"),
    ],
)
def test_an_arrow_that_points_the_wrong_way_is_seen(path: str, text: str) -> None:
    assert len(misplaced(path, text)) == 1


def test_importing_does_no_work() -> None:
    """Every module at once, in a process of its own: no heavy import, no file opened, no word."""
    modules = [path.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in sources()]
    code = f"""
import importlib, json, os, sys
opened = []
def watch(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(given[0]))
        if path.startswith({str(ROOT)!r} + os.sep) and "site-packages" not in path:
            opened.append(path)
sys.addaudithook(watch)
for module in {modules!r}:
    importlib.import_module(module)
heavy = sorted({HEAVY!r} & set(sys.modules))
print(json.dumps([heavy, [path for path in opened if not path.endswith((".py", ".pyc"))]]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == [[], []]


@pytest.mark.parametrize("command", commands())
def test_help_comes_at_once(command: str) -> None:
    seconds = []
    for _ in range(4):
        before = os.times()
        line = [sys.executable, "-m", command, "--help"]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=60)
        after = os.times()
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"usage: python -m {command.removesuffix('.__main__')} ")
        # The processor's time, the least of a few: the clock's also counts what else is running.
        seconds.append(after.children_user + after.children_system)
        seconds[-1] -= before.children_user + before.children_system
        if seconds[-1] < 0.3:
            return
    raise AssertionError(f"{command} --help took {min(seconds):.2f} s")


def test_files_are_short() -> None:
    tests = [path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("*.py")]
    lengths = {path: len((ROOT / path).read_text("utf-8").splitlines()) for path in [*sources(), *tests]}
    assert {path: length for path, length in lengths.items() if length >= LONGEST} == {}


def test_every_source_file_has_a_test_file() -> None:
    missing = []
    for path in map(Path, sources()):
        test = Path("tests") / path.parent / f"test_{path.stem.strip('_')}.py"
        if path.name not in UNTESTED and not (ROOT / test).is_file():
            missing.append(f"{path}: {test}")
    assert missing == []


def test_packages_only_say_what_they_are_and_hand_on_names() -> None:
    for path in sources():
        if path.endswith("__init__.py"):
            sentence, *rest = ast.parse((ROOT / path).read_text("utf-8")).body
            assert isinstance(sentence, ast.Expr), f"{path} does not begin with a docstring"
            names = [node for node in rest if isinstance(node, ast.Assign)]
            assert all(ast.unparse(node.targets[0]) == "__all__" for node in names), path
            assert all(isinstance(node, (ast.ImportFrom, ast.Assign)) for node in rest), f"{path} does work"


def test_none_of_the_courses_files_is_in_the_project() -> None:
    checksums = {known.sha256: known.name for known in ENTRIES}
    sizes = {known.bytes for known in ENTRIES}
    for folder in (*ROOMS, "tests", "pretrained"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.stat().st_size in sizes:
                assert hashlib.sha256(path.read_bytes()).hexdigest() not in checksums, path
