"""The starts of the benchmark: the real commands are run, and a command that fails is no figure."""

import subprocess
from pathlib import Path

import pytest

from tools.bench import commands
from tools.bench.rows import starts as bench_starts


def test_every_command_has_a_row_for_its_help(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[tuple[str, ...]] = []
    monkeypatch.setattr(commands, "run_python", lambda *line: called.append(line))
    light, heavy = bench_starts.rows(None)
    for row in light:
        assert row.ours() == row.plain() == 1
        assert (row.unit, row.warm_up) == ("starts", False)
    assert {"apps", "data", "apps.jazz", "apps.serve"} <= {line[1] for line in called if line[-1] == "--help"}
    assert ("-c", "import tensorflow") in called
    assert [row.name.split(":")[0] for row in heavy] == ["compare", "export", "serve"]


@pytest.mark.parametrize("place", range(5))
def test_the_light_commands_run(place: int, tmp_path: Path) -> None:
    _, start = bench_starts.light(tmp_path)[place]
    assert start() == 1


def test_a_command_that_fails_is_no_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        bench_starts.run("apps.jazz", "--no-such-option")()


def test_a_server_that_does_not_start_is_no_figure(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended before it was ready"):
        bench_starts.served(tmp_path)()
