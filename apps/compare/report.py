"""The table of a comparison: a line for each kind of network, mean and spread over the seeds."""

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from models.comparison.networks import NAMES
from models.comparison.training import Run


class Column(NamedTuple):
    """A figure of a run.

    Args:
        heading: Above it in the table.
        key: Its name in JSON.
        value: The figure; None where there is none.
        form: How a number of it is written.
    """

    heading: str
    key: str
    value: Callable[[Run], float | None]
    form: str


COLUMNS = (
    Column("units", "units", lambda run: run.n_a, "{:.0f}"),
    Column("parameters", "parameters", lambda run: run.parameters, "{:.0f}"),
    Column("training loss", "training_loss", lambda run: run.best.training.loss, "{:.3f}"),
    Column("held-out loss", "held_out_loss", lambda run: run.best.held_out.loss, "{:.3f}"),
    Column("accuracy %", "accuracy_percent", lambda run: 100 * run.best.held_out.accuracy, "{:.1f}"),
    Column("best epoch", "best_epoch", lambda run: run.chosen, "{:.1f}"),
    Column("s/epoch", "seconds_per_epoch", lambda run: run.seconds, "{:.2f}"),
    Column("characters/s", "characters_per_second", lambda run: run.speed, "{:.0f}"),
)
FIXED = ("units", "parameters")  # the same for all seeds

Kinds = dict[str, list[Run]]


def by_kind(runs: Sequence[Run]) -> Kinds:
    """The runs of each kind, the kinds in the order in which they were first trained."""
    kinds: Kinds = {}
    for run in runs:
        kinds.setdefault(run.kind, []).append(run)
    return kinds


def mean_and_spread(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean, and the standard deviation of a sample; of one value there is none."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None


def table(runs: Sequence[Run], embedding: int = 0) -> str:
    """The comparison as aligned text, with some lines below it that say what the figures are.

    Args:
        runs: One or more.
        embedding: The length of the words' vectors; 0: there are none.
    """
    kinds = by_kind(runs)
    columns = [column for column in COLUMNS if all(column.value(run) is not None for run in runs)]
    cells = [["", *(column.heading for column in columns)]]
    for kind, of_kind in kinds.items():
        cells.append([NAMES[kind], *(_cell(column, of_kind) for column in columns)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells
    ]
    return "\n".join([*lines, "", *_legend(kinds, embedding)])


def _cell(column: Column, runs: Sequence[Run]) -> str:
    mean, spread = mean_and_spread([value for run in runs if (value := column.value(run)) is not None])
    if spread is None or column.key in FIXED:
        return column.form.format(mean)
    return f"{column.form.format(mean)} ± {column.form.format(spread)}"


def _legend(kinds: Kinds, embedding: int) -> list[str]:
    counts = sorted({len(runs) for runs in kinds.values()})
    seeds = (
        "One seed"
        if counts == [1]
        else f"Mean ± standard deviation over {' or '.join(map(str, counts))} seeds"
    )
    lines = [
        f"{seeds}. Losses in nats; accuracy on what was held out; both at the epoch",
        "that was best on a validation part, which is neither trained on nor held out.",
    ]
    if embedding:
        lines.append(
            f"Not counted: the words' learnt vectors of {embedding} numbers, which every network has."
        )
    return lines
