"""What the new process does, done in this one."""

import io
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from apps.export import verify as export_reload
from apps.export.verify import encoded


def test_arrays_come_back_from_json_as_they_were() -> None:
    arrays = [
        np.arange(6, dtype=np.int32).reshape(2, 3),
        np.array(7, np.int64),
        np.array([0.1, 1 / 3], np.float32),
        np.array([["a", "\N{SMILING FACE WITH SMILING EYES}"]], object),
    ]
    for array in arrays:
        back = export_reload._array(json.loads(json.dumps(encoded(array))))
        assert back.dtype == array.dtype
        assert np.array_equal(back, array)
    assert encoded(np.array([b"\xe2\x99\xa5"], object))["values"] == ["\N{BLACK HEART SUIT}"]


def test_it_answers_every_call_and_names_the_operations(
    exported: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = {"chord_sets": np.array(1, np.int32), "temperature": np.array(1, np.float32)}
    inputs = {name: encoded(array) for name, array in (numbers | {"seed": np.array(3, np.int64)}).items()}
    question = {
        "path": str(exported / "jazz" / "1"),
        "format": "savedmodel",
        "calls": [{"signature": "serving_default", "inputs": inputs}],
    }
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(question)))
    export_reload.main()
    seen = json.loads(capsys.readouterr().out)
    assert seen["answers"][0]["tokens"]["shape"] == [1, 50]
    assert seen["again"] == seen["answers"]
    assert seen["operations"]["While"] == 2
    assert not [name for name in seen["operations"] if "Cudnn" in name or "PyFunc" in name]
    assert seen["load_seconds"] > 0 and min(seen["call_seconds"]) > 0
