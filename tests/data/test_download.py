import io
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from data import download
from data.entries import Entry
from tests.examples import zipped
from utils import cli
from utils.errors import UserError

pytestmark = pytest.mark.usefixtures("empty_cache")

POEM = bytes(range(256)) * 1200  # more than one piece of the answer


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def refused(entry: Entry, folder: Path, timeout: float = 10.0) -> UserError:
    """The error that fetching ends with, after a check that it left nothing in the folder."""
    with pytest.raises(UserError) as caught:
        download.fetch(entry, folder, timeout)
    assert not folder.exists() or names(folder) == []
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_good_file_arrives_whole(site, tmp_path: Path) -> None:
    path = download.fetch(site.entry(POEM), tmp_path / "in")
    assert path == tmp_path / "in" / "poem.txt"
    assert path.read_bytes() == POEM
    assert names(tmp_path / "in") == ["poem.txt"]
    download.fetch(site.entry(POEM), tmp_path / "in")
    assert site.asked == ["/poem.txt"]  # once


@pytest.mark.parametrize("behaviour", ["without_length", "compressing"])
def test_other_good_answers(site, tmp_path: Path, behaviour: str) -> None:
    assert download.fetch(site.entry(POEM, getattr(site, behaviour)), tmp_path).read_bytes() == POEM


