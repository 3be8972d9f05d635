"""Proofs of the bulk command: equal on every engine, nothing lost whatever is killed, constant memory.

CADENZA_FAULTS is how often each kind of process is killed, CADENZA_ROWS how many rows the memory is
measured with.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.bulk.rows import open_input
from models.apps import APPS
from tests.apps.bulk import bulk_jobs as jobs
from tests.scale.bulk_runs import AnonymousMemory, BulkRun, children, command, kill_one
from utils.errors import UserError

FAULTS = int(os.environ.get("CADENZA_FAULTS", "1"))
ROWS = int(os.environ.get("CADENZA_ROWS", "100000"))
ROW_COUNTS = {"shakespeare": 200, "dinos": 200, "emojify": 500, "jazz": 24}


def write(app: str, folder: Path, count: int) -> Path:
    return jobs.write_rows(folder / f"{app}.jsonl", jobs.rows(app, count))


def answer(app: str, path: Path, out: Path, *arguments: object) -> str:
    with BulkRun(app, path, out, "--seed", 1, *arguments) as run:
        return run.finish()


@pytest.mark.parametrize("app", APPS)
def test_processes_and_sizes_of_blocks_give_the_same_bytes(app: str, tmp_path: Path) -> None:
    path = write(app, tmp_path, ROW_COUNTS[app])
    ways = [("--processes", 1), ("--processes", 2, "--block-rows", 7), ("--processes", 3, "--block-rows", 50)]
    outs = [tmp_path / str(number) for number in range(len(ways))]
    for out, way in zip(outs, ways, strict=True):
        answer(app, path, out, *way)
    expected = jobs.read_bytes(outs[0])
    assert expected.count(b"\n") == ROW_COUNTS[app]
    assert [jobs.read_bytes(out) == expected for out in outs] == [True] * 3
    assert [jobs.midi_files(out) == jobs.midi_files(outs[0]) for out in outs] == [True] * 3


def test_parquet_has_the_same_rows(tmp_path: Path) -> None:
    """In and out, from row groups smaller and larger than a block."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    count = 3000
    content = [*jobs.rows("dinos", count), {"id": count, "start": "7"}]
    path = jobs.write_rows(tmp_path / "dinos.jsonl", content)
    answer("dinos", path, tmp_path / "lines")
    expected = jobs.read_parts(tmp_path / "lines")
    table = pyarrow.Table.from_pylist([{"start": None, "temperature": None} | row for row in content])
    for group in (100, 10_000):
        source, out = tmp_path / f"{group}.parquet", tmp_path / f"out-{group}"
        parquet.write_table(table, source, row_group_size=group)
        answer("dinos", source, out, "--format", "parquet", "--processes", 2, "--block-rows", 700)
        parts = [parquet.read_table(part).to_pylist() for part in sorted(out.glob("part-*.parquet"))]
        assert len(parts) == 5
        found = [{name: v for name, v in row.items() if v is not None} for part in parts for row in part]
        assert found == expected


