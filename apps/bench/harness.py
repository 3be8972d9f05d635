"""What the benchmark measures, and how: rows of two ways that take turns, and growths of one way."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import log

STARTS = "starts"  # a unit whose seconds are shown, not how many there are in one
FACTORS = (1, 4, 16)  # how much larger the work gets


@dataclass(frozen=True)
class Row:
    """One comparison.

    Args:
        name: What is done.
        unit: What is counted, in the plural: "characters". Of `STARTS` the table shows the seconds.
        ours: Does it our way once, and returns how many units it did.
        plain: Does it the plain way once, and returns how many units it did.
        ours_is: Our way, in a few words.
        plain_is: The plain way, in a few words.
        wanted: The ratio that the project asks for; None: none.
        rounds: How often each way is measured; None: as --rounds says.
        warm_up: Whether a turn that does not count comes first; not where the first turn is the point.
        drawn: Whether the picture has a bar for it; not where many rows are nearly the same.
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
    drawn: bool = True


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
    drawn: bool


@dataclass(frozen=True)
class Growth:
    """How the time for some work grows with its size.

    Args:
        name: What is done.
        unit: What its size is counted in, in the plural.
        base: The smallest size; the others are 4 and 16 times as large.
        prepare: Makes the work of a size, untimed; what it returns does the work once.
    """

    name: str
    unit: str
    base: int
    prepare: Callable[[int], Callable[[], object]]


@dataclass(frozen=True)
class Growths:
    """What a growth came to: median seconds for each size, and the e of seconds = c size**e."""

    name: str
    unit: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    exponent: float


def measure(app: str, rows: Sequence[Row], rounds: int) -> list[Figures]:
    """Measures rows: a turn of each way to warm up, unless they want none, and turns that count.

    Args:
        app: Where they belong.
        rows: One, or several that share their plain way: in every round it has one turn for all of them.
        rounds: How often each way is measured, at least 1, where the first row does not say.
    """
    ways = [*(row.ours for row in rows), rows[0].plain]
    for way in ways if rows[0].warm_up else ():
        way()
    rates: list[list[float]] = [[] for _ in ways]
    for _ in range(rows[0].rounds or rounds):
        for way, found in zip(ways, rates, strict=True):
            started = time.perf_counter()
            units = way()
            found.append(units / (time.perf_counter() - started))
    *ours, plain = (statistics.median(found) for found in rates)
    return [_figures(app, row, rate, plain) for row, rate in zip(rows, ours, strict=True)]


def _figures(app: str, row: Row, ours: float, plain: float) -> Figures:
    figures = (ours, plain, ours / plain, row.wanted)
    return Figures(app, row.name, row.unit, *figures, row.ours_is, row.plain_is, row.drawn)


def measure_growth(growth: Growth, rounds: int) -> Growths:
    """Measures a growth: every size once to warm up, and then the sizes by turns.

    Args:
        growth: What grows.
        rounds: How often each size is measured, at least 1.
    """
    sizes = tuple(growth.base * factor for factor in FACTORS)
    works = [growth.prepare(size) for size in sizes]
    times: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(rounds):
        for work, found in zip(works, times, strict=True):
            started = time.perf_counter()
            work()
            found.append(time.perf_counter() - started)
    seconds = tuple(statistics.median(found) for found in times)
    return Growths(growth.name, growth.unit, sizes, seconds, exponent(sizes, seconds))


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The e of seconds = c size**e, fitted to the logarithms by least squares: 1 is in proportion."""
    return statistics.linear_regression([*map(log, sizes)], [*map(log, seconds)]).slope


def report(rows: Sequence[Figures], growths: Sequence[Growths]) -> dict[str, object]:
    """The figures with what they were measured on, for --json."""
    machine = {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
    }
    return {
        "machine": machine,
        "rows": [asdict(figures) for figures in rows],
        "growth": [asdict(figures) for figures in growths],
    }
