"""What the export command writes, when it writes nothing, and what its check finds."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.export import __main__ as export
from apps.export import write as export_work
from apps.export.verify import encoded
from models.export_graph import Probe
from tests.apps.export import exports
from utils.errors import UserError

PROBE = Probe("go", {"x": np.array([1.0], np.float32)}, {"y": np.array([0.5, 0.25], np.float32)})
TEXT = Probe("go", {}, {"text": np.array(["a", "b"], object)})


def seen(probe: Probe, **changes: Any) -> dict[str, Any]:
    """What a new process saw that found the probe's answers."""
    answers = [{name: encoded(array) for name, array in probe.outputs.items()}]
    good = {"answers": answers, "again": answers, "operations": {"MatMul": 3}, "load_seconds": 0.1}
    return good | {"call_seconds": [0.1]} | changes


def test_a_whole_export_has_the_layout_that_servers_load(exported: Path) -> None:
    for app in exports.WRITERS:
        assert [path.name for path in (exported / app).iterdir()] == ["1"]
        assert (exported / app / "1" / "saved_model.pb").is_file()
        assert (exported / app / "1" / "variables" / "variables.index").is_file()
        assert (exported / app / "1").stat().st_mode & 0o444 == 0o444


def test_good_answers_pass() -> None:
    export_work.check(seen(PROBE), [PROBE])
    export_work.check(seen(TEXT), [TEXT])


@pytest.mark.parametrize("operation", ["CudnnRNNV3", "PyFunc", "EagerPyFunc"])
def test_operations_that_other_servers_lack_are_found(operation: str) -> None:
    with pytest.raises(UserError, match=f"has the operation {operation}"):
        export_work.check(seen(PROBE, operations={"MatMul": 1, operation: 1}), [PROBE])


@pytest.mark.parametrize("value", [0.25002, 0.2499, float("nan"), float("inf")])
def test_other_numbers_are_found(value: float) -> None:
    answers = [{"y": encoded(np.array([0.5, value], np.float32))}]
    with pytest.raises(
        UserError, match="go y of the export is more than 1e-05 from the Keras model's"
    ) as caught:
        export_work.check(seen(PROBE, answers=answers, again=answers), [PROBE])
    assert caught.value.exit_code == 1


def test_other_texts_shapes_and_second_answers_are_found() -> None:
    other = [{"text": encoded(np.array(["a", "c"], object))}]
    with pytest.raises(UserError, match="go text of the export is not what the Keras model says"):
        export_work.check(seen(TEXT, answers=other, again=other), [TEXT])
    longer = [{"text": encoded(np.array(["a", "b", "c"], object))}]
    with pytest.raises(UserError, match=re.escape("is object [3]; the Keras model has object [2]")):
        export_work.check(seen(TEXT, answers=longer, again=longer), [TEXT])
    with pytest.raises(UserError, match="answers a repeated call otherwise"):
        export_work.check(seen(TEXT, again=other), [TEXT])


def test_an_export_that_fails_its_check_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(path: Path, kind: str, probes: list[Probe]) -> dict[str, Any]:
        assert (path / "saved_model.pb").is_file()
        answers = [{name: encoded(array) for name, array in probe.outputs.items()} for probe in probes]
        answers[0]["tokens"]["values"][3] = "C,9.000"
        return {"answers": answers, "again": answers, "operations": {}}

    monkeypatch.setattr(export_work, "reload", broken)
    bundle = exports.write_jazz(tmp_path / "bundle")
    with pytest.raises(UserError, match="serving_default tokens of the export is not what") as caught:
        export.main(["jazz", "--bundle", str(bundle), "--out", str(tmp_path / "out")])
    assert caught.value.exit_code == 1
    assert list((tmp_path / "out" / "jazz").iterdir()) == []


def test_a_process_that_cannot_load_it_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(UserError, match="cannot be used in a new process: exit code 1") as caught:
        export_work.reload(tmp_path, "savedmodel", [])
    assert caught.value.exit_code == 1


def test_versions_count_up_and_what_a_killed_export_left_goes(tmp_path: Path) -> None:
    folder = tmp_path / "out" / "jazz"
    for number in ("1", "9", "10"):
        (folder / number).mkdir(parents=True)
    (folder / ".unfinished-xyz" / "variables").mkdir(parents=True)
    with export_work._new_version(folder) as (temporary, publish):
        assert temporary.name.startswith(".unfinished-")
        (temporary / "saved_model.pb").touch()
        assert not (folder / "11").exists()
        assert publish() == folder / "11"
    assert sorted(path.name for path in folder.iterdir()) == ["1", "10", "11", "9"]
    assert [path.name for path in (folder / "11").iterdir()] == ["saved_model.pb"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, UserError])
def test_a_stopped_export_leaves_no_version(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), export_work._new_version(tmp_path / "jazz") as (temporary, _):
        (temporary / "saved_model.pb").touch()
        raise error("stopped")
    assert list((tmp_path / "jazz").iterdir()) == []


@pytest.mark.parametrize("name", ["one", "1.bak", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_a_folder_of_something_else_is_left_alone(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(UserError, match="is no version of an export"), export_work._new_version(tmp_path):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_onnx_without_its_packages_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_work.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="needs tf2onnx, onnx, onnxruntime; get it with: pip install"):
        export.main(["jazz", "--format", "onnx", "--out", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_a_path_that_is_no_text_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no UTF-8 text; TensorFlow takes no other paths"):
        export.main(["jazz", "--out", str(tmp_path / "a\udcff")])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["keras", "onnx"])
def test_the_plain_network_as_one_file(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Loaded and called in this process, which saves an import."""
    if kind == "onnx":
        for package in export_work.OPTIONAL:
            pytest.importorskip(package, reason=f"get it with: {export_work.INSTALL}")
    monkeypatch.setattr(export_work, "reload", exports.reload_here)
    for app, write in exports.WRITERS.items():
        bundle = write(tmp_path / app)
        arguments = [app, "--bundle", str(bundle), "--out", str(tmp_path / "out"), "--format", kind]
        assert export.main(arguments) == 0
        printed = capsys.readouterr()
        assert printed.out == f"{tmp_path / 'out' / app}.{kind}\n"
        assert "1 calls equal the Keras model's" in printed.err
