"""The temporary folder of a run: full, vanished, and left by a studio that was killed."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from apps.studio.errors import RequestError, refusal
from apps.studio.options import Settings
from apps.studio.server import create_app
from apps.studio.store import PREFIX, RecentlyUsed, Store
from utils.errors import UserError, WriteError


def test_files_have_names_that_nobody_chose() -> None:
    store = Store()
    first, second = store.add(b"one", ".wav"), store.add(b"two", ".wav")
    assert first != second and len(first) == 32
    assert store.path(first).read_bytes() == b"one" and store.path(first).suffix == ".wav"
    for unknown in ("", "..", f"../{store.folder.name}/{first}", "0" * 32):
        with pytest.raises(RequestError, match="no such file"):
            store.path(unknown)
    store.close()
    assert not store.folder.exists()
    store.close()


def test_the_oldest_files_make_room() -> None:
    store = Store(max_files=3)
    files = [store.add(b"") for _ in range(5)]
    assert len(list(store.folder.iterdir())) == 3
    assert [number for number in files if _is_kept(store, number)] == files[2:]
    store.close()

    store = Store(max_bytes=100)
    files = [store.add(bytes(40)) for _ in range(4)]
    assert [number for number in files if _is_kept(store, number)] == files[1:]
    store.close()


def test_folders_are_kept_up_to_a_number() -> None:
    store = Store(max_folders=2, max_files=1)
    folders = [store.new_folder() for _ in range(2)]
    store.add(b"")
    store.add(b"")
    assert all(folder.is_dir() for folder in folders)
    with pytest.raises(UserError, match="at most 2 networks"):
        store.new_folder()
    store.close()


@contextmanager
def full_disk(size: int = 1000) -> Iterator[None]:
    """No file may have more bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[FastAPI, TestClient, Path]]:
    """A studio whose temporary folder is its own."""
    folder = tmp_path / "temporary files"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    app = create_app(Settings(networks=tmp_path / "networks"))
    with TestClient(app, base_url="http://127.0.0.1:8600", raise_server_exceptions=False) as client:
        yield app, client, folder


def upload(client: TestClient) -> tuple[int, Any]:
    """Uploads a text to train on."""
    content = b"shall i compare thee to a summer day\n" * 200
    headers = {"content-type": "application/octet-stream"}
    answer = client.post("/api/learn/uploads/shakespeare", content=content, headers=headers)
    return answer.status_code, answer.json()


def test_a_full_disk_is_said_leaves_nothing_and_passes(own: tuple[FastAPI, TestClient, Path]) -> None:
    app, client, _ = own
    with full_disk():
        status, told = upload(client)
    assert (status, told) == (507, {"error": "the studio's disk is full: make room on it, then try again"})
    assert list(app.state.studio.store.folder.iterdir()) == []
    assert upload(client)[0] == 200


def test_a_training_on_a_full_disk_leaves_no_folder_and_its_place(
    own: tuple[FastAPI, TestClient, Path],
) -> None:
    app, client, _ = own
    bundled = client.get("/api/learn/materials").json()["materials"]["dinos"][0]["id"]
    body = {"material": bundled, "epochs": 1}
    with full_disk():
        lines = client.post("/api/learn/trainings", json=body).text.splitlines()
    assert lines[-1] == '{"error": "the studio\'s disk is full: make room on it, then try again"}'
    assert list(app.state.studio.store.folder.iterdir()) == []
    done = client.post("/api/learn/trainings", json=body).text
    assert '"error"' not in done and '"network": {' in done


def test_a_folder_that_somebody_removed_is_made_again(own: tuple[FastAPI, TestClient, Path]) -> None:
    app, client, temporary = own
    folder = app.state.studio.store.folder
    shutil.rmtree(folder)
    assert upload(client)[0] == 200
    assert folder.stat().st_mode & 0o777 == 0o700
    temporary.rename(temporary.with_name("away"))
    status, told = upload(client)
    assert status == 503 and str(temporary.parent) not in told["error"]
    temporary.with_name("away").rename(temporary)
    assert upload(client)[0] == 200


def test_a_file_that_has_gone_is_no_bug(own: tuple[FastAPI, TestClient, Path]) -> None:
    app, client, _ = own
    number = app.state.studio.store.new_file(".wav")
    assert client.get(f"/api/learn/audio/{number}").status_code == 404


def test_no_message_shows_a_path_of_the_server(own: tuple[FastAPI, TestClient, Path]) -> None:
    app, client, temporary = own
    folder = app.state.studio.store.folder
    for line, told in {
        f"cannot read {folder}/a.mid: no such file": "cannot read a.mid: no such file",
        "there is no bundle at /home/me/pretrained/jazz: expected": "there is no bundle at jazz: expected",
        "measure 1: 'C/G' has 6/8": "measure 1: 'C/G' has 6/8",
    }.items():
        assert refusal(UserError(line), folder).detail == told


def test_a_place_for_a_network_that_did_not_come_to_be_is_free_again() -> None:
    store = Store(max_folders=1)
    for _ in range(3):
        folder = store.new_folder()
        store.remove_folder(folder)
        assert not folder.exists()
    store.new_folder()
    with pytest.raises(UserError, match="at most 1 networks"):
        store.new_folder()
    store.close()


def test_a_file_that_cannot_be_written_is_no_file_of_the_run() -> None:
    store = Store()
    with full_disk(), pytest.raises(WriteError, match="file too large") as caught:
        store.add(bytes(2000))
    assert caught.value.full and list(store.folder.iterdir()) == []
    store.close()


def test_the_folder_of_a_studio_that_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = "import os; from apps.studio.store import Store; Store().add(b'x'); os.kill(os.getpid(), 9)"
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], cwd=root, env=environment, capture_output=True)
    assert done.returncode == -9
    (dead,) = tmp_path.glob(f"{PREFIX}*")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(elsewhere)
    living, next_one = Store(), Store()
    assert not dead.exists()
    assert living.folder.is_dir() and next_one.folder.is_dir() and elsewhere.is_dir()
    for store in (living, next_one):
        store.close()


def test_only_the_latest_objects_are_kept() -> None:
    shelf = RecentlyUsed[str]("gone", 2, max_weight=10)
    one, two = shelf.add("one", 1), shelf.add("two", 1)
    assert shelf.get(one) == "one"  # now the latest
    three = shelf.add("three", 1, id="3")
    assert shelf.get("3") == "three"
    four = shelf.add("four", 100)
    assert shelf.get(four) == "four"
    for number in (one, two, three):
        with pytest.raises(RequestError, match="gone"):
            shelf.get(number)


def _is_kept(store: Store, number: str) -> bool:
    try:
        return store.path(number).exists()
    except RequestError:
        return False
