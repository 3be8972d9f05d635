"""What no source of ours does: run what it reads, unpickle it, or unpack an archive wherever it likes."""

import ast
import zipfile
from pathlib import Path

import pytest

from data.solos import reading as solos
from utils.errors import UserError

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("utils", "music", "data", "models", "apps")
RUNS_A_LEARNERS_CODE = ROOT / "apps/check/worker.py"  # on purpose: in a process of its own, within limits
SOURCES = sorted(
    path for room in ROOMS for path in (ROOT / room).rglob("*.py") if path != RUNS_A_LEARNERS_CODE
)
MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "cloudpickle",
    "joblib",
    "shelve",
    "marshal",
    "copyreg",
    "yaml",
    "code",
}
CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen"}
METHODS = {"extractall", "unpack_archive", "enable_unsafe_deserialization", "unsafe_load"}
LOADS = {"np.load", "numpy.load"}
HTML = ("<html", "<div", "<span", "<a ", "<b>", "<svg", "<script", "text/html")


def dangers(text: str) -> list[str]:
    """What in a source could make a file's content run, or trust it where it must not."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else names
            found += [name for name in modules if name.split(".")[0] in MODULES]
        elif isinstance(node, ast.Call):
            found += _in_call(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += [word for word in HTML if word in node.value.lower()]
    return found


def _in_call(node: ast.Call) -> list[str]:
    name, found = ast.unparse(node.func), []
    given = {word.arg: ast.unparse(word.value) for word in node.keywords}
    last = name.rpartition(".")[2]
    if name in CALLS or (last in METHODS and "." in name):
        found.append(name)
    if given.get("allow_pickle", "False") != "False" or (name in LOADS and "allow_pickle" not in given):
        found.append(f"{name} with pickles")
    if given.get("shell", "False") != "False" or given.get("storePickle", "False") != "False":
        found.append(f"{name} with a shell or a stored pickle")
    if last == "load_model" and given.get("safe_mode") != "True":
        found.append(f"{name} without safe_mode")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nothing_that_is_read_is_ever_run(path: Path) -> None:
    assert dangers(path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "def f():\n    from joblib import load",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.lib.format.read_array(stream, allow_pickle=flag)",
        "eval(text)",
        "exec(compile(text, 'x', 'exec'))",
        "os.system(text)",
        "subprocess.run(text, shell=True)",
        "archive.extractall(folder)",
        "keras.models.load_model(path)",
        "keras.models.load_model(path, safe_mode=False)",
        "converter.parse(path, storePickle=True)",
        "print(f'<div>{name}</div>')",
    ],
)
def test_a_danger_is_seen(text: str) -> None:
    assert dangers(text)


@pytest.mark.parametrize("name", ["../evil.xml", "/tmp/evil.xml", "a/../../evil.xml"])
def test_a_compressed_lead_sheet_cannot_write_outside(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parts are read where they are; none is written anywhere."""
    folder = tmp_path / "in"
    folder.mkdir()
    sheet = folder / "sheet.mxl"
    with zipfile.ZipFile(sheet, "w") as archive:
        archive.writestr("META-INF/container.xml", f'<container><rootfiles><rootfile full-path="{name}"/>')
        archive.writestr(name, "<score-partwise/>")
    monkeypatch.chdir(folder)
    with pytest.raises(UserError, match="leads out of it"):
        solos.read_solo(sheet)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "sheet.mxl"]
    assert not Path("/tmp/evil.xml").exists()
