"""The texts of the poem network: which one is read, in 38 symbols, and its held-out part."""

from collections import Counter
from pathlib import Path

import pytest

from data import catalogue, sonnets
from utils.errors import UserError


@pytest.fixture
def without_course_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "locate", lambda name, data_dir=None: None)


def test_the_alphabet_is_sorted() -> None:
    assert len(sonnets.ALPHABET) == 38
    assert list(sonnets.ALPHABET) == sorted(set(sonnets.ALPHABET))


@pytest.mark.usefixtures("without_course_files")
def test_without_the_sonnets_the_bundled_verses_are_read() -> None:
    text = sonnets.sonnets()
    assert text.name == "the bundled verses"
    assert len(text.text) >= 36_000
    assert not text.dropped
    assert sonnets.plays() is None


def test_the_sonnets_are_read_where_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "poem").write_text("Shall I?", encoding="utf-8")
    asked = []
    monkeypatch.setattr(catalogue, "locate", lambda *given: asked.append(given) or tmp_path / "poem")
    assert sonnets.sonnets(tmp_path).text == "shall i?"
    plays = sonnets.plays(tmp_path)
    assert plays is not None and plays.name == "the plays"
    assert asked == [("shakespeare.txt", tmp_path), ("tinyshakespeare.txt", tmp_path)]


@pytest.mark.course_data("shakespeare.txt")
def test_the_sonnets_are_the_courses() -> None:
    text = sonnets.sonnets()
    assert (len(text.text), set(text.text), text.dropped) == (94275, set(sonnets.ALPHABET), Counter())
    assert len(sonnets.split(text.text)[0]) == 84847


@pytest.mark.course_data("tinyshakespeare.txt")
def test_the_plays_lose_little() -> None:
    text = sonnets.plays()
    assert text is not None
    assert text.dropped == Counter({"3": 27, "$": 1})
    assert len(text.text) == 1_115_394 - 28 + 2 * 3  # three & became and


def test_a_corpus_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mein Gedicht.txt"
    path.write_bytes("\ufeffÜber allen Gipfeln\r\nist Ruh 2024".encode())
    text = sonnets.corpus(path)
    assert (text.name, text.text) == ("mein Gedicht.txt", "uber allen gipfeln\nist ruh ")
    assert text.dropped == Counter({"2": 2, "0": 1, "4": 1})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no letter that the network knows"),
        (b" \n ", "has no letter that the network knows"),
        ("\u7231\u60c5 2024".encode(), "has no letter that the network knows"),
        (b"\xff\xfes", "is not UTF-16 text: byte 2 cannot be read"),
    ],
)
def test_a_corpus_without_a_letter_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "poem.bin"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        sonnets.corpus(path)


def test_the_last_part_is_held_out() -> None:
    text = "abcdefghij" * 9 + "xyz"
    training, held_out = sonnets.split(text)
    assert training + held_out == text
    assert len(training) == 83
    assert sonnets.split(text, 0) == (text, "")


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_must_leave_something(share: float) -> None:
    with pytest.raises(ValueError, match="held_out: expected at least 0 and below 1"):
        sonnets.split("abc", share)
