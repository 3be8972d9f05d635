"""Parsing GloVe's text format: plain files, other programs' files, bad lines."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.glove import text as glove_text
from data.glove.text import Parsed
from utils.errors import UserError


def parse(content: str | bytes) -> Parsed:
    raw = content.encode("utf-8") if isinstance(content, str) else content
    return glove_text.parse(io.BytesIO(raw), Path("v.txt"), len(raw))


def lines(count: int) -> list[str]:
    return [f"w{number} {number} -0.5 1e-1" for number in range(count)]


@pytest.mark.parametrize(
    "content",
    [
        "the 0.1 -2 3e-1\ncafé 4 5 6",
        "the 0.1 -2 3e-1\r\ncafé 4 5 6\r\n",
        "2 3\nthe 0.1 -2 3e-1 \ncafé 4 5 6 \n",
        "\nthe 0.1 -2 3e-1\n\n\ncafé 4 5 6\n\n",
    ],
    ids=["no final newline", "Windows", "word2vec", "empty lines"],
)
def test_words_and_numbers(content: str) -> None:
    parsed = parse(content)
    assert ([word.decode() for word in parsed.words], parsed.bad) == (["the", "café"], [])
    assert parsed.table.dtype == np.float32
    np.testing.assert_array_equal(parsed.table, np.array([[0.1, -2, 0.3], [4, 5, 6]], np.float32))


def test_blocks_are_cut_at_line_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "\n".join(lines(50))
    whole = parse(content)
    monkeypatch.setattr(glove_text, "_BLOCK", 17)
    pieces = parse(content)
    assert (pieces.words, pieces.sha256) == (whole.words, whole.sha256)
    np.testing.assert_array_equal(pieces.table, whole.table)
    assert whole.table[49].tolist() == [49, -0.5, np.float32(0.1)]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
def test_numbers_are_read_as_python_reads_them(numbers: list[float]) -> None:
    text = " ".join(f"{number:.5g}" for number in numbers)
    expected = np.array([float(f"{number:.5g}") for number in numbers], np.float64).astype(np.float32)
    if np.isfinite(expected).all():
        np.testing.assert_array_equal(parse(f"a 1 2 3\nb {text}\n").table[1], expected)


def test_a_word_with_spaces_is_a_word() -> None:
    assert parse("a 1 2 3\n. . 4 5 6\n").words == [b"a", b". ."]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"bad 1 2", "line 3 has 2 numbers, 3 are wanted"),
        (b"bad 1 2 3 4", "line 3 has 4 numbers, 3 are wanted"),
        (b"bad", "line 3 has 0 numbers"),
        (b"bad 1 x 3", "line 3 has a field that is no finite number"),
        (b"bad 1 nan 3", "line 3 has a field that is no finite number"),
        (b"bad 1 1e60 3", "line 3 has a field that is no finite number"),
        (b"b\xe9d 1 2 3", "line 3 is not UTF-8 text"),
        (b"w0 7 7 7", "line 3 repeats the word 'w0'"),
    ],
)
def test_a_bad_line_is_skipped_and_named(line: bytes, complaint: str) -> None:
    rows = [row.encode() for row in lines(4)]
    parsed = parse(b"\n".join([*rows[:2], line, *rows[2:]]))
    assert parsed.words == [b"w0", b"w1", b"w2", b"w3"]
    assert parsed.table[:, 0].tolist() == [0, 1, 2, 3]
    assert len(parsed.bad) == 1
    assert parsed.bad[0].startswith(complaint)


def test_too_many_bad_lines_are_refused() -> None:
    rows = lines(100)
    rows[10:30] = ["bad 1 2"] * 20
    assert len(parse("\n".join(rows)).bad) == 20
    rows[50] = "bad 1 2"
    with pytest.raises(UserError, match="v.txt has more than 20 bad lines; the first: line 11 has 2 numbers"):
        parse("\n".join(rows))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "holds no vectors"),
        (b"\n\n", "holds no vectors"),
        (b"\x00 \r \n\n", "line 1"),
        (b"a 1 2\nb 1\n", "has 1 bad lines; the first: line 2 has 1 numbers"),
        (b"prose has no numbers in it\n", "1 bad lines; the first: line 1 has a field"),
        (b"word\nother\n", "line 1 has 0 numbers after the word"),
        (b"word \nother \n\n a 1\n", "bad lines|0 numbers"),
        (b"a 1\n" + b"word\n" * 3, "line"),
        (b"x" * (2 << 20), "not a GloVe text file"),
        (bytes(range(256)) * 9, "v.txt"),
    ],
)
def test_what_is_no_glove_file_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as caught:
        parse(content)
    assert len(str(caught.value)) < 300
