"""Trains the networks of a task, and reports on them: a table, JSON and a picture."""

import json
import logging
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from apps.compare.parallel import train_runs
from models.comparison.sizes import NAMES
from models.comparison.tasks import Task
from models.comparison.training import Trial, train
from utils import plots
from utils.errors import UserError
from utils.files import write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

logger = logging.getLogger("cadenza")

Kinds = dict[str, list[Trial]]


class Column(NamedTuple):
    """A column of the table.

    Args:
        heading: Above it.
        key: Its name in JSON.
        form: How a number is written.
    """

    heading: str
    key: str
    form: str


COLUMNS = (
    Column("units", "units", "{:.0f}"),
    Column("parameters", "parameters", "{:.0f}"),
    Column("training loss", "training_loss", "{:.3f}"),
    Column("held-out loss", "held_out_loss", "{:.3f}"),
    Column("accuracy %", "accuracy_percent", "{:.1f}"),
    Column("best epoch", "best_epoch", "{:.1f}"),
    Column("s/epoch", "seconds_per_epoch", "{:.2f}"),
    Column("characters/s", "characters_per_second", "{:.0f}"),
)
FIXED = ("units", "parameters")  # the same for all seeds


def compare(
    task: Task,
    *,
    seeds: Sequence[int],
    out: Path,
    json_file: Path | None = None,
    workers: int = 1,
    ray: str | None = None,
) -> int:
    """Trains every kind with every seed, prints the table, and writes the metrics and the picture.

    Args:
        task: The task.
        seeds: For the initial weights and the order of the examples.
        out: The folder of the results.
        json_file: A second file for the metrics.
        workers: How many networks are trained at once.
        ray: HOST:PORT of the Ray cluster that they are trained on; None: this machine.

    Returns:
        0, or 130 after Ctrl-C: the networks finished by then are reported.

    Raises:
        UserError: A training failed (exit code 1); the networks finished by then are reported.
    """
    logger.info(task.describe())
    runs: list[Trial] = []
    stopped, problem = False, None
    try:
        for run in train_runs(task, seeds, workers, ray) if workers > 1 or ray else _runs(task, seeds):
            runs.append(run)
    except KeyboardInterrupt:
        stopped = True
    except UserError as error:
        problem = error
    if runs:
        print(table(runs, task.dimensions.embedding))
        for path in write(task, runs, out, json_file):
            print(path)
    if problem is not None:
        raise problem
    if stopped:
        count = len(seeds) * len(task.kinds)
        logger.warning(f"stopped; {len(runs)} of {count} networks are trained{' and kept' if runs else ''}")
        return 130
    return 0


def _runs(task: Task, seeds: Sequence[int]) -> Iterator[Trial]:
    """Every kind with the first seed, then every kind with the next: stopped early, it still compares."""
    for seed in seeds:
        for kind, n_a in task.units.items():
            yield train(kind, n_a, seed=seed, **task.settings)


def metrics(run: Trial) -> dict[str, float]:
    """The numbers of a run's row, by the columns' keys; what was not measured is left out."""
    values = {
        "units": run.n_a,
        "parameters": run.parameters,
        "training_loss": run.best("training_loss"),
        "held_out_loss": run.best("held_out_loss"),
        "accuracy_percent": 100 * run.best("held_out_accuracy"),
        "best_epoch": run.best_epoch,
    }
    if run.seconds is not None:
        values["seconds_per_epoch"] = run.seconds
    speed = run.characters_per_second
    return values if speed is None else {**values, "characters_per_second": speed}


def by_kind(runs: Sequence[Trial]) -> Kinds:
    """The runs of each kind, the kinds in the order of their first runs."""
    kinds: Kinds = {}
    for run in runs:
        kinds.setdefault(run.kind, []).append(run)
    return kinds


def mean_and_spread(values: Sequence[float]) -> tuple[float, float | None]:
    """The mean, and the standard deviation of a sample; None for a single value."""
    return statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None


def table(runs: Sequence[Trial], embedding: int = 0) -> str:
    """The comparison as aligned text, with a legend.

    Args:
        runs: One or more.
        embedding: The length of the words' vectors; 0: there are none.
    """
    kinds = {kind: [metrics(run) for run in of_kind] for kind, of_kind in by_kind(runs).items()}
    columns = [column for column in COLUMNS if all(column.key in metrics(run) for run in runs)]
    cells = [["", *(column.heading for column in columns)]]
    for kind, rows in kinds.items():
        cells.append([NAMES[kind], *(_cell(column, [row[column.key] for row in rows]) for column in columns)])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in cells
    ]
    legend = _legend(sorted({len(rows) for rows in kinds.values()}), embedding)
    if any(run.seconds is None for run in runs):
        legend.append("Seconds are not shown: the trainings shared the machine's cores.")
    return "\n".join([*lines, "", *legend])


