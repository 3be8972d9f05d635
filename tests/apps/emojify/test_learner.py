"""A training run of V2: finding the epochs that serve, all sentences, Ctrl-C, a loss that explodes."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.glove import vectors as glove
from models.emojify import learner as emojify_learner
from models.emojify.classifier import Classifier
from models.emojify.learner import Learner, Recipe
from models.emojify.lessons import Lesson
from models.emojify.training import Measure, Trainer
from models.emojify.words import Words, bare_words
from tests.apps.emojify.emojify_networks import write_vectors
from utils.errors import UserError

SMALL = Recipe(n_a=2, n_x=3, max_len=4, epochs=4, patience=2)
SENTENCES = [f"good w{number} thing" if number % 2 else f"bad w{number}" for number in range(60)]


@pytest.fixture(autouse=True)
def eager() -> Iterator[None]:
    """Tracing a network takes seconds; a few steps of a tiny one do not."""
    from utils.backend import tensorflow

    tensorflow().config.run_functions_eagerly(True)
    yield
    tensorflow().config.run_functions_eagerly(False)


@pytest.fixture
def lesson() -> Lesson:
    words = [Words(list(bare_words(sentence)), []) for sentence in SENTENCES]
    return Lesson("own.csv", ("👎", "👍"), words, np.arange(60) % 2, None, None)


def test_the_epochs_are_found_and_then_run_on_all_sentences(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes, losses = list[int](), iter([0.9, 0.7, 0.8, 0.8])

    def epoch(trainer: Trainer, number: int) -> float:
        sizes.append(len(trainer.rows))
        return 1.0 / (number + 1)

    monkeypatch.setattr(Trainer, "epoch", epoch)
    monkeypatch.setattr(Trainer, "measure", lambda *_: Measure(next(losses), 0.75))
    learner = Learner(lesson, SMALL, 0)
    assert not learner.learn()
    # A fifth of each label is held out; two epochs without a better loss end the search at the second.
    assert sizes == [48] * 4 + [60] * 2
    assert learner.facts == {"held_out": {"sentences": 12, "loss": 0.7, "accuracy": 0.75}, "epochs": 2}
    assert learner.losses == {"training": [1.0, 0.5], "held out": [0.9, 0.7, 0.8, 0.8]}


def test_words_that_only_held_out_sentences_have_are_unknown_to_the_judge(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[set[int], set[int]]] = []

    def measure(trainer: Trainer, rows: list[list[int]], labels: np.ndarray) -> Measure:
        assert len(rows) == len(labels) > 0
        seen.append(({i for row in trainer.rows for i in row}, {i for row in rows for i in row}))
        return Measure(1.0, 0.5)

    monkeypatch.setattr(Trainer, "epoch", lambda *_: 1.0)
    monkeypatch.setattr(Trainer, "measure", measure)
    Learner(lesson, SMALL, 0).learn()
    assert all(judged and judged <= trained for trained, judged in seen)


def test_a_number_of_epochs_holds_nothing_out(lesson: Lesson) -> None:
    learner = Learner(lesson, SMALL, 0)
    assert not learner.learn(2)
    assert (learner.facts, list(learner.losses)) == ({"epochs": 2}, ["training"])
    assert learner.weights is not None
    bundle = lesson.bundle(learner.architecture, learner.weights, {})
    classifier = Classifier(bundle, Path("mine"))
    assert classifier.answer(["w1 good thing"])[0].known == 3
    assert learner.architecture["max_len"] == 4


def test_the_vectors_stay_as_they_are_and_out_of_the_bundle(lesson: Lesson, tmp_path: Path) -> None:
    vectors = glove.load(write_vectors(tmp_path / "v.txt"), tmp_path / "cache")
    words = [Words([word if word in vectors else None for word in w.known], []) for w in lesson.words]
    words[0] = Words([None], ["xyz"])
    learner = Learner(Lesson("own.csv", lesson.labels, words, lesson.Y, vectors, None), SMALL, 0)
    before = learner._table.copy()
    learner.learn(1)
    assert learner.weights is not None
    assert "embedding/embeddings" not in learner.weights
    np.testing.assert_array_equal(learner._table, before)
    np.testing.assert_array_equal(before, [[0] * 5, vectors["bad"], vectors["good"]])
    # The sentence without a known word is not trained on.
    assert len(learner._rows) == 59


def test_the_courses_recipe_keeps_the_places_of_unknown_words(lesson: Lesson) -> None:
    recipe = emojify_learner.COURSE_RECIPE
    assert (recipe.max_len, recipe.epochs, recipe.dropout, recipe.n_a) == (10, 50, 0.5, 128)
    assert (recipe.masked, recipe.share, recipe.word_dropout, recipe.smoothing) == (False, 0, 0, 0)
    lesson.words[0] = Words(["bad", None, "thing"], ["xyz"])
    learner = Learner(lesson, recipe, 0)
    assert learner._rows[0][1] == 0
    assert len(learner._rows[0]) == 3
    trainer = learner._trainer(np.ones(60, np.bool_))
    assert (trainer.width, trainer.network.get_layer("embedding").mask_zero) == (10, False)


@pytest.mark.parametrize("after", [0, 1, 5])
def test_ctrl_c_keeps_the_epochs_done(lesson: Lesson, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    done: list[int] = []

    def epoch(trainer: Trainer, number: int) -> float:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append(number)
        return 1.0

    monkeypatch.setattr(Trainer, "epoch", epoch)
    monkeypatch.setattr(Trainer, "measure", lambda *_: Measure(1.0 / len(done), 0.5))
    learner = Learner(lesson, SMALL, 0)
    assert learner.learn()
    assert (learner.weights is None) is (after == 0)
    assert learner.facts.get("epochs") == {0: None, 1: 1, 5: 1}[after]


def test_a_loss_that_is_no_number_ends_the_run(lesson: Lesson, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trainer, "epoch", lambda *_: float("nan"))
    with pytest.raises(UserError, match="the loss of epoch 1 is nan") as caught:
        Learner(lesson, SMALL, 0).learn()
    assert caught.value.exit_code == 1
