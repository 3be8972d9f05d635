import re

import pytest

from data import catalogue, dinosaurs
from utils.errors import UserError


def test_the_bundled_list_is_well_formed():
    """One name a line, lower-case a to z, sorted, no duplicates, at least 500, a newline at the end."""
    content = dinosaurs.BUNDLED.read_bytes().decode("ascii")
    lines = content.split("\n")
    assert lines.pop() == ""
    assert len(lines) >= 500
    assert lines == sorted(set(lines))
    assert all(re.fullmatch("[a-z]{2,50}", line) for line in lines)
    read = dinosaurs.bundled()
    assert list(read.names) == lines
    assert read.vocabulary.symbols == ("\n", *"abcdefghijklmnopqrstuvwxyz")


def test_without_the_courses_list_the_bundled_one_is_read(monkeypatch):
    monkeypatch.setattr(catalogue, "locate", lambda name, data_dir=None: None)
    assert dinosaurs.course_or_bundled() == dinosaurs.bundled()


@pytest.mark.course_data("dinos.txt")
def test_the_courses_list_is_preferred():
    read = dinosaurs.course_or_bundled()
    assert len(read.names) == 1536
    assert read.names[0] == "aachenosaurus"
    assert len(read.vocabulary) == 27


def test_a_persons_list(tmp_path):
    path = tmp_path / "cats.txt"
    path.write_bytes("\ufeff Tom \r\n\r\nmr. Whiskers\nM\u00e9lusine".encode())
    read = dinosaurs.read(path)
    assert read.names == ("tom", "mr. whiskers", "m\u00e9lusine")
    assert read.name == "cats.txt"
    assert read.vocabulary.symbols == ("\n", *sorted(set(" .mrtowhiskelun\u00e9")))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no name; expected one name a line"),
        (b" \n\t\n", "holds no name"),
        (b"tom\nje\x00rry\n", r"has the character '\\x00' inside a name"),
        (b"tom\n\xff\xfe", "is not UTF-8 text: byte 4"),
    ],
)
def test_what_is_no_list_of_names_is_one_clear_line(content, message, tmp_path):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as raised:
        dinosaurs.read(path)
    assert str(path) in str(raised.value)
