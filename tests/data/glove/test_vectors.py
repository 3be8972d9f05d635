"""The table of vectors: look-up, the course's maps, the copy in the cache and what may go wrong with it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
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


def copies(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "cache" / "glove").iterdir() if path.is_dir()]


def test_the_course_maps(text: Path, tmp_path: Path) -> None:
    vectors = load(text, tmp_path)
    assert (len(vectors), vectors.dimension, list(vectors)) == (7, 2, SORTED)
    assert {word: vector.tolist() for word, vector in vectors.items()} == {
        line.split()[0]: [float(field) for field in line.split()[1:]] for line in TEXT.splitlines()
    }
    index = vectors.word_to_index
    assert dict(index.items()) == {word: number for number, word in enumerate(SORTED, 1)}
    assert (index["café"], len(index), list(index)) == (4, 7, SORTED)


def test_what_is_not_there(text: Path, tmp_path: Path) -> None:
    vectors = load(text, tmp_path)
    for word in ("", "ap", "apples", "APPLE", "\udcff", "z" * 1000, "\U0001f600"):
        assert word not in vectors
        assert vectors.word_to_index.get(word) is None
        with pytest.raises(KeyError):
            vectors[word]
    assert 7 not in vectors


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1), min_size=1, unique=True
    )
)
def test_every_word_is_found_and_counted_in_the_order_of_its_characters(words: list[str]) -> None:
    encoded = sorted(word.encode() for word in words)
    bounds = np.cumsum([0, *map(len, encoded)])
    table = np.arange(len(words), dtype=np.float32)[:, None]
    vectors = Vectors(glove.Copy(np.frombuffer(b"".join(encoded), np.uint8), bounds, table, ""), Path("x"))
    assert list(vectors) == sorted(words)
    assert [vectors.word_to_index[word] for word in sorted(words)] == list(range(1, len(words) + 1))


def test_the_second_load_is_mapped_and_says_nothing(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = glove.load(text, tmp_path / "cache")
    assert capsys.readouterr().err == "note: reading the vectors of small.2d.txt, 0.1 kB\n"
    monkeypatch.setattr(glove.glove_text, "parse", None)
    again = glove.load(text, tmp_path / "cache")
    assert capsys.readouterr().err == ""
    assert (again.sha256, list(again)) == (first.sha256, list(first))
    table = again._table
    while table.base is not None and not isinstance(table, np.memmap):
        table = table.base
    assert isinstance(table, np.memmap)
    assert table.mode == "r"


def test_the_copy_is_keyed_by_the_content(text: Path, tmp_path: Path) -> None:
    load(text, tmp_path)
    twin = tmp_path / "twin.txt"
    shutil.copy(text, twin)
    assert load(twin, tmp_path).sha256 == load(text, tmp_path).sha256
    assert len(copies(tmp_path)) == 1
    text.write_text(TEXT.replace("zebra 3", "zebra 5"), encoding="utf-8")
    assert load(text, tmp_path)["zebra"].tolist() == [5, 4]
    assert load(twin, tmp_path)["zebra"].tolist() == [3, 4]
    assert len(copies(tmp_path)) == 2


@pytest.mark.parametrize("name", ["table.npy", "words.npy", "bounds.npy"])
@pytest.mark.parametrize("harm", ["cut", "gone", "nonsense", "folder"])
def test_a_broken_copy_is_made_again(text: Path, tmp_path: Path, name: str, harm: str) -> None:
    load(text, tmp_path)
    path = copies(tmp_path)[0] / name
    content = path.read_bytes()
    path.unlink()
    if harm == "cut":
        path.write_bytes(content[:-4])
    elif harm == "nonsense":
        path.write_bytes(b"nonsense")
    elif harm == "folder":
        path.mkdir()
    assert load(text, tmp_path)["zebra"].tolist() == [3, 4]
    assert (copies(tmp_path)[0] / name).read_bytes() == content


def test_a_broken_memo_is_made_again(text: Path, tmp_path: Path) -> None:
    load(text, tmp_path)
    (memo,) = (tmp_path / "cache" / "glove").glob("*.json")
    content = memo.read_bytes()
    for harm in (b"", b"[]", b'{"file": 7}', content.replace(b'"sha256": "', b'"sha256": "../')):
        memo.write_bytes(harm)
        assert load(text, tmp_path)["the"].tolist() == [1, 2]
        assert memo.read_bytes() == content


def test_what_a_killed_run_left_is_cleared(text: Path, tmp_path: Path) -> None:
    left = tmp_path / "cache" / "glove" / ".unfinished-x"
    left.mkdir(parents=True)
    (left / "table.npy").write_bytes(b"half")
    load(text, tmp_path)
    assert not left.exists()


def test_without_a_cache_the_vectors_serve_all_the_same(
    text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file, no folder")
    assert glove.load(text, tmp_path / "cache")["zebra"].tolist() == [3, 4]
    assert "no copy of the vectors is kept in" in capsys.readouterr().err
    monkeypatch.setattr(glove.catalogue, "cache", lambda: None)
    assert glove.load(text)["zebra"].tolist() == [3, 4]


def test_skipped_lines_are_said(text: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with text.open("a", encoding="utf-8") as stream:
        stream.write("short 1\nthe 5 5\n")
    vectors = glove.load(text, tmp_path / "cache")
    assert vectors["the"].tolist() == [1, 2]
    assert "short" not in vectors
    said = "2 bad lines were skipped: line 8 has 1 numbers, 2 are wanted; line 9 repeats the word 'the'"
    assert f"note: small.2d.txt: {said}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "is a folder; a GloVe text file is wanted"),
        (lambda path: os.mkfifo(path), "is no regular file"),
        (lambda path: path.write_bytes(b"PK\x03\x04 rest"), "is packed; unpack it"),
        (lambda path: path.write_bytes(b""), "holds no vectors"),
    ],
)
def test_a_file_that_cannot_serve(make: Callable[[Path], None], complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.txt"
    make(path)
    with pytest.raises(UserError, match=complaint) as caught:
        load(path, tmp_path)
    assert str(path) in str(caught.value)


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


def test_read_glove_vecs(text: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(glove.catalogue, "cache", lambda: tmp_path / "cache")
    word_to_index, index_to_word, word_to_vec_map = glove.read_glove_vecs(text)
    assert word_to_index["apple"] == 3
    assert (index_to_word[3], word_to_vec_map["apple"].tolist()) == ("apple", [7, 8])
