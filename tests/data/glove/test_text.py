"""Parsing GloVe's text format: plain files, other programs' files, bad lines."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.glove import text as glove_text
from utils.errors import UserError

Found = tuple[dict[str, list[float]], str]
Parse = Callable[[str | bytes], Found]


@pytest.fixture
def parse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Parse:
    """Parses a file of this content: its words with their vectors, and the notices."""

    def parsed(content: str | bytes) -> Found:
        path = tmp_path / "v.txt"
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        table = glove_text.parse(path)
        assert table.vectors.dtype == np.float32
        words = table.words.tobytes()
        bounds = table.bounds.tolist()
        names = [words[first:end].decode() for first, end in zip(bounds, bounds[1:], strict=False)]
        assert names == sorted(names)
        return dict(zip(names, table.vectors.tolist(), strict=True)), capsys.readouterr().err

    return parsed


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
def test_words_and_numbers(parse: Parse, content: str) -> None:
    expected = {"the": np.array([0.1, -2, 0.3], np.float32).tolist(), "café": [4, 5, 6]}
    assert parse(content) == (expected, "")


def test_blocks_end_between_lines(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = parse("\n".join(lines(50)))
    monkeypatch.setattr(glove_text, "_BLOCK", 17)
    assert parse("\n".join(lines(50))) == whole
    assert whole[0]["w49"] == [49, -0.5, np.float32(0.1)]


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=3, max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_numbers_are_read_as_python_reads_them(parse: Parse, numbers: list[float]) -> None:
    text = [f"{number:.5g}" for number in numbers]
    expected = np.array([float(number) for number in text], np.float64).astype(np.float32)
    if np.isfinite(expected).all():
        assert parse(f"a 1 2 3\nb {' '.join(text)}\n")[0]["b"] == expected.tolist()


def test_a_word_may_have_spaces(parse: Parse) -> None:
    assert parse("a 1 2 3\n. . 4 5 6\n")[0] == {"a": [1, 2, 3], ". .": [4, 5, 6]}


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"bad 1 2", "line 3 has 2 numbers, expected 3"),
        (b"bad 1 2 3 4", "line 3 has 4 numbers, expected 3"),
        (b"bad", "line 3 has 0 numbers"),
        (b"bad 1 x 3", "line 3 has a field that is not a finite number"),
        (b"bad 1 nan 3", "line 3 has a field that is not a finite number"),
        (b"bad 1 1e60 3", "line 3 has a field that is not a finite number"),
        (b"b\xe9d 1 2 3", "line 3 is not UTF-8 text"),
        (b"w0 7 7 7", "line 3 repeats the word 'w0'"),
    ],
)
def test_a_bad_line_is_skipped_and_named(parse: Parse, line: bytes, complaint: str) -> None:
    rows = [row.encode() for row in lines(4)]
    vectors, notice = parse(b"\n".join([*rows[:2], line, *rows[2:]]))
    assert {word: vector[0] for word, vector in vectors.items()} == {"w0": 0, "w1": 1, "w2": 2, "w3": 3}
    assert notice.startswith(f"note: v.txt: 1 bad lines were skipped: {complaint}")


def test_too_many_bad_lines_are_refused(parse: Parse) -> None:
    rows = lines(100)
    rows[10:30] = ["bad 1 2"] * 20
    assert "20 bad lines were skipped" in parse("\n".join(rows))[1]
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
        (b"word\nother\n", "line 1 has 0 numbers, expected 1 to 4096"),
        (b"word \nother \n\n a 1\n", "bad lines|0 numbers"),
        (b"a 1\n" + b"word\n" * 3, "line"),
        (b"x" * (2 << 20), "no GloVe file: it has a line of more than"),
        (bytes(range(256)) * 9, "v.txt"),
        (b"PK\x03\x04 rest", "is packed; unpack it"),
    ],
)
def test_another_file_is_refused(parse: Parse, tmp_path: Path, content: bytes, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint) as caught:
        parse(content)
    assert len(str(caught.value).replace(str(tmp_path), "")) < 300
