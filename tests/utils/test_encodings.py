"""Texts in the encodings that people's programs write."""

from collections.abc import Callable
from pathlib import Path

import pytest

from utils import encodings
from utils.errors import UserError

RUSSIAN = "Старый лодочник ждёт тихую гавань.\nРыжая кошка помнит первый снег.\n"
JAPANESE = "猫が好きです。今日は天気がいい。\n" * 3


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    """Writes a file."""

    def write(content: bytes) -> Path:
        path = tmp_path / "mine.txt"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
def test_a_text_is_read_in_the_encoding_that_it_has(file: Callable[[bytes], Path], encoding: str) -> None:
    path = file(RUSSIAN.replace("\n", "\r\n").encode(encoding))
    assert encodings.read(path) == RUSSIAN


@pytest.mark.parametrize(
    ("text", "encoding"), [(JAPANESE, "cp932"), ("今天天气很好。我喜欢猫。\n" * 3, "gb18030")]
)
def test_a_guess_is_told(
    file: Callable[[bytes], Path], text: str, encoding: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "cadenza")
    assert encodings.read(file(text.encode(encoding))) == text
    assert caplog.messages == [
        f"mine.txt is not UTF-8; read as {encoding}, a guess (--encoding names another)"
    ]


def test_a_named_encoding_overrules_the_guess(
    file: Callable[[bytes], Path], caplog: pytest.LogCaptureFixture
) -> None:
    path = file("Żółć".encode("cp1250"))
    assert encodings.read(path, encoding="cp1250") == "Żółć"
    assert encodings.read(file(b"abc"), encoding="UTF8") == "abc"
    assert not caplog.messages


@pytest.mark.parametrize(
    ("content", "encoding", "message"),
    [
        (bytes(range(256)), None, "is not UTF-8 text, and no other encoding fits"),
        (b"\xff\xfea", None, "is not UTF-16 text: byte 2 cannot be read"),
        (b"ab\xff", "utf-8", "is not UTF-8 text: byte 2 cannot be read"),
        (b"ab\xff", "ascii", "is not ascii text: byte 2 cannot be read"),
        (b"ab", "klingon", "encoding: expected a name such as utf-8, cp1251 or shift_jis, got 'klingon'"),
        (b"6162", "hex", "encoding: expected a name such as"),
    ],
)
def test_what_cannot_be_read_is_refused(
    file: Callable[[bytes], Path], content: bytes, encoding: str | None, message: str
) -> None:
    with pytest.raises(UserError, match=message):
        encodings.read(file(content), encoding=encoding)
