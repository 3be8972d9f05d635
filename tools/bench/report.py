"""Shows the benchmark's measurements as a table and as bars."""

import io
import shutil
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from tools.bench.harness import FACTORS, STARTS, GrowthMeasurement, Measurement
from utils.plots import COLOURS, INK, tidy
from utils.plots import picture as new_picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 118  # characters, at most


def table(rows: Sequence[Measurement], growths: Sequence[GrowthMeasurement]) -> str:
    """Formats measurements as text, as wide as the terminal, up to WIDTH.

    Args:
        rows: The comparisons; none: no table of them.
        growths: The growths; none: no table of them.
    """
    width = min(WIDTH, shutil.get_terminal_size((WIDTH, 24)).columns)
    text = io.StringIO()
    console = Console(file=text, width=width, highlight=False, markup=False, emoji=False)
    tables = [_comparisons(rows)] * bool(rows) + [_growths(growths)] * bool(growths)
    for place, drawn in enumerate(tables):
        console.print("\n" * (place > 0), end="")
        console.print(drawn)
    return "".join(line.rstrip() + "\n" for line in text.getvalue().splitlines())


def _blank() -> Table:
    """A table with a rule below its head, drawn with what standard output can show."""
    has_lines = "utf" in (sys.stdout.encoding or "").lower()
    return Table(box=box.SIMPLE_HEAD if has_lines else box.ASCII2, pad_edge=False, show_edge=False)


def _comparisons(rows: Sequence[Measurement]) -> Table:
    drawn = _blank()
    drawn.add_column("what", ratio=4)
    for heading in ("here", "plain", "times as fast", "target"):
        drawn.add_column(heading, justify="right", no_wrap=heading != "times as fast")
    drawn.add_column("the plain way", ratio=3)
    for app, group in groupby(rows, key=lambda measured: measured.app):
        for measured in group:
            counted = "" if measured.unit == STARTS else f", {measured.unit} a second"
            target = "" if measured.target is None else f"{measured.target:,g}"
            rates = (rate(measured.ours, measured.unit), rate(measured.plain, measured.unit))
            drawn.add_row(
                f"{app}: {measured.name}{counted}",
                *rates,
                times(measured.ratio),
                target,
                measured.plain_description,
            )
        drawn.add_section()
    return drawn


def _growths(growths: Sequence[GrowthMeasurement]) -> Table:
    drawn = _blank()
    drawn.add_column("how time grows", ratio=4)
    for factor in FACTORS:
        drawn.add_column(f"{factor}x", justify="right")
    drawn.add_column("exponent", justify="right")
    for measured in growths:
        smallest, *_, largest = measured.sizes
        name = f"{measured.name}, {smallest:,} to {largest:,} {measured.unit}"
        seconds = [f"{value:.3g} s" for value in measured.seconds]
        drawn.add_row(name, *seconds, f"{measured.exponent:.2f}")
    return drawn


def rate(value: float, unit: str) -> str:
    """Units a second; for starts, the seconds of one."""
    if unit == STARTS:
        return f"{1 / value:.2f} s"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def times(ratio: float) -> str:
    """A ratio with two significant digits or more."""
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.2f}"


def picture(path: Path, rows: Sequence[Measurement]) -> None:
    """Draws the ratios as horizontal bars from 1, on a scale of powers of ten.

    Args:
        path: The PNG file.
        rows: The comparisons, one or more, in the order in which they are drawn from the top.

    Raises:
        UserError: The file cannot be written.
    """
    rows = [measured for measured in rows if measured.drawn] or rows
    with new_picture(path, 9.0, 1.1 + 0.28 * len(rows)) as figure:
        axes = figure.subplots()
        _draw_bars(axes, rows)
        ratios = [measured.ratio for measured in rows]
        axes.set_xscale("log")
        axes.set_xlim(0.8 * min(1, *ratios), 3 * max(1, *ratios))
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.set_yticks(range(len(rows)), [f"{measured.app}: {measured.name}" for measured in rows])
        axes.invert_yaxis()
        axes.axvline(1, color=INK, linewidth=0.8)
        tidy(axes, "Times as fast as the plain way", "ratio of medians, same run", "")
        axes.grid(False, axis="y")


def _draw_bars(axes: "Axes", rows: Sequence[Measurement]) -> None:
    """A bar from 1 to each ratio, with the ratio at its right; an app's bars have one colour."""
    apps = list(dict.fromkeys(measured.app for measured in rows))
    for place, measured in enumerate(rows):
        colour = COLOURS[apps.index(measured.app) % len(COLOURS)]
        axes.barh(place, measured.ratio - 1, left=1, height=0.66, color=colour)
        axes.annotate(
            times(measured.ratio),
            (max(measured.ratio, 1), place),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9,
            color=INK,
        )
