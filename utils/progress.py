"""Progress on standard error, where notices are shown: a bar where a person watches, else some lines."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

logger = logging.getLogger("cadenza")

LINE_SECONDS = 30.0  # from one line to the next


class Advance(Protocol):
    """Moves a progress bar: `advance(done, text)`."""

    def __call__(self, done: float, text: str = "") -> None:
        """Moves the bar to `done` and shows `text` at its end."""


@contextmanager
def progress(label: str, total: float) -> Iterator[Advance]:
    """Shows a progress bar while the block runs, or where standard error is no terminal a line now and then.

    With notices off it shows nothing.

    Args:
        label: The text at the bar's start.
        total: The amount of work, in whatever unit `advance` counts.

    Yields:
        advance(done, text): Call it with the work done so far and, perhaps, a metric to show.
    """
    if not logger.isEnabledFor(logging.INFO):
        yield lambda done, text="": None
        return
    if not sys.stderr.isatty():
        yield _lines(label, total)
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


def _lines(label: str, total: float) -> Advance:
    """Logs a line each `LINE_SECONDS`."""
    logged = time.monotonic()

    def advance(done: float, text: str = "") -> None:
        nonlocal logged
        if time.monotonic() - logged >= LINE_SECONDS:
            logged = time.monotonic()
            logger.info(f"{label}: {done:.0f} of {total:.0f}{', ' * bool(text)}{text}")

    return advance
