"""An HTTP server on uvicorn that silent and slow clients cannot stop, and that a signal ends."""

import asyncio
import contextlib
import errno
import logging
from collections.abc import Iterator
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from utils.signals import StopSignals

logger = logging.getLogger("cadenza")

HEAD_SECONDS = 20.0  # the longest time for a request's head to arrive, from the connection or the last answer
BODY_SECONDS = 70.0  # the longest time for its body, and for the client to read a part of the answer
BACKLOG = 256  # connections that asyncio accepts at a time
_SPARE = 128  # descriptors for files, models and threads
_MOST_DESCRIPTORS = 65_536
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
_GOODBYE = 64  # connections beyond the most that are told so; those after them are closed at once


class Settings(uvicorn.Config):
    """uvicorn's settings with the bounds of a connection.

    Args:
        app: The application, or with `factory` what makes it.
        connections: The most connections at a time; fewer where so many files cannot be open.
        keep_alive: Seconds that a connection stays open after an answer.
        graceful: Seconds for the running requests at the end.
        options: uvicorn's further ones.
    """

    def __init__(
        self,
        app: Any,
        *,
        connections: int,
        keep_alive: int,
        graceful: int,
        head_seconds: float = HEAD_SECONDS,
        body_seconds: float = BODY_SECONDS,
        **options: Any,
    ) -> None:
        self.head_seconds, self.body_seconds = head_seconds, body_seconds
        self.most_connections, backlog = _bounds(connections)
        super().__init__(
            app,
            http=Connection,
            ws="none",
            log_config=None,
            log_level="warning",
            access_log=False,
            limit_concurrency=self.most_connections + 1,
            backlog=backlog,
            timeout_keep_alive=keep_alive,
            timeout_graceful_shutdown=graceful,
            server_header=False,
            **options,
        )


class Server(uvicorn.Server):
    """A server that ends when a signal was noted.

    Args:
        settings: uvicorn's, from `Settings`.
        signals: None: uvicorn's own handlers, in a process of a supervisor.
    """

    def __init__(self, settings: uvicorn.Config, signals: StopSignals | None = None) -> None:
        super().__init__(settings)
        self._signals = signals

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """See uvicorn."""
        with super().capture_signals() if self._signals is None else contextlib.nullcontext():
            yield

    async def on_tick(self, counter: int) -> bool:
        """See uvicorn."""
        received = self._signals.received if self._signals is not None else []
        self.should_exit = self.should_exit or bool(received)
        self.force_exit = self.force_exit or len(received) > 1
        return await super().on_tick(counter)


class Connection(H11Protocol):
    """A connection whose client must go on within a time.

    Where there are too many, the one that has been silent longest makes room for a new one.
    """

    config: Settings
    _timer: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None
    _phase: tuple[str, int] = ("", 0)
    _since = 0.0
    _ends = False  # the client has sent everything

    def __init__(self, config: Any, *args: Any, **named: Any) -> None:
        super().__init__(config, *args, **named)
        self.conn = _Strict(h11.SERVER)
        if self.loop.get_exception_handler() is None:  # here, for a supervisor's processes make their server
            self.loop.set_exception_handler(_OnceOutOfDescriptors())

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See asyncio."""
        super().connection_made(transport)
        most = self.config.most_connections
        if len(self.connections) > most and not self._is_admitted(most):
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._stop(self._timer, self._unread)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        super().data_received(data)
        self._watch()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Keeps a connection whose client has sent a whole request and closed its own half.

        An answer that has begun is ended as before: the client of a stream has most likely gone.
        """
        waits = self.cycle is not None and not self.cycle.more_body and not self.cycle.response_started
        self._ends = waits
        return waits

    def on_response_complete(self) -> None:
        """See uvicorn."""
        super().on_response_complete()
        self._watch()
        if self._ends and self.cycle.response_complete:
            self.transport.close()

    def pause_writing(self) -> None:
        """See asyncio."""
        super().pause_writing()
        self._unread = self.loop.call_later(self.config.body_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """See asyncio."""
        super().resume_writing()
        self._stop(self._unread)

    @property
    def is_silent(self) -> bool:
        """Whether no request is being read or answered."""
        return self.cycle is None or bool(self.cycle.response_complete)

    def _is_admitted(self, most: int) -> bool:
        """Makes room among too many connections; whether there is some, if only to say that it is full."""
        known = [other for other in self.connections if isinstance(other, Connection) and other is not self]
        others = [other for other in known if not other.transport.is_closing()]
        if len(others) < most:
            return True
        _warn_once("there are too many connections: silent ones are closed")
        silent = [other for other in others if other.is_silent]
        if silent:
            min(silent, key=lambda other: other._since).transport.abort()
        return bool(silent) or len(others) < most + _GOODBYE

    def _watch(self) -> None:
        """Sets the clock when another part of a request is waited for."""
        reads = "head" if self.is_silent else "body" if self.cycle.more_body else "nothing"
        phase = (reads, id(self.cycle))
        if phase == self._phase:
            return
        self._stop(self._timer)
        self._phase, self._since = phase, self.loop.time()
        if reads != "nothing":
            seconds = self.config.head_seconds if reads == "head" else self.config.body_seconds
            self._timer = self.loop.call_later(seconds, self._too_slow)

    def _too_slow(self) -> None:
        if not self.is_silent and not self.cycle.response_started:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            self.transport.write(_TOO_SLOW)
        self.transport.close()

    @staticmethod
    def _stop(*timers: asyncio.TimerHandle | None) -> None:
        for timer in timers:
            if timer is not None:
                timer.cancel()


class _Strict(h11.Connection):
    """Refuses a request with two lengths: another server before this one might see two requests in it."""

    def next_event(self) -> Any:
        """See h11."""
        event = super().next_event()
        if isinstance(event, h11.Request):
            names = {name for name, _ in event.headers}
            if {b"content-length", b"transfer-encoding"} <= names:
                raise h11.RemoteProtocolError("expected one length, got two")
        return event


class _OnceOutOfDescriptors:
    """Handles the errors of an event loop: what comes with every try to accept is said once."""

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE):
            _warn_once("new connections wait: the system allows no more open files")
        else:
            loop.default_exception_handler(context)


class _Once(logging.Filter):
    """Lets a warning through the first time: a stranger can cause any number of them."""

    def __init__(self) -> None:
        super().__init__()
        self._known: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """See `logging.Filter`."""
        if record.levelno > logging.WARNING or record.exc_info:
            return True
        new = record.msg not in self._known
        self._known.add(record.msg)
        return new


_warned: set[str] = set()
logging.getLogger("uvicorn.error").addFilter(_Once())


def _warn_once(line: str) -> None:
    if line not in _warned:
        _warned.add(line)
        logger.warning(line)


def _bounds(connections: int) -> tuple[int, int]:
    """The most connections, and how many are accepted at a time, within what the process may have open."""
    try:
        import resource
    except ImportError:
        return connections, BACKLOG
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _MOST_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < most:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
    allowed = _MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    backlog = min(BACKLOG, max(16, allowed // 4))
    return max(16, min(connections, allowed - backlog - _SPARE - _GOODBYE)), backlog
