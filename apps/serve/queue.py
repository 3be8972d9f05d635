"""Calls of signatures wait for a thread; those of one kind are computed together."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate

import numpy as np

from apps.serve.loader import Signature
from apps.serve.protocol import Arrays, RequestError

Answers = list[str | Exception]


class Call:
    """A call of a signature.

    Args:
        signature: The signature.
        inputs: Its inputs.
        encode: Makes the answer from the outputs; runs in a thread.

    Attributes:
        kind: Calls of equal kind may be computed together; None: by itself only.
        rows: How many input rows it has.
        output_rows: How many output rows these have.
    """

    def __init__(self, signature: Signature, inputs: Arrays, encode: Callable[[Arrays], str]) -> None:
        self.signature, self.inputs, self.encode = signature, inputs, encode
        self.kind: Hashable = None
        sizes = {len(array) if array.ndim else 1 for array in inputs.values()}
        self.rows = self.output_rows = max(sizes)
        batching = signature.batching
        if batching and len(sizes) == 1:
            steps = int(inputs[batching.steps].max(initial=0)) if batching.steps else 0
            self.kind = (id(signature), steps.bit_length(), *(array.shape[1:] for array in inputs.values()))
            if batching.output_rows:
                self.output_rows = int(inputs[batching.output_rows].sum())


def compute(calls: Sequence[Call]) -> Answers:
    """Computes calls of one kind together; if that fails, each half by itself, so that the others do not."""
    try:
        return _together(calls) if len(calls) > 1 else [calls[0].encode(calls[0].signature(calls[0].inputs))]
    except Exception as error:
        if len(calls) == 1:
            return [error]
        half = len(calls) // 2
        return compute(calls[:half]) + compute(calls[half:])


def _together(calls: Sequence[Call]) -> Answers:
    inputs = {
        name: np.concatenate([np.atleast_1d(call.inputs[name]) for call in calls]) for name in calls[0].inputs
    }
    ends = list(accumulate(call.output_rows for call in calls))[:-1]
    parts = {name: np.split(array, ends) for name, array in calls[0].signature(inputs).items()}
    return [
        call.encode({name: part[place] for name, part in parts.items()}) for place, call in enumerate(calls)
    ]


class PredictionQueue:
    """Computes up to `threads` batches at once, queues up to `waiting` calls, and answers 503 beyond that.

    Args:
        threads: Batches computed at once.
        waiting: Calls that may wait for a thread.
        seconds: The longest time until a call is answered.
        batch_rows: The most rows of several calls that are computed together.
    """

    def __init__(self, *, threads: int, waiting: int, seconds: float, batch_rows: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="predict")
        self._idle, self._most_waiting, self._seconds = threads, waiting, seconds
        self._batch_rows, self._waiting = batch_rows, dict[asyncio.Future[str], Call]()

    async def run(self, call: Call) -> str:
        """Returns the answer of a call.

        Raises:
            RequestError: Too many calls wait (503), or it takes too long (504).
        """
        if len(self._waiting) >= self._most_waiting + self._idle:
            raise RequestError("too many requests are waiting; try again", 503)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str] = loop.create_future()
        self._waiting[answer] = call
        loop.call_soon(self._start)  # not at once: requests that have arrived together are computed together
        try:
            async with asyncio.timeout(self._seconds):
                return await answer
        except TimeoutError:
            raise RequestError(f"no answer within {self._seconds:g} seconds", 504) from None
        finally:
            self._waiting.pop(answer, None)

    def _start(self) -> None:
        while self._idle and self._waiting:
            self._idle -= 1
            answers = self._next()
            calls = [self._waiting.pop(answer) for answer in answers]
            work = asyncio.get_running_loop().run_in_executor(self._threads, compute, calls)
            work.add_done_callback(partial(self._done, answers))

    def _next(self) -> list["asyncio.Future[str]"]:
        """Chooses the call that has waited longest, and others of its kind."""
        (first, oldest), *others = self._waiting.items()
        batch, rows = [first], oldest.rows
        for answer, call in others:
            alike = call.kind is not None and call.kind == oldest.kind
            if alike and rows + call.rows <= self._batch_rows:
                batch.append(answer)
                rows += call.rows
        return batch

    def _done(self, batch: Sequence["asyncio.Future[str]"], work: "asyncio.Future[Answers]") -> None:
        self._idle += 1
        for answer, result in zip(batch, work.result(), strict=True):
            if answer.done():  # nobody waits for it any more
                continue
            if isinstance(result, str):
                answer.set_result(result)
            else:
                answer.set_exception(result)
        self._start()
