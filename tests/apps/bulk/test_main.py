"""The bulk command: what it refuses, what it writes, and that it goes on where it was stopped."""

import json
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from apps.bulk import __main__ as bulk
from tests.apps import commands
from tests.apps.bulk import bulk_jobs as jobs
from utils import files

refused = partial(commands.refusal, bulk.main)


def run(app: str, path: Path, out: Path, *arguments: object) -> int:
    return commands.run(bulk.main, app, "--input", path, "--out", out, *arguments)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            [{"id": 1}, {"prompt": "o"}],
            "line 2: expected an object with a whole-number id of 0 or more",
        ),
        ([{"id": -1}], "line 1: expected an object with a whole-number id of 0 or more, got -1"),
        ([{"id": 1.0}], "line 1: expected an object with a whole-number id of 0 or more, got 1.0"),
        ([{"id": True}], "got true"),
        ([{"id": 1 << 63}], "got 9223372036854775808"),
        (
            [{"id": 1}, "", '{"id": 2'],
            "line 3: expected an object",
        ),
        (["[" * 100_000], "line 1: expected an object"),
        ([{"id": 5}, {"id": 3}, {"id": 5}], "expected each id once, got 5 twice"),
        ([{"id": 1}, {"id": 1}], "expected each id once, got 1 twice"),
        ([], "expected one row or more, got none"),
        (["x" * (1 << 20)], "line 1: expected at most 1048576 bytes, got more"),
    ],
)
def test_an_input_whose_rows_cannot_be_told_apart_is_refused(
    content: list[object], message: str, tmp_path: Path
) -> None:
    path = jobs.write_rows(tmp_path / "rows.jsonl", content)
    assert message in refused("dinos", "--input", path, "--out", tmp_path / "out", "--seed", 1)
    assert not (tmp_path / "out").exists()


def test_a_missing_input_and_another_ending_are_refused(tmp_path: Path) -> None:
    out = ("--out", tmp_path / "out")
    assert "cannot read" in refused("dinos", "--input", tmp_path / "none.jsonl", *out)
    csv = tmp_path / "rows.csv"
    csv.touch()
    message = f"{csv}: expected a file that ends in .jsonl or .parquet, got .csv"
    assert refused("dinos", "--input", csv, *out) == message


def test_without_a_library_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ray", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    path = jobs.write_rows(tmp_path / "rows.jsonl", [{"id": 1}])
    given = ("dinos", "--input", path, "--out", tmp_path / "out", "--seed", 1)
    install = "pip install --constraint constraints.txt -r requirements-scale.txt"
    assert (
        refused(*given, "--workers", 2)
        == f"Ray is not installed, which workers on a cluster need; install it with: {install}"
    )
    assert refused(*given, "--format", "parquet") == f"the format is parquet, which needs pyarrow: {install}"
    parquet = tmp_path / "rows.parquet"
    parquet.touch()
    assert "is a Parquet file, which needs pyarrow" in refused("dinos", "--input", parquet, "--seed", 1)


def test_a_run_goes_on_with_what_is_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = jobs.write_rows(tmp_path / "rows.jsonl", [*jobs.rows("dinos", 50), {"id": 99, "start": "7"}])
    out = tmp_path / "out"
    assert run("dinos", path, out, "--seed", 1, "--block-rows", 8, "--processes", 2) == 0
    expected, manifest = jobs.read_bytes(out), json.loads((out / "manifest.json").read_bytes())
    assert manifest["counts"] == {"rows": 51, "errors": 1, "parts": 7}
    assert manifest["input"]["rows"] == 51 and manifest["options"]["seed"] == 1
    assert str(out) in capsys.readouterr().out

    (out / "part-000002.jsonl").unlink()
    (out / "part-000004.jsonl").write_bytes((out / "part-000004.jsonl").read_bytes()[:-40])
    left = out / f"{files.UNFINISHED}x.jsonl"
    left.touch()
    kept = (out / "part-000003.jsonl").stat().st_mtime_ns
    assert run("dinos", path, out) == 0  # the seed and the size of the blocks are the folder's
    assert jobs.read_bytes(out) == expected
    assert json.loads((out / "manifest.json").read_bytes()) == manifest
    assert (out / "part-000003.jsonl").stat().st_mtime_ns == kept and not left.exists()


def test_the_folder_of_another_job_is_refused(tmp_path: Path) -> None:
    path, out = jobs.write_rows(tmp_path / "rows.jsonl", jobs.rows("dinos", 3)), tmp_path / "out"
    assert run("dinos", path, out, "--seed", 1) == 0
    given = ("dinos", "--input", path, "--out", out)
    assert refused(*given, "--seed", 2).startswith(f"{out} holds another job: its seed is 1, expected 2;")
    assert "its block_rows is 2048, expected 2" in refused(*given, "--block-rows", 2)
    assert "its app is dinos, expected shakespeare" in refused("shakespeare", *given[1:])
    jobs.write_rows(path, jobs.rows("dinos", 3, [1, 2, 4]))
    assert "its input's sha256 is" in refused(*given)
    (out / "manifest.json").write_text("{}")
    assert "is not a bulk job's manifest" in refused(*given)
    (out / "manifest.json").unlink()
    assert "holds files that are not a bulk job's" in refused(*given)


def test_two_runs_do_not_write_in_one_folder(tmp_path: Path) -> None:
    path, out = jobs.write_rows(tmp_path / "rows.jsonl", jobs.rows("dinos", 3)), tmp_path / "out"
    out.mkdir()
    with files.locked(out):
        assert refused("dinos", "--input", path, "--out", out) == f"another run writes in {out}"


def test_a_full_disk_ends_in_one_line_and_leaves_no_half_of_a_part(tmp_path: Path, root: Path) -> None:
    path, out = jobs.write_rows(tmp_path / "rows.jsonl", jobs.rows("dinos", 2000)), tmp_path / "out"
    given = ["--input", path, "--out", out, "--seed", 1]
    line = [sys.executable, "-m", "apps.bulk", "dinos", *map(str, given)]

    def limit() -> None:
        """Python ignores SIGXFSZ: a write beyond the limit is an error, as on a full disk."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    done = subprocess.run(line, cwd=root, timeout=120, capture_output=True, text=True, preexec_fn=limit)
    message = f"error: cannot write {out / 'part-000000.jsonl'}: file too large\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", message)
    assert [found.name for found in out.iterdir()] == ["manifest.json"]
