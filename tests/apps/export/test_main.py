"""The export command's arguments and errors; test_write has what it writes."""

import json
from pathlib import Path

import pytest

from apps.export import __main__ as export
from tests.apps.export import exports
from utils.errors import UserError


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return exports.write_jazz(tmp_path / "a bundle")


def refused(*arguments: object) -> str:
    """The one line that the command ends with."""
    with pytest.raises(UserError) as caught:
        export.main([str(argument) for argument in arguments])
    assert caught.value.exit_code == 2
    return str(caught.value)


def test_an_unknown_app_is_refused() -> None:
    assert "invalid choice: 'poems'" in refused("poems")
    assert "expected --format safetensors" in refused("dinos")
    assert "APP" in refused()


def test_arrays_alone_have_no_words() -> None:
    assert "without word vectors" in refused("emojify", "--format", "safetensors", "--vocabulary", 9)


def test_a_missing_bundle_is_refused(tmp_path: Path) -> None:
    assert refused("jazz", "--bundle", tmp_path / "none") == (
        f"there is no bundle at {tmp_path / 'none'}: expected a folder with config.json and weights.npz"
    )


def test_a_broken_bundle_is_refused_before_anything_is_written(bundle: Path, tmp_path: Path) -> None:
    content = (bundle / "weights.npz").read_bytes()
    (bundle / "weights.npz").write_bytes(content[:-9])
    assert "does not have the checksum" in refused("jazz", "--bundle", bundle, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_app_s_bundle_is_refused(bundle: Path) -> None:
    config = json.loads((bundle / "config.json").read_text("utf-8")) | {"app": "dinos"}
    (bundle / "config.json").write_text(json.dumps(config), "utf-8")
    assert "is a bundle of 'dinos', expected one of 'jazz'" in refused("jazz", "--bundle", bundle)


def test_an_output_folder_that_is_a_file_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot make the folder" in refused("jazz", "--bundle", bundle, "--out", tmp_path / "file" / "out")


def test_an_output_folder_of_something_else_is_refused(bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "jazz").mkdir(parents=True)
    (tmp_path / "out" / "jazz" / "notes.txt").write_text("mine", "utf-8")
    message = refused("jazz", "--bundle", bundle, "--out", tmp_path / "out")
    assert message == (
        f"{tmp_path / 'out' / 'jazz'} holds notes.txt, which is not a version of an export; "
        "choose another folder"
    )
    assert [path.name for path in (tmp_path / "out" / "jazz").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("option", [("--vocabulary", 5), ("--glove", "vectors.txt")])
def test_options_of_another_app_are_refused(bundle: Path, option: tuple[str, object]) -> None:
    message = refused("jazz", "--bundle", bundle, *option)
    assert message == f"{option[0].strip('-')} is for emojify only: jazz has no word vectors"
