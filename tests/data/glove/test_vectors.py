"""The table of vectors: look-up, the course's maps, the copy in the cache and what may go wrong with it."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.glove import vectors as glove
from data.glove.vectors import Vectors
from utils.errors import UserError

TEXT = "the 1 2\nzebra 3 4\nApple 5 6\napple 7 8\ncafé 9 10\n, 11 12\n日本 13 14\n"
SORTED = [",", "Apple", "apple", "café", "the", "zebra", "日本"]


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "small.2d.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def load(path: Path, tmp_path: Path) -> Vectors:
    return glove.load(path, tmp_path / "cache")


def copy_of(tmp_path: Path) -> Path:
    """The one file in the cache."""
    (copy,) = (tmp_path / "cache" / "glove").iterdir()
    return copy


def test_the_course_maps(text: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(glove.catalogue, "cache", lambda: tmp_path / "cache")
    word_to_index, index_to_word, word_to_vec_map = glove.read_glove_vecs(text)
    assert word_to_index == {word: number for number, word in enumerate(SORTED, 1)}
    assert index_to_word == dict(enumerate(SORTED, 1))
    assert {word: vector.tolist() for word, vector in word_to_vec_map.items()} == {
        line.split()[0]: [float(field) for field in line.split()[1:]] for line in TEXT.splitlines()
    }
    assert (len(word_to_vec_map), word_to_vec_map.dimension, list(word_to_vec_map)) == (7, 2, SORTED)


def test_other_words_are_not_found(text: Path, tmp_path: Path) -> None:
    vectors = load(text, tmp_path)
    for word in ("", "ap", "apples", "APPLE", "\udcff", "z" * 1000, "\U0001f600"):
        assert word not in vectors
        with pytest.raises(KeyError):
            vectors[word]


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1), min_size=1, unique=True
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_word_is_found_in_the_order_of_its_characters(tmp_path: Path, words: list[str]) -> None:
    path = tmp_path / "any.txt"
    path.write_text("".join(f"{word} {number} 0.5\n" for number, word in enumerate(words)), encoding="utf-8")
    vectors = load(path, tmp_path)
    assert list(vectors) == sorted(words)
    assert [vectors[word].tolist() for word in words] == [[number, 0.5] for number in range(len(words))]


def test_the_second_load_is_mapped_from_the_cache(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = load(text, tmp_path)
    assert capsys.readouterr().err == "note: reading the vectors of small.2d.txt, 0.1 kB\n"
    again = load(text, tmp_path)
    assert capsys.readouterr().err == ""
    assert first.sha256 == again.sha256 == hashlib.sha256(text.read_bytes()).hexdigest()
    assert {word: vector.tolist() for word, vector in first.items()} == {
        word: vector.tolist() for word, vector in again.items()
    }
    assert not again.table.flags.writeable


def test_a_changed_file_is_read_again(text: Path, tmp_path: Path) -> None:
    load(text, tmp_path)
    text.write_text(TEXT.replace("zebra 3", "zebra 5"), encoding="utf-8")
    assert load(text, tmp_path)["zebra"].tolist() == [5, 4]
    assert load(text, tmp_path)["zebra"].tolist() == [5, 4]
    assert copy_of(tmp_path).is_file()


@pytest.mark.parametrize("harm", ["cut", "empty", "nonsense", "longer", "format", "huge"])
def test_a_damaged_copy_is_made_again(text: Path, tmp_path: Path, harm: str) -> None:
    load(text, tmp_path)
    copy = copy_of(tmp_path)
    content = copy.read_bytes()
    damaged = {
        "cut": content[:-4],
        "empty": b"",
        "nonsense": b"nonsense" * 30,
        "longer": content + b"x",
        "format": b"GloVe-1\0" + content[8:],
        "huge": content[:32] + b"\xff" * 7 + b"\x0f" + content[40:],
    }
    copy.write_bytes(damaged[harm])
    assert load(text, tmp_path)["zebra"].tolist() == [3, 4]
    assert copy.read_bytes() == content


def test_unfinished_files_of_killed_processes_are_removed(text: Path, tmp_path: Path) -> None:
    left = tmp_path / "cache" / "glove" / ".unfinished-x"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    load(text, tmp_path)
    assert not left.exists()


def test_the_vectors_are_loaded_without_a_cache_too(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    assert load(text, tmp_path)["zebra"].tolist() == [3, 4]
    assert "the vectors are not kept in the cache: cannot make the folder" in capsys.readouterr().err
    monkeypatch.setattr(glove.catalogue, "cache", lambda: None)
    assert glove.load(text)["zebra"].tolist() == [3, 4]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mine\.txt: no such file"):
        load(tmp_path / "mine.txt", tmp_path)


def test_the_vectors_are_the_path_given_or_the_catalogues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CADENZA_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert glove.locate() is None
    assert glove.locate(tmp_path / "not there") == tmp_path / "not there"
    with (tmp_path / "glove.6B.50d.txt").open("wb") as stream:
        stream.truncate(171_350_079)
    assert glove.locate() == tmp_path / "glove.6B.50d.txt"


@pytest.mark.slow
def test_a_large_file_takes_little_more_memory_than_its_table(root: Path, tmp_path: Path) -> None:
    """71 MB of text, whose table has 28 MB: the text is read block by block."""
    code = """
import resource, sys
from pathlib import Path
from data import catalogue
from data.glove import vectors as glove
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert len(glove.load(sys.argv[1], Path(sys.argv[2]))) == 140_000
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    path = tmp_path / "large.txt"
    row = " ".join(f"-0.{number:06d}" for number in range(50))
    with path.open("w") as stream:
        stream.writelines(f"word{number} {row}\n" for number in range(140_000))
    line = [sys.executable, "-c", code, str(path), str(tmp_path / "cache")]
    done = subprocess.run(line, cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 85_000
