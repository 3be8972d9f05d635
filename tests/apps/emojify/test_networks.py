"""Which network answers: with vectors, without, with others than it was trained with, with bad ones."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data import emoji
from data.glove import vectors as glove
from models.emojify import loading as emojify_networks
from models.emojify.classifier import Classifier
from models.emojify.loading import APP, LEARNT, WITH_VECTORS, open_network
from tests.apps.emojify.emojify_networks import LABELS, v1, v2, write_vectors
from utils import bundle as bundles
from utils.errors import UserError

STAND_IN = "glove.6B.50d.50k-approx.txt"  # the file that the pretrained network names


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Neither the course's files nor the pretrained bundles: small ones in their place."""
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(emojify_networks, "LEARNT", v2(tmp_path / "learnt"))
    monkeypatch.setattr(emojify_networks, "WITH_VECTORS", v1(tmp_path / "with"))
    yield


def options(**changes: Any) -> argparse.Namespace:
    plain = {"glove": None, "data_dir": None, "bundle": None, "engine": "numpy", "quiet": False}
    return argparse.Namespace(**{**plain, **changes})


@pytest.mark.usefixtures("nothing_here")
def test_without_vectors_the_network_that_has_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    network = open_network(options())
    assert (network.folder.name, network.labels) == ("learnt", tuple(LABELS))
    said = capsys.readouterr().err
    assert said.startswith("note: no GloVe vectors here: the network knows the 5 words")
    assert said.endswith("python -m data fetch glove.6B.50d (862.2 MB), or --glove FILE\n")


@pytest.mark.usefixtures("nothing_here")
def test_with_vectors_the_network_that_was_trained_with_some(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_vectors(tmp_path / "my.txt")
    network = open_network(options(glove=path))
    assert network.folder.name == "with"
    assert "my.txt is not the file that the network was trained with (other.txt)" in capsys.readouterr().err
    v1(network.folder, vectors=emojify_networks.vectors_facts(glove.load(path)))
    open_network(options(glove=path))
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("nothing_here")
def test_the_catalogues_vectors_are_taken_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_vectors(tmp_path / "my.txt")
    monkeypatch.setattr(glove.catalogue, "locate", lambda name, data_dir: path)
    assert open_network(options()).folder.name == "with"
    # A bundle that has its own vectors does not mind.
    assert open_network(options(bundle=tmp_path / "learnt")).folder.name == "learnt"


@pytest.mark.usefixtures("nothing_here")
def test_vectors_of_another_dimension_are_refused(tmp_path: Path) -> None:
    path = write_vectors(tmp_path / "my.txt", dimension=7)
    with pytest.raises(UserError, match=r"my.txt has vectors of 7 numbers; the bundle .*with wants 5"):
        open_network(options(glove=path))


@pytest.mark.usefixtures("nothing_here")
def test_a_bundle_that_needs_vectors_says_which(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"needs GloVe vectors \(other.txt\): give --glove FILE"):
        open_network(options(bundle=tmp_path / "with"))


@pytest.mark.usefixtures("nothing_here")
def test_vectors_for_a_bundle_that_has_its_own_are_refused(tmp_path: Path) -> None:
    path = write_vectors(tmp_path / "my.txt")
    with pytest.raises(UserError, match="--glove: the bundle .* has vectors of its own"):
        open_network(options(bundle=tmp_path / "learnt", glove=path))


@pytest.mark.usefixtures("nothing_here")
@pytest.mark.parametrize("labels", [None, [], ["a", "b"], ["a", "b", "c", "d", ""], list("aabcd"), "abcde"])
def test_a_bundle_must_name_an_emoji_for_every_label(tmp_path: Path, labels: Any) -> None:
    bundle = v1(tmp_path / "mine", labels=labels)
    with pytest.raises(UserError, match="the bundle .*mine"):
        open_network(options(bundle=bundle, glove=write_vectors(tmp_path / "my.txt")))


def accuracy(folder: Path, path: Path, vectors: glove.Vectors | None = None) -> float:
    classifier = Classifier(bundles.load(folder, APP), folder, vectors)
    X, Y = emoji.read_csv(path)
    return sum(a.best(1)[0] == y for a, y in zip(classifier.answer(X), Y, strict=True)) / len(Y)


def test_the_network_that_ships_is_as_good_as_its_readme_says() -> None:
    assert accuracy(LEARNT, emoji.BUNDLED_TEST) >= 0.88


def test_the_network_for_vectors_ships_without_them() -> None:
    bundle = bundles.load(WITH_VECTORS, APP)
    assert not [name for name in bundle.weights if "embedding" in name]
    assert sum(array.size for array in bundle.weights.values()) == 223_877
    facts = bundle.extra["vectors"]
    assert (facts["file"], facts["dimension"], facts["words"]) == (STAND_IN, 50, 50_797)


@pytest.mark.course_data("tesss.csv")
def test_with_vectors_it_is_as_good_as_its_readme_says(course_file: Any, tmp_path: Path) -> None:
    course = course_file("tesss.csv")
    path = course.parent / STAND_IN
    if not path.is_file():
        pytest.skip(f"{STAND_IN} is not here")
    vectors = glove.load(path, tmp_path / "cache")
    assert vectors.sha256 == bundles.load(WITH_VECTORS, APP).extra["vectors"]["sha256"]
    assert accuracy(WITH_VECTORS, emoji.BUNDLED_TEST, vectors) >= 0.88
    assert accuracy(WITH_VECTORS, course, vectors) >= 0.77
