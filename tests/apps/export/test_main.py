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


def test_an_unknown_app_is_refused() -> None:
    assert "invalid choice: 'poems'" in refusal("poems")
    assert "expected --format safetensors" in refusal("dinos")
    assert "APP" in refusal()


def test_arrays_alone_have_no_words() -> None:
    assert "without word vectors" in refusal("emojify", "--format", "safetensors", "--vocabulary", 9)


def test_a_missing_bundle_is_refused(tmp_path: Path) -> None:
    assert refusal("jazz", "--bundle", tmp_path / "none") == (
        f"there is no bundle at {tmp_path / 'none'}: expected a folder with config.json and weights.npz"
    )


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


@pytest.mark.parametrize("option", [("--vocabulary", 5), ("--glove", "vectors.txt")])
def test_options_of_another_app_are_refused(bundle: Path, option: tuple[str, object]) -> None:
    message = refusal("jazz", "--bundle", bundle, *option)
    assert message == f"{option[0].strip('-')} is for emojify only: jazz has no word vectors"
