"""Progress bars on standard error, where a person watches and notices are shown."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

logger = logging.getLogger("cadenza")


class Advance(Protocol):
    """Moves a progress bar: `advance(done, text)`."""

    def __call__(self, done: float, text: str = "") -> None:
        """Moves the bar to `done` and shows `text` at its end."""


@contextmanager
def progress(label: str, total: float) -> Iterator[Advance]:
    """Shows a progress bar while the block runs, if standard error is a terminal and notices are on.

    Args:
        label: The text at the bar's start.
        total: The amount of work, in whatever unit `advance` counts.

    Yields:
        advance(done, text): Call it with the work done so far and, perhaps, a metric to show.
    """
    if not logger.isEnabledFor(logging.INFO) or not sys.stderr.isatty():
        yield lambda done, text="": None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[text]}"),
    )
    # Rich would redirect standard output too, and a redirected file would miss what is printed.
    console, to_screen = Console(stderr=True), sys.stdout.isatty()
    with Progress(*columns, console=console, redirect_stdout=to_screen) as bar:
        task = bar.add_task(label, total=total, text="")
        yield lambda done, text="": bar.update(task, completed=done, text=text)
