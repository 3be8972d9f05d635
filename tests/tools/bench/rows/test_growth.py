"""The growths of the benchmark: the work has the size that it says."""

from pathlib import Path

import pytest

from data.glove import vectors as glove
from data.solos import reading as solos
from models import jazz
from models.dinos.training import NameTrainer
from models.shakespeare import build_data
from music import audio
from music.score import Note, Part, Score
from tools.bench.rows import emojify as bench_emojify
from tools.bench.rows import growth as bench_growth
from tools.bench.rows import shakespeare as bench_shakespeare


@pytest.fixture(scope="module")
def solo() -> solos.Solo:
    return solos.read_solo(solos.BUNDLED)


def test_so_many_measures_are_improvised(solo: solos.Solo) -> None:
    found = bench_growth.improvising(solo).prepare(70)()
    assert isinstance(found, jazz.Improvisation)
    assert len(found.melody) == 70


def test_so_many_characters_are_written() -> None:
    beginning = bench_shakespeare.BEGINNING
    assert len(bench_growth.writing().prepare(30)()) == len(beginning) + 30  # type: ignore[arg-type]


def test_so_many_windows_are_read_whatever_the_length(tmp_path: Path) -> None:
    growth = bench_growth.reading_windows(tmp_path)
    assert [growth.prepare(characters)() for characters in (400_000, 1_000_000)] == [bench_growth.READ] * 2


def test_so_many_names_are_trained_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[NameTrainer] = []
    monkeypatch.setattr(NameTrainer, "step", lambda training: steps.append(training))
    bench_growth.learning_names(tmp_path).prepare(1300)()
    assert len(steps) == 1300
    assert len(steps[0].examples) == 1300


def test_so_many_examples_are_trained_on(
    solo: solos.Solo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr(jazz, "train", lambda X, *given, **named: read.append(len(X)))
    bench_growth.learning_a_solo(tmp_path, solo).prepare(5)()
    assert read == [5]


def test_so_many_windows_are_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: list[str] = []
    monkeypatch.setattr(bench_shakespeare, "our_training", lambda network, text: texts.append(text))
    bench_growth.learning_verses().prepare(7)
    (text,) = texts
    assert len(build_data(text)[0]) == 7


def test_so_many_notes_sound(solo: solos.Solo, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Score] = []
    monkeypatch.setattr(audio, "render", heard.append)
    bench_growth.sounding(solo).prepare(3200)()
    assert [sum(len(part.notes) for part in score.parts) for score in heard] == [3200]


def test_the_first_notes_are_those_that_begin_first() -> None:
    early, late = Note(0.0, 1.0, 60), Note(2.0, 1.0, 62)
    score = Score((Part("a", (early, late), program=0), Part("b", (early, early), program=0)))
    cut = bench_growth.first_notes(score, 3)
    assert [part.notes for part in cut.parts] == [(early,), (early, early)]
    with pytest.raises(ValueError, match="5 notes or more, got 4"):
        bench_growth.first_notes(score, 5)


def test_so_many_vectors_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    monkeypatch.setattr(bench_emojify, "WORDS", 160)
    load = glove.load

    def spied(*given: object, **named: object) -> glove.Vectors:
        found = load(*given, **named)
        read.append(len(found))
        return found

    monkeypatch.setattr(glove, "load", spied)
    growth = bench_growth.vectors(tmp_path)
    assert growth.base == 10
    work = growth.prepare(40)
    work()
    work()  # the cache was taken away: it is the first time again
    assert read == [40, 40]
