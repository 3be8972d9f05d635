import re
import unicodedata

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
    assert read.names == ("Tom", "mr. Whiskers", "M\u00e9lusine")
    assert read.name == "cats.txt"
    assert read.vocabulary.symbols == ("\n", *sorted(set(" .mrToWhiskeMlusin\u00e9")))


def test_the_courses_list_is_lower_case_by_its_path_too(tmp_path):
    path = tmp_path / "dinos.txt"
    path.write_text("Aardonyx\nAbelisaurus\n")
    assert dinosaurs.read(path).names == ("aardonyx", "abelisaurus")


@pytest.mark.parametrize(
    "name",
    [
        "Anne\u00a0Marie",
        "\u0645\u06cc\u200c\u062e\u0648\u0627",
        "k\u200dsha",
        "Ren\u00e9e",
        "\u0928\u0940\u0932",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_names_of_any_script(name, encoding, tmp_path):
    """Spaces, joiners and marks that words have; letters with marks are composed."""
    path = tmp_path / "names.txt"
    path.write_bytes(f"{unicodedata.normalize('NFD', name)}\r\nZo\u00eb\r\n".encode(encoding))
    assert dinosaurs.read(path).names == (name, "Zo\u00eb")


def test_the_encoding_of_a_list_can_be_named(tmp_path):
    path = tmp_path / "names.txt"
    path.write_bytes("\u017b\u00f3\u0142\u0107\n".encode("cp1250"))
    assert dinosaurs.read(path, "cp1250").names == ("\u017b\u00f3\u0142\u0107",)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no name; expected one name a line"),
        (b" \n\t\n", "holds no name"),
        (b"tom\nje\x00rry\n", r"line 2 has the character '\\x00' inside a name"),
        ("tom\n\u202eyrrej".encode(), r"line 2 has the character '\\u202e'"),
        (b"tom\n" + b"x" * 1001, "line 2 has 1001 characters; expected a name of at most 1000"),
        (b"\xff\xfea", "is not UTF-16 text: byte 2 cannot be read"),
    ],
)
def test_what_is_no_list_of_names_is_one_clear_line(content, message, tmp_path):
    path = tmp_path / "bad.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message) as raised:
        dinosaurs.read(path)
    assert str(path) in str(raised.value)
