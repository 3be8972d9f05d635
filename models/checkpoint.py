"""Saves, stops and resumes training by the same rules in every app, whatever computes the gradients.

`models.training` wraps these as Keras callbacks. The dinosaur model, which trains in NumPy, uses them as
they are.
Only epochs that ran to their end with a finite loss count: a stopped, killed or diverged run keeps those.
"""

import logging
import math
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

from utils import bundle as bundles
from utils.bundle import OPTIMIZER, Arrays, Bundle
from utils.errors import UserError

logger = logging.getLogger("cadenza")

LONGEST_VALUES = 60  # characters; longer values, such as checksums, are left out of a message
LARGEST_METRIC = 1e15  # float() of a far larger whole number from a file would fail


@dataclass
class TrainingResult:
    """The outcome of a training run.

    Args:
        epochs: Epochs done, those of earlier runs included.
        history: The value of each metric after every epoch, as `keras.callbacks.History` has them.
        seconds: Time spent training, earlier runs included.
    """

    epochs: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)
    seconds: float = 0.0


class Checkpoint:
    """The state of a training run after its last good epoch, in memory and in a bundle's folder.

    Args:
        folder: The bundle's folder.
        template: The bundle without its arrays. Its `training` holds the settings that a resumed run must
            share: seed, learning rate, checksum of the data and so on.
        every_seconds: The shortest time between two writes.
        writes: Whether anything is written: of several processes that train together, one does.

    Attributes:
        result: Epochs, history and seconds so far.
        network: The arrays of the last good epoch, by name.

    Example:
        >>> import tempfile, numpy as np
        >>> from utils.vocabulary import Vocabulary
        >>> template = Bundle("dinos", {}, Vocabulary(["a"]), {}, {"seed": 1})
        >>> checkpoint = Checkpoint(tempfile.mkdtemp(), template)
        >>> checkpoint.keep({"b": np.zeros(2)}, {}, {"loss": 1.5})
        >>> checkpoint.save()
        >>> checkpoint.result.history
        {'loss': [1.5]}
    """

    def __init__(
        self, folder: str | Path, template: Bundle, *, every_seconds: float = 10.0, writes: bool = True
    ) -> None:
        self.folder, self.template, self.every_seconds = Path(folder), template, every_seconds
        self.writes = writes
        self.result = TrainingResult()
        self.network: Arrays = {}
        self._state: Arrays = {}
        self._saved_epochs, self._saved_at = 0, time.monotonic()
        self._clock = time.monotonic()

    def start_clock(self) -> None:
        """Starts measuring an epoch's time."""
        self._clock = time.monotonic()

    def keep(self, network: Arrays, state: Arrays, metrics: Mapping[str, float]) -> None:
        """Records a finished epoch, and writes it if the last write is `every_seconds` ago.

        Args:
            network: The network's arrays, which the caller does not change any more.
            state: Everything else that continuing needs: optimizer, random state.
            metrics: The epoch's metrics, all finite.

        Raises:
            ValueError: A metric is not finite.
        """
        if not is_finite(metrics):
            raise ValueError(f"metrics: expected finite numbers, got {dict(metrics)}")
        now = time.monotonic()
        result = self.result
        for name, value in metrics.items():
            result.history.setdefault(name, []).append(round(float(value), 6))
        result.epochs, result.seconds = result.epochs + 1, result.seconds + now - self._clock
        self.network, self._state, self._clock = network, state, now
        if now - self._saved_at > self.every_seconds:
            self.save()

    def bundle(self) -> Bundle:
        """The network after the last good epoch, without what only continuing needs."""
        result = self.result
        progress = {
            "epochs": result.epochs,
            "history": {name: list(values) for name, values in result.history.items()},
            "seconds": round(result.seconds, 1),
        }
        return replace(
            self.template, weights=dict(self.network), training={**self.template.training, **progress}
        )

    def save(self) -> None:
        """Writes the bundle as of the last good epoch, atomically, if that is not on the disk yet.

        Raises:
            UserError: The folder cannot be written.
        """
        if self.writes and self.result.epochs > self._saved_epochs:
            bundle = self.bundle()
            bundle.weights |= {OPTIMIZER + name: array for name, array in self._state.items()}
            bundles.save(bundle, self.folder)
            self._saved_epochs = self.result.epochs
        self._saved_at = time.monotonic()

    def resume(self) -> Bundle:
        """Reads the folder's bundle and continues counting from it.

        Returns:
            The bundle; its `network()` and `optimizer()` hold what `keep` was given.

        Raises:
            UserError: There is no such bundle, it is damaged, or its settings, architecture or vocabulary
                differ from the template's.
        """
        saved = bundles.load(self.folder, self.template.app)
        self._require_same(saved)
        history = read_history(saved.training, self.folder)
        epochs = max(map(len, history.values()), default=0)
        self.result = TrainingResult(
            epochs, history, _metric(saved.training.get("seconds", 0.0), self.folder)
        )
        self.network, self._state = saved.network(), saved.optimizer()
        self._saved_epochs = epochs
        return saved

    def _require_same(self, saved: Bundle) -> None:
        expected: dict[str, Any] = {
            **self.template.training,
            "architecture": self.template.architecture,
            "vocabulary": list(self.template.vocabulary.symbols),
        }
        found: dict[str, Any] = {
            **saved.training,
            "architecture": saved.architecture,
            "vocabulary": list(saved.vocabulary.symbols),
        }
        for name, value in expected.items():
            if found.get(name) != value:
                values = f": {found.get(name)!r}, not {value!r}"
                if name in ("vocabulary", "architecture") or len(values) > LONGEST_VALUES:
                    values = ""
                raise UserError(
                    f"the training in {self.folder} has another {name}{values}; it cannot be resumed"
                )


