"""The studio's work: a bounded queue of threads, and answers that stream from them.

Work is cancelled when its client disconnects: every job has an event, `cancelled`, which is set then, and
when the studio ends. Trainings have a queue of their own, one at a time.
"""

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import StreamingResponse

from apps.studio.errors import RequestError
from utils.errors import UserError

logger = logging.getLogger(__name__)  # a bug is no notice: it keeps its traceback

T = TypeVar("T")
Item = Mapping[str, Any]
NDJSON = "application/x-ndjson"
FAILED = "the studio failed; see its log"
_AHEAD = 256  # items that a generator may be ahead of its reader


class Job(Generic[T]):
    """A piece of work in the queue.

    Attributes:
        cancelled: Set when nobody waits for the result any longer; long work looks at it and returns.
        future: The result.
    """

    future: "Future[T]"

    def __init__(self) -> None:
        self.cancelled = threading.Event()

    def cancel(self) -> None:
        """Takes the job out of the queue, or asks it to end if it has begun."""
        self.cancelled.set()
        self.future.cancel()


class Jobs:
    """Runs work in threads, bounded. What cannot wait has a thread of its own.

    Args:
        threads: Jobs that run at once.
        waiting: Jobs that may wait for a thread; beyond that a request is answered with 503.
        waiting_trainings: Trainings that may wait for the one that runs.
        describe: What a stream's last line says of an error.
    """

    def __init__(
        self,
        *,
        threads: int = 2,
        waiting: int = 32,
        waiting_trainings: int = 4,
        describe: Callable[[UserError], object] = str,
    ) -> None:
        self._describe = describe
        self._work = _Queue("job", threads, waiting)
        self._trainings = _Queue("training", 1, waiting_trainings)
        self._urgent = _Queue("urgent", 1, waiting)

    def submit(self, function: Callable[[threading.Event], T], *, urgent: bool = False) -> Job[T]:
        """Queues work.

        Args:
            function: The work; it is called with the job's `cancelled`.
            urgent: Whether somebody waits for it in time with music: it takes milliseconds, and waits for
                nothing that takes longer.

        Raises:
            RequestError: The queue is full (503).
        """
        return (self._urgent if urgent else self._work).submit(function)

    async def run(
        self, request: Request, function: Callable[[threading.Event], T], *, urgent: bool = False
    ) -> T:
        """Runs work in a thread and returns its result; see `submit`.

        Args:
            request: The request that it is for; the work is cancelled when its client disconnects.
            function: The work.
            urgent: See `submit`.
        """
        job = self.submit(function, urgent=urgent)
        watch = asyncio.create_task(_cancel_on_disconnect(request, job))
        try:
            return await asyncio.wrap_future(job.future)
        except asyncio.CancelledError:
            if not job.cancelled.is_set():
                raise
            raise RequestError("the client disconnected", 499) from None
        finally:
            watch.cancel()
            job.cancel()

    async def stream(
        self,
        request: Request,
        generate: Callable[[threading.Event], Iterator[Item]],
        *,
        training: bool = False,
    ) -> StreamingResponse:
        """Answers with the items of a generator as newline-delimited JSON, each as soon as it is there.

        An error before the first item is answered as any other; a later one is the last line,
        {"error": "..."}. The generator is closed when the client disconnects.

        Args:
            request: The request that it is for.
            generate: Makes the generator; it is called, and the generator runs, in a thread, with the job's
                `cancelled`.
            training: Whether it waits for the single place of trainings. If that is taken, the first item
                is {"waiting": N} with the number of trainings before it.

        Raises:
            RequestError: The queue is full (503).
        """
        queue = self._trainings if training else self._work
        before = queue.taken if training else 0
        items = _Items()
        job = queue.submit(lambda cancelled: items.fill(generate(cancelled), cancelled))
        watch = asyncio.create_task(_cancel_on_disconnect(request, job, items.end))
        try:
            first: list[Item | Exception] = [{"waiting": before}] if before else await items.take()
            if first and isinstance(first[0], Exception):
                raise first[0]
        except BaseException:
            watch.cancel()
            job.cancel()
            raise
        lines = _lines(first, items, job, watch, self._describe)
        return StreamingResponse(lines, media_type=NDJSON)

    def close(self, *, wait: bool = False) -> None:
        """Cancels all running work; queued work never starts.

        Args:
            wait: Whether to return only when it has ended, so that nothing writes any longer.
        """
        queues = self._work, self._trainings, self._urgent
        for queue in queues:
            queue.close()
        for queue in queues if wait else ():
            queue.join()


class _Queue:
    """A pool of threads with a bounded number of jobs waiting."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._places, self._jobs, self._lock = threads + waiting, set[Job[Any]](), threading.Lock()
        self._closed = False

    @property
    def taken(self) -> int:
        """The jobs that run or wait."""
        return len(self._jobs)

    def submit(self, function: Callable[[threading.Event], T]) -> Job[T]:
        job = Job[T]()
        with self._lock:
            if self._closed:
                raise RequestError("the studio is ending", 503)
            if len(self._jobs) >= self._places:
                raise RequestError("the studio is busy: too many requests are waiting; try again", 503)
            job.future = self._executor.submit(function, job.cancelled)
            self._jobs.add(job)
        job.future.add_done_callback(lambda _: self._jobs.discard(job))
        return job

    def close(self) -> None:
        with self._lock:
            self._closed, jobs = True, list(self._jobs)
        for job in jobs:
            job.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        self._executor.shutdown(wait=True)


class _Items:
    """Items on their way from a thread to the event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue = asyncio.Queue[Item | Exception | None]()
        self._room = threading.Semaphore(_AHEAD)

    def fill(self, generator: Iterator[Item], cancelled: threading.Event) -> None:
        """Puts all items of a generator; runs in a thread."""
        try:
            for item in generator:
                while not self._room.acquire(timeout=0.1):
                    if cancelled.is_set():
                        return
                if cancelled.is_set():
                    return
                self._put(item)
        except Exception as error:
            self._put(error)
        finally:
            close = getattr(generator, "close", None)
            if close is not None:
                close()
            self._put(None)

    async def take(self) -> list[Item | Exception]:
        """Waits for an item and returns all that are there; none at the end."""
        found = [await self._queue.get()]
        while found[-1] is not None and not self._queue.empty():
            found.append(self._queue.get_nowait())
        if found[-1] is None:
            self._queue.put_nowait(None)
        items = [item for item in found if item is not None]
        if items:
            self._room.release(len(items))
        return items

    def end(self) -> None:
        """Ends the reader's wait."""
        self._queue.put_nowait(None)

    def _put(self, item: Item | Exception | None) -> None:
        with suppress(RuntimeError):  # the event loop is closed
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)


async def _lines(
    first: list[Item | Exception],
    items: _Items,
    job: Job[None],
    watch: "asyncio.Task[None]",
    describe: Callable[[UserError], object],
) -> AsyncIterator[bytes]:
    try:
        batch = first
        while batch:
            yield b"".join(_line(item, describe) for item in batch)
            batch = await items.take()
    finally:
        watch.cancel()
        job.cancel()


def _line(item: Item | Exception, describe: Callable[[UserError], object]) -> bytes:
    if isinstance(item, UserError):
        item = {"error": str(describe(item))}
    elif isinstance(item, Exception):
        logger.error("a stream failed", exc_info=item)
        item = {"error": FAILED}
    return json.dumps(item, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n"


async def _cancel_on_disconnect(
    request: Request, job: Job[Any], and_then: Callable[[], None] = lambda: None
) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    job.cancel()
    and_then()
