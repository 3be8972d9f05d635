"""What the signals that ask a program to end do: they unwind it, or are noted for its next step."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from utils.errors import Terminated


@contextmanager
def terminable() -> Iterator[None]:
    """Raises Terminated at SIGTERM and SIGHUP while the block runs, where the process would end at once.

    What is being written is put away then, as after Ctrl-C.
    """

    def handle(number: int, frame: FrameType | None) -> None:
        raise Terminated

    taken = []
    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP")]
        taken = [number for number in numbers if number and signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


class StopSignals:
    """Notes SIGINT, SIGTERM and SIGHUP instead of interrupting what runs; a context manager.

    A handler that acts at once may find the interrupted code in the middle of a change, with a lock held.
    The third signal ends the process at once.
    """

    def __init__(self) -> None:
        self.received: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopSignals":
        self.install()
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def install(self) -> None:
        """Sets the handlers, again if others have replaced them; what is ignored, by nohup, stays so."""
        for name in ("SIGINT", "SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is None or self._before.get(number) == signal.SIG_IGN:
                continue
            before = signal.getsignal(number)
            self._before.setdefault(number, before)
            signal.signal(number, before if self._before[number] == signal.SIG_IGN else self._note)

    def end(self) -> None:
        """Ends the program as the first signal asks for, once everything is tidied up.

        Raises:
            KeyboardInterrupt: It was Ctrl-C, or there was none; Terminated for another.
        """
        raise Terminated if self.received and self.received[0] != signal.SIGINT else KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.received.append(number)
        if len(self.received) > 2:
            os._exit(128 + number)
