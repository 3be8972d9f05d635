"""The benchmark's table and its bars."""

import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tools.bench.harness import GrowthMeasurement, Measurement
from tools.bench.report import picture, table


def measured(ratio: float, unit: str = "items", drawn: bool = True) -> Measurement:
    return Measurement("app", "adding", unit, 12345.6, 18.25, ratio, 500, "at once", "one by one", drawn)


GROWTHS = GrowthMeasurement("adding", "items", (10, 40, 160), (0.0123, 0.05, 0.21), 1.0234)


def test_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "118")
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(BytesIO(), "utf-8"))
    head, _, row, start, blank, growth_head, _, growth = table(
        [measured(6764.7), measured(2.954, "starts")], [GROWTHS]
    ).splitlines()
    assert head.split("  ")[0] == "what" and head.endswith("the plain way")
    assert row.split() == "app: adding, items a second 12,346 18.2 6,765 500 one by one".split()
    assert start.split() == "app: adding 0.00 s 0.05 s 2.95 500 one by one".split()
    assert blank == ""
    assert growth_head.split() == "how time grows 1x 4x 16x exponent".split()
    assert growth.split() == "adding, 10 to 160 items 0.0123 s 0.05 s 0.21 s 1.02".split()


@pytest.mark.parametrize("columns", [60, 90, 200])
def test_the_table_is_as_wide_as_the_terminal_at_most(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    text = table([measured(676.47)], [GROWTHS])
    assert max(map(len, text.splitlines())) <= min(columns, 118)
    assert "12,346" in text and "676" in text


def test_a_plain_terminal_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", TextIOWrapper(BytesIO(), "ascii"))
    assert table([measured(3)], [GROWTHS]).isascii()


def test_one_table_without_the_other() -> None:
    assert "how time grows" not in table([measured(3)], [])
    assert table([], [GROWTHS]).startswith("how time grows")


def test_bars_are_as_long_as_their_ratios(tmp_path: Path) -> None:
    path = tmp_path / "bars.png"
    picture(path, [measured(1000), measured(10), measured(7, drawn=False), measured(0.1)])
    with Image.open(path) as drawn:
        pixels = np.asarray(drawn.convert("RGB")).astype(int)
    blue = (np.abs(pixels - (0x1F, 0x5F, 0xA8)).sum(axis=-1) < 12).sum(axis=1)
    bars = np.split(blue, np.flatnonzero(blue == 0))
    lengths = [bar.max() for bar in bars if bar.max(initial=0) > 5]
    assert len(lengths) == 3
    assert lengths[0] == pytest.approx(3 * lengths[1], rel=0.03)
    assert lengths[1] == pytest.approx(lengths[2], rel=0.03)
