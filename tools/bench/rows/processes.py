"""The rows of `python -m tools.bench processes`: two processes beside one, in bulk and behind HTTP.

On a machine of two cores the clients of the server have a share of them too.
"""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from tools.bench import commands
from tools.bench.harness import Row
from tools.bench.rows.serving import export, send

POEMS, LENGTH, BLOCK = 20_480, 100, 512  # enough that the processes' start does not count
MANY_POEMS = 100_000
REQUESTS, SENTENCES, CLIENTS = 200, 64, 6
WAYS = ("two processes", "one")


def rows(data_dir: Path | None) -> Iterator[Row]:
    """The comparisons; that with Ray where it is installed."""
    with tempfile.TemporaryDirectory() as folder:
        yield bulk(Path(folder))
        if find_spec("ray"):
            (Path(folder) / "ray").mkdir()
            yield cluster(Path(folder) / "ray")
        with ExitStack() as servers:
            yield serving(export("emojify", Path(folder) / "exports").parents[1], servers)


def bulk(folder: Path, poems: int = POEMS) -> Row:
    """Poems from a file of prompts, start and end of the processes included."""
    written = _writer(folder, poems)
    name, two, one = "poems in bulk", ("--processes", 2), ("--processes", 1)
    return Row(name, "poems", lambda: written(*two), lambda: written(*one), *WAYS, target=1.8, warm_up=False)


def cluster(folder: Path, poems: int = MANY_POEMS) -> Row:
    """As many poems by workers of Ray as by processes, its start and end included; measured once."""
    written = _writer(folder, poems)
    return Row(
        f"{poems:,} poems in bulk",
        "poems",
        lambda: written("--workers", 2),
        lambda: written("--processes", 2),
        "two workers of Ray",
        "two processes",
        target=0.8,
        rounds=1,
        warm_up=False,
    )


def serving(exports: Path, servers: ExitStack, requests: int = REQUESTS) -> Row:
    """Requests of 64 sentences, from several clients at once; the servers run until the stack is closed."""
    one, two = (servers.enter_context(commands.server(exports, "--processes", n)) for n in (1, 2))
    bodies = [json.dumps({"instances": ["I love you"] * SENTENCES}).encode()] * requests

    def answered(port: int) -> Callable[[], float]:
        return lambda: float(requests - send(port, "/v1/models/emojify:predict", bodies, CLIENTS).lost)

    name = f"answers to {SENTENCES} sentences"
    return Row(name, "requests", answered(two), answered(one), *WAYS, target=1.4)


def _writer(folder: Path, poems: int) -> Callable[..., float]:
    """A function that answers a file of so many prompts with the command's options; returns their number."""
    prompts, numbers = folder / "prompts.jsonl", count()
    lines = (json.dumps({"id": i, "prompt": "love is ", "length": LENGTH}) for i in range(poems))
    prompts.write_text("\n".join(lines), "utf-8")

    def written(*ways: object) -> float:
        out = folder / f"out-{next(numbers)}"
        given = ["--seed", 1, "--block-rows", BLOCK, "--quiet", "--input", prompts, "--out", out]
        commands.run("apps.bulk", "shakespeare", *given, *ways)
        return float(poems)

    return written
