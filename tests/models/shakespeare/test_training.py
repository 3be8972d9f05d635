"""The training: it learns, it keeps the best, and stopping and going on changes nothing."""

from dataclasses import asdict

import numpy as np
import pytest

from models.shakespeare.batches import Recipe, RunningRows, WindowRecipe, WindowRows
from models.shakespeare.networks import course_model
from models.shakespeare.training import Trainer, build_sequence_model, named_variables, set_arrays
from models.shakespeare.weights import NAMES
from tests.models.shakespeare.poems import VOCABULARY, network, one_hot

TEXT = np.array(VOCABULARY.encode("so long lives this, and this gives life to thee.\n" * 8), dtype=np.int32)
RECIPE = Recipe(steps=12, batch=4, length=12, warmup=2, windows=0.4, settle=3, peak=0.02, dropout=0.3)


def trainer(recipe: Recipe = RECIPE) -> Trainer:
    return Trainer(RunningRows(TEXT, TEXT[:0], recipe), TEXT[:60], 38, units=6)


def test_the_sequence_network_is_the_courses_at_its_last_position() -> None:
    found = network("window", "hard_sigmoid")
    model = build_sequence_model(38, 0.5, 6, "hard_sigmoid")
    assert list(named_variables(model)) == list(NAMES)
    set_arrays(model, found.weights)
    x = np.random.default_rng(1).integers(0, 38, (3, 40)).astype(np.int32)
    zero = np.zeros((3, 6), dtype=np.float32)
    logits = np.asarray(model([x, zero, zero, zero, zero])[0])[:, -1].astype(np.float64)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(p, course_model(found)(one_hot(x)), atol=1e-6)


def test_a_carried_state_goes_on() -> None:
    model = build_sequence_model(38, 0.0, 6)
    set_arrays(model, network().weights)
    x = np.random.default_rng(2).integers(0, 38, (2, 20)).astype(np.int32)
    states = [np.zeros((2, 6), dtype=np.float32)] * 4
    whole = np.asarray(model([x, *states])[0])
    first, *states = model([x[:, :7], *states])
    second, *_ = model([x[:, 7:], *(np.asarray(state) for state in states)])
    assert np.allclose(np.concatenate((first, second), axis=1), whole, atol=1e-6)


def test_training_learns_a_line() -> None:
    recipe = Recipe(steps=160, batch=8, length=24, warmup=5, peak=0.02, dropout=0.0, average=0.9, settle=8)
    training = Trainer(RunningRows(TEXT, TEXT[:0], recipe), TEXT[:120], 38, units=24)
    losses = [training.run_step() for _ in range(recipe.steps)]
    assert np.log(38) + 0.2 > losses[0] > 3.4
    assert training.validate() < 1.0
    ((step, mean, best),) = training.progress.curve
    assert (step, best) == (160, round(training.progress.best, 5))
    assert mean == pytest.approx(np.mean(losses), abs=0.2)


def test_the_best_weights_are_kept() -> None:
    training = trainer()
    training.run_step()
    first = training.validate()
    kept = {name: array.copy() for name, array in training.best.items()}
    for average in training.average:
        average.assign(average + 5.0)
    assert training.validate() > first
    assert (training.progress.best, training.progress.best_step) == (first, 1)
    assert all(np.array_equal(training.best[name], kept[name]) for name in NAMES)


def test_going_on_is_the_same_as_not_stopping() -> None:
    whole = trainer()
    losses = [whole.run_step() for _ in range(12)]
    stopped = trainer()
    for _ in range(5):
        stopped.run_step()
    arrays, progress = stopped.arrays(), asdict(stopped.progress)
    resumed = trainer()
    resumed.restore(arrays, progress)
    assert [resumed.run_step() for _ in range(7)] == losses[5:]
    averages = whole.averages()
    assert all(np.array_equal(array, averages[name]) for name, array in resumed.averages().items())


def test_measuring_leaves_the_training_as_it_was() -> None:
    training = trainer()
    training.run_step()
    before = [variable.numpy() for variable in training.model.trainable_variables]
    training.validate()
    after = [variable.numpy() for variable in training.model.trainable_variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_further_training_starts_from_the_weights_and_averages_nothing() -> None:
    found = network("window", "hard_sigmoid")
    recipe = WindowRecipe(windows=20, batch=8)
    training = Trainer(WindowRows(TEXT, recipe), TEXT[:0], 38, found.weights, "hard_sigmoid", 6)
    assert all(np.array_equal(training.best[name], found.weights[name]) for name in NAMES)
    losses = [training.run_step() for _ in range(recipe.steps)]
    assert training.validate() == 0
    (step, mean, _), *_ = training.progress.curve
    assert step == 3
    assert mean == pytest.approx((8 * losses[0] + 8 * losses[1] + 4 * losses[2]) / 20, abs=1e-4)
    weights = [variable.numpy() for variable in training.model.trainable_variables]
    best = training.best.values()
    assert all(np.array_equal(a, b) for a, b in zip(weights, best, strict=True))
