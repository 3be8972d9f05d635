import errno
import os
import stat
import subprocess
import sys
import threading
import zipfile
import zlib
from pathlib import Path

import pytest

from utils.errors import UserError
from utils.files import (
    UNFINISHED,
    entries,
    exists,
    is_file,
    is_folder,
    locked,
    make_folder,
    read_bytes,
    read_member,
    read_text,
    regular_file,
    replacing,
    resolved,
    utf_8,
    write_bytes,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("name", "folder", "file"),
    [("folder", True, False), ("file", False, True), ("none", False, False), ("file/below", False, False)],
)
def test_what_a_path_leads_to(tmp_path: Path, name: str, folder: bool, file: bool) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    path = tmp_path / name
    assert (is_folder(path), is_file(path), exists(path)) == (folder, file, folder or file)
    assert exists(tmp_path / "pipe") and not is_file(tmp_path / "pipe")
    assert resolved(path) == path


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("loop", "cannot read .*loop: too many levels of symbolic links"),
        ("loop/below", "too many levels of symbolic links"),
        ("x" * 300, "file name too long"),
        ("/".join(["y" * 200] * 25), "file name too long"),
        ("null\0", "null.*no file can have this name"),
        ("half \ud834", "half.*no file can have this name"),
    ],
)
def test_a_path_of_which_the_system_says_nothing_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for question in (exists, is_folder, is_file, resolved, regular_file):
        with pytest.raises(UserError, match=message):
            question(tmp_path / name)


def test_a_folder_s_entries(tmp_path: Path) -> None:
    for name in "cab":
        (tmp_path / name).touch()
    assert [path.name for path in entries(tmp_path)] == ["a", "b", "c"]
    with pytest.raises(UserError, match="cannot read the folder .*a: not a directory"):
        entries(tmp_path / "a")
    with pytest.raises(UserError, match="no folder can have this name"):
        entries(tmp_path / "null\0")


def test_make_folder_with_its_parents_and_again(tmp_path: Path) -> None:
    folder = tmp_path / "a b" / "ü"
    assert make_folder(folder) == folder
    assert make_folder(folder).is_dir()


def test_make_folder_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UserError, match=f"cannot make the folder {folder}: ") as caught:
            make_folder(folder)
        assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "cannot read .*nothing: no such file or directory"),
        ("folder", "folder is a folder, expected a file"),
        ("large", "has 5 bytes, expected at most 4"),
        ("x" * 300, "file name too long"),
    ],
)
def test_what_cannot_be_read_is_one_error(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(b"12345")
    with pytest.raises(UserError, match=message):
        read_bytes(tmp_path / name, limit=4)


def test_read_bytes_of_what_never_ends(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, Path("/dev/zero")):
        with pytest.raises(UserError, match=f"{path} is not a regular file"):
            read_bytes(path)


def test_read_text_without_mark_and_with_plain_line_ends(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n\xc3\xa9")
    assert read_text(tmp_path / "f", limit=12) == "a\nb\nc\né"
    (tmp_path / "f").write_bytes(b"ab\xff")
    with pytest.raises(UserError, match="is not UTF-8 text: byte 2 cannot be read"):
        read_text(tmp_path / "f")


def test_write_and_read_again(tmp_path: Path) -> None:
    write_text(tmp_path / "new" / "a.txt", "é\n")
    write_bytes(tmp_path / "new" / "b", b"\r\n")
    assert (tmp_path / "new" / "a.txt").read_bytes() == b"\xc3\xa9\n"
    assert (tmp_path / "new" / "b").read_bytes() == b"\r\n"
    assert names(tmp_path / "new") == ["a.txt", "b"]


def test_a_written_file_has_the_mode_of_any_new_file(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_text(tmp_path / "f", "")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o640


def test_what_a_killed_process_left_is_removed_by_the_next(tmp_path: Path) -> None:
    kill = (
        "import os, sys; from pathlib import Path; from utils.files import replacing\n"
        "with replacing(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", kill, str(tmp_path / "solo.png")], check=False)
    (tmp_path / ".settings").write_bytes(b"")
    assert [Path(name).suffix for name in names(tmp_path)] == ["", ".png"]
    with replacing(tmp_path / "mine.png") as mine:
        assert names(tmp_path) == [".settings", mine.name]
        done = [sys.executable, "-c", kill.replace("os.kill(os.getpid(), 9)", "pass")]
        subprocess.run([*done, str(tmp_path / "other.png")], check=True)
        assert mine.exists()
    assert names(tmp_path) == [".settings", "mine.png", "other.png"]


def test_replacing_shows_nothing_before_its_end(tmp_path: Path) -> None:
    path = tmp_path / "solo.mid"
    path.write_bytes(b"old")
    with replacing(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".mid"
        assert temporary.name.startswith(UNFINISHED)
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["solo.mid"]


@pytest.mark.parametrize("failure", [ValueError("no"), KeyboardInterrupt(), UserError("no")])
def test_replacing_keeps_the_old_file_when_the_block_fails(tmp_path: Path, failure: BaseException) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")
    with pytest.raises(type(failure)), replacing(path) as temporary:
        temporary.write_bytes(b"half")
        raise failure
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["f"]


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, 1), (errno.EDQUOT, 1), (errno.EACCES, 2)])
@pytest.mark.parametrize("called", [None, Path("the poem")])
def test_replacing_tells_a_full_disk_from_a_bad_folder(
    tmp_path: Path, number: int, code: int, called: Path | None
) -> None:
    with pytest.raises(UserError, match=f"^cannot write {called or tmp_path / 'f'}: ") as caught:  # noqa: SIM117
        with replacing(tmp_path / "f", called=called):
            raise OSError(number, os.strerror(number))
    assert caught.value.exit_code == code
    assert names(tmp_path) == []
    with pytest.raises(UserError, match="it is a folder"), replacing(tmp_path):
        raise AssertionError("the block must not run")


