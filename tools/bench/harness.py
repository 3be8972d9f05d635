"""Measures speed: two implementations in turn, and how the time of one grows with the size of its task."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from math import log

STARTS = "starts"  # the unit of which the table shows seconds each instead of units a second
FACTORS = (1, 4, 16)  # sizes of a growth, relative to its base


@dataclass(frozen=True)
class Row:
    """A comparison of this project's implementation with a plain one of the same task.

    Args:
        name: What is done.
        unit: What is counted, in the plural: "characters". For `STARTS` the table shows the seconds.
        ours: Runs this project's implementation once and returns the number of units done.
        plain: Runs the plain implementation once and returns the number of units done.
        ours_description: This project's implementation, in a few words.
        plain_description: The plain implementation, in a few words.
        target: The ratio that the project aims at; None: none.
        rounds: How often each is measured; None: the number that `measure` is given.
        warm_up: Whether each is run once before the measured rounds.
        drawn: Whether the picture has a bar for it.
    """

    name: str
    unit: str
    ours: Callable[[], float]
    plain: Callable[[], float]
    ours_description: str
    plain_description: str
    target: float | None = None
    rounds: int | None = None
    warm_up: bool = True
    drawn: bool = True


@dataclass(frozen=True)
class Measurement:
    """The result of a row: medians in units a second, and their ratio."""

    app: str
    name: str
    unit: str
    ours: float
    plain: float
    ratio: float
    target: float | None
    ours_description: str
    plain_description: str
    drawn: bool


@dataclass(frozen=True)
class Growth:
    """A task whose time is measured at several sizes.

    Args:
        name: What is done.
        unit: What its size is counted in, in the plural.
        base: The smallest size; the others are 4 and 16 times as large.
        prepare: Prepares the task at a size, untimed, and returns a function that runs it once.
    """

    name: str
    unit: str
    base: int
    prepare: Callable[[int], Callable[[], object]]


@dataclass(frozen=True)
class GrowthMeasurement:
    """The result of a growth: median seconds for each size, and the e of seconds = c size**e."""

    name: str
    unit: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]
    exponent: float


def measure(app: str, rows: Sequence[Row], rounds: int) -> list[Measurement]:
    """Measures rows; the implementations take turns, so that other load on the machine slows all of them.

    Args:
        app: The name of the rows' module.
        rows: One row, or several with the same plain implementation, which is then run once a round.
        rounds: How often each is measured, at least 1, unless the first row says otherwise.
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
    return [
        Measurement(
            app,
            row.name,
            row.unit,
            ours=rate,
            plain=plain,
            ratio=rate / plain,
            target=row.target,
            ours_description=row.ours_description,
            plain_description=row.plain_description,
            drawn=row.drawn,
        )
        for row, rate in zip(rows, ours, strict=True)
    ]


def measure_growth(growth: Growth, rounds: int) -> GrowthMeasurement:
    """Measures a growth: every size once as a warm-up, then the sizes in turn.

    Args:
        growth: The task.
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
    return GrowthMeasurement(growth.name, growth.unit, sizes, seconds, exponent(sizes, seconds))


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """The e of seconds = c size**e, fitted to the logarithms by least squares; 1 is proportional."""
    return statistics.linear_regression([*map(log, sizes)], [*map(log, seconds)]).slope


def as_json(rows: Sequence[Measurement], growths: Sequence[GrowthMeasurement]) -> dict[str, object]:
    """All measurements and the machine they were made on."""
    machine = {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
    }
    return {"machine": machine, "rows": [*map(asdict, rows)], "growth": [*map(asdict, growths)]}
