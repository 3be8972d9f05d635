"""Corpora: which files are read, where windows lie, and what is held out."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.solos import corpus
from data.solos.corpus import CorpusExamples, corpus_examples, read_pieces, training_examples
from data.solos.reading import BUNDLED, Solo, read_solo
from music.score import Note, Part
from utils.errors import UserError

TUNES = BUNDLED.parent / "tunes"


LEAD = Part("Lead", tuple(Note(0.5 * step, 0.5, 60 + 2 * (step % 7)) for step in range(24)))
KEYS = Part("Keys", tuple(Note(4.0 * bar, 3.9, pitch) for bar in range(3) for pitch in (48, 52, 55)))


@pytest.fixture
def tune(write: Callable[..., Path]) -> Callable[..., Path]:
    """tune(name, title): the path of a MIDI file of that title."""
    return lambda name, title="": write(LEAD, KEYS, name=name, title=title)


def piece(tokens: Sequence[str], name: str = "a piece") -> Solo:
    return Solo(name, [list(tokens)], [], [], [1], [0.0], [4.0])


def pieces(*sizes: int) -> list[Solo]:
    """Pieces whose tokens tell where they stand: piece and place."""
    return [
        piece([f"{number}:{place:04}" for place in range(size)], f"piece {number}")
        for number, size in enumerate(sizes)
    ]


def windows(X: np.ndarray, Y: np.ndarray, examples: CorpusExamples) -> list[list[str]]:
    """The tokens from the second on of each example, by X and by Y."""
    by_x = [examples.vocabulary.decode(window.argmax(axis=1)) for window in X[:, 1:]]
    by_y = [examples.vocabulary.decode(window.argmax(axis=1)) for window in Y[:-1].swapaxes(0, 1)]
    assert by_x == by_y
    assert not X[:, 0].any()
    assert not Y[-1].any()
    assert (X[:, 1:].sum(axis=2) == 1).all()
    return by_x


def places(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """The piece and the places of tokens of one piece."""
    (number,) = {token.split(":")[0] for token in tokens}
    return number, [int(token.split(":")[1]) for token in tokens]


def test_a_folder_is_its_files_of_music_sorted_by_name(tune: Callable[..., Path]) -> None:
    folder = tune("songs/b.mid", "B").parent
    tune("songs/a.MIDI", "A")
    tune("songs/.hidden.mid")
    (folder / "notes.txt").write_text("Dm7 | G7")
    (folder / "inner.mid").mkdir()
    last = tune("a first.mid", "first")
    assert [solo.name for solo in read_pieces([last, str(folder)])] == ["first", "A", "B"]
    named = folder / "b.mid"
    assert [solo.name for solo in read_pieces([named, folder, str(named)])] == ["B", "A"]  # each once


def test_the_bundled_tunes_are_a_corpus() -> None:
    solos = read_pieces([BUNDLED, TUNES])
    assert len(solos) == 6
    examples = corpus_examples(solos)
    assert examples.X.shape == (300, 30, len(examples.vocabulary))
    assert set(examples.vocabulary.symbols) == {token for solo in solos for token in solo.flat_tokens}
    assert len(examples.held_out_X) == (len(solos[-1].flat_tokens) - 1) // 29


def test_a_broken_file_of_a_folder_is_left_out_with_a_notice(
    tune: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tune("songs/b.mid", "B")
    (path.parent / "a.mid").write_bytes(b"MThd no music")
    assert [solo.name for solo in read_pieces([path.parent])] == ["B"]
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert "a.mid" in lines[0]
    assert lines[0].endswith("it is left out")


def test_a_broken_file_that_is_named_or_alone_is_refused(
    tune: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tune("songs/b.mid").parent
    broken = folder / "a.mid"
    broken.write_bytes(b"MThd no music")
    for paths in ([folder, broken], [broken, folder], [broken]):
        with pytest.raises(UserError, match=r"a\.mid"):
            read_pieces(paths)
    (folder / "b.mid").unlink()
    with pytest.raises(UserError, match=r"a\.mid") as only:
        read_pieces([folder])
    assert "left out" not in str(only.value) + capsys.readouterr().err
    shutil.copy(broken, folder / "c.mid")
    with pytest.raises(UserError, match=r"one piece or more among 2 files, got none; .*a\.mid"):
        read_pieces([folder])


def test_paths_without_music_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"expected files \.mid, \.midi, .*, got none"):
        read_pieces([tmp_path])
    with pytest.raises(UserError, match=r"nowhere\.mid"):
        read_pieces([tmp_path / "nowhere.mid"])
    with pytest.raises(ValueError, match="paths: expected one"):
        read_pieces([])


@pytest.mark.parametrize(("m", "T_x"), [(None, 30), (60, 30), (7, 12)])
def test_one_piece_with_nothing_held_out_gives_the_courses_examples(m: int | None, T_x: int) -> None:
    solo = read_solo(BUNDLED)
    examples = corpus_examples([solo], m=m, T_x=T_x, held_out=False)
    X, Y = training_examples(solo.flat_tokens, solo.vocabulary, m or 60, T_x)
    assert (examples.X.dtype, examples.Y.dtype) == (X.dtype, Y.dtype)
    assert np.array_equal(examples.X, X)
    assert np.array_equal(examples.Y, Y)
    assert examples.vocabulary == solo.vocabulary
    assert examples.held_out_X.shape == (0, T_x, len(solo.vocabulary))
    assert examples.held_out_Y.shape == (T_x, 0, len(solo.vocabulary))


@given(
    sizes=st.lists(st.integers(1, 150), min_size=1, max_size=6),
    T_x=st.integers(2, 40),
    held_out=st.booleans(),
)
def test_windows_lie_in_one_piece_and_nothing_held_out_is_trained_on(
    sizes: list[int], T_x: int, held_out: bool
) -> None:
    solos = pieces(*sizes)
    if max(sizes) <= T_x:
        with pytest.raises(UserError, match=f"training needs more than {T_x}"):
            corpus_examples(solos, T_x=T_x, held_out=held_out)
        return
    examples = corpus_examples(solos, m=20, T_x=T_x, held_out=held_out)
    assert len(examples.vocabulary) == sum(sizes)
    assert examples.X.shape == (20, T_x, sum(sizes))
    trained, measured = [], []
    for tokens in windows(examples.X, examples.Y, examples):
        _, found = places(tokens)
        assert found == list(range(found[0], found[0] + T_x - 1))
        trained += tokens
    for tokens in windows(examples.held_out_X, examples.held_out_Y, examples):
        _, found = places(tokens)
        assert found == list(range(found[0], found[0] + T_x - 1))
        measured += tokens
    assert len(measured) == len(set(measured))  # every token is predicted once
    assert not set(trained) & set(measured)
    assert held_out or not measured


@pytest.mark.parametrize(("size", "held"), [(57, 1), (58, 1), (59, 2), (88, 3)])
def test_windows_that_are_held_out_end_in_their_piece(size: int, held: int) -> None:
    """Each has 29 tokens and the one after them; the last token of a window begins the next."""
    assert len(corpus_examples(pieces(100, 80, size), T_x=30).held_out_X) == held


def test_the_last_piece_is_held_out() -> None:
    examples = corpus_examples(pieces(100, 80, 90), m=200)
    held = [places(tokens) for tokens in windows(examples.held_out_X, examples.held_out_Y, examples)]
    assert held == [("2", list(range(first, first + 29))) for first in (1, 30, 59)]
    trained = {places(tokens)[0] for tokens in windows(examples.X, examples.Y, examples)}
    assert trained == {"0", "1"}


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((400,), {"0": 360}),  # alone
        ((400, 900), {"0": 360, "1": 810}),  # more than a third
        ((400, 900, 20), {"0": 360, "1": 810}),  # too short for a window
        ((193,), {"0": 163}),  # a tenth is too short for a window
        ((400, 61, 60, 400), {"0": 360, "1": 31, "3": 360}),  # the third has too few for both
    ],
)
def test_a_tenth_of_every_piece_is_held_out_where_the_last_is_not(
    sizes: tuple[int, ...], expected: dict[str, int]
) -> None:
    examples = corpus_examples(pieces(*sizes), m=600)
    held: dict[str, list[int]] = {}
    for tokens in windows(examples.held_out_X, examples.held_out_Y, examples):
        number, found = places(tokens)
        held.setdefault(number, []).extend(found)
    assert {number: found[0] - 1 for number, found in held.items()} == expected


@pytest.mark.parametrize(
    ("sizes", "held_out", "notice"),
    [
        ((50,), True, "nothing is held out: no piece has more than 60 notes"),
        ((40, 30), False, "piece 1: 30 notes; training needs more than 30; it is left out"),
    ],
)
def test_a_piece_too_short_to_divide_or_for_a_window_is_named(
    sizes: tuple[int, ...], held_out: bool, notice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = corpus_examples(pieces(*sizes), held_out=held_out)
    assert (examples.X.shape, examples.held_out_X.shape) == ((60, 30, sum(sizes)), (0, 30, sum(sizes)))
    assert capsys.readouterr().err == f"note: {notice}\n"


def test_every_window_is_as_likely_as_any_other() -> None:
    examples = corpus_examples(pieces(130, 80, 31), m=3000, held_out=False)
    found = [places(tokens) for tokens in windows(examples.X, examples.Y, examples)]
    shares = [sum(of == number for of, _ in found) / 3000 for number in "012"]
    assert {place[0] for of, place in found if of == "2"} == {1}  # as in the course, not the last window
    assert shares == pytest.approx([100 / 151, 50 / 151, 1 / 151], abs=0.03)


def test_many_pieces_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corpus, "MOST_VALUES", 30 * 390 * 100)
    solos = pieces(150, 120, 120)
    examples = corpus_examples(solos)
    assert examples.X.shape == (100, 30, 390)
    assert corpus_examples(solos, m=150).X.shape == (150, 30, 390)  # as the caller wants it
    monkeypatch.setattr(corpus, "MOST_VALUES", 30 * 390 * 3)
    held = corpus_examples(solos)
    found = [places(tokens)[1][0] for tokens in windows(held.held_out_X, held.held_out_Y, held)]
    assert found == [1, 59]  # every other one of four


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"m": 0}, "m: expected 1 or more, got 0"), ({"T_x": 1}, "T_x: expected 2 or more, got 1")],
)
def test_wrong_sizes_are_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        corpus_examples(pieces(100), **settings)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="solos: expected 1 or more, got 0"):
        corpus_examples([])