def test_a_full_disk_without_room_for_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(UserError, match="^cannot make the folder .*: no space left on device$") as caught:
        make_folder(tmp_path / "new")
    assert caught.value.exit_code == 1


def test_a_member_of_a_zip_file_gives_no_more_than_it_says(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"word" * 1000)
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        (member,) = archive.infolist()
        assert read_member(archive, member) == b"word" * 1000
        member.file_size = 7
        with pytest.raises(zipfile.BadZipFile, match="Bad CRC-32"):
            read_member(archive, member)
        member.CRC = zlib.crc32(b"wordwor")
        assert read_member(archive, member) == b"wordwor"


@pytest.mark.parametrize(
    ("name", "compression", "message"),
    [
        *(
            (name, zipfile.ZIP_STORED, "leads out of it")
            for name in ("../a.npy", "a/../../b.npy", "/a.npy", "..\\a.npy", "C:\\a.npy", "C:a.npy")
        ),
        ("a", zipfile.ZIP_BZIP2, "a has an unusual compression"),
        ("a", zipfile.ZIP_LZMA, "a has an unusual compression"),
    ],
)
def test_a_member_that_may_do_harm_is_not_read(
    name: str, compression: int, message: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w", compression) as archive:
        archive.writestr(name, b"word" * 1000)
    with zipfile.ZipFile(tmp_path / "f.zip") as archive, pytest.raises(zipfile.BadZipFile, match=message):
        read_member(archive, archive.infolist()[0])


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("été 🍴", "été 🍴".encode()),
        ("caf\udcc3\udca9", "café".encode()),  # a name's bytes, where the locale is ASCII
        ("a\udcff.txt", "a\ufffd.txt".encode()),
        ("\ud83c", "\ufffd\ufffd\ufffd".encode()),
    ],
)
def test_a_text_that_quotes_any_name_can_be_written(text: str, content: bytes, tmp_path: Path) -> None:
    assert utf_8(text) == content
    write_text(tmp_path / "f", text)
    assert read_text(tmp_path / "f") == content.decode("utf-8")


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    contents = [bytes([number]) * 100_000 for number in range(8)]
    threads = [threading.Thread(target=write_bytes, args=(tmp_path / "f", content)) for content in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "f").read_bytes() in contents
    assert names(tmp_path) == ["f"]


def test_locked_keeps_others_out_until_it_ends(tmp_path: Path) -> None:
    with locked(tmp_path) as first:
        assert first is True
        with locked(tmp_path, wait=False) as second:
            assert second is False
    with locked(tmp_path, wait=False) as third:
        assert third is True


def test_locked_waits(tmp_path: Path) -> None:
    events: list[str] = []

    def other() -> None:
        with locked(tmp_path):
            events.append("other")

    thread = threading.Thread(target=other)
    with locked(tmp_path):
        thread.start()
        thread.join(0.1)
        events.append("first")
    thread.join(10)
    assert events == ["first", "other"]


def test_locked_goes_on_where_the_file_system_has_no_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def none(handle: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with locked(tmp_path) as held:
        assert held is True
    with locked(tmp_path, wait=False) as held:
        assert held is False
