"""Worker processes: they end with the process that started them, and leave Ctrl-C to it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# BLAS threads would compete with the other workers; and with another number of threads BLAS sums in another
# order, which changes the last bits.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """Blocks Ctrl-C and hang-ups while the block runs; processes that are started in it never see one.

    A terminal sends them to every process. A worker that is still importing would end with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_with_parent() -> None:
    """Ends this process as soon as the process that started it has ended, even if that was killed."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="end-with-parent").start()
