"""Labelled sentences: their words, and what a bundle says of them."""

import re
from pathlib import Path

import numpy as np
import pytest

from data.glove import vectors as glove
from models.emojify.dataset import Dataset, check_labels
from tests.apps.emojify.emojify_networks import write_vectors
from utils.errors import UserError

X, Y = ["good dog!", "bad cat", "love it", "fish"], np.array([0, 1, 0, 1])


def test_without_vectors_every_word_is_known() -> None:
    dataset = Dataset(X, Y, ("🐶", "🐱"), "own.csv")
    assert [words.known for words in dataset.words][:2] == [["good", "dog"], ["bad", "cat"]]
    bundle = dataset.bundle({"kind": "v2", "n_x": 3}, {"seed": 5})
    assert bundle.architecture == {"kind": "v2", "n_x": 3, "n_y": 2, "embedding": "learnt"}
    assert bundle.extra == {"labels": ["🐶", "🐱"], "prior": [0.5, 0.5]}
    assert bundle.vocabulary.symbols == ("bad", "cat", "dog", "fish", "good", "it", "love")
    checksum = bundle.training.pop("data_sha256")
    assert bundle.training == {"seed": 5, "data": "own.csv", "sentences": 4}
    other = Dataset(X, Y[::-1], ("🐶", "🐱"), "own.csv").bundle({}, {})
    assert other.training["data_sha256"] != checksum
    data = Dataset(X, Y, ("🐶", "🐱"), "own.csv", neutral=["the train leaves"])
    assert {"train", "leaves"} <= set(data.vocabulary.symbols)
    neutral = data.bundle({}, {}).training
    assert neutral["neutral"] == 1 and neutral["data_sha256"] != checksum
    grouped = Dataset(X, Y, ("🐶", "🐱"), "own.csv", groups=np.array([0, 0, 1, 1])).bundle({}, {})
    assert grouped.training["data_sha256"] != checksum


def test_words_without_vectors_are_unknown(tmp_path: Path) -> None:
    vectors = glove.load(write_vectors(tmp_path / "v.txt"), tmp_path / "cache")
    dataset = Dataset(X, Y, ("🐶", "🐱"), vectors=vectors)
    places = [["good", None], ["bad", None], ["love", None], [None]]
    assert [words.places for words in dataset.words] == places
    bundle = dataset.bundle({}, {})
    facts = {"file": "v.txt", "dimension": 5, "words": 5, "sha256": vectors.sha256}
    assert bundle.extra["vectors"] == facts
    assert bundle.architecture == {"embedding": "vectors", "n_x": 5, "n_y": 2}
    assert bundle.vocabulary.symbols == ("bad", "good", "love")


def test_one_label_is_refused() -> None:
    with pytest.raises(UserError, match=r"own.csv has the label 2 for all sentences, expected two or more"):
        Dataset(X, np.full(4, 2), ("a", "b", "c"), "own.csv")


@pytest.mark.parametrize("vectors", [{"good": np.zeros(2)}, None])
def test_sentences_without_a_known_word_are_refused(vectors: dict[str, np.ndarray] | None) -> None:
    with pytest.raises(UserError, match=r"own.csv holds no word that has a vector"):
        Dataset(["?!", "..."], np.array([0, 1]), ("a", "b"), "own.csv", vectors)


@pytest.mark.parametrize(
    ("labels", "complaint"),
    [
        (["🐶"], "must name 2 or more labels"),
        ({"🐶": 1, "🐱": 2}, "must name 2 or more labels"),
        (["🐶", 7], "the label 1 as 7"),
        ([" ", "🐱"], "the label 0 as ' '"),
        (["🐶", "a\tb"], "the label 1 as"),
        (["🐶", "\ud83d"], "the label 1 as"),
        (["🐶", "🐶"], "the same emoji for two labels"),
    ],
)
def test_labels_are_different_printable_texts(labels: object, complaint: str) -> None:
    with pytest.raises(UserError, match=f"^labels.json .*{re.escape(complaint)}"):
        check_labels(labels, "labels.json")
