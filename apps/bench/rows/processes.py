"""The rows of `python -m apps.bench processes`: two processes beside one, in bulk and behind HTTP.

On a machine of two cores the clients of the server have a share of them too.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

from apps.bench.harness import Row
from apps.bench.rows.serving import ROOT, export, send, server

POEMS, LENGTH, BLOCK = 20_480, 100, 512  # enough that the processes' start does not count
REQUESTS, SENTENCES, CLIENTS = 200, 64, 6
WAYS = ("two processes", "one")


def rows(data_dir: Path | None) -> Iterator[Row]:
    """The two comparisons."""
    with tempfile.TemporaryDirectory() as folder:
        yield bulk(Path(folder))
        with ExitStack() as servers:
            yield serving(export("emojify", Path(folder) / "exports").parents[1], servers)


def bulk(folder: Path, poems: int = POEMS) -> Row:
    """Poems from a file of prompts, start and end of the processes included."""
    prompts, numbers = folder / "prompts.jsonl", count()
    lines = [json.dumps({"id": i, "prompt": "love is ", "length": LENGTH}) for i in range(poems)]
    prompts.write_text("\n".join(lines), "utf-8")

    def written(processes: int) -> float:
        given = ["--input", prompts, "--out", folder / f"out-{next(numbers)}", "--processes", processes]
        _run("apps.bulk", "shakespeare", "--seed", 1, "--block-rows", BLOCK, "--quiet", *given)
        return float(poems)

    name = "poems in bulk"
    return Row(name, "poems", lambda: written(2), lambda: written(1), *WAYS, target=1.8, warm_up=False)


def serving(exports: Path, servers: ExitStack, requests: int = REQUESTS) -> Row:
    """Requests of 64 sentences, from several clients at once; the servers run until the stack is closed."""
    one, two = (servers.enter_context(server(exports, "--processes", n)) for n in (1, 2))
    bodies = [json.dumps({"instances": ["I love you"] * SENTENCES}).encode()] * requests

    def answered(port: int) -> Callable[[], float]:
        return lambda: float(requests - send(port, "/v1/models/emojify:predict", bodies, CLIENTS).lost)

    name = f"answers to {SENTENCES} sentences"
    return Row(name, "requests", answered(two), answered(one), *WAYS, target=1.4)


def _run(module: str, *arguments: object) -> None:
    line = [sys.executable, "-m", module, *map(str, arguments)]
    subprocess.run(line, cwd=ROOT, check=True, capture_output=True)
