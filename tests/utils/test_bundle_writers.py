"""Writers that are killed, and writers at once: a bundle is always the old one or the new one."""

import errno
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.utils.bundles import made, names, same
from utils import bundle as bundles
from utils.bundle import load, save
from utils.errors import UserError
from utils.files import UNFINISHED


def test_an_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="cannot make the folder"):
        save(made(), tmp_path / "file")
    (tmp_path / "config.json").mkdir()
    with pytest.raises(UserError, match="it is a folder"):
        save(made(), tmp_path)


def test_a_full_disk_is_told_of_the_weights_by_their_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UserError, match=rf"cannot write {tmp_path / 'weights.npz'}: ") as caught:
        save(made(), tmp_path)
    assert caught.value.exit_code == 1
    assert names(tmp_path) == []


class PowerCut(BaseException):
    """The end of a process: nothing that comes after it reaches the disk."""


@pytest.mark.parametrize("old", [True, False])
def test_a_power_cut_at_any_step_leaves_the_old_bundle_or_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    steps = {"left": 0}

    def counted(work: Any) -> Any:
        def step(*given: Any, **named: Any) -> Any:
            steps["left"] -= 1
            if steps["left"] < 0:
                raise PowerCut
            return work(*given, **named)

        return step

    outcomes = []
    for cut in range(100):
        folder = tmp_path / f"{cut}"
        if old:
            save(made(1.0), folder)
        steps["left"] = cut
        with monkeypatch.context() as patches:
            for name in ("write_bytes", "chmod", "replace", "unlink"):
                patches.setattr(Path, name, counted(getattr(Path, name)))
            try:
                save(made(2.0), folder)
                whole = True
            except PowerCut:
                whole = False
        try:
            found = load(folder, "jazz").training["losses"][0]
            assert same(load(folder, "jazz"), made(found))
        except UserError:
            assert not old
            found = None
        outcomes.append(found)
        save(made(3.0), folder)
        assert names(folder) == ["config.json", "weights.npz"]
        if whole:
            break
    assert whole and cut > 6
    # Never back to the old one once the new one is there.
    assert outcomes == sorted(outcomes, key=lambda found: found or 0.0)
    assert set(outcomes) == {1.0 if old else None, 2.0}


WRITER = """
import sys
from pathlib import Path
from tests.utils.bundles import made
from utils.bundle import save
for count in range({count}):
    save(made({numbers}[count % 2], 20_000), Path({folder!r}))
    print(count, flush=True)
"""


@contextmanager
def writer(folder: Path, root: Path, numbers: list[float], count: int) -> "Iterator[subprocess.Popen[str]]":
    """A process that saves two bundles in turn; it does not outlive the block."""
    code = WRITER.format(folder=str(folder), numbers=numbers, count=count)
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def is_one_of(folder: Path, numbers: list[float]) -> bool:
    loaded = load(folder, "jazz")
    return any(same(loaded, made(number, 20_000)) for number in numbers)


def test_two_writers_and_a_reader_at_once(tmp_path: Path, root: Path) -> None:
    save(made(1.0, 20_000), tmp_path)
    with writer(tmp_path, root, [1.0, 2.0], 15) as one, writer(tmp_path, root, [3.0, 4.0], 15) as other:
        reads = 0
        while one.poll() is None or other.poll() is None:
            assert is_one_of(tmp_path, [1.0, 2.0, 3.0, 4.0])
            reads += 1
        assert (one.returncode, other.returncode) == (0, 0)
    assert reads > 10
    assert is_one_of(tmp_path, [1.0, 3.0])
    assert names(tmp_path) == ["config.json", "weights.npz"]


def test_other_hidden_files_are_left_alone(tmp_path: Path) -> None:
    for name in (f"{UNFINISHED}1.npz", f"{UNFINISHED}1.json", f"{UNFINISHED}1.png", ".settings.json"):
        (tmp_path / name).write_bytes(b"")
    save(made(), tmp_path)
    assert names(tmp_path) == [".settings.json", f"{UNFINISHED}1.png", "config.json", "weights.npz"]


def test_a_reader_follows_a_writer_that_renames_under_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pending weights get their own name between the reader's look and its reading."""
    save(made(2.0), tmp_path)
    pending = tmp_path / bundles._pending(
        json.loads((tmp_path / "config.json").read_text())["weights_sha256"]
    )
    (tmp_path / "weights.npz").replace(pending)
    read = bundles.read_bytes

    def renaming(path: Path, limit: int) -> bytes:
        if path == pending and pending.exists():
            pending.replace(tmp_path / "weights.npz")
        return read(path, limit)

    monkeypatch.setattr(bundles, "read_bytes", renaming)
    assert same(load(tmp_path, "jazz"), made(2.0))
