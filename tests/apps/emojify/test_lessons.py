"""What is to be learnt: the bundled sentences, one's own, label sets, and what cannot serve."""

import argparse
from pathlib import Path
from typing import Any

import pytest

from data import emoji
from models.emojify.lessons import read_lesson
from tests.apps.emojify.emojify_networks import write_vectors
from utils.errors import UserError


@pytest.fixture(autouse=True)
def nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def options(**changes: Any) -> argparse.Namespace:
    plain = {"v1": False, "csv": None, "test": None, "labels": None, "course": False, "embedding": None}
    return argparse.Namespace(**{**plain, "glove": None, "data_dir": None, "quiet": True, **changes})


def sheet(path: Path, content: str) -> str:
    path.write_text(content, encoding="utf-8")
    return str(path)


def test_the_bundled_sentences() -> None:
    lesson = read_lesson(options())
    assert (lesson.name, lesson.labels, lesson.vectors) == ("emoji_train.csv", emoji.EMOJI, None)
    assert lesson.words[0].known == "i love you more than words can say".split()
    assert lesson.test is not None
    assert (lesson.test[0], len(lesson.test[1])) == ("emoji_test.csv", 170)
    bundle = lesson.bundle({"kind": "v2"}, {}, {"epochs": 3})
    assert bundle.architecture == {"kind": "v2", "n_y": 5, "embedding": "learnt"}
    assert bundle.extra == {"labels": list(emoji.EMOJI), "prior": [0.2] * 5}
    assert bundle.training == {"epochs": 3, "data": "emoji_train.csv", "sentences": 660}
    assert bundle.vocabulary.symbols == tuple(sorted({w for words in lesson.words for w in words.known}))


def test_ones_own_sentences_and_labels_with_vectors(tmp_path: Path) -> None:
    own = sheet(tmp_path / "own.csv", "good dog!,0\nbad cat,1\nlove it,0\nfish,1\n")
    labels = sheet(tmp_path / "labels.json", '["🐶", "🐱"]')
    vectors = write_vectors(tmp_path / "v.txt")
    lesson = read_lesson(options(csv=own, labels=Path(labels), glove=vectors, test=own))
    assert lesson.labels == ("🐶", "🐱")
    assert [words.places for words in lesson.words] == [["good", None], ["bad", None], ["love", None], [None]]
    assert lesson.test is not None
    bundle = lesson.bundle({}, {}, {})
    assert bundle.vocabulary.symbols == ("bad", "good", "love")
    facts = bundle.extra["vectors"]
    assert (facts["file"], facts["dimension"], facts["words"], len(facts["sha256"])) == ("v.txt", 5, 5, 64)
    assert read_lesson(options(csv=own)).test is None


@pytest.mark.course_data("train_emoji.csv", "tesss.csv")
def test_the_courses_sentences(monkeypatch: pytest.MonkeyPatch, course_file: Any) -> None:
    monkeypatch.undo()
    lesson = read_lesson(options(course=True, embedding="learnt"))
    assert (lesson.name, len(lesson.Y)) == ("train_emoji.csv", 132)
    assert lesson.test is not None
    assert (lesson.test[0], len(lesson.test[1])) == ("tesss.csv", 56)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"v1": True}, "--v1 needs vectors: give --glove FILE, or: python -m data fetch glove.6B.50d"),
        ({"embedding": "vectors"}, "--embedding vectors needs vectors"),
        ({"embedding": "learnt", "v1": True}, "--embedding learnt: it is V2's"),
        ({"embedding": "learnt", "glove": Path("v.txt")}, "goes without --glove"),
        ({"course": True}, "train_emoji.csv is not here"),
        ({"csv": "missing.csv"}, "cannot read missing.csv"),
        ({"test": "missing.csv"}, "cannot read missing.csv"),
        ({"glove": Path("missing.txt")}, "cannot read missing.txt"),
    ],
)
def test_what_is_not_there(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        read_lesson(options(**changes))


def test_one_label_is_nothing_to_learn(tmp_path: Path) -> None:
    own = sheet(tmp_path / "own.csv", "good dog,2\nbad cat,2\n")
    with pytest.raises(UserError, match="has the label 2 for all its sentences"):
        read_lesson(options(csv=own))


@pytest.mark.parametrize("vectors", [True, False])
def test_sentences_without_a_word_that_serves(tmp_path: Path, vectors: bool) -> None:
    own = sheet(tmp_path / "own.csv", "?!,0\n...,1\n")
    path = write_vectors(tmp_path / "v.txt") if vectors else None
    with pytest.raises(UserError, match="own.csv holds no word that has a vector"):
        read_lesson(options(csv=own, glove=path))
