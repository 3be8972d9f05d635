"""python -m apps.bench: how fast this is, each row beside the plain way of doing the same.

Our way and the plain way take turns, so that whatever else the machine does meets both; the medians are
compared. An app's rows are in apps/bench_APP.py: `rows(options)` yields them.
"""

import argparse
import importlib
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from utils import cli
from utils.errors import UserError
from utils.files import write_text

APPS = ("dinos", "emojify", "jazz", "shakespeare")  # those that have an apps/bench_APP.py


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        name: What is done.
        unit: What is counted, in the plural: "characters".
        ours: Does it our way once, and returns how many units it did.
        plain: Does it the plain way once, and returns how many units it did.
        ours_is: Our way, in a few words.
        plain_is: The plain way, in a few words.
        wanted: The ratio that the project asks for; None: none.
        rounds: How often each way is measured; None: as --rounds says.
        warm_up: Whether a turn that does not count comes first; not where the first turn is the point.
    """

    name: str
    unit: str
    ours: Callable[[], float]
    plain: Callable[[], float]
    ours_is: str
    plain_is: str
    wanted: float | None = None
    rounds: int | None = None
    warm_up: bool = True


@dataclass(frozen=True)
class Figures:
    """What a row came to: medians in units a second, and their ratio."""

    app: str
    name: str
    unit: str
    ours: float
    plain: float
    ratio: float
    wanted: float | None
    ours_is: str
    plain_is: str


def main(argv: Sequence[str]) -> int:
    """Runs the command and returns its exit code."""
    options = _parser().parse_args(argv)
    unknown = [name for name in options.apps if name not in APPS]
    if unknown:
        raise UserError(f"{unknown[0]!r} has no rows; choose from {', '.join(APPS)}")
    # Read when the libraries are imported: a step's matrices are too small for a second thread.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    found: list[Figures] = []
    try:
        for app in options.apps or APPS:
            rows = importlib.import_module(f"apps.bench_{app}").rows(options)
            found += _measure_all(app, rows, options)
    finally:
        if options.json and found:
            write_text(options.json, json.dumps(report(found), indent=1) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = cli.Parser(prog="python -m apps.bench", description="Speed, each row beside the plain way.")
    add = parser.add_argument
    add("apps", nargs="*", metavar="APP", help=f"whose rows ({', '.join(APPS)}); none: all")
    add("--rounds", type=cli.positive_int, default=5, help="how often each way is measured")
    add("--json", type=Path, metavar="FILE", help="write the figures to this file too")
    add("--data-dir", type=Path, metavar="DIR", help="folder where the course's files are looked for first")
    add("--quiet", action="store_true", help="no notices and no progress bar")
    return parser


def measure(app: str, row: Row, rounds: int) -> Figures:
    """Measures a row: a turn of each way to warm up, unless the row wants none, and turns that count.

    Args:
        app: The app it belongs to.
        row: The row.
        rounds: How often each way is measured, at least 1, where the row does not say.
    """
    ways = (row.ours, row.plain)
    for way in ways if row.warm_up else ():
        way()
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(row.rounds or rounds):
        for way, found in zip(ways, rates, strict=True):
            started = time.perf_counter()
            units = way()
            found.append(units / (time.perf_counter() - started))
    ours, plain = (statistics.median(found) for found in rates)
    figures = (ours, plain, ours / plain, row.wanted)
    return Figures(app, row.name, row.unit, *figures, row.ours_is, row.plain_is)


def line(figures: Figures) -> str:
    """A row of the table."""
    ratio = f"{figures.ratio:,.0f}" if figures.ratio >= 10 else f"{figures.ratio:.2f}"
    wanted = "" if figures.wanted is None else f" (at least {figures.wanted:,g} wanted)"
    return (
        f"{figures.app}: {figures.name}\n"
        f"  {_rate(figures.ours):>9} {figures.unit} a second: {figures.ours_is}\n"
        f"  {_rate(figures.plain):>9} {figures.unit} a second: {figures.plain_is}\n"
        f"  {ratio:>9} times as fast{wanted}"
    )


def report(found: list[Figures]) -> dict[str, object]:
    """The figures with what they were measured on, for --json."""
    machine = {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
    }
    return {"machine": machine, "rows": [asdict(figures) for figures in found]}


def _measure_all(app: str, rows: Iterable[Row], options: argparse.Namespace) -> list[Figures]:
    found = []
    for row in rows:
        cli.notice(f"measuring {app}: {row.name}", options.quiet)
        found.append(measure(app, row, options.rounds))
        print(line(found[-1]), flush=True)
    return found


def _rate(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    sys.exit(cli.run(main))
