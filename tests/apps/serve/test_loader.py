"""Models found in a folder, loaded, and called."""

import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from apps.serve import loader
from apps.serve.protocol import RequestError
from tests.apps.commands import until
from tests.apps.export import exports
from utils.errors import UserError


def test_versions_are_found_and_other_files_are_not(tmp_path: Path) -> None:
    for name in ("jazz/1", "jazz/12", "jazz/.unfinished-x", "jazz/one", "other/3", "empty"):
        (tmp_path / name).mkdir(parents=True)
        if name != "empty":
            (tmp_path / name / "saved_model.pb").touch()
    (tmp_path / "jazz.keras").touch()
    assert loader.find(tmp_path) == {
        "jazz": {1: tmp_path / "jazz" / "1", 12: tmp_path / "jazz" / "12"},
        "other": {3: tmp_path / "other" / "3"},
    }


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no export"):
        loader.find(tmp_path)
    with pytest.raises(UserError, match="there is no folder"):
        loader.find(tmp_path / "none")


def test_a_broken_export_is_named(exported: Path, tmp_path: Path) -> None:
    broken = tmp_path / "jazz" / "1"
    shutil.copytree(exported / "jazz" / "1", broken)
    (broken / "saved_model.pb").write_bytes((broken / "saved_model.pb").read_bytes()[:-99])
    with pytest.raises(UserError, match=f"cannot load {broken}"):
        loader.load(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", '{"serving_default": {"unknown": 1}}'])
def test_a_broken_note_on_batching_is_named(exported: Path, tmp_path: Path, content: str) -> None:
    shutil.copytree(exported / "jazz", tmp_path / "jazz")
    note = tmp_path / "jazz" / "1" / "assets.extra" / "batching.json"
    note.write_text(content)
    with pytest.raises(UserError, match=f"{note}: expected the options of each signature"):
        loader.load(tmp_path)


def test_a_model_answers_and_refuses(exported: Path) -> None:
    models = loader.load(exported)
    assert {name: sorted(versions) for name, versions in models.items()} == {
        name: [1] for name in exports.WRITERS
    }
    call = models["jazz"][1].signatures["serving_default"]
    assert {name: (spec.dtype, spec.shape) for name, spec in call.inputs.items()} == {
        "chord_sets": ("int32", None),
        "seed": ("int64", None),
        "temperature": ("float32", None),
    }
    inputs = {"chord_sets": np.array(2, np.int32), "seed": np.array(1), "temperature": np.array(1.0)}
    assert call(inputs)["tokens"].shape == (2, 50)
    with pytest.raises(RequestError, match="^chord_sets must be 1 to 100; found: 0$"):
        call(inputs | {"chord_sets": np.array(0)})


def test_what_a_graph_says() -> None:
    error = "Graph execution error:\n\nassertion failed: [length must be 1; found:] [[0 2]]\n\t [[{{node}}]]"
    assert loader.assertion_message(error) == "length must be 1; found: 0 2"
    assert loader.assertion_message("first\nlast\n") == "last"
    assert loader.assertion_message("") == "the model does not accept these inputs"


def test_a_new_version_is_taken_up_and_a_broken_one_is_named(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(exported / "emojify", tmp_path / "emojify")
    models = loader.load(tmp_path)
    loader.follow(tmp_path, models, seconds=0.05)
    broken = tmp_path / "emojify" / "2"
    shutil.copytree(tmp_path / "emojify" / "1", tmp_path / "emojify" / ".new")
    (tmp_path / "emojify" / ".new" / "saved_model.pb").write_bytes(b"nothing")
    (tmp_path / "emojify" / ".new").rename(broken)
    until(lambda: f"note: cannot load {broken}" in capsys.readouterr().err)
    assert list(models["emojify"]) == [1]

    shutil.copytree(tmp_path / "emojify" / "1", tmp_path / "emojify" / ".new")
    (tmp_path / "emojify" / ".new").rename(tmp_path / "emojify" / "3")
    until(lambda: sorted(models["emojify"]) == [1, 3])
    shutil.rmtree(tmp_path / "emojify" / "1")
    until(lambda: list(models["emojify"]) == [3])
    assert models["emojify"][3].version == 3
    shutil.rmtree(tmp_path / "emojify" / "3")  # there is no newer one
    time.sleep(0.3)
    assert list(models["emojify"]) == [3]
