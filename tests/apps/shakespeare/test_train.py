"""The verb train: the bundle and its metrics, and what is not resumed."""

from pathlib import Path

import numpy as np
import pytest

from apps.shakespeare import __main__ as command
from data import __main__ as data
from data import sonnets
from tests.models.shakespeare.poems import VOCABULARY, network
from utils import bundle
from utils.errors import UserError


@pytest.fixture
def verse(tmp_path: Path) -> Path:
    path = tmp_path / "verse.txt"
    path.write_text(sonnets.verses().text[:3000], encoding="utf-8")
    return path


def train(*arguments: object) -> int:
    return command.main(["train", *map(str, arguments)])


@pytest.mark.slow
def test_training_from_nothing_writes_a_bundle_with_its_metrics(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert train("--corpus", verse, "--steps", 3, "--out", out, "--seed", 5) == 0
    printed = capsys.readouterr()
    assert printed.err == "note: training on verse.txt, 3000 characters, the last tenth held out\n"
    first, held_out, folder, picture = printed.out.splitlines()
    assert first.startswith("epoch 1  loss 3.") and "  val_loss 3." in first
    assert held_out.startswith("held out: 3.")
    assert held_out.endswith("with the state carried (87 windows)")
    assert (folder, picture) == (str(out), str(out / "loss.png"))
    found = bundle.load(out, "shakespeare")
    assert (found.vocabulary, found.architecture["state"]) == (VOCABULARY, "carried")
    assert sum(array.size for array in found.weights.values()) == 221_990  # no optimizer
    assert found.training["characters"] == 2700
    assert found.training["held_out"]["characters"] == 300
    assert (found.training["stages"][0]["steps_per_epoch"], found.training["seed"]) == (3, 5)
    assert sorted(path.name for path in out.iterdir()) == ["config.json", "loss.png", "weights.npz"]


@pytest.mark.slow
def test_fine_tuning_reads_every_window_of_the_first_nine_tenths(
    verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = tmp_path / "start", tmp_path / "out"
    bundle.save(network("window", "hard_sigmoid"), start)
    assert train("--bundle", start, "--corpus", verse, "--out", out, "--quiet", "--epochs", 2) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line[:13] for line in printed[:2]] == ["epoch 1  loss", "epoch 2  loss"]
    found = bundle.load(out, "shakespeare")
    assert found.architecture == network("window", "hard_sigmoid").architecture
    assert (found.training["characters"], found.training["held_out"]["windows"]) == (2700, 87)
    before = network().weights
    assert not any(np.array_equal(found.weights[name], before[name]) for name in before)


@pytest.mark.slow
def test_a_training_of_other_steps_is_not_resumed(verse: Path, tmp_path: Path) -> None:
    line = ["--corpus", verse, "--out", tmp_path / "out", "--quiet"]
    assert train(*line, "--steps", 3) == 0
    with pytest.raises(UserError, match="has another stages"):
        train(*line, "--steps", 4, "--resume")


def test_a_bundle_is_no_training_to_resume(verse: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no bundle at "):
        train("--corpus", verse, "--out", tmp_path / "out", "--resume")
    bundle.save(network(), tmp_path / "out")
    with pytest.raises(UserError, match="has the seed None"):
        train("--corpus", verse, "--out", tmp_path / "out", "--resume")


@pytest.mark.slow
@pytest.mark.parametrize("verb", ["from nothing", "fine-tuning"])
def test_a_prepared_corpus_trains_the_same_network_as_its_text(
    verb: str, verse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prepared, start = tmp_path / "verse.idx", tmp_path / "start"
    assert data.main(["prepare", str(verse), "--out", str(prepared)]) == 0
    bundle.save(network("carried"), start)
    line = {"from nothing": ["--steps", 3], "fine-tuning": ["--bundle", start]}[verb]
    outs = []
    for number, corpus in enumerate((verse, prepared)):
        assert train(*line, "--corpus", corpus, "--out", tmp_path / str(number), "--seed", 1) == 0
        outs.append(bundle.load(tmp_path / str(number), "shakespeare"))
    assert "verse.idx, 3000 characters, the last tenth held out" in capsys.readouterr().err
    text, mapped = outs
    assert all(np.array_equal(text.weights[name], mapped.weights[name]) for name in text.weights)
    for name in ("history", "held_out", "data_sha256"):
        assert text.training[name] == mapped.training[name]


def test_a_corpus_cut_short_trains_nothing(verse: Path, tmp_path: Path) -> None:
    prepared = tmp_path / "verse.idx"
    assert data.main(["prepare", str(verse), "--out", str(prepared), "--quiet"]) == 0
    prepared.write_bytes(prepared.read_bytes()[:-1])
    with pytest.raises(UserError, match="verse.idx has 7095 bytes, expected 7096: it was cut short"):
        train("--corpus", prepared, "--out", tmp_path / "out")
    assert not (tmp_path / "out").exists()
