"""A limit of time for code that may never end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stopped(BaseException):
    """The time is over. Not an `Exception`, which the code that is stopped may catch."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Stops the block after some seconds, and again each tenth of a second if it catches that.

    Only the main thread of a POSIX system has such a clock; elsewhere there is no limit.

    Raises:
        Stopped: The time was over.
    """
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: object) -> None:
        raise Stopped

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
