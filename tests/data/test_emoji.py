"""Reading labelled sentences: the bundled ones, the course's, one's own, and broken files."""

import csv
import io
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
    found = emoji.read(path, classes=emoji.COURSE)
    assert (found.X, found.Y.tolist(), found.frames.tolist()) == (["so sad", "so good"], [3, 2], ["12", ""])
    assert emoji.read(sheet("so sad,3,12\n"), classes=emoji.COURSE).frames is None


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


HAPPY = ["what a lovely day", "I adore this, really", "so happy for you"]
SAD = ["this is awful", "I hate waiting; so sad", "worst meal of my life"]


def rows(good: str, bad: str, separator: str = ",", *, label_first: bool = False) -> str:
    """Six sentences with two labels."""
    out = io.StringIO(newline="")
    pairs = [(text, label) for text, label in zip(HAPPY + SAD, [good] * 3 + [bad] * 3, strict=True)]
    csv.writer(out, delimiter=separator).writerows(pair[::-1] if label_first else pair for pair in pairs)
    return out.getvalue()


NUMBERED = rows("0", "1", "|", label_first=True).replace("0|", "0|7|").replace("1|", "1|8|")
WIDE = "Class|id|Tweet\n" + NUMBERED


@pytest.mark.parametrize(
    ("content", "values"),
    [
        (rows("0", "1"), ("0", "1")),
        ("text,label\n" + rows("0", "1"), ("0", "1")),
        ("label,text\n" + rows("0", "1", label_first=True), ("0", "1")),
        ("sentence,emotion\n" + rows("0", "1"), ("0", "1")),
        ("q;mood\n" + rows("0", "1", ";"), ("0", "1")),
        ("mood\tq\n" + rows("sad", "joy", "\t", label_first=True), ("joy", "sad")),
        (rows("0", "1", ";"), ("0", "1")),
        (rows("0", "1", "\t"), ("0", "1")),
        (rows("0", "1", "|"), ("0", "1")),
        ("sep=;\r\n" + rows("-1", "10", ";"), ("-1", "10")),
        (rows("joy", "sadness"), ("joy", "sadness")),
        (rows("joy", "sadness", label_first=True), ("joy", "sadness")),
        (rows("\U0001f602", "\U0001f62d"), ("\U0001f602", "\U0001f62d")),
        (WIDE, ("0", "1")),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_any_table_of_sentences_and_labels(
    sheet: Callable[..., Path], content: str, values: tuple[str, ...], encoding: str
) -> None:
    found = emoji.read(sheet(content.encode(encoding)))
    assert found.X == HAPPY + SAD
    assert found.classes == emoji.Classes(values, values)
    assert len(set(found.Y[:3].tolist())) == len(set(found.Y[3:].tolist())) == 1 and found.Y[0] != found.Y[3]


def test_the_encoding_of_a_table_is_guessed_or_named(sheet: Callable[..., Path]) -> None:
    path = sheet("caf\u00e9 time,4\nI am sad,3\n".encode("cp1252"))
    assert emoji.read(path).X[0] == "caf\u00e9 time"
    assert emoji.read(path, encoding="cp1251").X[0] == "caf\u0439 time"


def test_the_courses_labels_are_its_emoji_and_others_are_not(sheet: Callable[..., Path]) -> None:
    five = "".join(f"sentence {number},{number}\n" for number in range(5))
    assert emoji.read(sheet(five)).classes == emoji.COURSE
    assert emoji.read(sheet(five + "six,5\n")).classes.labels == tuple("012345")
    hearts = emoji.Classes(("joy", "love"), ("\U0001f604", "\u2764\ufe0f"))
    path = sheet("a day,joy\nmy dear,\u2764\nI do,love\n")
    assert emoji.read(path, classes=hearts).Y.tolist() == [0, 1, 1]


def test_columns_are_chosen_by_name_or_number(sheet: Callable[..., Path]) -> None:
    path = sheet("tweet,text,class,emotion\na,so sad,0,3\nb,so good,1,2\n")
    assert emoji.read(path, text_column="text", label_column="emotion").classes.values == ("2", "3")
    found = emoji.read(path, text_column="1", label_column="Class")
    assert (found.X, found.Y.tolist()) == (["a", "b"], [0, 1])


@pytest.mark.parametrize(
    ("content", "columns", "complaint"),
    [
        ("tweet,text,label\na,b,0\n", {}, "has the columns text and tweet: choose with --text-column"),
        ("text,class,emotion\na,0,1\n", {}, "has the columns emotion and class: choose with --label-column"),
        ("text,label\na,0\n", {"text_column": "line"}, "has no column 'line', expected one of: text, label"),
        ("text,label\na,0\n", {"label_column": "3"}, "has no column '3'"),
        ("text,label\na,0\n", {"text_column": "label", "label_column": "2"}, "cannot be both"),
        ("text,label\na,joy\nb,joy\n", {}, "has the label joy for all sentences, expected two or more"),
        ("text,label\na,0\nb,\n", {}, "line 3 has the label '', expected a number, an emoji or a word"),
    ],
)
def test_columns_that_are_not_clear_are_refused(
    sheet: Callable[..., Path], content: str, columns: dict[str, str], complaint: str
) -> None:
    with pytest.raises(UserError, match=re.escape(complaint)):
        emoji.read(sheet(content), **columns)


def test_a_label_that_is_none_of_the_classes_is_refused(sheet: Callable[..., Path]) -> None:
    classes = emoji.Classes(("joy", "sadness"), ("\U0001f604", "\U0001f61e"))
    with pytest.raises(UserError, match="line 2 has the label 'fear', expected one of joy, sadness"):
        emoji.read(sheet("a,joy\nb,fear\n"), classes=classes)


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
        (b"\xff\xfea", "is not UTF-16 text: byte 2 cannot be read"),
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
def test_a_label_set_is_label_to_emoji(tmp_path: Path, content: str) -> None:
    path = tmp_path / "labels.json"
    path.write_text(content, encoding="utf-8")
    assert list(emoji.read_labels(path).items()) == [("0", "🐶"), ("1", "🐱")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('"🐶"', "must name 2 to 1000 labels"),
        ('{"0": "🐶"}', "must name 2 to 1000 labels"),
        ('{"1": "🐶", "01": "🐱"}', "has the label '1' twice"),
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