def _cell(column: Column, values: Sequence[float]) -> str:
    mean, spread = mean_and_spread(values)
    if spread is None or column.key in FIXED:
        return column.form.format(mean)
    return f"{column.form.format(mean)} ± {column.form.format(spread)}"


def _legend(counts: Sequence[int], embedding: int) -> list[str]:
    seeds = "One seed"
    if counts != [1]:
        seeds = f"Mean ± standard deviation over {' or '.join(map(str, counts))} seeds"
    lines = [
        f"{seeds}. Losses in nats; accuracy on the held-out part; both at the epoch with",
        "the lowest loss on the validation part, which is neither trained on nor held out.",
    ]
    if embedding:
        lines.append(
            f"Not counted: the words' learnt vectors of {embedding} numbers, which every network has."
        )
    return lines


def write(task: Task, runs: Sequence[Trial], folder: Path, json_file: Path | None) -> Iterator[Path]:
    """Writes the task's JSON and PNG, and yields their paths.

    Raises:
        UserError: A file cannot be written; each appears whole or not at all.
    """
    text = json.dumps(summary(task, runs), indent=1, ensure_ascii=False) + "\n"
    for path in (folder / f"{task.name}.json", json_file):
        if path is not None:
            write_text(path, text)
            yield path
    path = folder / f"{task.name}.png"
    draw(path, task, runs)
    yield path


def summary(task: Task, runs: Sequence[Trial]) -> dict[str, Any]:
    """Everything that was measured: for each kind the table's metrics, and every run's history."""
    networks: dict[str, dict[str, Any]] = {}
    for kind, of_kind in by_kind(runs).items():
        rows = [metrics(run) for run in of_kind]
        network = networks[NAMES[kind]] = {}
        for key in rows[0]:
            values = [row[key] for row in rows]
            mean, spread = mean_and_spread(values)
            network[key] = {"mean": mean, "spread": spread, "values": values}
        network["runs"] = [{"seed": run.seed, "history": run.history} for run in of_kind]
    return {
        "task": task.name,
        "data": task.title,
        "symbols": task.dimensions.symbols,
        "examples": {name: len(examples.x) for name, examples in task.split._asdict().items()},
        "networks": networks,
    }


def draw(path: Path, task: Task, runs: Sequence[Trial]) -> None:
    """Draws the losses against epochs, and those on the held-out part against seconds of training.

    Raises:
        UserError: The file cannot be written.
    """
    timed = all(run.seconds is not None for run in runs)
    with plots.picture(path, 11.0 if timed else 6.0, 4.6) as figure:
        left, *rest = figure.subplots(1, 1 + timed, sharey=True, squeeze=False)[0]
        for (kind, of_kind), colour in zip(by_kind(runs).items(), plots.COLOURS, strict=False):
            held_out, training = (_losses(of_kind, part) for part in ("held_out", "training"))
            epochs = np.arange(1, 1 + held_out.shape[1])
            _line(left, epochs, held_out, colour, NAMES[kind])
            for right in rest:
                # As if each epoch had taken as long as the median one.
                seconds = epochs * np.mean([run.seconds or 0.0 for run in of_kind])
                _line(right, seconds, held_out, colour, NAMES[kind])
            left.plot(epochs, training.mean(axis=0), color=colour, linewidth=1.2, linestyle="--")
        left.plot([], [], color=plots.INK, linewidth=1.2, linestyle="--", label="training part")
        left.legend(frameon=False, fontsize=9)
        left.xaxis.get_major_locator().set_params(integer=True)
        plots.tidy(left, f"Held-out loss: {task.title}", "epoch", "loss (nats)")
        for right in rest:
            plots.tidy(right, "The same by time", "seconds of training", "")


def _line(
    axes: "Axes", x: NDArray[np.floating], losses: NDArray[np.floating], colour: str, label: str
) -> None:
    """Draws the mean over the seeds, and a band from the lowest to the highest, of losses (seeds, epochs)."""
    marker = "o" if losses.shape[1] < 3 else None
    axes.plot(x, losses.mean(axis=0), color=colour, linewidth=1.8, label=label, marker=marker)
    axes.fill_between(x, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.15, linewidth=0)


def _losses(runs: Sequence[Trial], part: str) -> NDArray[np.floating]:
    return np.array([run.history[f"{part}_loss"] for run in runs])
