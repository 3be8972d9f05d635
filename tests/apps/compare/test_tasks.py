"""What is compared: names, texts as they are, sentences with emoji."""

from collections.abc import Callable
from pathlib import Path

import pytest

from apps.compare.tasks import load_task, require_writable
from data import dinosaurs
from utils.errors import UserError


def test_names_are_the_task_unless_there_is_a_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dinosaurs, "course_or_bundled", lambda folder: dinosaurs.bundled())
    task = load_task()
    assert (task.name, task.title, task.parameters) == ("names", "the bundled names", 20_000)
    assert task.vocabulary.symbols[task.end or 0] == "\n"
    path = tmp_path / "a.txt"
    path.write_text("Hello, World! " * 20)
    assert load_task(corpus=str(path)).name == "text"


@pytest.mark.course_data("dinos.txt")
def test_the_courses_names_count_once_each(course_file: Callable[[str], Path]) -> None:
    task = load_task(data_dir=course_file("dinos.txt").parent)
    different = set(dinosaurs.read(course_file("dinos.txt")).names)
    assert task.title == "the course's names"
    assert sum(len(part.x) for part in task.split) == len(different)


def test_a_text_keeps_its_own_characters(tmp_path: Path) -> None:
    path = tmp_path / "russisch.txt"
    path.write_text("Широка страна моя родная! " * 10, encoding="utf-8")
    task = load_task(corpus=path)
    assert "Ш" in task.vocabulary
    assert "ш" not in task.vocabulary
    assert (task.dimensions.symbols, task.dimensions.n_y, task.end) == (*[len(task.vocabulary)] * 2, None)
    cut = load_task(corpus=path, characters=120)
    assert [int(part.weights.sum()) for part in cut.split] == [95, 11, 11]


def test_without_a_file_the_text_is_the_projects_verses() -> None:
    task = load_task(task="text", epochs=3, learning_rate=0.5)
    assert (task.title, task.epochs, task.learning_rate) == ("the bundled verses", 3, 0.5)
    assert int(task.split.training.weights.sum()) > 30_000


def test_the_sentences_are_read_from_both_files() -> None:
    task = load_task(task="emoji")
    assert list(task.units) == ["rnn", "lstm", "gru", "bilstm"]
    assert set(task.split.training.y.tolist()) == set(range(5))
    assert task.split.training.x.max() == task.dimensions.symbols == len(task.vocabulary)
    assert len(task.split.validation.x) + len(task.split.held_out.x) >= 100


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"corpus": "absent.txt"}, "cannot read absent.txt: no such file or directory"),
        ({"task": "names", "corpus": "a.txt"}, "a corpus is for the task text, got the task names"),
        ({"task": "text", "parameters": 50}, "parameters: expected more than 50"),
    ],
)
def test_what_does_not_fit_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(UserError, match=message):
        load_task(**options)  # type: ignore[arg-type]


def test_results_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="file"):
        require_writable(tmp_path / "file" / "out", None)
    with pytest.raises(UserError, match="expected a file, got the folder"):
        require_writable(tmp_path / "out", tmp_path)
    require_writable(tmp_path / "out", tmp_path / "new" / "a.json")
    assert (tmp_path / "new").is_dir()
