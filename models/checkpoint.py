"""Saves, stops and resumes trainings by the same rules in every app, whatever computes the gradients.

    with training(template, Run(folder, resume=True)) as checkpoint:
        for epoch in range(checkpoint.result.epochs, epochs):
            ...
            checkpoint.keep(network, state, {"loss": loss})

`models.training.fit` does this for Keras; what trains in NumPy uses it as it is. Only epochs that ran to
their end with a finite loss count: a stopped, killed or diverged training keeps those.
"""

import logging
import math
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Any

from utils import bundle as bundles
from utils.bundle import CONFIG, OPTIMIZER, Arrays, Bundle
from utils.errors import Terminated, UserError
from utils.files import exists, is_folder, make_folder, owned
from utils.signals import terminable

logger = logging.getLogger("cadenza")

LONGEST_VALUES = 60  # characters; longer values, such as checksums, are left out of a message
LARGEST_METRIC = 1e15  # float() of a far larger whole number from a file would fail


@dataclass(frozen=True)
class Run:
    """Where a training's bundle goes, how long the training runs, and what may stop it.

    Args:
        folder: The bundle's.
        epochs: Passes over the data, those of a resumed training included; None: the training's own number.
        resume: Continues the training in the folder, which must have the same settings.
        force: Replaces a network in the folder.
        every_seconds: The shortest time between two writes.
        callbacks: More callbacks for `fit`, which come after the checkpoint.
        stop: Ends the training as Ctrl-C does when another thread sets it.
        finish: Is given the trained network before it is written, to add to its `training`.
    """

    folder: str | Path
    epochs: int | None = None
    resume: bool = False
    force: bool = False
    every_seconds: float = 10.0
    callbacks: Sequence[Any] = ()
    stop: threading.Event | None = None
    finish: Callable[[Bundle], None] | None = None

    @classmethod
    def of(cls, folder: str | Path, options: Any, **more: Any) -> "Run":
        """How a training with these options runs: its own are among theirs, by the same names."""
        named = {name: getattr(options, name) for name in cls.__dataclass_fields__ if hasattr(options, name)}
        return cls(folder, **named | more)

    def require_free(self) -> None:
        """Checks that no network would be replaced, which `training` checks, too.

        Raises:
            UserError: There is one in the folder, and neither `resume` nor `force` is set.
        """
        if not self.resume and not self.force and exists(Path(self.folder) / CONFIG):
            raise UserError(
                f"{self.folder} holds a network: --resume continues its training, --force replaces it"
            )

    def seed(self, given: int | None, app: str, default: int) -> int:
        """The seed that is given, or else that of the training to resume, or else the default.

        Raises:
            UserError: There is no bundle of the app to resume, or its seed is not a whole number from 0 to
                2**32 - 1.
        """
        if given is not None or not self.resume:
            return default if given is None else given
        seed = bundles.load(self.folder, app).training.get("seed")
        if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 1 << 32:
            raise UserError(
                f"the bundle {self.folder} has the seed {seed!r}, expected a whole number: not resumed"
            )
        return seed


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

    def best(self, monitor: str | None) -> int:
        """The first epoch, from 1, where a metric was lowest; without that metric the last one."""
        values = self.history.get(monitor or "", [])
        return values.index(min(values)) + 1 if values else self.epochs


