"""The benchmark's command: names, the table, the file, the picture, and Ctrl-C."""

import json
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from apps.bench import __main__ as bench
from apps.bench.harness import Growth, Row
from utils.errors import UserError


def sheep(stopped: bool = False) -> types.ModuleType:
    """Rows of a flock: three times as fast or more, and a growth in proportion."""

    def way(seconds: float, units: float) -> float:
        time.sleep(seconds)
        return units

    def rows(data_dir: object) -> Iterator[Row | list[Row] | Growth]:
        row = Row("counting", "sheep", lambda: way(0.002, 30), lambda: way(0.02, 10), "at once", "singly", 2)
        yield row
        if stopped:
            raise KeyboardInterrupt
        yield [row, row]
        yield Growth("counting", "sheep", 1, lambda size: lambda: time.sleep(0.002 * size))

    module = types.ModuleType("apps.bench.rows.sheep")
    module.rows = rows  # type: ignore[attr-defined]
    return module


@pytest.fixture
def flock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apps.bench.rows.sheep", sheep())
    monkeypatch.setattr(bench, "NAMES", ("sheep",))
    monkeypatch.setenv("COLUMNS", "118")


@pytest.mark.parametrize("names", [["sheep"], []])
def test_the_command_prints_draws_and_writes(
    names: list[str], flock: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, picture = tmp_path / "figures.json", tmp_path / "figures.png"
    assert bench.main([*names, "--rounds", "1", "--json", str(path), "--picture", str(picture)]) == 0
    said = capsys.readouterr()
    assert said.out.count("sheep: counting, sheep a second") == 3
    assert "counting, 1 to 16 sheep" in said.out
    assert [line.split(":")[:2] for line in said.err.splitlines()] == [["note", " sheep"]] * 4
    written = json.loads(path.read_text("utf-8"))
    assert written["machine"]["cores"] >= 1
    assert [row["ratio"] > 3 for row in written["rows"]] == [True] * 3
    (growth,) = written["growth"]
    assert growth["sizes"] == [1, 4, 16] and 0.5 < growth["exponent"] < 1.5
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"


def test_quiet_is_quiet(flock: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--rounds", "1", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_what_was_measured_before_ctrl_c_is_shown(
    flock: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "apps.bench.rows.sheep", sheep(stopped=True))
    with pytest.raises(KeyboardInterrupt):
        bench.main(["--rounds", "1"])
    assert capsys.readouterr().out.count("sheep: counting") == 1


def test_a_name_without_rows_is_refused() -> None:
    with pytest.raises(UserError, match="'wolf' has no rows; choose from .*shakespeare, starts, growth"):
        bench.main(["wolf"])


@pytest.mark.parametrize("name", bench.NAMES)
def test_every_name_has_its_file(name: str, root: Path) -> None:
    assert (root / f"apps/bench/rows/{name}.py").is_file()
