"""Starts a process for a learner's file, and starts another for the rest if one hangs or dies."""

import contextlib
import json
import multiprocessing
import os
import signal
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Any

from apps.check import source, worker
from course.checks.cells import required
from course.checks.exercises import named, recognised
from course.checks.judge import KERAS_TIMES
from course.checks.language import translation
from course.checks.record import Exercise, Verdict
from course.checks.report import Report, inherited
from data import dinosaurs
from utils import backend, files
from utils.errors import UserError

SLICE = 0.2  # seconds between looks whether it was stopped
GRACE = 5.0  # seconds beyond a limit, before the process is ended from outside
START_SECONDS = 120.0  # for a process to begin: Keras may have to be imported


@dataclass(frozen=True)
class Options:
    """How files are checked.

    Args:
        exercise: The exercise's name; None: it is recognised.
        only: The functions to check; none: all of the exercise.
        edition: "2018" or "2021"; None: told from the functions.
        language: "en" or "zh".
        seconds: For all calls of a function.
    """

    exercise: str | None = None
    only: tuple[str, ...] = ()
    edition: str | None = None
    language: str = "en"
    seconds: float = 10.0


class Checker:
    """Checks files, one process each.

    Args:
        paths: The files that will be checked, to know which libraries they need.
        options: How.
    """

    def __init__(self, paths: Sequence[Path], options: Options) -> None:
        self.options = options
        self.plans: dict[Path, Plan | UserError] = {}
        for path in paths:
            try:
                self.plans[path] = plan(path, options)
            except UserError as error:
                self.plans[path] = error
        keras = any(isinstance(found, Plan) and found.keras for found in self.plans.values())
        self.context = _context(keras)
        self.stopped = False  # set by another thread: the files in progress are given up

    def check(self, path: Path) -> Report:
        """Checks one of the files.

        Raises:
            UserError: It cannot be read, or is of no exercise.
        """
        found = self.plans[path]
        if isinstance(found, UserError):
            raise found
        progress = _Progress()
        with tempfile.TemporaryDirectory(prefix="cadenza-check-", ignore_cleanup_errors=True) as folder:
            (Path(folder) / "dinos.txt").write_text("\n".join(dinosaurs.bundled().names), "utf-8")
            request = {
                "path": str(files.resolved(path)),
                "exercise": found.exercise.name,
                "only": list(self.options.only),
                "edition": self.options.edition,
                "language": self.options.language,
                "seconds": self.options.seconds,
                "folder": folder,
                "keras": found.keras,
            }
            for _ in range(len(found.exercise.functions) + 2):
                self._run(request, progress)
                if progress.ended or self.stopped:
                    break
        return self._report(found.exercise, progress)

    def _run(self, request: dict[str, Any], progress: "_Progress") -> None:
        """One process, until it has ended or had to be."""
        receiver, sender = self.context.Pipe(duplex=False)
        process = self.context.Process(  # type: ignore[attr-defined]
            target=worker.work, args=(sender, {**request, **progress.so_far()}), daemon=True
        )
        process.start()
        sender.close()
        limit = START_SECONDS
        try:
            while not progress.ended:
                ends = time.monotonic() + limit
                while not receiver.poll(SLICE) and time.monotonic() < ends:
                    if self.stopped:
                        return
                if time.monotonic() >= ends:
                    progress.lost(self._text("it did not end within {seconds} seconds"), self.options.seconds)
                    return
                message = json.loads(receiver.recv_bytes())
                progress.take(message)
                seconds = self.options.seconds * KERAS_TIMES
                limit = GRACE + 2 * max(worker.LOAD_SECONDS, seconds)
        except (EOFError, OSError, ValueError):
            progress.lost(self._text("it ended the whole process, or ran out of memory"), 0)
        finally:
            _end(process)
            receiver.close()

    def _text(self, text: str) -> str:
        return translation(self.options.language)(text)

    def _report(self, exercise: Exercise, progress: "_Progress") -> Report:
        tr = translation(self.options.language)
        functions = progress.functions or self.options.only or required(exercise, {})
        unread = Verdict("", "missing", tr("the file could not be run"))
        verdicts = [progress.verdicts.get(name, replace(unread, name=name)) for name in functions]
        calls = {name: set(names) for name, names in progress.calls.items()}
        notes = tuple(dict.fromkeys(progress.notes))
        return Report(exercise.name, tuple(inherited(verdicts, calls, tr)), notes, self.options.language)


@dataclass(frozen=True)
class Plan:
    """What a file is.

    Args:
        exercise: Of which exercise it is.
        keras: Whether TensorFlow is needed.
    """

    exercise: Exercise
    keras: bool


def plan(path: Path, options: Options) -> Plan:
    """Reads a file, without running it, to know its exercise.

    Raises:
        UserError: It cannot be read, is of no exercise, or `only` names no function of it.
    """
    found, notes = source.statements(source.read(path))
    functions = source.defined(found)
    exercise = named(options.exercise) if options.exercise else recognised(functions)
    if exercise is None:
        why = f"; {notes[0]}" if notes else ""
        raise UserError(f"{path}: expected functions of an exercise, got none (name it with --exercise){why}")
    for name in options.only:
        if name not in exercise.names:
            raise UserError(f"--only: expected one of {', '.join(exercise.names)}, got {name!r}")
    wanted = options.only or tuple(functions)
    return Plan(exercise, any(f.keras and f.name in wanted for f in exercise.functions))


@dataclass
class _Progress:
    """What the processes of a file have said so far."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    calls: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    current: str | None = None
    definitions_only: bool = False
    ended: bool = False

    def so_far(self) -> dict[str, Any]:
        """What the next process has to know."""
        stopped = any(verdict.status == "stopped" for verdict in self.verdicts.values())
        return {"done": list(self.verdicts), "stopped": stopped, "definitions_only": self.definitions_only}

    def take(self, message: dict[str, Any]) -> None:
        self.current = message.get("begin", self.current)
        if "functions" in message:
            self.functions, self.calls = message["functions"], message["calls"]
            self.notes += message["notes"]
        if "verdict" in message:
            verdict = Verdict(**{**message["verdict"], "mistakes": tuple(message["verdict"]["mistakes"])})
            self.verdicts[verdict.name] = verdict
        self.ended = bool(message.get("end"))

    def lost(self, reason: str, seconds: float) -> None:
        """The process was ended, or ended itself, in the middle of something."""
        text = reason.format(seconds=f"{seconds:g}")
        if self.current:
            self.verdicts[self.current] = Verdict(self.current, "stopped", text)
        else:  # while its statements ran: once more without those outside functions
            self.notes.append(text)
            self.ended, self.definitions_only = self.definitions_only, True


def _context(keras: bool) -> BaseContext:
    """Where there is a fork server, it imports the libraries once for all files."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["apps.check.worker", *(["keras"] if keras else [])])
    with backend.native_standard_error_silenced():  # it prints TensorFlow's log lines
        forkserver.ensure_running()
    return context


def _end(process: Any) -> None:
    """Ends a process and what it has started."""
    if hasattr(os, "killpg") and process.pid:
        with contextlib.suppress(OSError):
            if os.getpgid(process.pid) == process.pid:
                os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
