"""The rows of processes: both ways do the same work, and the servers end with the rows."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from apps.bulk import __main__ as bulk
from apps.bulk import run as bulk_run
from apps.bulk.options import BulkOptions
from apps.serve import loader
from apps.serve.server import Limits
from tests.apps.serve.test_server import running
from tools.bench import commands
from tools.bench.rows import processes


@pytest.mark.parametrize(
    ("make", "ours", "plain"),
    [
        (processes.bulk, {"processes": 2}, {"processes": 1}),
        (processes.cluster, {"workers": 2}, {"processes": 2}),
    ],
)
def test_both_ways_answer_the_same_poems(
    make: Any, ours: dict[str, int], plain: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[dict[str, Any]] = []

    def answer(app: str, out: Path, options: BulkOptions, **given: Any) -> None:
        rows = len(options.input.read_text("utf-8").splitlines())
        jobs.append({**vars(options), "app": app, "rows": rows, "out": out})

    monkeypatch.setattr(bulk_run, "bulk", answer)
    monkeypatch.setattr(commands, "run", lambda _, *given: bulk.main([str(argument) for argument in given]))
    row = make(tmp_path, poems=70)
    assert row.ours() == row.plain() == 70
    first, second = jobs
    assert first["out"] != second["out"]
    same = {"app": "shakespeare", "rows": 70, "seed": 1, "block_rows": processes.BLOCK}
    assert same.items() <= first.items() and same.items() <= second.items()
    assert ours.items() <= first.items() and plain.items() <= second.items()


def test_answers_are_counted_and_the_servers_end(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[object] = []
    ports: list[int] = []

    @contextmanager
    def server(exports: Path, *arguments: object) -> Iterator[int]:
        events.append(arguments)
        yield ports[0]
        events.append("ended")

    monkeypatch.setattr(commands, "server", server)
    for client in running(loader.load(exported), Limits()):
        ports.append(client.port)
        with ExitStack() as servers:
            row = processes.serving(exported, servers, requests=12)
            assert row.ours() == row.plain() == 12
    assert events == [("--processes", 1), ("--processes", 2), "ended", "ended"]