def test_a_relative_folder_with_a_tilde_is_taken_as_it_is(
    site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert download.fetch(site.entry(POEM), Path("~")) == Path("~/poem.txt")
    assert (tmp_path / "~" / "poem.txt").read_bytes() == POEM


@pytest.mark.parametrize(
    ("behaviour", "changes", "message"),
    [
        ("good", {"sha256": "0" * 64}, "the file has another sha256 than 000"),
        ("good", {"bytes": 7}, f"expected 7 bytes, got {len(POEM)}"),  # seen before the download
        ("without_length", {"bytes": len(POEM) - 1}, f"expected {len(POEM) - 1} bytes, got {len(POEM)}"),
        ("cut", {}, "the connection broke off before the file was complete"),
        ("missing", {}, "/poem.txt: the server answered 404 Client Error: Not Found"),
    ],
)
def test_a_bad_answer_is_one_error(
    site, tmp_path: Path, behaviour: str, changes: dict[str, Any], message: str
) -> None:
    error = refused(site.entry(POEM, getattr(site, behaviour), **changes), tmp_path / "in")
    assert error.exit_code == 1
    assert "poem.txt" in str(error) and message in str(error)


@pytest.mark.parametrize("behaviour", ["silent", "halting"])
def test_a_server_that_stalls(site, tmp_path: Path, behaviour: str) -> None:
    start = time.monotonic()
    error = refused(site.entry(POEM, getattr(site, behaviour)), tmp_path / "in", timeout=0.2)
    assert time.monotonic() - start < 5
    assert error.exit_code == 1
    assert str(error).endswith("no answer for 0.2 s")


def test_a_server_that_is_not_there(site, tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets the port meanwhile
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/poem.txt"
        error = refused(site.entry(POEM, url=url), tmp_path / "in")
    assert error.exit_code == 1
    assert str(error) == f"cannot fetch poem.txt from {url}: no connection"


def test_a_folder_in_the_files_place(site, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").mkdir()
    with pytest.raises(UserError, match="it is a folder"):
        download.fetch(site.entry(POEM), tmp_path)
    assert site.asked == []


def test_a_full_disk_is_said_before_the_download(
    site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(free: int) -> None:
        usage = download.shutil._ntuple_diskusage(10**9, 10**9 - free, free)
        monkeypatch.setattr(download.shutil, "disk_usage", lambda place: usage)

    needed = len(POEM) + 50  # the archive, and what is taken out of it
    leave(needed - 1)
    error = refused(site.entry(POEM, member="v.txt", member_bytes=50), tmp_path / "in")
    assert error.exit_code == 1
    assert f"it takes {needed} bytes in {tmp_path / 'in'}, {needed - 1} are free" in str(error)
    assert site.asked == []
    leave(len(POEM))
    assert download.fetch(site.entry(POEM), tmp_path / "in").read_bytes() == POEM


def test_an_old_file_stays_when_the_download_fails(site, tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes(b"old")
    with pytest.raises(UserError):
        download.fetch(site.entry(POEM, site.cut), tmp_path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["poem.txt"]


def test_the_bar_is_shown_when_a_person_watches(
    site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    cli.show_notices(quiet=True)
    download.fetch(site.entry(POEM), tmp_path / "quiet")
    assert screen.getvalue() == ""
    cli.show_notices()
    download.fetch(site.entry(POEM), tmp_path / "loud")
    assert "poem.txt (kB)" in screen.getvalue()
    assert re.search(r"\b307/307\b", screen.getvalue())


# Archives


def vectors(site, content: bytes, **changes: Any) -> Entry:
    fields = {"name": "vectors", "member": "v.50d.txt", "member_bytes": len(POEM), **changes}
    return site.entry(content, url=site.serve("/v.zip", content), **fields)


def test_only_the_member_is_taken_out_and_the_archive_goes(
    site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = zipped({"v.100d.txt": b"x" * 50, "v.50d.txt": POEM})
    monkeypatch.chdir(tmp_path)
    Path("v.50d.txt").write_bytes(b"another")
    path = download.fetch(vectors(site, content), tmp_path / "in")
    assert path == tmp_path / "in" / "v.50d.txt"
    assert path.read_bytes() == POEM
    assert names(tmp_path / "in") == ["v.50d.txt"]
    assert Path("v.50d.txt").read_bytes() == b"another"


def test_an_archive_that_is_already_there_is_used_and_kept(site, tmp_path: Path) -> None:
    content = zipped({"v.50d.txt": POEM})
    (tmp_path / "v.zip").write_bytes(content)
    path = download.fetch(vectors(site, content), tmp_path)
    assert path.read_bytes() == POEM
    assert site.asked == []
    assert names(tmp_path) == ["v.50d.txt", "v.zip"]


def test_a_spoilt_archive_that_is_there_is_not_used(site, tmp_path: Path) -> None:
    content = zipped({"v.50d.txt": POEM})
    (tmp_path / "v.zip").write_bytes(content[:-1] + b"x")
    assert download.fetch(vectors(site, content), tmp_path).read_bytes() == POEM
    assert site.asked == ["/v.zip"]


@pytest.mark.parametrize("name", ["../out.txt", "a/../../out.txt", "/out.txt", "..\\out.txt", "C:\\out.txt"])
def test_nothing_is_extracted_outside_the_folder(site, tmp_path: Path, name: str) -> None:
    download.fetch(vectors(site, zipped({"v.50d.txt": POEM, name: b"bad"})), tmp_path / "in")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "v.50d.txt"]


def spoilt(content: bytes) -> bytes:
    """An archive with a bit of its member changed."""
    return content[:60] + bytes([content[60] ^ 1]) + content[61:]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (zipped({"else.txt": POEM}), "\"There is no item named 'v.50d.txt' in the archive\""),
        (b"<html>sorry</html>", "File is not a zip file"),
        (spoilt(zipped({"v.50d.txt": POEM})), ""),
    ],
)
def test_an_archive_that_does_not_hold_the_member_is_one_error(
    site, tmp_path: Path, content: bytes, message: str
) -> None:
    error = refused(vectors(site, content), tmp_path / "in")
    assert error.exit_code == 1
    assert str(error).startswith("cannot extract v.50d.txt from v.zip: ") and message in str(error)


# Processes that end in the middle


def start(entry: Entry, folder: Path, root: Path) -> "subprocess.Popen[str]":
    """A process that fetches the entry as the command does."""
    code = (
        "import sys\n"
        "from data import catalogue\n"
        "from data.__main__ import main\n"
        "from data.entries import Entry\n"
        "from utils.cli import run\n"
        f"catalogue.ENTRIES = ({entry!r},)\n"
        "sys.exit(run(main))\n"
    )
    command = [sys.executable, "-c", code, "fetch", entry.name, "--data-dir", str(folder)]
    return subprocess.Popen(command, cwd=root, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_bytes(folder: Path) -> None:
    """Waits until a part of the file is on the disk."""
    for _ in range(1000):
        if any(path.stat().st_size for path in (folder / download.WORK_FOLDER).glob("*")):
            return
        time.sleep(0.01)
    raise AssertionError("nothing of the file arrived")


def test_a_killed_download_leaves_nothing_under_the_name_and_the_next_one_tidies_up(
    site, tmp_path: Path, root: Path
) -> None:
    entry = site.entry(POEM, site.halting)
    process = start(entry, tmp_path / "in", root)
    assert site.half_sent.wait(30)
    wait_for_bytes(tmp_path / "in")
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert names(tmp_path / "in") == [download.WORK_FOLDER]
    site.go_on.set()
    assert download.fetch(entry, tmp_path / "in").read_bytes() == POEM
    assert names(tmp_path / "in") == ["poem.txt"]


def test_ctrl_c_tidies_up_and_exits_with_130(site, tmp_path: Path, root: Path) -> None:
    process = start(site.entry(POEM, site.halting), tmp_path / "in", root)
    assert site.half_sent.wait(30)
    wait_for_bytes(tmp_path / "in")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == ""
    assert err.splitlines()[1:] == ["stopped"]
    assert names(tmp_path / "in") == []


def test_two_fetches_at_once_give_the_one_file(site, tmp_path: Path, root: Path) -> None:
    entry = site.entry(POEM, site.halting)
    processes = [start(entry, tmp_path / "in", root) for _ in range(2)]
    assert site.half_sent.wait(30)
    site.go_on.set()
    for process in processes:
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, f"{tmp_path / 'in' / 'poem.txt'}\n")
    assert len(site.asked) == 1
    assert (tmp_path / "in" / "poem.txt").read_bytes() == POEM
    assert names(tmp_path / "in") == ["poem.txt"]
