"""The trainings of a running studio: what is trained, and how a request follows it."""

import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from apps.studio import materials
from apps.studio.materials import Material
from apps.studio.store import RecentlyUsed

logger = logging.getLogger("cadenza")

Event = dict[str, Any]
Emit = Callable[[Event], None]
Start = Literal["new", "pretrained"]

MAX_MATERIALS = 256  # uploads
MAX_RUNS = 64
POLL_SECONDS = 0.1
FINE_TUNING_CHARACTERS = 24_000  # characters that fine-tuning reads in an epoch, which takes seconds


@dataclass(frozen=True)
class Limits:
    """The settings of an app's training: defaults and bounds.

    Args:
        epochs: The default number of epochs.
        most_epochs: The largest.
        unit: What the loss is measured in.
        epoch: What an epoch is, if it is not a pass over the material.
        learning_rate: The default; None: the app's is fixed.
        starts: What a training can start from, each with the fields above that it overrides.
    """

    epochs: int
    most_epochs: int
    unit: str
    epoch: str = ""
    learning_rate: float | None = None
    starts: dict[str, dict[str, Any]] = field(default_factory=dict)


LIMITS = {
    "jazz": Limits(60, 400, "nats an excerpt of 30 notes"),
    "shakespeare": Limits(
        10,
        60,
        "nats a character",
        "An epoch is 25 batches.",
        4e-3,
        starts={
            "new": {},
            "pretrained": {
                "epochs": 2,
                "learning_rate": 3e-4,
                "epoch": f"An epoch reads the first {FINE_TUNING_CHARACTERS:,} characters.",
            },
        },
    ),
    "dinos": Limits(100, 1000, "nats a character", "An epoch is 100 names.", 0.01),
    "emojify": Limits(12, 200, "nats a sentence", learning_rate=1e-3),
}


@dataclass(frozen=True)
class Plan:
    """What is trained, and how.

    Args:
        material: What it is trained on; the network is of the material's app.
        epochs: Epochs in all.
        seed: For initial weights and order.
        learning_rate: At the start; None: the app's.
        start: Of a poem network: from nothing ("new"), or from the pretrained one.
    """

    material: Material
    epochs: int
    seed: int = 1
    learning_rate: float | None = None
    start: Start = "new"

    @property
    def has_fixed_epochs(self) -> bool:
        """Whether the number of epochs cannot change on resuming: the learning rate depends on it."""
        return self.material.app == "shakespeare" and self.start == "new"


@dataclass
class Run:
    """A training, or a comparison, of this studio.

    Args:
        plan: What is trained; None: a comparison.
        id: Drawn by the studio.
        stop: Set to end it after its batch.
        folder: The bundle's folder, once there is one.
        epochs: The epochs that are kept.
        ended: Whether it has ended.
    """

    plan: Plan | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    stop: threading.Event = field(default_factory=threading.Event)
    folder: Path | None = None
    epochs: int = 0
    ended: bool = False


class Runs:
    """The materials and the trainings of a running studio."""

    def __init__(self) -> None:
        self.bundled = materials.bundled()
        self._uploads = RecentlyUsed[Material]("the file is no longer there: upload it again", MAX_MATERIALS)
        self._runs = RecentlyUsed[Run]("there is no such training in this run of the studio", MAX_RUNS)

    def material(self, id: str) -> Material:
        """Returns a bundled or an uploaded material.

        Raises:
            RequestError: There is none (404).
        """
        return self.bundled.get(id) or self._uploads.get(id)

    def add_material(self, id: str, material: Material) -> None:
        """Adds an upload."""
        self._uploads.add(material, id=id)

    def add(self, plan: Plan | None = None) -> Run:
        """Adds a training, or a comparison."""
        run = Run(plan)
        self._runs.add(run, id=run.id)
        return run

    def get(self, id: str) -> Run:
        """Returns a run.

        Raises:
            RequestError: There is none (404).
        """
        return self._runs.get(id)


def follow(
    work: Callable[[Emit], None], *, stop: threading.Event, cancelled: threading.Event
) -> Iterator[Event]:
    """Runs work that reports by calling back, and yields its events.

    The work runs in a thread of its own. When the generator ends early, because `cancelled` was set or
    it was closed, the work is stopped and waited for.

    Args:
        work: Called with a function to report with.
        stop: Ends the work soon when it is set.
        cancelled: Set when nobody follows any longer.
    """
    events = queue.Queue[Event | Exception | None]()

    def run() -> None:
        try:
            with _unlogged():
                work(events.put)
        except Exception as error:
            events.put(error)
        finally:
            events.put(None)

    thread = threading.Thread(target=run, name="learn")
    thread.start()
    try:
        while not cancelled.is_set():
            try:
                event = events.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if event is None:
                return
            if isinstance(event, Exception):
                raise event
            yield event
    finally:
        stop.set()
        thread.join()


@contextmanager
def _unlogged() -> Iterator[None]:
    """Filters this thread's records out of the "cadenza" log; the events report the same."""
    thread = threading.get_ident()

    def others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    logger.addFilter(others)
    try:
        yield
    finally:
        logger.removeFilter(others)
