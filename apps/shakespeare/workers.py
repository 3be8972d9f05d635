"""Trains the poem network in several processes, which Ray Train starts, and starts again when one is lost."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

from models import cluster
from models.checkpoint import deferred_interrupt
from models.cluster import WorkerResources
from utils import backend
from utils import bundle as bundles
from utils.errors import UserError
from utils.files import make_folder
from utils.progress import Advance, progress

logger = logging.getLogger("cadenza")

PATIENCE = 180.0  # seconds without a sign of the workers
RESTARTS = 10
POLL = 0.2  # seconds from one look at the messages to the next
STORAGE = ".workers"  # Ray's notes, in the bundle's folder while the training runs

PrintEpoch = Callable[[int, dict[str, Any]], None]


@dataclass(frozen=True)
class Job:
    """What every worker does.

    Args:
        function: The module and the name of what trains, which each worker imports once its threads are
            set: "apps.shakespeare.train:work_from_nothing" or "...:work_on_windows".
        arguments: Its arguments, with absolute paths that every machine can read.
        before: The checksum of the bundle that was in the folder when the command began.
        address: Of the cluster; None: this machine.
    """

    function: str
    arguments: dict[str, Any]
    before: str | None = None
    address: str | None = None


class Board:
    """The workers' messages to the command, and its wish that they stop: a Ray actor beside the command."""

    def __init__(self) -> None:
        self._messages: list[tuple[Any, ...]] = []
        self._stop = False

    def post(self, *message: Any) -> bool:
        """Keeps a message; returns whether the workers are to stop."""
        self._messages.append(message)
        return self._stop

    def take(self) -> list[tuple[Any, ...]]:
        """The messages since the last call."""
        messages, self._messages = self._messages, []
        return messages

    def stop(self) -> None:
        """From now on `post` says that the workers are to stop."""
        self._stop = True


def train_together(
    function: str,
    arguments: dict[str, Any],
    *,
    workers: int,
    address: str | None = None,
    print_epoch: PrintEpoch,
    patience: float = PATIENCE,
) -> None:
    """Trains in several processes, each on its rows of every batch; the bundle is in `out` afterwards.

    A worker that ends is started again, with all others, from the last checkpoint.

    Args:
        function: The module and the name of what trains.
        arguments: Its arguments; "out" and "resume" are among them.
        workers: How many processes.
        address: HOST:PORT of a Ray cluster, whose machines all read and write the folder `out`; None: this
            machine.
        print_epoch: Called with each epoch, from 0, and its metrics.
        patience: Seconds without a sign of the workers, after which the training is given up.

    Raises:
        UserError: Ray is not installed or not there, the cluster is too small, the workers give no sign
            or fail again and again (exit code 1), or the training fails.
        KeyboardInterrupt: Ctrl-C; the finished epochs are in the folder.
    """
    out = make_folder(arguments["out"])
    job = Job(function, arguments, _checksum(out), address)
    with cluster.connected(address, workers) as ray, deferred_interrupt() as interrupted:
        try:
            _Run(ray, job, workers, patience, print_epoch).follow(interrupted)
        finally:
            shutil.rmtree(out / STORAGE, ignore_errors=True)


class _Run:
    """A run of Ray Train, followed from here."""

    def __init__(
        self, ray: ModuleType, job: Job, workers: int, patience: float, print_epoch: PrintEpoch
    ) -> None:
        resources = cluster.resources_per_worker(ray, workers, job.address)
        here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            ray.get_runtime_context().get_node_id(), soft=False
        )
        options = {"num_cpus": 0, "scheduling_strategy": here}
        self._ray, self._workers, self._patience = ray, workers, patience
        self._print_epoch = print_epoch
        self._board = ray.remote(Board).options(**options).remote()
        # Not in a thread: one that calls Ray after its shutdown ends the process without a word.
        fit = ray.remote(_fit).options(**options, max_retries=0)
        self._fit = fit.remote(job, self._board, workers, resources)
        self._starts = 0
        self._stack = ExitStack()
        self._advance: Advance | None = None

    def follow(self, interrupted: threading.Event) -> None:
        """Shows the workers' messages until one says that they are done."""
        ray, stop_sent, last_sign = self._ray, False, time.monotonic()
        with self._stack:
            while True:
                ended, _ = ray.wait([self._fit], timeout=POLL)
                for kind, *content in self._call(self._board.take):
                    last_sign = time.monotonic()
                    if kind == "done":
                        return  # the bundle is there; the processes end with the connection
                    self._show(kind, content)
                if ended:
                    raise UserError(f"the training on {self._workers} workers failed{self._reason()}", 1)
                if interrupted.is_set() and not stop_sent:
                    stop_sent, _ = True, self._call(self._board.stop)
                if time.monotonic() - last_sign > self._patience:
                    raise UserError(f"no sign of the {self._workers} workers for {self._patience:g} s", 1)

    def _call(self, method: Any) -> Any:
        """Calls the board, which is on this machine."""
        try:
            return self._ray.get(method.remote(), timeout=self._patience)
        except self._ray.exceptions.RayError as error:
            raise UserError(f"the connection to the workers was lost: {_last_line(error)}", 1) from None

    def _reason(self) -> str:
        try:
            self._ray.get(self._fit)
        except self._ray.exceptions.RayError as error:
            return f": {_last_line(error)}"
        return ""

    def _show(self, kind: str, content: list[Any]) -> None:
        if kind == "started":
            self._starts += 1
            if self._starts > 1:
                logger.warning(f"a worker was lost; all go on after epoch {content[0]}")
        elif kind == "epoch":
            self._print_epoch(*content)
        elif kind == "progress":
            done, total, text = content
            self._advance = self._advance or self._stack.enter_context(progress("training", total))
            self._advance(done, text)
        elif kind == "stopped":
            raise KeyboardInterrupt
        elif kind == "error":
            raise UserError(*content)


