"""The export command's arguments and errors; test_write has what it writes."""

from functools import partial
from pathlib import Path

import pytest

from apps.export import __main__ as export
from tests.apps import commands
from tests.apps.export import exports

refusal = partial(commands.refusal, export.main)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return exports.write_jazz(tmp_path / "a bundle")


def test_an_output_folder_that_is_a_file_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot make the folder" in refusal("jazz", "--bundle", bundle, "--out", tmp_path / "file" / "out")


def test_an_output_folder_of_something_else_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "jazz").mkdir(parents=True)
    (tmp_path / "out" / "jazz" / "notes.txt").write_text("mine", "utf-8")
    message = refusal("jazz", "--bundle", bundle, "--out", tmp_path / "out")
    assert message == (
        f"{tmp_path / 'out' / 'jazz'} holds notes.txt, which is not a version of an export; "
        "choose another folder"
    )
    assert [path.name for path in (tmp_path / "out" / "jazz").iterdir()] == ["notes.txt"]
