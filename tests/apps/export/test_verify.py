"""Verifying exports: the calls of the new process, made in this one, and differences that are found."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from apps.export import verify
from apps.export.verify import Report, encode
from models.export_graph import Probe
from utils.errors import UserError

PROBE = Probe("go", {"x": np.array([1.0], np.float32)}, {"y": np.array([0.5, 0.25], np.float32)})
TEXT = Probe("go", {}, {"text": np.array(["a", "b"], object)})


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Any:
    """verified(probe, **changes): verifies an export that has the probe's outputs, but for the changes."""

    def run(probe: Probe, **changes: Any) -> None:
        outputs = [{name: encode(array) for name, array in probe.outputs.items()}]
        report: dict[str, Any] = {
            "outputs": outputs,
            "repeated_outputs": outputs,
            "operations": {"MatMul": 3},
        }
        monkeypatch.setattr(verify, "in_new_process", lambda request: report | changes)
        verify.verify(Path("here"), "savedmodel", [probe])

    return run


def test_equal_outputs_pass(verified: Any) -> None:
    verified(PROBE)
    verified(TEXT)


@pytest.mark.parametrize("operation", ["CudnnRNNV3", "PyFunc", "EagerPyFunc"])
def test_operations_that_other_servers_lack_are_found(verified: Any, operation: str) -> None:
    with pytest.raises(UserError, match=f"has the operation {operation}"):
        verified(PROBE, operations={"MatMul": 1, operation: 1})


@pytest.mark.parametrize("value", [0.25002, 0.2499, float("nan"), float("inf")])
def test_other_numbers_are_found(verified: Any, value: float) -> None:
    outputs = [{"y": encode(np.array([0.5, value], np.float32))}]
    message = "go y of the export is more than 1e-05 from the network's"
    with pytest.raises(UserError, match=message) as caught:
        verified(PROBE, outputs=outputs, repeated_outputs=outputs)
    assert caught.value.exit_code == 1


def test_other_texts_shapes_and_repeated_outputs_are_found(verified: Any) -> None:
    other = [{"text": encode(np.array(["a", "c"], object))}]
    with pytest.raises(UserError, match="go text of the export differs from the network's"):
        verified(TEXT, outputs=other, repeated_outputs=other)
    longer = [{"text": encode(np.array(["a", "b", "c"], object))}]
    with pytest.raises(UserError, match=re.escape("is object [3], expected the network's object [2]")):
        verified(TEXT, outputs=longer, repeated_outputs=longer)
    with pytest.raises(UserError, match="gives another result when it is repeated"):
        verified(TEXT, repeated_outputs=other)


def test_a_process_that_fails_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(UserError, match="cannot be used in a new process: exit code 1") as caught:
        verify.verify(tmp_path, "savedmodel", [])
    assert caught.value.exit_code == 1


def test_calls_are_made_and_operations_are_counted(exported: Path) -> None:
    inputs: dict[str, Any] = {"chord_sets": np.array(1, np.int32), "temperature": np.array(1, np.float32)}
    inputs |= {"seed": np.array(3, np.int64)}
    call = ("serving_default", {name: encode(array) for name, array in inputs.items()})
    path = str(exported / "jazz" / "1")
    report: Report = verify.call_export({"path": path, "format": "savedmodel", "calls": [call]})
    assert json.loads(json.dumps(report)) == report
    assert report["outputs"][0]["tokens"]["shape"] == [1, 50]
    assert report["repeated_outputs"] == report["outputs"]
    assert report["operations"]["While"] == 2
    assert not [name for name in report["operations"] if "Cudnn" in name or "PyFunc" in name]
    assert report["load_seconds"] > 0 and min(report["call_seconds"]) > 0