def _last_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


def _fit(job: Job, board: Any, workers: int, resources: WorkerResources) -> None:
    """Runs Ray Train to its end."""
    from ray import train
    from ray.train.tensorflow import TensorflowTrainer

    TensorflowTrainer(
        work,
        train_loop_config={"job": job, "board": board, "processors": resources.processors},
        scaling_config=train.ScalingConfig(
            num_workers=workers,
            use_gpu=resources.gpu,
            resources_per_worker=resources.reserved,
            placement_strategy="SPREAD",
        ),
        run_config=train.RunConfig(
            name=STORAGE,
            storage_path=str(job.arguments["out"]),
            failure_config=train.FailureConfig(max_failures=RESTARTS),
        ),
    ).fit()


def work(config: dict[str, Any]) -> None:
    """What Ray runs in each worker."""
    job, board, processors = config["job"], config["board"], config["processors"]
    os.environ.pop("TF_USE_LEGACY_KERAS", None)  # Ray sets it
    os.environ["KERAS_BACKEND"] = "tensorflow"
    one_thread_a_product = job.function.endswith(":work_on_windows")  # see utils.backend.training_threads
    os.environ["TF_NUM_INTRAOP_THREADS"] = "1" if one_thread_a_product else str(processors)
    os.environ["TF_NUM_INTEROP_THREADS"] = str(processors)
    import ray

    # Each step of the start may take long on a busy machine, and is a sign of the workers.
    ray.get(board.post.remote("alive"))
    from models.workers import Workers

    ray.get(board.post.remote("alive"))
    workers = Workers()
    ray.get(board.post.remote("alive"))
    backend.keras()
    resume = job.arguments["resume"] or _checksum(Path(job.arguments["out"])) != job.before
    arguments = job.arguments | {"resume": resume, "workers": workers}
    try:
        callbacks = _messages(board, workers) if workers.writes else []
        resolve_name(job.function)(**arguments, callbacks=callbacks)
    except UserError as error:
        ray.get(board.post.remote("error", str(error), error.exit_code))
    except KeyboardInterrupt:
        ray.get(board.post.remote("stopped"))
    else:
        if workers.writes:
            ray.get(board.post.remote("done"))


def _messages(board: Any, workers: Any) -> list[Any]:
    """The callbacks of the first worker: what the command shows, and whether it wants the workers to stop."""
    import keras
    import ray

    from models.training import FinishedEpochs

    class Messages(keras.callbacks.Callback):
        def __init__(self) -> None:
            super().__init__()
            self._steps, self._first, self._posted = 1, 0, 0.0

        def on_train_begin(self, logs: Any = None) -> None:
            self._steps = self.params.get("steps") or 1
            self._begun = False

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            self._first = epoch * self._steps
            if not self._begun:
                self._post("started", epoch)
            self._begun = True

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if time.monotonic() - self._posted > 1:
                loss = f"loss {float((logs or {}).get('loss', 0.0)):.3f}"
                self._post("progress", self._first + batch + 1, self.params["epochs"] * self._steps, loss)

        def _post(self, *message: Any) -> None:
            self._posted = time.monotonic()
            post(*message)

    def post(*message: Any) -> None:
        if ray.get(board.post.remote(*message)):
            workers.stop.set()

    return [Messages(), FinishedEpochs(lambda epoch, logs: post("epoch", epoch, logs))]


def _checksum(folder: Path) -> str | None:
    """The checksum of the bundle in a folder; None if there is none."""
    with suppress(UserError):
        return bundles.checksum(folder)
    return None
