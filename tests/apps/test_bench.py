"""The benchmark: ways take turns, medians are compared, and the figures are printed and written."""

import json
import sys
import time
import types
from pathlib import Path

import pytest

from apps import bench
from utils.errors import UserError


def row(order: list[str], wanted: float | None = 2.0) -> bench.Row:
    """Ours does 30 units in 2 ms or more, the plain way 10 in 10 ms or more."""

    def way(name: str, seconds: float, units: float) -> float:
        order.append(name)
        time.sleep(seconds)
        return units

    return bench.Row(
        "counting",
        "sheep",
        lambda: way("ours", 0.002, 30),
        lambda: way("plain", 0.010, 10),
        "at once",
        "one by one",
        wanted,
    )


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An app with one row; what is returned is the order in which its ways were called."""
    order: list[str] = []
    module = types.ModuleType("apps.bench_sheep")
    module.rows = lambda options: iter([row(order)])  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "apps.bench_sheep", module)
    monkeypatch.setattr(bench, "APPS", ("sheep",))
    return order


def test_the_ways_take_turns_after_one_to_warm_up() -> None:
    order: list[str] = []
    figures = bench.measure("sheep", row(order), rounds=3)
    assert order == ["ours", "plain"] * 4
    assert 0 < figures.ours <= 30 / 0.002
    assert 0 < figures.plain <= 10 / 0.010
    assert figures.ratio == pytest.approx(figures.ours / figures.plain)


def test_a_median_is_not_moved_by_one_slow_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0, 1, 10, 12, 20, 29, 30, 32, 40, 41, 50, 52])
    monkeypatch.setattr(bench.time, "perf_counter", lambda: next(clock))
    ways = bench.Row("a", "b", lambda: 8.0, lambda: 8.0, "", "")
    figures = bench.measure("sheep", ways, rounds=3)
    assert (figures.ours, figures.plain, figures.ratio) == (8.0, 4.0, 2.0)


def test_a_row_of_the_table() -> None:
    figures = bench.Figures(
        "sheep", "counting", "sheep", 12345.6, 18.25, 676.47, 500, "at once", "one by one"
    )
    assert bench.line(figures).splitlines() == [
        "sheep: counting",
        "     12,346 sheep a second: at once",
        "       18.2 sheep a second: one by one",
        "        676 times as fast (at least 500 wanted)",
    ]


def test_the_command_prints_and_writes(
    app: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "figures.json"
    assert bench.main(["sheep", "--rounds", "1", "--json", str(path)]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("sheep: counting\n")
    assert "times as fast (at least 2 wanted)" in said.out
    assert said.err == "note: measuring sheep: counting\n"
    written = json.loads(path.read_text("utf-8"))
    assert written["machine"]["cores"] >= 1
    (figures,) = written["rows"]
    assert figures["app"] == "sheep" and figures["ratio"] > 1
    assert len(app) == 4


def test_no_name_means_all(app: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--rounds", "1", "--quiet"]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("sheep: counting")
    assert said.err == ""


def test_an_app_without_rows_is_refused() -> None:
    with pytest.raises(UserError, match="'wolf' has no rows; choose from .*shakespeare"):
        bench.main(["wolf"])
