"""The train verb: what is written and printed, several runs, Ctrl-C."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from apps.emojify import __main__ as command
from apps.emojify import train as emojify_training
from models.emojify import learner as emojify_learner
from models.emojify.learner import Recipe
from tests.apps.emojify.emojify_networks import write_vectors
from utils import bundle as bundles
from utils.errors import UserError

SMALL = Recipe(n_a=2, n_x=3, max_len=4, epochs=2)
OWN = "good food!,0\nbad food,1\nlove it,0\nnot good,1\nlove love love,0\nbad bad,1\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments for a small lesson, with a test."""
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "own.csv"
    path.write_text(OWN, encoding="utf-8")
    labels = tmp_path / "labels.json"
    labels.write_text('{"0": "👍", "1": "👎"}', encoding="utf-8")
    line = ["train", "--csv", path, "--test", path, "--labels", labels, "--out", tmp_path / "out"]
    return [str(argument) for argument in line]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tiny network, and no tracing, which takes seconds."""
    from utils.backend import tensorflow

    monkeypatch.setattr(emojify_training, "LEARNT_RECIPE", SMALL)
    tensorflow().config.run_functions_eagerly(True)
    yield
    tensorflow().config.run_functions_eagerly(False)


def test_v1_learns_ones_own_sentences(
    own: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = ["--glove", str(write_vectors(tmp_path / "v.txt")), "--quiet"]
    assert command.main([*own, "--v1", *vectors]) == 0
    first, folder, curve = capsys.readouterr().out.splitlines()
    assert first.startswith("seed 1: 400 epochs in ")
    assert first.endswith(", test accuracy 1.000 (own.csv)")
    assert [folder, curve] == [str(tmp_path / "out"), str(tmp_path / "out" / "loss.png")]
    bundle = bundles.load(tmp_path / "out", "emojify")
    assert {name: array.shape for name, array in bundle.weights.items()} == {"W": (2, 5), "b": (2,)}
    assert bundle.training["test"] == {"data": "own.csv", "sentences": 6, "accuracy": 1.0}
    assert (tmp_path / "out" / "loss.png").read_bytes()[:4] == b"\x89PNG"
    command.main(["I love good food!", "--bundle", folder, *vectors])
    assert capsys.readouterr().out.startswith("👍\t")


def test_more_runs_than_there_are_seeds_are_refused(own: list[str], tmp_path: Path) -> None:
    vectors = ["--glove", str(write_vectors(tmp_path / "v.txt")), "--quiet"]
    with pytest.raises(UserError, match="--seed must be at most 4294967294 for 2 seeds"):
        command.main([*own, "--v1", *vectors, "--runs", "2", "--seed", "4294967295", "--epochs", "1"])
    assert not (tmp_path / "out").exists()


def test_v2_is_the_default_and_several_runs_are_summed_up(
    own: list[str], eager: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([*own, "--runs", "2", "--seed", "5", "--epochs", "1", "--quiet"]) == 0
    first, second, summary, folder, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("seed 5: 1 epochs in ")
    assert second.startswith("seed 6: 1 epochs in ")
    rights = [round(6 * float(line.split("test accuracy ")[1].split()[0])) for line in (first, second)]
    mean, spread = sum(rights) / 12, abs(rights[0] - rights[1]) / 6 / 2**0.5
    assert summary == f"2 runs: mean test accuracy {mean:.3f}, spread {spread:.3f}"
    bundle = bundles.load(Path(folder), "emojify")
    assert (bundle.training["seed"], bundle.training["epochs"]) == (5, 1)
    assert bundle.weights["embedding/embeddings"].shape == (len(bundle.vocabulary) + 1, 3)
    assert bundle.vocabulary.symbols == ("bad", "food", "good", "it", "love", "not")
    assert command.main(["good food", "--bundle", folder, "--quiet"]) == 0


def test_ctrl_c_keeps_what_was_trained(
    own: list[str],
    eager: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def epoch(trainer: object, number: int) -> float:
        if number == 1:
            raise KeyboardInterrupt
        return 0.5

    monkeypatch.setattr(emojify_learner.Trainer, "epoch", epoch)
    assert command.main([*own, "--quiet"]) == 130
    assert capsys.readouterr().err == f"note: stopped: what was trained is kept in {tmp_path / 'out'}\n"
    assert bundles.load(tmp_path / "out", "emojify").training["epochs"] == 1


def test_ctrl_c_before_the_first_epoch_writes_nothing(
    own: list[str], eager: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def epoch(trainer: object, number: int) -> float:
        raise KeyboardInterrupt

    monkeypatch.setattr(emojify_learner.Trainer, "epoch", epoch)
    assert command.main([*own, "--quiet"]) == 130
    assert not (tmp_path / "out" / "config.json").exists()
