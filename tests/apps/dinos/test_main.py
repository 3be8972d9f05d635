"""python -m apps.dinos as a person runs it."""

from pathlib import Path

import pytest

from apps.dinos import __main__ as dinos
from data import dinosaurs
from utils import bundle as bundles
from utils.errors import UserError


@pytest.fixture
def names(tmp_path: Path) -> Path:
    """A short list of names in a file."""
    path = tmp_path / "names.txt"
    path.write_text("\n".join(dinosaurs.bundled().names[:40]))
    return path


def train(names: Path, out: Path, *arguments: str) -> int:
    given = ["train", "--corpus", str(names), "--out", str(out), "--units", "10", "--quiet"]
    return dinos.main([*given, *arguments])


def test_no_verb_prints_ten_names_marked_known_or_new(capsys: pytest.CaptureFixture[str]) -> None:
    assert dinos.main(["--seed", "1"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 10
    assert all(name[0].isupper() and mark in ("known", "new") for name, mark in lines)


def test_a_seed_repeats_the_names_and_without_one_a_notice_names_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    dinos.main(["sample", "--seed", "4", "--count", "5"])
    first = capsys.readouterr().out
    dinos.main(["sample", "--seed", "4", "--count", "7"])
    assert capsys.readouterr().out.startswith(first)
    dinos.main(["--count", "1"])
    assert "note: seed " in capsys.readouterr().err


def test_gradcheck_prints_a_table_for_each_cell(capsys: pytest.CaptureFixture[str]) -> None:
    assert dinos.main(["gradcheck", "--seed", "0"]) == 0
    out = capsys.readouterr().out
    for word in ("RNN", "LSTM", "GRU", "dWax", "dWf", "dWu", "da_prev", "dc_prev", "relative error"):
        assert word in out
    assert out.splitlines()[-1].endswith("below 1e-07.")


def test_train_prints_as_the_course_does_and_writes_bundle_and_curve(
    names: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bundle"
    assert train(names, out, "--iterations", "2001", "--seed", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    reports = [line for line in lines if line.startswith("Iteration: ")]
    assert [line.split(",")[0] for line in reports] == ["Iteration: 0", "Iteration: 2000"]
    assert len(lines) == 2 * (2 + 7 + 1) + 2
    assert lines[-2:] == [str(out), str(out / "loss.png")]
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert dinos.main(["--bundle", str(out), "--seed", "1", "--quiet"]) == 0
    assert train(names, out, "--iterations", "2101", "--seed", "3", "--resume") == 0
    assert bundles.load(out, "dinos").training["history"]["iterations"][-1] == 2101
    with pytest.raises(UserError, match="has another seed: 3, not None; it cannot be resumed"):
        train(names, out, "--resume")


def test_without_a_corpus_the_courses_or_the_bundled_names_are_learnt(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.catalogue.locate", lambda name, data_dir=None: None)
    assert dinos.main(["train", "--out", str(tmp_path), "--iterations", "3"]) == 0
    count = len(dinosaurs.bundled().names)
    assert f"training on the bundled names: {count} names" in capsys.readouterr().err


def test_long_lines_are_pointed_to_a_larger_network(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "titles.txt"
    path.write_text("The Old Man and the Sea\nOne Hundred Years of Solitude\n", encoding="utf-8")
    line = [
        "train",
        "--corpus",
        str(path),
        "--out",
        str(tmp_path / "out"),
        "--units",
        "2",
        "--iterations",
        "1",
    ]
    assert dinos.main(line) == 0
    assert f"python -m apps.shakespeare train --lines --corpus {path}" in capsys.readouterr().err
