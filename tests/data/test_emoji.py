"""Reading labelled sentences: the bundled ones, the course's, one's own, and broken files."""

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import emoji
from tools.bundled.sentences import plain
from utils.errors import UserError

Find = Callable[[str], Path]


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV file of this content."""

    def write(content: str | bytes) -> Path:
        path = tmp_path / "mine.csv"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(("path", "fewest"), [(emoji.BUNDLED_TRAIN, 3000), (emoji.BUNDLED_TEST, 150)])
def test_the_bundled_sentences_are_many_short_and_balanced(path: Path, fewest: int) -> None:
    X, Y = emoji.read_csv(path)
    assert len(X) >= fewest
    assert Counter(Y.tolist()) == dict.fromkeys(range(5), len(X) // 5)
    assert max(len(sentence.split()) for sentence in X) <= 10


def test_a_column_names_the_frames(sheet: Callable[..., Path]) -> None:
    path = sheet("label,frame,sentence\n3, 12 ,so sad\n2,,so good\n")
    X, Y, frames = emoji.read_frames(path)
    assert (X, Y.tolist(), frames.tolist()) == (["so sad", "so good"], [3, 2], ["12", ""])
    assert emoji.read_frames(sheet("so sad,3,12\n"))[2] is None


@pytest.mark.course_data("train_emoji.csv", "tesss.csv")
def test_the_courses_sentences(course_file: Find) -> None:
    X, Y = emoji.read_csv(course_file("train_emoji.csv"))
    assert (len(X), Counter(Y.tolist())) == (132, {0: 22, 1: 19, 2: 38, 3: 36, 4: 17})
    assert (X[0], Y[0], X[-1], Y[-1]) == ("never talk to me again", 3, "great job", 2)
    X, Y = emoji.read_csv(course_file("tesss.csv"))
    assert (len(X), Counter(Y.tolist())) == (56, {0: 7, 1: 8, 2: 18, 3: 16, 4: 7})
    assert (X[0], Y[0], X[-1]) == ("I want to eat", 4, "I did not have breakfast")


@pytest.mark.course_data("train_emoji.csv", "tesss.csv")
def test_no_bundled_sentence_is_the_courses(course_file: Find) -> None:
    course = {
        plain(s) for name in ("train_emoji.csv", "tesss.csv") for s in emoji.read_csv(course_file(name))[0]
    }
    for path in (emoji.BUNDLED_TRAIN, emoji.BUNDLED_TEST, emoji.BUNDLED_PAIRS):
        assert not course & {plain(sentence) for sentence in emoji.read_csv(path)[0]}


@pytest.mark.parametrize(
    "content",
    [
        "I am sad,3\nlet us eat,4",
        "sentence,label\nI am sad,3\nlet us eat,4\n",
        "Label,Note,Sentence\n3,,I am sad\n4,x,let us eat\n",
        '"I am sad\t",3\r\n\r\n,,\r\n"let  us eat",4,,\r\n',
        "\ufeffsentence,label\nI am sad, 3\nlet us eat,4 \n",
    ],
    ids=["bare", "header", "other columns", "course", "byte order mark"],
)
def test_the_same_sentences_in_many_forms(sheet: Callable[..., Path], content: str) -> None:
    X, Y = emoji.read_csv(sheet(content))
    assert (X, Y.tolist()) == (["I am sad", "let us eat"], [3, 4])


def test_too_many_sentences_are_refused(sheet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emoji, "MAX_SENTENCES", 2)
    assert len(emoji.read_csv(sheet("sentence,label\nI am sad,3\nI eat,4\n\n"))[0]) == 2
    with pytest.raises(UserError, match="mine.csv has more than 2 sentences, expected fewer"):
        emoji.read_csv(sheet("I am sad,3\nI eat,4\nI eat,4\n"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "holds no sentences"),
        ("sentence,label\n", "holds no sentences"),
        ("I am sad,3\nno label here\n", "line 2 has 1 column, expected a sentence and a label"),
        ("I am sad,3\n,2\n", "line 2 has an empty sentence"),
        ("I am sad,5\n", "line 1 has the label '5', expected a whole number from 0 to 4"),
        ("I am sad,-1\n", "line 1 has the label '-1'"),
        ("I am sad,3.0\n", "line 1 has the label '3.0'"),
        ("a,1\nI am sad, my dear,3\n", "line 2 has the label 'my dear'"),
        ("I am sad,²\n", "line 1 has the label '²'"),
        (f"I am sad,{'1' * 5000}\n", "line 1 has the label"),
        ("I am sad,\n", "line 1 has the label ''"),
        ('a,1\n"I am sad,3\n', "line 2 is not CSV: unexpected end of data"),
        (b"a,1\ncaf\xe9 time,4\n", r"line 2 is not UTF-8 text \(byte 0xe9\)"),
        ("a,1\n".encode("utf-16"), "line 1 is not UTF-8 text"),
    ],
)
def test_a_broken_file_is_one_line_that_names_the_row(
    sheet: Callable[..., Path], content: str | bytes, complaint: str
) -> None:
    path = sheet(content)
    with pytest.raises(UserError, match=complaint) as caught:
        emoji.read_csv(path)
    assert str(caught.value).startswith(str(path))
    assert (caught.value.exit_code, len(str(caught.value)) < 400) == (2, True)


def test_labels_go_as_far_as_the_label_set(sheet: Callable[..., Path]) -> None:
    path = sheet("woof,6\n")
    assert emoji.read_csv(path, 7)[1].tolist() == [6]
    with pytest.raises(UserError, match="from 0 to 5"):
        emoji.read_csv(path, 6)


@given(rows=st.lists(st.tuples(st.text(min_size=1), st.integers(0, 4)), min_size=1, max_size=5))
def test_what_was_written_is_read(
    rows: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = [(" ".join(text.split()), label) for text, label in rows]
    usable = all(text and text.isprintable() for text, _ in expected)
    if not usable:
        return
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([("sentence", "label"), *rows])
    X, Y = emoji.read_csv(path)
    assert list(zip(X, Y.tolist(), strict=True)) == expected


def test_a_file_is_found_by_its_path_or_by_its_name_in_the_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert emoji.find("other.csv") == Path("other.csv")
    with pytest.raises(UserError, match="python -m data fetch tesss.csv"):
        emoji.find("tesss.csv")
    (tmp_path / "tesss.csv").write_bytes(b"x" * 1426)
    assert emoji.find("tesss.csv") == tmp_path / "tesss.csv"


@pytest.mark.parametrize("content", ['{"1": "🐱", "0": "🐶"}', '["🐶", "🐱"]'])
def test_a_label_set_is_index_to_emoji(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content, encoding="utf-8")
    assert emoji.read_labels(path) == ("🐶", "🐱")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('"🐶"', "must name 2 to 1000 labels"),
        ('{"0": "🐶"}', "must name 2 to 1000 labels"),
        ('{"0": "🐶", "2": "🐱"}', "none with the index 1"),
    ],
)
def test_a_bad_label_set_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=re.escape(complaint)):
        emoji.read_labels(path)


@pytest.mark.parametrize(
    ("symbol", "name"),
    [
        ("🍴", "fork and knife"),
        ("❤️", "heart"),
        ("spam", "spam"),
        ("🐶", "dog face"),
        ("👍🏽", "thumbs up sign 1f3fd"),
    ],
)
def test_every_emoji_has_a_plain_name(symbol: str, name: str) -> None:
    assert emoji.plain_name(symbol) == name
