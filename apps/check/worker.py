"""What a process for a learner's file does: it runs the file and judges its functions."""

import ast
import contextlib
import importlib
import json
import linecache
import os
import sys
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from apps.check.imports import Nothing, importer, names_for
from apps.check.source import Statement, read, statements
from course.checks.cells import required
from course.checks.exercises import named
from course.checks.judge import callees, judge
from course.checks.language import Translate, translation
from course.checks.limits import Stopped, time_limit
from course.checks.record import Exercise, Verdict

STATEMENT_SECONDS = 5.0  # of one statement outside a function
LOAD_SECONDS = 20.0  # of all of them
DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
MEMORY = 2 << 30  # bytes, on top of what the libraries take
LARGEST_FILE = 100 << 20  # bytes that the code may write into a file


def work(connection: Connection, request: dict[str, Any]) -> None:
    """Runs a file and sends messages as JSON: what is begun, each verdict, the end.

    Args:
        connection: Where to.
        request: path, exercise, only, edition, language, seconds, folder (to run in), keras; and of the
            processes before: done (functions not to judge again), stopped (whether one has hung or ended its
            process), definitions_only (whether nothing outside functions is run).
    """
    folder = Path(request["folder"])
    _isolate(folder)
    _limit_memory()

    def send(**message: Any) -> None:
        connection.send_bytes(json.dumps(message).encode("ascii"))

    exercise = named(request["exercise"])
    tr = translation(request["language"])
    found, notes = statements(read(Path(request["path"])))
    if request["definitions_only"]:
        found = [statement for statement in found if isinstance(statement.node, DEFINITIONS)]
    namespace = _namespace(request["keras"])
    if request["keras"]:  # where no fork server has done it: an import that is stopped halfway is broken
        importlib.import_module("keras")
    send(begin="")
    notes += list(run_statements(found, namespace, exercise, tr))
    only = request["only"] or required(exercise, namespace)
    names = [name for name in only if name not in request["done"]]
    calls = {name: sorted(callees(namespace.get(name), namespace, exercise.names)) for name in only}
    send(functions=only, calls=calls, notes=notes)
    stopped = request["stopped"]
    for name in names:
        send(begin=name)
        verdict = judge(
            exercise.function(name), namespace, exercise, tr, request["seconds"], beside=not stopped
        )
        stopped |= verdict.status == "stopped"
        send(verdict=as_json(verdict))
    send(end=True)
    connection.close()
    os._exit(0)  # whatever threads or exit handlers the code has left behind


def as_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a message has it."""
    return {**vars(verdict), "mistakes": list(verdict.mistakes)}


def run_statements(
    statements: Sequence[Statement],
    namespace: dict[str, Any],
    exercise: Exercise,
    tr: Translate,
    each: float = STATEMENT_SECONDS,
    together: float = LOAD_SECONDS,
) -> Iterator[str]:
    """Runs a file's statements, each by itself: one that raises does not hide the definitions after it.

    Those outside a function that call what is judged are left out: the exercise's own cells, which print and
    train. So are those that need what was left out.

    Args:
        statements: The statements.
        namespace: Their globals.
        exercise: Whose functions are judged.
        tr: Translates.
        each: Seconds for a statement.
        together: Seconds for all of them.

    Yields:
        A note for each that failed for a reason of its own.
    """
    ends, left_out = time.monotonic() + together, set[str]()
    names = {*exercise.names, "check"}  # the exercise's last cell, too
    for block, node in statements:
        linecache.cache[block.name] = (len(block.text), None, block.text.splitlines(True), block.name)
        definition = isinstance(node, DEFINITIONS)
        if not definition and _used(node) & (names | left_out):
            left_out |= _assigned(node) - names
            continue
        seconds = min(each, ends - time.monotonic())
        where = f"{block.name}, line {node.lineno}"
        if seconds <= 0 and not definition:
            continue
        try:
            with time_limit(max(seconds, 1)):
                exec(compile(ast.Module([node], []), block.name, "exec"), namespace)
        except Stopped:
            left_out |= _assigned(node)
            yield tr("{where}: stopped after {seconds} seconds").format(where=where, seconds=f"{seconds:.0f}")
        except BaseException as error:  # an exit or an interrupt too
            left_out |= _assigned(node)
            yield f"{where}: {type(error).__name__}: {error}"[:200]


def _used(node: ast.stmt) -> set[str]:
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)
    }


def _assigned(node: ast.stmt) -> set[str]:
    return {
        inner.id
        for inner in ast.walk(node)
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)
    }


def _namespace(keras: bool) -> dict[str, Any]:
    return {
        "__name__": "__learner__",
        "__builtins__": names_for(importer(keras=keras)),
        "get_ipython": Nothing("get_ipython"),
        "display": lambda *shown: None,
    }


def _isolate(folder: Path) -> None:
    """Moves into a group and a folder of its own; what is printed goes nowhere."""
    if hasattr(os, "setsid"):
        with contextlib.suppress(OSError):
            os.setsid()
    os.chdir(folder)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115


def _limit_memory() -> None:
    """Limits memory, the size of files and core dumps, where the system can."""
    try:
        import resource

        used = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except (ImportError, OSError):
        return
    for what, most in (
        (resource.RLIMIT_AS, used + MEMORY),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if hard == resource.RLIM_INFINITY or most < hard:
            resource.setrlimit(what, (most, hard))
