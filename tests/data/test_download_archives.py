import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from data import download
from data.entries import Entry
from tests.data.downloads import names, refused

pytestmark = pytest.mark.usefixtures("empty_cache")

POEM = bytes(range(256)) * 1200


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


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
