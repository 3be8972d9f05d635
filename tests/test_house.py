"""The rules of the house: which package may import which, no circles, light doors, no course files."""

import ast
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from data.entries import ENTRIES

ROOT = Path(__file__).resolve().parent.parent
ALLOWED = {
    "utils": {"utils"},
    "music": {"music", "utils"},
    "data": {"data", "music", "utils"},
    "models": {"models", "music", "utils"},
    "course": {"course", "models", "data", "music", "utils"},
    "apps": {"apps", "course", "models", "data", "music", "utils"},
    "tools": {"tools", "apps", "course", "models", "data", "music", "utils"},
}
OURS = {*ALLOWED, "tests", "pretrained"}
HEAVY = {
    "tensorflow",
    "keras",
    "matplotlib",
    "music21",
    "pooch",
    "requests",
    "rich",
    "pydub",
    "h5py",
    "verovio",
    "PIL",
}

BEHIND_DOORS = {"music/notation.py", "data/download.py"}  # imported where their heavy library is needed


def sources() -> list[str]:
    """Every source file, as a path from the root."""
    files = [path for package in ALLOWED for path in (ROOT / package).rglob("*.py")]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def module_name(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(text: str) -> Iterator[str]:
    """Our own modules and names that a file imports, at its top or inside its functions."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name for name in names if name.startswith(".") or name.split(".")[0] in OURS)


def misplaced(path: str, text: str) -> list[str]:
    """The imports of a file that point upwards, or from one command into another."""
    package, *inner = path.split("/")
    wrong = []
    for name in imports(text):
        top, *rest = name.split(".")
        other_command = package == top == "apps" and len(inner) > 1 and rest[0] != inner[0]
        if top not in ALLOWED[package] or other_command:
            wrong.append(name)
    return wrong


def test_imports_point_down_and_no_command_imports_another() -> None:
    found = {path: misplaced(path, (ROOT / path).read_text("utf-8")) for path in sources()}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("utils/a.py", "import data"),
        ("utils/a.py", "import music"),
        ("music/a.py", "from models.jazz import djmodel"),
        ("utils/a.py", "def f():\n    import data.catalogue"),
        ("data/a.py", "from models import jazz"),
        ("models/a.py", "if True:\n    from data import solos"),
        ("models/a.py", "from apps.jazz import main"),
        ("apps/a.py", "from tests import conftest"),
        ("apps/a.py", "from tools import bench"),
        ("apps/a.py", "from . import jazz"),
        ("apps/jazz/a.py", "from apps.export import write"),
        ("apps/jazz/a.py", "from apps import export"),
    ],
)
def test_an_import_that_points_the_wrong_way_is_found(path: str, text: str) -> None:
    assert len(misplaced(path, text)) == 1


# Imports inside functions elsewhere than at the doors: of what is heavy and not always needed, or optional.
LAZY = {
    "apps/bulk/blocks.py": 3,
    "apps/bulk/executors.py": 2,
    "apps/bulk/rows.py": 4,
    "apps/check/worker.py": 1,
    "apps/compare/parallel.py": 2,
    "apps/export/verify.py": 4,
    "apps/export/write.py": 1,
    "apps/serve/loader.py": 2,
    "apps/shakespeare/pictures.py": 8,
    "apps/shakespeare/train.py": 1,
    "apps/shakespeare/workers.py": 7,
    "apps/studio/takes.py": 1,
    "apps/studio/views/learn.py": 1,
    "course/checks/emojify.py": 3,
    "course/checks/jazz.py": 5,
    "course/emo_utils.py": 1,
    "data/catalogue.py": 2,
    "data/solos/leadsheets.py": 1,
    "models/cluster.py": 2,
    "models/hdf5.py": 2,
    "models/jazz/improvisation.py": 1,
    "music/audio.py": 1,
    "music/engraving.py": 1,
    "music/pianoroll.py": 2,
    "music/soundfont.py": 1,
    "tools/bench/rows/emojify.py": 1,
    "tools/bench/rows/jazz.py": 2,
    "tools/bench/rows/shakespeare.py": 7,
    "tools/chord_accuracy.py": 3,
    "utils/backend.py": 3,
    "utils/encodings.py": 1,
    "utils/files.py": 2,
    "utils/http_server.py": 1,
    "utils/options.py": 1,
    "utils/plots.py": 2,
    "utils/progress.py": 2,
}


def lazy_imports(node: ast.AST, *, inside: bool = False) -> int:
    """How many imports stand inside functions."""
    count = 0
    for child in ast.iter_child_nodes(node):
        count += inside and isinstance(child, ast.Import | ast.ImportFrom)
        is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        count += lazy_imports(child, inside=inside or is_function)
    return count


def test_imports_stand_at_the_top() -> None:
    inner = [path for path in sources() if not path.endswith(("__main__.py", "__init__.py"))]
    found = {path: lazy_imports(ast.parse((ROOT / path).read_text("utf-8"))) for path in inner}
    advice = "only entry points import lazily; where it must be, change the count in LAZY"
    assert {path: count for path, count in found.items() if count} == LAZY, advice


def test_an_import_inside_a_function_is_counted() -> None:
    text = "import a\nif a:\n    import b\nclass C:\n    def f(self):\n        if b:\n            import c\n"
    assert lazy_imports(ast.parse(text)) == 1


PREDICATES = {"exists", "is_dir", "is_file", "is_symlink", "iterdir", "resolve", "samefile"}
OF_FILES = {"exists", "isdir", "isfile", "listdir", "scandir"}  # in os and os.path


def bare_predicates(text: str) -> list[str]:
    """Calls that raise, or hide, the system's error: utils.files has them for a person's paths."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = ast.unparse(node.func.value)
        of_a_module = owner in ("os", "os.path") and node.func.attr in OF_FILES
        if of_a_module or (node.func.attr in PREDICATES and owner != "Path(__file__)"):
            found.append(f"line {node.lineno}: {ast.unparse(node)}")
    return found


def test_a_path_is_asked_about_by_utils_files_alone() -> None:
    texts = {path: (ROOT / path).read_text("utf-8") for path in sources() if path != "utils/files.py"}
    found = {path: bare_predicates(text) for path, text in texts.items()}
    advice = "use exists, is_folder, is_file, resolved or entries of utils.files"
    assert {path: calls for path, calls in found.items() if calls} == {}, advice


def test_a_bare_predicate_is_found() -> None:
    bad = ["path.is_dir()", "Path(x).resolve()", "(a / b).exists()", "os.path.isfile(p)", "os.listdir(p)"]
    assert [len(bare_predicates(line)) for line in bad] == [1] * len(bad)
    assert bare_predicates("Path(__file__).resolve()\nis_dir(path)\nos.path.join(a)\ndesk.exists") == []


def test_imports_have_no_circle() -> None:
    modules = {module_name(path): (ROOT / path).read_text("utf-8") for path in sources()}
    graph: dict[str, set[str]] = {}
    for module, text in modules.items():
        found = {name if name in modules else name.rpartition(".")[0] for name in imports(text)}
        graph[module] = found & modules.keys() - {module}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle of imports: {' -> '.join(error.args[1])}")


def test_doors_open_without_heavy_imports() -> None:
    """The commands' flags, the data packages and the API: no heavy import, no file read, no word."""
    doors = [module_name(path) for path in sources() if path.endswith(("__main__.py", "__init__.py"))]
    libraries = [path for path in sources() if path.startswith(("utils/", "music/", "data/"))]
    doors += [module_name(path) for path in libraries if path not in BEHIND_DOORS]
    code = f"""
import importlib, json, os, sys
opened = []
def watch(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(given[0]))
        if path.startswith({str(ROOT)!r} + os.sep) and "site-packages" not in path:
            opened.append(path)
sys.addaudithook(watch)
for module in {doors!r}:
    importlib.import_module(module)
heavy = sorted({HEAVY!r} & set(sys.modules))
print(json.dumps([heavy, [path for path in opened if not path.endswith((".py", ".pyc"))]]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    (line,) = done.stdout.splitlines()
    assert json.loads(line) == [[], []]


def test_none_of_the_courses_files_is_in_the_project() -> None:
    checksums = {known.sha256: known.name for known in ENTRIES}
    sizes = {known.bytes for known in ENTRIES}
    for folder in (*ALLOWED, "tests", "pretrained"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and path.stat().st_size in sizes:
                assert hashlib.sha256(path.read_bytes()).hexdigest() not in checksums, path
