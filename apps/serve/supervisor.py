"""Serves with one process, or with several that share a listening socket; a killed one is started again."""

import json
import logging
import multiprocessing
import os
import socket
from collections.abc import Callable, Iterable
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from apps.serve.loader import ModelFolder, scan
from apps.serve.options import Limits, ServeOptions
from apps.serve.server import config, make_app, server
from utils import cli
from utils.errors import UserError
from utils.processes import end_with_parent, interrupts_blocked
from utils.signals import StopSignals
from utils.sockets import LOOPBACK, address, listen

logger = logging.getLogger("cadenza")

_UNANSWERED = 60  # seconds after which a process that does not answer its supervisor is killed
_LONGEST_LINE = 450  # characters: twice so many, of 4 bytes each, are written to a pipe at once
_REMEMBERED = 10_000  # messages that are not said again


def serve(options: ServeOptions, limits: Limits) -> None:
    """Serves a folder's exports until it is stopped; prints every model's address when it is ready.

    A version that is added to the folder meanwhile is served as soon as it is loaded.

    Args:
        options: What is served, and where.
        limits: The bounds of a request.

    Raises:
        UserError: There is nothing to serve, or the port cannot be had.
        KeyboardInterrupt: Ctrl-C has ended it, after every accepted request was answered; Terminated where
            SIGTERM or the end of its terminal has.
    """
    folder, host, processes = options.models, options.host, options.processes
    scan(folder)  # what is wrong with it is known before anything is loaded

    def ready(names: Iterable[str]) -> None:
        for name in sorted(names):
            print(f"{address(host, listener.getsockname()[1])}/v1/models/{name}", flush=True)
        if host not in LOOPBACK:
            logger.info("anyone who reaches this address may send requests: there is no password")
        logger.info("serving; Ctrl-C ends it")

    with listen(host, options.port) as listener, StopSignals() as signals:
        if processes > 1:
            _serve_processes(folder, listener, signals, processes=processes, limits=limits, ready=ready)
        else:
            models = ModelFolder(folder)
            models.load()
            models.follow()
            ready(models.models)
            server(make_app(models.models, limits), limits, signals).run(sockets=[listener])
    signals.end()


class _Messages:
    """What the processes say to the one that started them, each thing once.

    Attributes:
        writer: Their end of the pipe.
        served: The names of the models that they have loaded.
        failed: Why one cannot begin.
    """

    def __init__(self) -> None:
        self._reader, self.writer = multiprocessing.Pipe(duplex=False)
        self.served: set[str] = set()
        self.failed = ""
        self._said: dict[str, None] = {}

    def read(self) -> None:
        """Logs what has come."""
        while self._reader.poll():
            level, line, about = json.loads(self._reader.recv_bytes())
            if level == logging.NOTSET:
                self.served.add(line)
            elif level == logging.ERROR:
                self.failed = line
            elif about not in self._said:
                logger.log(level, line)
            self._said[about] = None
            while len(self._said) > _REMEMBERED:
                self._said.pop(next(iter(self._said)))


def _send(writer: Connection, level: int, line: str, about: str) -> None:
    """Says something in a process; see `_Messages`."""
    parts = [level, line[:_LONGEST_LINE], about[-_LONGEST_LINE:]]
    writer.send_bytes(json.dumps(parts, ensure_ascii=False).encode("utf-8", "replace"))


def _serve_processes(
    folder: Path,
    listener: socket.socket,
    signals: StopSignals,
    *,
    processes: int,
    limits: Limits,
    ready: Callable[[Iterable[str]], None],
) -> None:
    """Serves a folder's exports with several processes until a signal ends them.

    Args:
        folder: The folder of NAME/VERSION/saved_model.pb.
        listener: The listening socket. uvicorn would make one of protocol 0, for which asyncio does not set
            TCP_NODELAY, so that every answer waits 40 ms.
        signals: What ends them.
        processes: How many; each loads the models.
        limits: The bounds of a request, in each process.
        ready: Called with the models' names once all processes answer.

    Raises:
        UserError: The models cannot be loaded.
    """
    messages = _Messages()

    def settings(*, first: bool) -> Any:
        make = partial(_app, folder, limits, logger.level, messages.writer, first)
        options = {"workers": processes, "timeout_worker_healthcheck": _UNANSWERED}
        server_settings = config(make, limits, factory=True, **options)
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what it says is said here in one line
        return server_settings

    class Supervisor(Multiprocess):
        announced = False

        def init_processes(self) -> None:
            signals.install()  # uvicorn has replaced the handlers
            with interrupts_blocked():  # the processes end with their parent, not by Ctrl-C
                super().init_processes()
            self.close_their_ends()

        def handle_signals(self) -> None:
            if signals.received:
                self.should_exit.set()

        def keep_subprocess_alive(self) -> None:
            before = [process.pid for process in self.processes]
            with interrupts_blocked():
                super().keep_subprocess_alive()
            self.close_their_ends()
            messages.read()
            if self.announced and before != [process.pid for process in self.processes]:
                logger.warning("a server process has ended; another one takes its place")
            if not self.announced and all(process.is_ready(_UNANSWERED) for process in self.processes):
                messages.read()
                self.announced, self.config = True, settings(first=False)
                ready(messages.served)

        def close_their_ends(self) -> None:
            """Closes our copies of the processes' pipe ends, so that a wait for one that has died ends."""
            for process in self.processes:
                process.child_conn.close()

    supervisor = Supervisor(settings(first=True), [listener])
    supervisor.run()
    messages.read()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        raise UserError(messages.failed) if messages.failed else UserError("a server process cannot start", 1)


def _app(folder: Path, limits: Limits, level: int, writer: Connection, first: bool) -> FastAPI:
    """The application of one process; runs in it.

    Args:
        folder: The models' folder.
        limits: The bounds of a request.
        level: The level of notices.
        writer: Where the process says what is wrong.
        first: Whether it may fail: later ones begin with what they can load, and look again.
    """
    end_with_parent()
    cli.show_notices(quiet=level > logging.INFO)
    models = ModelFolder(folder, partial(_send, writer))
    try:
        models.load()
    except UserError as error:
        _send(writer, logging.ERROR if first else logging.WARNING, str(error), str(error))
        if first:
            os._exit(STARTUP_FAILURE)  # at once: a process that closes its pipe and lives on would be killed
    for name in models.models:
        _send(writer, logging.NOTSET, name, name)
    models.follow()
    return make_app(models.models, limits)
