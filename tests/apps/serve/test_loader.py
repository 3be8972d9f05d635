"""Models found in a folder, loaded, and called."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from apps.serve import loader
from apps.serve.protocol import RequestError
from tests.apps.commands import until
from tests.apps.export import exports
from utils.errors import UserError


def copy(exported: Path, folder: Path, version: object = 1, name: str = "emojify") -> Path:
    """A version of a small model in a folder of models."""
    target = folder / name / str(version)
    shutil.copytree(exported / "emojify" / "1", target)
    return target


def test_versions_are_found_and_other_files_are_not(tmp_path: Path) -> None:
    for name in ("jazz/1", "jazz/12", "jazz/.unfinished-x", "jazz/one", "other/3", "empty"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "jazz.keras").touch()
    expected = [tmp_path / "jazz" / "1", tmp_path / "jazz" / "12", tmp_path / "other" / "3"]
    assert list(loader.scan(tmp_path)) == expected


def test_a_folder_without_exports_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no export"):
        loader.scan(tmp_path)
    with pytest.raises(UserError, match="there is no folder"):
        loader.scan(tmp_path / "none")


def truncated(version: Path) -> None:
    graph = version / "saved_model.pb"
    graph.write_bytes(graph.read_bytes()[:-99])


def without_graph(version: Path) -> None:
    (version / "saved_model.pb").unlink()


def without_variables(version: Path) -> None:
    shutil.rmtree(version / "variables")


def pipe_as_graph(version: Path) -> None:
    (version / "saved_model.pb").unlink()
    os.mkfifo(version / "saved_model.pb")


def loop_of_links(version: Path) -> None:
    (version / "assets.extra" / "more").symlink_to(version / "assets.extra" / "more")


def noted(content: str) -> Callable[[Path], None]:
    """What replaces the note on batching."""
    return lambda version: Path(version, "assets.extra", "batching.json").write_text(content)


def pipe_as_note(version: Path) -> None:
    (version / "assets.extra" / "batching.json").unlink()
    os.mkfifo(version / "assets.extra" / "batching.json")


def folder_as_note(version: Path) -> None:
    (version / "assets.extra" / "batching.json").unlink()
    (version / "assets.extra" / "batching.json").mkdir()


NOTE = "batching.json: expected"
BROKEN = {
    "truncated": (truncated, ""),
    "no graph": (without_graph, "there is no saved_model.pb"),
    "no variables": (without_variables, ""),
    "a pipe": (pipe_as_graph, "saved_model.pb is not a regular file"),
    "a loop": (loop_of_links, "too many levels of symbolic links"),
    "a note that is a pipe": (pipe_as_note, "batching.json is not a regular file"),
    "a note that is a folder": (folder_as_note, "is a folder, expected a file"),
    "half a note": (noted("{"), NOTE),
    "a note of another kind": (noted("[]"), NOTE),
    "an unknown option": (noted('{"serving_default": {"unknown": 1}}'), NOTE),
    "a nested note": (noted("[" * 100_000), NOTE),
    "a number as an input": (noted('{"serving_default": {"steps": 1}}'), NOTE),
    "an unknown input": (noted('{"serving_default": {"steps": "speed"}}'), "got 'speed'"),
    "an input of another type": (noted('{"serving_default": {"output_rows": "text"}}'), "got 'text'"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_version_is_named(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    spoil, reason = BROKEN[case]
    spoil(copy(exported, tmp_path, 2))
    with pytest.raises(UserError, match="cannot serve emojify, version 2: ") as caught:
        loader.load(tmp_path)
    assert reason in str(caught.value)
    assert capsys.readouterr().err == ""


def test_the_versions_beside_broken_ones_are_served(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy(exported, tmp_path, 99)
    for version, (spoil, _) in enumerate(BROKEN.values(), 1):
        spoil(copy(exported, tmp_path, version))
    assert list(loader.load(tmp_path)["emojify"]) == [99]
    lines = capsys.readouterr().err.splitlines()
    versions = sorted(range(1, len(BROKEN) + 1), key=str)
    assert [line.split(":")[1] for line in lines] == [f" cannot serve emojify, version {n}" for n in versions]


def test_large_versions(exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = (1 << 63) - 1
    for version in (last, last + 1):
        copy(exported, tmp_path, version)
    assert list(loader.load(tmp_path)["emojify"]) == [last]
    assert f"version {last + 1}: expected a version up to {last}" in capsys.readouterr().err


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


def batched(model: loader.Model) -> bool:
    """Whether calls of a model's first function may be computed together."""
    return model.signatures["serving_default"].batching is not None


class Watched:
    """A folder that is looked at every 20 ms, and what was said."""

    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.models = loader.ModelFolder(folder, lambda level, line, about: self.said.append(line))
        self.models.load()
        self.models.follow(seconds=0.02)

    def served(self, name: str = "emojify") -> list[int]:
        return sorted(self.models.models.get(name, {}))

    def warnings(self) -> int:
        return sum(line.startswith("cannot serve") for line in self.said)


def test_a_new_version_is_taken_up_and_a_removed_one_is_dropped(exported: Path, tmp_path: Path) -> None:
    copy(exported, tmp_path)
    watched = Watched(tmp_path)
    copy(exported, tmp_path, 3)
    until(lambda: watched.served() == [1, 3])
    assert "serving emojify, version 3" in watched.said
    shutil.rmtree(tmp_path / "emojify" / "1")
    until(lambda: watched.served() == [3])
    assert watched.models.models["emojify"][3].version == 3
    shutil.rmtree(tmp_path / "emojify" / "3")  # there is no newer one
    time.sleep(0.3)
    assert watched.served() == [3]


@pytest.mark.slow
@pytest.mark.parametrize("case", ["truncated", "no variables", "a note that is a pipe", "a nested note"])
def test_a_broken_version_is_named_once_and_tried_again_when_it_changes(
    exported: Path, tmp_path: Path, case: str
) -> None:
    """And what else is new is taken up meanwhile, of another model too."""
    copy(exported, tmp_path)
    watched = Watched(tmp_path)
    broken = copy(exported, tmp_path, 2)
    BROKEN[case][0](broken)
    copy(exported, tmp_path, 1, name="other")
    until(lambda: watched.warnings() == 1 and watched.served("other") == [1])
    time.sleep(0.3)
    assert (watched.served(), watched.warnings()) == ([1], 1)
    shutil.rmtree(broken)
    copy(exported, tmp_path, 2)
    until(lambda: watched.served() == [1, 2])
    assert watched.warnings() == 1


def test_a_version_whose_files_come_slowly_is_taken_up(exported: Path, tmp_path: Path) -> None:
    """The graph first, then the others one by one, as rsync or a network drive brings them."""
    copy(exported, tmp_path)
    watched = Watched(tmp_path)
    source, target = exported / "emojify" / "1", tmp_path / "emojify" / "2"
    files = sorted(
        (path for path in source.rglob("*") if path.is_file()), key=lambda path: path.suffix != ".pb"
    )
    for path in files:
        copied = target / path.relative_to(source)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copied)
        time.sleep(0.15)
    # A version may be served before its last file, the note on batching, is there; then it is taken up anew.
    until(lambda: (version := watched.models.models["emojify"].get(2)) is not None and batched(version), 5)


def test_a_model_s_folder_that_cannot_be_read_is_named(exported: Path, tmp_path: Path) -> None:
    copy(exported, tmp_path)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    said: list[str] = []
    loader.ModelFolder(tmp_path, lambda level, line, about: said.append(line)).load()
    assert said == [f"cannot serve loop: cannot read {tmp_path / 'loop'}: too many levels of symbolic links"]
