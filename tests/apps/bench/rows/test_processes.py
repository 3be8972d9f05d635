"""The rows of processes, small: both ways do the same work, and the servers end with the rows."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from apps.bench.rows import processes


def test_poems_in_bulk_are_counted_both_ways(tmp_path: Path) -> None:
    row = processes.bulk(tmp_path, poems=70)
    assert row.ours() == row.plain() == 70
    first, second = ((tmp_path / f"out-{n}" / "part-000000.jsonl").read_bytes() for n in (0, 1))
    assert first == second and first.count(b"\n") == 70


@pytest.mark.slow
def test_answers_are_counted_and_the_servers_end(exported: Path) -> None:
    with ExitStack() as servers:
        row = processes.serving(exported, servers, requests=12)
        assert row.ours() == row.plain() == 12


def test_a_command_that_fails_is_no_figure(tmp_path: Path) -> None:
    (tmp_path / "out-0").touch()
    with pytest.raises(subprocess.CalledProcessError):
        processes.bulk(tmp_path, poems=1).ours()
