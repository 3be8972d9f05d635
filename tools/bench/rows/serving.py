"""The rows of `python -m tools.bench serving`: requests computed together, beside each computed by itself.

The clients are in this process and reach this machine alone; they share its cores with the server.
"""

import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tools.bench import commands
from tools.bench.harness import Row

logger = logging.getLogger("cadenza")

CLIENTS = 64
SECONDS = 120.0  # after which a round ends, whatever is unanswered

_SENTENCES = (
    "I love you",
    "not feeling happy",
    "let us play ball",
    "the food is great",
    "he is so sad today",
)
REQUESTS: dict[str, tuple[str, list[dict[str, object]]]] = {
    "shakespeare": (
        "poems of 400 characters",
        [{"prompt": "love is ", "length": 400, "temperature": 0.7, "seed": seed} for seed in range(256)],
    ),
    "jazz": (
        "solos over 8 chord sets",
        [{"chord_sets": 8, "temperature": 1.0, "seed": seed} for seed in range(640)],
    ),
    "emojify": (
        "emoji for a sentence",
        [{"sentence": f"{_SENTENCES[i % 5]} {'very ' * (i % 7)}much"} for i in range(3000)],
    ),
}
"""The requests of a round for each app, and what they are."""


@dataclass
class Load:
    """What clients got.

    Args:
        answers: The body of each answer with the status 200; None: there was none.
        seconds: The time of each of them.
    """

    answers: list[bytes | None]
    seconds: list[float] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """How many requests were not answered with the status 200."""
        return self.answers.count(None)

    def __str__(self) -> str:
        median, slowest = np.percentile(self.seconds or [np.nan], [50, 99])
        return f"median {1000 * median:.0f} ms, 99% within {1000 * slowest:.0f} ms, {self.lost} lost"


def rows(data_dir: Path | None) -> Iterator[Row]:
    """One row an app."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as servers:
        for app in REQUESTS:
            export(app, Path(folder))
        together, alone = (
            servers.enter_context(commands.server(Path(folder), "--batch-rows", n)) for n in (64, 1)
        )
        for app, (name, requests) in REQUESTS.items():
            bodies = [json.dumps({"instances": [request]}).encode() for request in requests]
            yield compared(app, name, bodies, together, alone)


def compared(app: str, name: str, bodies: Sequence[bytes], together: int, alone: int) -> Row:
    """Requests to two servers, given by their ports; their answers must be the same bytes."""
    first: list[bytes | None] = []

    def answered(port: int, way: str) -> Callable[[], float]:
        def run() -> float:
            sent = send(port, f"/v1/models/{app}:predict", bodies)
            first[:] = first or sent.answers
            differ = sum(a != b for a, b in zip(first, sent.answers, strict=True))
            logger.info(f"{app}, {way}: {sent}, {differ} differ")
            return float(len(bodies) - sent.lost)

        return run

    ways = (answered(together, "together"), answered(alone, "one by one"))
    plain = "each computed by itself"
    return Row(f"{name}, {CLIENTS} clients", "requests", *ways, "computed together", plain)


def export(app: str, out: Path) -> Path:
    """Exports a pretrained network; returns out/APP/1."""
    return Path(commands.run("apps.export", app, "--quiet", "--out", out))


def send(port: int, path: str, bodies: Sequence[bytes], clients: int = CLIENTS) -> Load:
    """Sends requests from several clients, each on its own connection, one after another.

    Args:
        port: The server's port on this machine.
        path: The address after it.
        bodies: The requests; the clients share them.
        clients: How many clients.
    """
    load = Load([None] * len(bodies))
    left = iter(enumerate(bodies))

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for place, body in left:
                started = time.perf_counter()
                head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                fields = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = fields.partition(b"content-length:")[2].partition(b"\r")[0]
                content = await reader.readexactly(int(length))
                if fields.startswith(b"http/1.1 200"):
                    load.answers[place] = content
                    load.seconds.append(time.perf_counter() - started)
        finally:
            writer.close()

    async def all_clients() -> None:
        done, late = await asyncio.wait(
            [asyncio.create_task(client()) for _ in range(clients)], timeout=SECONDS
        )
        for task in late:
            task.cancel()
        for task in done:
            task.exception()  # a connection that broke: its request is among the lost

    asyncio.run(all_clients())
    return load
