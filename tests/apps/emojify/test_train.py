"""The train verb: what is written and printed, several seeds, resuming, what it refuses."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from apps.emojify import __main__ as command
from tests.apps.emojify.emojify_networks import write_vectors
from utils import bundle as bundles
from utils.errors import UserError

OWN = "good food!,0\nbad food,1\nlove it,0\nnot good,1\nlove love love,0\nbad bad,1\n"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments for a few sentences, with a test."""
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "own.csv"
    path.write_text(OWN, encoding="utf-8")
    labels = tmp_path / "labels.json"
    labels.write_text('{"0": "👍", "1": "👎"}', encoding="utf-8")
    line = ["train", "--csv", path, "--test", path, "--labels", labels, "--out", tmp_path / "out", "--quiet"]
    return [str(argument) for argument in line]


@pytest.fixture
def with_vectors(own: list[str], tmp_path: Path) -> list[str]:
    """The same for V1."""
    return [*own, "--v1", "--glove", str(write_vectors(tmp_path / "v.txt"))]


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A tiny network, and no tracing, which takes seconds."""
    import tensorflow as tf

    from models.emojify import training

    monkeypatch.setattr(training, "LEARNT_EMBEDDING", replace(training.LEARNT_EMBEDDING, n_a=2, n_x=3))
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


eagerly = pytest.mark.filterwarnings("ignore:Even though the `tf.config")


def test_v1_learns_ones_own_sentences(
    with_vectors: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(with_vectors) == 0
    first, folder, curve = capsys.readouterr().out.splitlines()
    assert first.startswith("seed 1: 400 epochs, ")
    assert first.endswith(" s, test accuracy 1.000 (own.csv)")
    assert [folder, curve] == [str(tmp_path / "out"), str(tmp_path / "out" / "loss.png")]
    bundle = bundles.load(tmp_path / "out", "emojify")
    assert {name: array.shape for name, array in bundle.network().items()} == {"W": (2, 5), "b": (2,)}
    assert bundle.training["test"] == {"data": "own.csv", "sentences": 6, "accuracy": 1.0}
    assert (tmp_path / "out" / "loss.png").read_bytes()[:4] == b"\x89PNG"
    vectors = with_vectors[-2:]
    command.main(["I love good food!", "--bundle", folder, *vectors, "--quiet"])
    assert capsys.readouterr().out.startswith("👍\t")


def test_labels_in_words_are_kept_with_the_emoji_to_show(
    with_vectors: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """--labels maps them; the bundle reads a file of the same labels to measure itself."""
    path = tmp_path / "own.csv"
    path.write_text("text;mood\n" + OWN.replace(",0", ";good").replace(",1", ";bad"), encoding="utf-16")
    (tmp_path / "labels.json").write_text('{"good": "\U0001f44d", "bad": "\U0001f44e"}', encoding="utf-8")
    assert command.main(with_vectors) == 0
    bundle = bundles.load(tmp_path / "out", "emojify")
    assert bundle.extra["labels"] == ["\U0001f44e", "\U0001f44d"]
    assert bundle.extra["values"] == ["bad", "good"]
    assert bundle.training["test"]["accuracy"] == 1.0
    capsys.readouterr()
    line = ["evaluate", "--bundle", str(tmp_path / "out"), *with_vectors[-2:], "--csv", str(path)]
    assert command.main([*line, "--label-column", "mood", "--out", str(tmp_path), "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("accuracy 1.000: 6 of 6 sentences of own.csv")


@eagerly
def test_neutral_sentences_are_learnt_too(own: list[str], eager: None, tmp_path: Path) -> None:
    neutral = tmp_path / "neutral.txt"
    neutral.write_text("the train leaves\n", encoding="utf-8")
    assert command.main([*own, "--neutral", str(neutral), "--epochs", "1"]) == 0
    bundle = bundles.load(tmp_path / "out", "emojify")
    assert bundle.training["neutral"] == 1 and "train" in bundle.vocabulary.symbols


@eagerly
def test_v2_is_the_default_and_several_seeds_are_summed_up(
    own: list[str], eager: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main([*own, "--seeds", "2", "--seed", "5", "--epochs", "1"]) == 0
    first, second, summary, folder, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("seed 5: 1 epochs, ")
    assert second.startswith("seed 6: 1 epochs, ")
    right = [round(6 * float(line.split("test accuracy ")[1].split()[0])) for line in (first, second)]
    mean, spread = sum(right) / 12, abs(right[0] - right[1]) / 6 / 2**0.5
    assert summary == f"2 seeds: mean test accuracy {mean:.3f}, standard deviation {spread:.3f}"
    bundle = bundles.load(Path(folder), "emojify")
    assert (bundle.training["seed"], bundle.training["epochs"]) == (5, 1)
    assert bundle.weights["embedding/embeddings"].shape == (len(bundle.vocabulary) + 1, 3)
    assert bundle.vocabulary.symbols == ("bad", "food", "good", "it", "love", "not")
    assert bundles.load(Path(folder) / "seed-6", "emojify").training["seed"] == 6
    assert command.main(["good food", "--bundle", folder, "--quiet"]) == 0
    command.main([*own, "--seeds", "2", "--epochs", "2", "--resume"])
    assert capsys.readouterr().out.count(": 2 epochs, ") == 2


def test_more_networks_than_there_are_seeds_are_refused(with_vectors: list[str], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--seed: expected at most 4294967294 for 2 seeds"):
        command.main([*with_vectors, "--seeds", "2", "--seed", "4294967295", "--epochs", "1"])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--v1"], "V1 needs GloVe vectors, and there are none here; for 400,000 words name a GloVe file"),
        (["--embedding", "vectors"], "an embedding of vectors needs GloVe vectors"),
        (["--course"], "the course's V2 needs GloVe vectors"),
        (["--csv", "missing.csv"], "cannot read missing.csv"),
        (["--test", "missing.csv"], "cannot read missing.csv"),
        (["--glove", "missing.txt"], "cannot read missing.txt"),
        (["--resume"], "there is no bundle at"),
        (["--neutral", "missing.txt"], "cannot read missing.txt"),
        (["--neutral", "n.txt", "--course"], "the course's V2 needs GloVe vectors"),
    ],
)
def test_what_cannot_be_trained_is_refused(own: list[str], options: list[str], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as caught:
        command.main([*own, *options])
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("kind", ["--v1", "--course"])
def test_neutral_sentences_are_for_v2(own: list[str], tmp_path: Path, kind: str) -> None:
    vectors = ["--glove", str(write_vectors(tmp_path / "v.txt"))]
    with pytest.raises(UserError, match="--neutral is for V2"):
        command.main(["train", kind, *vectors, "--neutral", "n.txt", "--out", str(tmp_path / "out")])


def test_the_courses_sentences_are_needed_for_the_course(own: list[str], tmp_path: Path) -> None:
    vectors = ["--glove", str(write_vectors(tmp_path / "v.txt"))]
    with pytest.raises(UserError, match="train_emoji.csv is not here"):
        command.main(["train", "--course", *vectors, "--out", str(tmp_path / "out")])