def test_a_parquet_file_without_good_ids_or_cut_short_is_refused(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "rows.parquet"
    ids = {
        "expected a column of whole numbers named id, got none": ["a", "b"],
        "expected each id once, got 1 twice": [1, 3, 1],
        "row 2: expected an object with a whole-number id of 0 or more, got null": [1, None],
        "row 1: expected an object with a whole-number id of 0 or more, got -1": [-1],
        "expected one row or more, got none": pyarrow.array([], pyarrow.int64()),
    }
    for message, column in ids.items():
        parquet.write_table(pyarrow.table({"id": column}), path)
        with pytest.raises(UserError, match=message):
            open_input(path).scan(10, lambda done: None)
    parquet.write_table(pyarrow.table({"id": range(1000)}), path)
    content = path.read_bytes()
    for damaged in (content[:-20], content[:50] + bytes(len(content) - 50), b""):
        path.write_bytes(damaged)
        with pytest.raises(UserError, match=f"cannot read {path}: "):
            open_input(path).scan(10, lambda done: None)


def test_no_row_is_lost_or_repeated_when_workers_and_the_command_are_killed(tmp_path: Path) -> None:
    path, out = write("shakespeare", tmp_path, 3000), tmp_path / "out"
    arguments = ("--block-rows", 30, "--processes", 2)
    answer("shakespeare", path, tmp_path / "expected", "--processes", 2)
    kills = {"worker": 0, "command": 0}
    choose = random.Random(time.time_ns())
    while kills["command"] < FAULTS:
        with BulkRun("shakespeare", path, out, "--seed", 1, *arguments) as run:
            before = len(list(out.glob("part-*")))
            most = max(1, (100 - before) // (2 * (FAULTS - kills["command"])))
            if not run.wait_for_parts(before + choose.randint(1, most)):
                break
            time.sleep(choose.uniform(0, 0.3))
            kills["worker"] += kill_one(run.workers)
            if run.wait_for_parts(len(list(out.glob("part-*"))) + 1):
                kills["command"] += 1
                run.kill()
    answer("shakespeare", path, out, *arguments)
    print(f"killed: {kills}")
    assert kills["command"] >= min(FAULTS, 1) and kills["worker"] >= min(FAULTS, 1)
    assert jobs.read_bytes(out) == jobs.read_bytes(tmp_path / "expected")


def test_a_killed_worker_and_ctrl_c_lose_no_row_and_repeat_none(tmp_path: Path) -> None:
    """A worker is killed, then the command is stopped, then another run ends the work."""
    path, out = write("dinos", tmp_path, 2400), tmp_path / "out"
    arguments = ("--seed", 1, "--block-rows", 40, "--processes", 2)
    with BulkRun("dinos", path, out, *arguments) as run:
        assert run.wait_for_parts(2)
        assert kill_one(run.workers)
        assert run.wait_for_parts(8)
        run.process.send_signal(signal.SIGINT)
        _, stderr = run.process.communicate(timeout=60)
    assert "note: a worker ended" in stderr and "Traceback" not in stderr
    assert run.process.returncode == 130 and stderr.endswith("stopped\n")
    assert 8 <= len(list(out.glob("part-*"))) < 60
    answer("dinos", path, out, *arguments)
    assert jobs.read_parts(out) == jobs.run_blocks("dinos", path, tmp_path / "expected", 2400)


def test_anonymous_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    peaks = []
    for count in (ROWS // 10, ROWS):
        path, out = write("emojify", tmp_path, count), tmp_path / f"out-{count}"
        started = time.monotonic()
        run = BulkRun("emojify", path, out, "--seed", 1, "--processes", 2)
        with run, AnonymousMemory(run) as memory:
            run.finish(3600)
        seconds = time.monotonic() - started
        peaks.append((memory.command, memory.worker))
        print(
            f"{count} rows: {seconds:.0f} s, command {memory.command:.1f} MB, worker {memory.worker:.1f} MB"
        )
        assert sum(part.read_bytes().count(b"\n") for part in out.glob("part-*")) == count
    (small_command, small_worker), (command_peak, worker_peak) = peaks
    assert command_peak - small_command < 10 and worker_peak - small_worker < 10


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of two nodes on this machine: a head that runs nothing of a job, and a node."""
    pytest.importorskip("ray", reason="needs requirements-scale.txt")
    from ray.cluster_utils import Cluster

    found = Cluster(initialize_head=True, head_node_args={"num_cpus": 4})
    yield found
    found.shutdown()


def test_ray_gives_the_same_bytes(cluster: Any, tmp_path: Path) -> None:
    for app in ("shakespeare", "emojify"):
        path = write(app, tmp_path, ROW_COUNTS[app])
        answer(app, path, tmp_path / f"{app}-processes", "--processes", 2)
        options = ("--workers", 2, "--ray", cluster.address, "--block-rows", 50)
        answer(app, path, tmp_path / f"{app}-ray", *options)
        expected = jobs.read_bytes(tmp_path / f"{app}-processes")
        assert jobs.read_bytes(tmp_path / f"{app}-ray") == expected


def test_no_row_is_lost_or_repeated_when_actors_and_nodes_are_killed(cluster: Any, tmp_path: Path) -> None:
    path, out = write("shakespeare", tmp_path, 3000), tmp_path / "out"
    answer("shakespeare", path, tmp_path / "expected", "--processes", 2)
    kills = {"actor": 0, "node": 0}
    for _ in range(FAULTS):
        node = cluster.add_node(num_cpus=4)
        arguments = ("--seed", 1, "--workers", 2, "--ray", cluster.address, "--block-rows", 10)
        with BulkRun("shakespeare", path, out, *arguments) as run:
            before = len(list(out.glob("part-*")))
            step = max(1, (300 - before) // (3 * FAULTS))
            if run.wait_for_parts(before + step):
                kills["actor"] += kill_one(lambda: actors(cluster))
            if run.wait_for_parts(before + 2 * step):
                kills["node"] += run.process.poll() is None
                cluster.remove_node(node, allow_graceful=False)
                node = None
            if run.wait_for_parts(before + 3 * step) and kills["node"] < FAULTS:
                run.kill()  # of the command, and the next run goes on
            else:
                run.finish()
        if node is not None:
            cluster.remove_node(node, allow_graceful=False)
    answer("shakespeare", path, out, "--processes", 2)  # another engine does what may be missing
    print(f"killed: {kills}")
    assert kills["actor"] >= 1 and kills["node"] >= 1
    assert jobs.read_bytes(out) == jobs.read_bytes(tmp_path / "expected")


def actors(cluster: Any) -> list[int]:
    """The actors of this cluster that answer rows; another cluster of this machine is not ours."""
    raylets = [node.all_processes["raylet"][0].process.pid for node in cluster.list_all_nodes()]
    workers = [pid for raylet in raylets for pid in children(raylet)]
    return [pid for pid in workers if b"_RayWriter" in command(pid)]
