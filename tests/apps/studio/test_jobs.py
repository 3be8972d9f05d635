"""Work in threads: bounded, streamed, and ended with the tab that asked for it."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from apps.studio.errors import RequestError
from apps.studio.jobs import Jobs
from tests.apps.commands import until
from tests.apps.studio.conftest import Stream
from utils.errors import UserError

Live = tuple[FastAPI, int]


class Counter:
    """A generator without end, and what became of it."""

    def __init__(self) -> None:
        self.count, self.closed, self.cancelled = 0, False, threading.Event()

    def __call__(self, cancelled: threading.Event) -> Iterator[dict[str, Any]]:
        self.cancelled = cancelled
        try:
            while True:
                self.count += 1
                yield {"count": self.count}
                time.sleep(0.005)
        finally:
            self.closed = True


def add_stream(app: FastAPI, path: str, generate: Any, **options: Any) -> None:
    async def endpoint(request: Request) -> StreamingResponse:
        jobs: Jobs = app.state.studio.jobs
        return await jobs.stream(request, generate, **options)

    app.add_api_route(path, endpoint)
    app.router.routes.insert(0, app.router.routes.pop())  # before the static files


def test_the_queue_is_bounded() -> None:
    jobs, go = Jobs(threads=1, waiting=1), threading.Event()
    first = jobs.submit(lambda _: go.wait(10))
    second = jobs.submit(lambda _: 7)
    with pytest.raises(RequestError, match="the studio is busy") as caught:
        jobs.submit(lambda _: 8)
    assert caught.value.status_code == 503
    go.set()
    assert (first.future.result(10), second.future.result(10)) == (True, 7)
    until(lambda: jobs.submit(lambda _: 9).future.result(10) == 9)
    jobs.close()


def test_closing_asks_running_work_to_end_and_drops_what_waits() -> None:
    jobs = Jobs(threads=1, waiting=5)
    running = jobs.submit(lambda cancelled: cancelled.wait(10))
    waiting = jobs.submit(lambda _: 1)
    jobs.close()
    assert running.future.result(10) is True
    assert waiting.future.cancelled()
    with pytest.raises(RequestError, match="the studio is ending") as caught:
        jobs.submit(lambda _: 1)
    assert caught.value.status_code == 503


def test_a_stream_ends_with_its_client(live: Live) -> None:
    app, port = live
    counter = Counter()
    add_stream(app, "/count", counter)
    with Stream(port, "/count") as reader:
        assert [next(reader), next(reader)] == [{"count": 1}, {"count": 2}]
        assert not counter.cancelled.is_set()
    until(lambda: counter.closed)
    assert counter.cancelled.is_set()


def test_a_generator_does_not_run_away_from_its_reader(live: Live) -> None:
    app, port = live
    made, padding = [0], "x" * 100_000

    def large(cancelled: threading.Event) -> Iterator[dict[str, Any]]:
        for number in range(100_000):
            made[0] = number
            yield {"padding": padding}

    def stands_still() -> bool:
        before = made[0]
        time.sleep(0.5)
        return before == made[0]

    add_stream(app, "/large", large)
    with Stream(port, "/large"):
        until(stands_still, 30)
        assert 200 < made[0] < 2000


def test_an_error_before_the_first_item_has_a_status_and_a_later_one_is_the_last_line(
    live: Live, caplog: pytest.LogCaptureFixture
) -> None:
    app, port = live

    def late(_: threading.Event) -> Iterator[dict[str, Any]]:
        yield {"count": 1}
        raise UserError("measure 7 has no chord")

    def early(_: threading.Event) -> Iterator[dict[str, Any]]:
        raise UserError("the file is no music")
        yield {}

    def broken(_: threading.Event) -> Iterator[dict[str, Any]]:
        yield {"count": 1}
        raise RuntimeError("a bug")

    for path, generate in (("/late", late), ("/early", early), ("/broken", broken)):
        add_stream(app, path, generate)
    with Stream(port, "/early") as reader:
        assert (reader.status, list(reader)) == (400, [{"error": "the file is no music"}])
    with Stream(port, "/late") as reader:
        assert (reader.status, list(reader)) == (200, [{"count": 1}, {"error": "measure 7 has no chord"}])
    with Stream(port, "/broken") as reader:
        assert list(reader)[1] == {"error": "the studio failed; see its log"}
    assert "RuntimeError: a bug" in caplog.text


def test_a_second_training_waits_and_says_so(live: Live) -> None:
    app, port = live
    first, second = Counter(), Counter()
    add_stream(app, "/first", first, training=True)
    add_stream(app, "/second", second, training=True)
    add_stream(app, "/other", Counter())
    with Stream(port, "/first") as one:
        assert next(one) == {"count": 1}
        with Stream(port, "/second") as two, Stream(port, "/other") as other:
            assert next(two) == {"waiting": 1}
            assert next(other) == {"count": 1}  # other work goes on
            assert second.count == 0
            one.close()
            assert next(two) == {"count": 1}
            assert first.closed
    until(lambda: second.closed)


def test_a_training_that_nobody_waits_for_any_longer_never_begins(live: Live) -> None:
    app, port = live
    first, second = Counter(), Counter()
    add_stream(app, "/first", first, training=True)
    add_stream(app, "/second", second, training=True)
    with Stream(port, "/first") as one:
        next(one)
        with Stream(port, "/second") as two:
            next(two)
        time.sleep(0.3)
    until(lambda: first.closed)
    time.sleep(0.3)
    assert second.count == 0
