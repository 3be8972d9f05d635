"""What a comparison leaves on the disk: its figures as JSON, and a picture of the curves."""

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from apps.compare.report import COLUMNS, by_kind, mean_and_spread
from apps.compare.tasks import Task
from models.comparison.networks import NAMES
from models.comparison.training import Epoch, Run
from utils import plots
from utils.errors import UserError
from utils.files import make_folder, write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def check_wanted(folder: Path, json_file: Path | None) -> None:
    """Asks before the work begins whether the results can be written.

    Raises:
        UserError: A folder cannot be made, or is where a file should be.
    """
    make_folder(folder)
    if json_file is not None:
        make_folder(json_file.parent)
        if json_file.is_dir():
            raise UserError(f"--json {json_file} is a folder; a file is wanted")


def write(task: Task, runs: Sequence[Run], folder: Path, json_file: Path | None) -> Iterator[Path]:
    """Writes the task's JSON and PNG, and yields their paths.

    Raises:
        UserError: A file cannot be written; each appears whole or not at all.
    """
    text = json.dumps(figures(task, runs), indent=1, ensure_ascii=False) + "\n"
    for path in (folder / f"{task.name}.json", json_file):
        if path is not None:
            write_text(path, text)
            yield path
    path = folder / f"{task.name}.png"
    draw(path, task, runs)
    yield path


def figures(task: Task, runs: Sequence[Run]) -> dict[str, Any]:
    """Everything that was measured: for each kind the table's figures, and every run's epochs."""
    return {
        "task": task.name,
        "data": task.title,
        "symbols": task.form.symbols,
        "examples": {name: len(rows.x) for name, rows in task.parts._asdict().items()},
        "networks": {NAMES[kind]: _summary(of_kind) for kind, of_kind in by_kind(runs).items()},
    }


def _summary(runs: Sequence[Run]) -> dict[str, Any]:
    summary: dict[str, Any] = {}
    for column in COLUMNS:
        values = [value for run in runs if (value := column.value(run)) is not None]
        if values:
            mean, spread = mean_and_spread(values)
            summary[column.key] = {"mean": mean, "spread": spread, "values": values}
    summary["runs"] = [{"seed": run.seed, "epochs": [_epoch(epoch) for epoch in run.epochs]} for run in runs]
    return summary


def _epoch(epoch: Epoch) -> dict[str, Any]:
    parts = ("training", "validation", "held_out")
    return {"seconds": epoch.seconds, **{name: getattr(epoch, name)._asdict() for name in parts}}


def draw(path: Path, task: Task, runs: Sequence[Run]) -> None:
    """Draws the losses against epochs, and those on what was held out against seconds of training.

    Raises:
        UserError: The file cannot be written.
    """
    with plots.picture(path, 11.0, 4.6) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        for (kind, of_kind), colour in zip(by_kind(runs).items(), plots.COLOURS, strict=False):
            counts = range(1, 1 + len(of_kind[0].epochs))
            for axes, x in ((left, counts), (right, _elapsed(of_kind))):
                _line(axes, x, _losses(of_kind, lambda e: e.held_out.loss), colour, NAMES[kind])
            training = _losses(of_kind, lambda e: e.training.loss).mean(axis=0)
            left.plot(counts, training, color=colour, linewidth=1.2, linestyle="--")
        left.plot([], [], color=plots.INK, linewidth=1.2, linestyle="--", label="on what was trained on")
        left.legend(frameon=False, fontsize=9)
        left.xaxis.get_major_locator().set_params(integer=True)
        plots.tidy(left, f"Held-out loss: {task.title}", "epoch", "loss (nats)")
        plots.tidy(right, "The same by time", "seconds of training", "")


def _line(axes: "Axes", x: Any, losses: Any, colour: str, label: str) -> None:
    """The mean over the seeds, and a band from the lowest to the highest."""
    marker = "o" if losses.shape[1] < 3 else None
    axes.plot(x, losses.mean(axis=0), color=colour, linewidth=1.8, label=label, marker=marker)
    axes.fill_between(x, losses.min(axis=0), losses.max(axis=0), color=colour, alpha=0.15, linewidth=0)


def _losses(runs: Sequence[Run], loss: Callable[[Epoch], float]) -> Any:
    """Losses (seeds, epochs)."""
    return np.array([[loss(epoch) for epoch in run.epochs] for run in runs])


def _elapsed(runs: Sequence[Run]) -> Any:
    """Seconds of training at the end of each epoch, had each taken as long as the middle one."""
    return np.arange(1, 1 + len(runs[0].epochs)) * np.mean([run.seconds for run in runs])
