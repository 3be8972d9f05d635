"""The benchmark's command: names, the table, the file, the picture, and Ctrl-C."""

import json
import sys
import types
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from tools.bench import __main__ as bench
from tools.bench import harness
from tools.bench.harness import Growth, Row


class Clock:
    """A clock that only `pass_time` advances, so that the figures do not depend on the machine's load."""

    now = 0.0

    def pass_time(self, seconds: float, units: float = 0.0) -> float:
        """Takes `seconds` and returns the units that were done in them."""
        self.now += seconds
        return units


def counting(clock: Clock, stopped: bool = False) -> types.ModuleType:
    """A module of rows: thirty times as fast as the plain way, and time in proportion to the size."""

    def rows(data_dir: object) -> Iterator[Row | list[Row] | Growth]:
        ours, plain = partial(clock.pass_time, 2, 30), partial(clock.pass_time, 20, 10)
        row = Row("adding", "items", ours, plain, "at once", "one by one", 2)
        yield row
        if stopped:
            raise KeyboardInterrupt
        yield [row, row]
        yield Growth("adding", "items", 1, lambda size: partial(clock.pass_time, 2 * size))

    module = types.ModuleType("tools.bench.rows.counting")
    module.rows = rows  # type: ignore[attr-defined]
    return module


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the measurements, with one module of rows."""
    clock = Clock()
    monkeypatch.setattr(harness.time, "perf_counter", lambda: clock.now)
    monkeypatch.setitem(sys.modules, "tools.bench.rows.counting", counting(clock))
    monkeypatch.setattr(bench, "NAMES", ("counting",))
    monkeypatch.setenv("COLUMNS", "118")
    return clock


@pytest.mark.parametrize("names", [["counting"], []])
def test_the_command_prints_draws_and_writes(
    names: list[str], clock: Clock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, picture = tmp_path / "figures.json", tmp_path / "figures.png"
    assert bench.main([*names, "--rounds", "1", "--json", str(path), "--picture", str(picture)]) == 0
    said = capsys.readouterr()
    assert said.out.count("counting: adding, items a second") == 3
    assert "adding, 1 to 16 items" in said.out
    assert [line.split(":")[:2] for line in said.err.splitlines()] == [["note", " counting"]] * 4
    written = json.loads(path.read_text("utf-8"))
    assert written["machine"]["cores"] >= 1
    assert [row["ratio"] for row in written["rows"]] == pytest.approx([30] * 3)
    (growth,) = written["growth"]
    assert growth["sizes"] == [1, 4, 16]
    assert growth["exponent"] == pytest.approx(1)
    with Image.open(picture) as drawn:
        assert drawn.format == "PNG"


def test_what_was_measured_before_ctrl_c_is_shown(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tools.bench.rows.counting", counting(clock, stopped=True))
    with pytest.raises(KeyboardInterrupt):
        bench.main(["--rounds", "1"])
    assert capsys.readouterr().out.count("counting: adding") == 1
