import subprocess
import sys
import time
from pathlib import Path

import pytest

from data import catalogue
from data.__main__ import main
from data.entries import ENTRIES, Entry
from utils.errors import UserError

pytestmark = pytest.mark.usefixtures("empty_cache")

POEM = b"Roses are red, and so on.\n" * 40
SONG = b"La la la.\n" * 30


@pytest.fixture
def shelf(site, monkeypatch: pytest.MonkeyPatch) -> tuple[Entry, ...]:
    """A catalogue of two small files and a large archive, on a server of our own."""
    entries = (
        site.entry(POEM),
        site.entry(SONG, name="song.txt", licence="public domain"),
        site.entry(b"", name="vectors", bytes=862_182_613, member="v.50d.txt", member_bytes=9),
    )
    monkeypatch.setattr(catalogue, "ENTRIES", entries)
    return entries


def test_list_is_an_aligned_table_on_standard_output(shelf, tmp_path: Path, capsys) -> None:
    (tmp_path / "song.txt").write_bytes(SONG)
    assert main(["list", "--data-dir", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert err == ""
    assert [line.split()[0] for line in lines] == ["NAME", "poem.txt", "song.txt", "vectors"]
    column = lines[0].index("WHERE")
    assert lines[1][column:].startswith("not here ")
    assert lines[2][column:].startswith(f"{tmp_path / 'song.txt'}  ")
    licence = lines[0].index("LICENCE")
    assert [line[licence:] for line in lines[1:]] == ["made up", "public domain", "made up"]
    assert "1.0 kB" in lines[1] and "0.3 kB" in lines[2] and "862.2 MB zip" in lines[3]


def test_where_prints_the_path_alone(shelf, tmp_path: Path, capsys) -> None:
    (tmp_path / "poem.txt").write_bytes(POEM)
    assert main(["where", "poem.txt", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr() == (f"{tmp_path / 'poem.txt'}\n", "")


def test_fetch_prints_each_path_once_and_the_rest_on_standard_error(
    shelf, site, empty_cache: Path, capsys
) -> None:
    poem, song = empty_cache / "poem.txt", empty_cache / "song.txt"
    assert main(["fetch", "song.txt", "poem.txt", "song.txt"]) == 0
    out, err = capsys.readouterr()
    assert out == f"{song}\n{poem}\n"
    assert err.splitlines()[1] == "note: fetching poem.txt, 1.0 kB: A poem for a test."
    assert site.asked == ["/song.txt", "/poem.txt"]
    assert main(["fetch", "poem.txt"]) == 0
    assert capsys.readouterr() == (f"{poem}\n", f"note: poem.txt is already at {poem}\n")


def test_quiet_leaves_the_path_alone(shelf, tmp_path: Path, capsys) -> None:
    assert main(["fetch", "song.txt", "--quiet", "--data-dir", str(tmp_path)]) == 0
    assert capsys.readouterr() == (f"{tmp_path / 'song.txt'}\n", "")


def test_fetch_all_leaves_the_large_archive_out_and_says_its_size(shelf, site, capsys) -> None:
    assert main(["fetch", "all"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert site.asked == ["/poem.txt", "/song.txt"]
    assert err.splitlines()[0] == (
        "note: vectors is left out: it is 862.2 MB; get it with: python -m data fetch vectors"
    )


def test_the_large_archive_is_announced_with_its_size(shelf, site, capsys) -> None:
    site.pages["/vectors"] = (b"", site.missing)
    assert main(["fetch", "all", "vectors", "--quiet"]) == 1
    assert site.asked == ["/vectors", "/poem.txt", "/song.txt"]
    capsys.readouterr()
    assert main(["fetch", "vectors"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("note: fetching v.50d.txt out of vectors, 862.2 MB, ")


def test_one_file_that_cannot_be_had_does_not_keep_the_others_away(
    shelf, site, empty_cache: Path, capsys
) -> None:
    site.pages["/poem.txt"] = (POEM, site.missing)
    assert main(["fetch", "all", "--quiet"]) == 1
    out, err = capsys.readouterr()
    assert out == f"{empty_cache / 'song.txt'}\n"
    assert err.count("\n") == 1
    assert err.startswith("error: cannot fetch poem.txt from http://127.0.0.1:")
    assert err.endswith("the server answered 404 Client Error: Not Found\n")


def test_an_unknown_name_ends_the_command_before_any_download(shelf, site) -> None:
    with pytest.raises(UserError, match="no 'poen.txt'; it has poem.txt, song.txt, vectors"):
        main(["fetch", "song.txt", "poen.txt"])
    assert site.asked == []


def test_the_timeout_is_the_one_that_was_given(shelf, site, capsys) -> None:
    site.pages["/poem.txt"] = (POEM, site.silent)
    start = time.monotonic()
    assert main(["fetch", "poem.txt", "--timeout", "0.2"]) == 1
    assert time.monotonic() - start < 5
    assert "no answer for 0.2 s" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fetch"], "the following arguments are required: NAME"),
        (["fetch", "poem.txt", "--timeout", "0"], "argument --timeout: expected a number above 0, got 0"),
        (["get", "poem.txt"], "invalid choice: 'get'"),
    ],
)
def test_bad_usage_is_one_line(arguments: list[str], message: str) -> None:
    with pytest.raises(UserError) as caught:
        main(arguments)
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_the_command_lists_the_courses_files(root: Path) -> None:
    command = [sys.executable, "-m", "data"]  # no verb: list
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [known.name for known in ENTRIES]
