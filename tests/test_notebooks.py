"""The notebooks as they are committed; `make notebooks` runs them."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


def test_there_is_one_for_every_exercise():
    assert [path.stem for path in NOTEBOOKS] == [
        "1_cells",
        "2_dinosaurs",
        "3_shakespeare",
        "4_jazz",
        "5_emojify",
        "6_compare",
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_outputs_are_whole_small_and_of_no_machine(path):
    text = path.read_text(encoding="utf-8")
    cells = json.loads(text)["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(cells) <= 25 and len(text) < 400_000
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell["outputs"]]
    assert all(output["output_type"] != "error" and output.get("name") != "stderr" for output in outputs)
    assert "execution" not in set().union(*(cell["metadata"] for cell in cells))
    shown = json.dumps([output.get("text") or output["data"].get("text/plain") for output in outputs])
    assert not any(root in shown for root in ("/home", "/root", "/work", "/tmp", "site-packages"))
    assert text.count("<details>") == 3
