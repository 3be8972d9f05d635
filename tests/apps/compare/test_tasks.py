"""What is compared: names, texts as they are, sentences with emoji."""

import argparse
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.compare import tasks as compare_tasks
from data import dinosaurs


def options(**given: object) -> argparse.Namespace:
    defaults = {"task": None, "text": None, "characters": 50_000, "data_dir": None, "seed": 0, "quiet": True}
    return argparse.Namespace(**{**defaults, **given})


def test_names_are_the_task_unless_there_is_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dinosaurs, "course_or_bundled", lambda folder: dinosaurs.bundled())
    task = compare_tasks.chosen_task(options())
    assert (task.name, task.title, task.writes) == ("names", "the bundled names", True)
    assert task.vocabulary.symbols[task.end or 0] == "\n"
    path = tmp_path / "a.txt"
    path.write_text("Hello, World! " * 20)
    assert compare_tasks.chosen_task(options(text=path)).name == "text"


@pytest.mark.course_data("dinos.txt")
def test_the_courses_names_count_once_each(course_file: Callable[[str], Path]) -> None:
    task = compare_tasks.chosen_task(options(data_dir=course_file("dinos.txt").parent))
    different = set(dinosaurs.read(course_file("dinos.txt")).names)
    assert task.title == "the course's names"
    assert sum(len(part.x) for part in task.parts) == len(different)


def test_a_text_keeps_its_own_characters(tmp_path: Path) -> None:
    path = tmp_path / "russisch.txt"
    path.write_text("Широка страна моя родная! " * 10, encoding="utf-8")
    task = compare_tasks.chosen_task(options(text=path))
    assert "Ш" in task.vocabulary
    assert "ш" not in task.vocabulary
    assert (task.form.symbols, task.form.n_y, task.end) == (len(task.vocabulary), len(task.vocabulary), None)
    cut = compare_tasks.chosen_task(options(text=path, characters=120))
    assert [int(part.weights.sum()) for part in cut.parts] == [95, 11, 11]


def test_without_a_file_the_text_is_the_projects_verses() -> None:
    task = compare_tasks.chosen_task(options(task="text"))
    assert task.title == "the bundled verses"
    assert int(task.parts.training.weights.sum()) > 30_000


def test_the_sentences_are_read_from_both_sides() -> None:
    task = compare_tasks.chosen_task(options(task="emoji"))
    assert task.kinds == ("rnn", "lstm", "gru", "bilstm")
    assert not task.writes
    assert set(task.parts.training.y.tolist()) == set(range(5))
    assert task.parts.training.x.max() == task.form.symbols == len(task.vocabulary)
    assert len(task.parts.validation.x) + len(task.parts.held_out.x) >= 100
