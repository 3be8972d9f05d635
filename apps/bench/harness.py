"""Measures speed: rows in which two ways take turns, and how the time of one way grows with its size."""

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
    """One comparison with the plain way of doing the same.

    Args:
        name: What is done.
        unit: What is counted, in the plural: "characters". For `STARTS` the table shows the seconds.
        ours: Does it our way once, and returns the number of units done.
        plain: Does it the plain way once, and returns the number of units done.
        ours_description: Our way, in a few words.
        plain_description: The plain way, in a few words.
        target: The ratio that the project aims at; None: none.
        rounds: How often each way is measured; None: as `measure` is told.
        warm_up: Whether a turn that does not count comes first.
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
    """Work whose time is measured at several sizes.

    Args:
        name: What is done.
        unit: What its size is counted in, in the plural.
        base: The smallest size; the others are 4 and 16 times as large.
        prepare: Prepares the work of a size, untimed, and returns a function that does it once.
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
    """Measures rows; our way and the plain way take turns, so that other load on the machine meets both.

    Args:
        app: The name of the rows' module.
        rows: One row, or several that share their plain way, which then has one turn a round for all.
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
    """Measures a growth: every size once to warm up, and then the sizes by turns.

    Args:
        growth: The work.
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