def stored_seed(folder: str | Path, app: str) -> int:
    """The seed of the training in a folder, for resuming it.

    Raises:
        UserError: There is no such bundle, or its seed is not a whole number from 0 to 2**32 - 1.
    """
    seed = bundles.load(folder, app).training.get("seed")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 32:
        raise UserError(f"the bundle {folder} has the seed {seed!r}, expected a whole number: not resumed")
    return seed


@contextmanager
def deferred_interrupt(requested: threading.Event | None = None) -> Iterator[threading.Event]:
    """Turns the first Ctrl-C into an event while the block runs; the next one interrupts at once.

    Outside the main thread, where signals cannot be handled, only the caller sets the event.

    Args:
        requested: The event; None: a new one.
    """
    requested = requested or threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield requested
        return

    def handle(number: int, frame: FrameType | None) -> None:
        requested.set()
        signal.signal(signal.SIGINT, previous)

    previous = signal.signal(signal.SIGINT, handle)
    try:
        yield requested
    finally:
        signal.signal(signal.SIGINT, previous)


def divergence_error(epoch: int, metrics: Mapping[str, float], folder: Path | None = None) -> UserError:
    """The error of a run whose loss is not finite, exit code 1.

    Args:
        epoch: The epoch that failed, the first being 1.
        metrics: Its metrics.
        folder: Where the epochs before it are kept; None: nowhere.
    """
    kept = f"; {folder} keeps the epochs before it" if folder and epoch > 1 else ""
    name, value = next((name, value) for name, value in metrics.items() if not math.isfinite(value))
    return UserError(f"the {name} of epoch {epoch} is {value}{kept}", 1)


def log_interruption(result: TrainingResult, folder: str | Path) -> None:
    """Logs how much of a training that Ctrl-C ended is kept.

    Args:
        result: Its epochs.
        folder: Where they are kept.
    """
    epochs = "1 epoch" if result.epochs == 1 else f"{result.epochs} epochs"
    logger.warning(f"stopped: {folder} keeps {epochs}" if result.epochs else "stopped: no epoch was finished")


def is_finite(metrics: Mapping[str, float]) -> bool:
    """Whether every metric is a finite number."""
    return all(math.isfinite(value) for value in metrics.values())


def read_history(training: Mapping[str, object], folder: Path) -> dict[str, list[float]]:
    """Returns the history in a bundle's training, checked to be lists of numbers.

    Args:
        training: What `Bundle.training` holds, or a part of it.
        folder: The bundle's folder, for messages.

    Raises:
        UserError: There is none, or it is damaged.
    """
    history = training.get("history")
    if not isinstance(history, dict) or not all(isinstance(values, list) for values in history.values()):
        raise UserError(f"the bundle {folder} has no training history: not resumed")
    return {str(name): [_metric(value, folder) for value in values] for name, values in history.items()}


def _metric(value: object, folder: Path) -> float:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not -LARGEST_METRIC < value < LARGEST_METRIC:  # type: ignore[operator]
        raise UserError(
            f"the bundle {folder} has {value!r} in its training history, expected a number: not resumed"
        )
    return float(value)  # type: ignore[arg-type]