class Checkpoint:
    """The state of a training after its last good epoch, in memory and in a bundle's folder.

    Args:
        template: The bundle without its arrays. Its `training` holds the settings that a resumed training
            must share: seed, learning rate, checksum of the data and so on.
        run: Its folder and `every_seconds` are used.
        writes: Whether anything is written: of several processes that train together, one does.
        monitor: The metric whose lowest value chooses the epoch whose network is kept; None: the last one is.
        free: Names of settings that a resumed training may change; what they were is recorded in `changes`.

    Attributes:
        result: Epochs, history and seconds so far.
        network: The arrays of the last good epoch, or of the best one, by name.
        state: What only continuing needs: optimizer, random state.
        stop: Set when the training should end: by Ctrl-C, SIGTERM or `Run.stop`.
        complete: Set it where nothing can follow: the state is then left out at the end.
        saved: The bundle that the training was resumed from.
        trained: The bundle as it was written at the end.

    Example:
        >>> import tempfile, numpy as np
        >>> from utils.vocabulary import Vocabulary
        >>> template = Bundle("dinos", {}, Vocabulary(["a"]), {}, {"seed": 1})
        >>> with training(template, Run(tempfile.mkdtemp())) as checkpoint:
        ...     checkpoint.keep({"b": np.zeros(2)}, {}, {"loss": 1.5})
        >>> checkpoint.trained.training["history"]
        {'loss': [1.5]}
    """

    saved: Bundle
    trained: Bundle

    def __init__(
        self,
        template: Bundle,
        run: Run,
        *,
        writes: bool = True,
        monitor: str | None = None,
        free: Collection[str] = (),
    ) -> None:
        self.monitor, self.free = monitor, frozenset(free)
        self.folder, self.template, self.every_seconds = Path(run.folder), template, run.every_seconds
        self.writes = writes
        self.result = TrainingResult()
        self.network: Arrays = {}
        self.state: Arrays = {}
        self.stop, self.complete = run.stop or threading.Event(), False
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
        self.state, self._clock = state, now
        if result.best(self.monitor) == result.epochs:
            self.network = network
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
        if self.monitor in result.history:
            progress["kept_epoch"] = result.best(self.monitor)
        return replace(
            self.template, weights=dict(self.network), training={**self.template.training, **progress}
        )

    def save(self) -> None:
        """Writes the bundle as of the last good epoch, atomically, if that is not on the disk yet.

        Raises:
            UserError: The folder cannot be written.
        """
        if self.result.epochs > self._saved_epochs:
            self._write(self.bundle())
        self._saved_at = time.monotonic()

    def restart(self, template: Bundle) -> None:
        """Begins another phase of the training, from no epoch; the seconds go on.

        The phase before it is written, so that a training that is stopped early in this one resumes there.

        Args:
            template: The phase's.
        """
        self.save()
        self.template, self.result = template, TrainingResult(seconds=self.result.seconds)
        self.network, self.state, self._saved_epochs = {}, {}, 0

    def finish(self, finish: Callable[[Bundle], None] | None = None) -> None:
        """Writes the trained network, once.

        Args:
            finish: Is given the network before it is written, to add to its `training`.

        Raises:
            UserError: The folder cannot be written.
        """
        self.trained = self.bundle()
        if finish is not None and self.writes:
            finish(self.trained)
        self._write(self.trained)

    def _write(self, bundle: Bundle) -> None:
        if self.writes:
            state = {} if self.complete else self.state
            weights = bundle.weights | {OPTIMIZER + name: array for name, array in state.items()}
            bundles.save(replace(bundle, weights=weights), self.folder)
        self._saved_epochs = self.result.epochs

    def resume(self) -> None:
        """Reads the folder's bundle and continues from it.

        Raises:
            UserError: There is no such bundle, it is damaged, or its settings, architecture or vocabulary
                differ from the template's.
        """
        saved = self.saved = bundles.load(self.folder, self.template.app)
        self._require_same(saved)
        history = read_history(saved.training, self.folder)
        epochs = max(map(len, history.values()), default=0)
        self.result = TrainingResult(
            epochs, history, _metric(saved.training.get("seconds", 0.0), self.folder)
        )
        self.network, self.state = saved.network(), saved.optimizer()
        self._saved_epochs = epochs

    def _require_same(self, saved: Bundle) -> None:
        expected: dict[str, Any] = {
            **{name: value for name, value in self.template.training.items() if name not in self.free},
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
        self._record_changes(saved)

    def _record_changes(self, saved: Bundle) -> None:
        """Records what the settings were that this run changes, and how far they counted."""
        settings, earlier = self.template.training, saved.training.get("changes", [])
        changed = {name: saved.training.get(name) for name in sorted(self.free & settings.keys())}
        changed = {name: value for name, value in changed.items() if value != settings[name]}
        if changed or earlier:
            until = {"until_epoch": saved.training.get("epochs")}
            settings["changes"] = [*earlier, *([until | changed] if changed else [])]


@contextmanager
def training(
    template: Bundle,
    run: Run,
    *,
    shared: bool = False,
    writes: bool = True,
    monitor: str | None = None,
    free: Collection[str] = (),
) -> Iterator[Checkpoint]:
    """Owns a training's folder while the block trains, and keeps its epochs however it ends.

    Ctrl-C, SIGTERM and `run.stop` set the checkpoint's `stop`: the block ends by itself, and
    KeyboardInterrupt follows.

    Args:
        template: The bundle without its arrays, with the settings in its `training`.
        run: How it runs.
        shared: Whether it is one of several processes whose folder another one owns.
        writes: Whether it writes: of several processes one does.
        monitor: As `Checkpoint` takes it.
        free: As `Checkpoint` takes it.

    Raises:
        UserError: The folder holds a network, which would be replaced; another training is running into it;
            the training in it cannot be resumed; or it cannot be written.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    checkpoint = Checkpoint(template, run, writes=writes, monitor=monitor, free=free)
    with nullcontext() if shared else sole_training(run, template.app), terminable():
        if run.resume:
            checkpoint.resume()
            logger.info(f"continuing after {counted(checkpoint.result.epochs)}")
        try:
            with deferred_interrupt(checkpoint.stop):
                yield checkpoint
            checkpoint.finish(run.finish)
        except BaseException as error:
            checkpoint.save()
            if isinstance(error, KeyboardInterrupt) and run.stop is None:
                log_interruption(checkpoint.result, checkpoint.folder)
            raise


@contextmanager
def sole_training(run: Run, app: str) -> Iterator[None]:
    """Keeps other trainings out of a folder while the block runs, and makes it if it is not there.

    Raises:
        UserError: The folder holds a network, another training is running into it, or it cannot be made.
    """
    folder = Path(run.folder)
    is_new = not is_folder(folder)
    if is_new and run.resume:
        bundles.load(folder, app)  # raises: there is none
    try:
        with owned(make_folder(folder)) as is_ours:
            if not is_ours:
                raise UserError(f"another training is running into {folder}: expected one at a time")
            run.require_free()
            yield
    finally:
        if is_new:
            with suppress(OSError):  # it is not empty
                folder.rmdir()


@contextmanager
def deferred_interrupt(requested: threading.Event | None = None) -> Iterator[threading.Event]:
    """Turns the first Ctrl-C or SIGTERM into an event while the block runs; the next one interrupts at once.

    Outside the main thread, where signals cannot be handled, only the caller sets the event.

    Args:
        requested: The event; None: a new one.

    Raises:
        KeyboardInterrupt: When the block ends and the event is set; Terminated after SIGTERM.
    """
    requested, previous, seen = requested or threading.Event(), dict[int, Any](), set[int]()

    def handle(number: int, frame: FrameType | None) -> None:
        seen.add(number)
        requested.set()
        restore()

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    if threading.current_thread() is threading.main_thread():
        previous |= {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield requested
        if requested.is_set():
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        if signal.SIGTERM in seen:
            raise Terminated from None
        raise
    finally:
        restore()


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
    kept = f"{folder} keeps {counted(result.epochs)}" if result.epochs else "no epoch was finished"
    logger.warning(f"stopped: {kept}")


def counted(epochs: int) -> str:
    """Epochs in words, for a message."""
    return "1 epoch" if epochs == 1 else f"{epochs} epochs"


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
