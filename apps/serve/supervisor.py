"""Serves with one process, or with several that share a listening socket; a killed one is started again."""

import logging
import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from apps.serve import loader
from apps.serve.server import Limits, config, make_app, server
from utils import cli
from utils.errors import UserError
from utils.processes import end_with_parent, interrupts_blocked
from utils.sockets import LOOPBACK, address, listen

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger("cadenza")

PORT = 8501  # TensorFlow Serving's
_UNANSWERED = 60  # seconds after which a process that does not answer its supervisor is killed


def serve(
    folder: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = PORT,
    processes: int = 1,
    limits: Limits | None = None,
) -> None:
    """Serves a folder's exports until it is stopped; prints every model's address when it is ready.

    A version that is added to the folder meanwhile is served as soon as it is loaded.

    Args:
        folder: The folder of NAME/VERSION/saved_model.pb.
        host: The address to listen at.
        port: The port; 0 takes a free one.
        processes: Processes that answer; each loads the models.
        limits: The bounds of a request, in each process; none: the defaults.

    Raises:
        UserError: There is nothing to serve, or the port cannot be had.
        KeyboardInterrupt: Ctrl-C has ended it, after every accepted request was answered.
    """
    folder, limits = Path(folder), limits or Limits()
    found = loader.find(folder)

    def ready() -> None:
        for name in found:
            print(f"{address(host, listener.getsockname()[1])}/v1/models/{name}", flush=True)
        if host not in LOOPBACK:
            logger.info("anyone who reaches this address may send requests: there is no password")
        logger.info("serving; Ctrl-C ends it")

    with listen(host, port) as listener:
        if processes > 1:
            _serve_processes(folder, listener, processes=processes, limits=limits, ready=ready)
        else:
            models = loader.load(folder)
            loader.follow(folder, models)
            ready()
            server(make_app(models, limits), limits).run(sockets=[listener])
    raise KeyboardInterrupt  # only a signal ends it, and uvicorn does not always pass it on


def _serve_processes(
    folder: Path, listener: socket.socket, *, processes: int, limits: Limits, ready: Callable[[], None]
) -> None:
    """Serves a folder's exports with several processes until a signal ends them.

    Args:
        folder: The folder of NAME/VERSION/saved_model.pb.
        listener: The listening socket. uvicorn would make one of protocol 0, for which asyncio does not set
            TCP_NODELAY, so that every answer waits 40 ms.
        processes: How many; each loads the models.
        limits: The bounds of a request, in each process.
        ready: Called once all processes answer.

    Raises:
        UserError: The models cannot be loaded.
    """
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    class Supervisor(Multiprocess):
        announced = False

        def init_processes(self) -> None:
            with interrupts_blocked():  # the processes end with their parent, not by Ctrl-C
                super().init_processes()
            self.close_their_ends()

        def keep_subprocess_alive(self) -> None:
            before = [process.pid for process in self.processes]
            with interrupts_blocked():
                super().keep_subprocess_alive()
            self.close_their_ends()
            if self.announced and before != [process.pid for process in self.processes]:
                logger.warning("a server process has ended; another one takes its place")
            if not self.announced and all(process.is_ready(_UNANSWERED) for process in self.processes):
                self.announced = True
                ready()

        def close_their_ends(self) -> None:
            """Closes our copies of the processes' pipe ends, so that a wait for one that has died ends."""
            for process in self.processes:
                process.child_conn.close()

    make = partial(_app, folder, limits, logger.level)
    settings = config(make, limits, factory=True, workers=processes, timeout_worker_healthcheck=_UNANSWERED)
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what it says is said here in one line
    supervisor = Supervisor(settings, [listener])
    supervisor.run()
    if any(process.exitcode == STARTUP_FAILURE for process in supervisor.processes):
        loader.load(folder)  # raises what the process has raised
        raise UserError("a server process cannot start", 1)


def _app(folder: Path, limits: Limits, level: int) -> "FastAPI":
    """The application of one process; runs in it."""
    from uvicorn.config import STARTUP_FAILURE

    end_with_parent()
    cli.show_notices(quiet=level > logging.INFO)
    try:
        models = loader.load(folder)
    except UserError:
        os._exit(STARTUP_FAILURE)  # at once: a process that closes its pipe and lives on would be killed
    loader.follow(folder, models)
    return make_app(models, limits)
