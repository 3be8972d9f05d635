"""Training V2: both phases, resuming in either; word dropout and held-out sentences.

tests/test_training_promises.py has what every training promises.
"""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.checkpoint import Run
from models.emojify.classifier import Classifier
from models.emojify.dataset import Dataset
from models.emojify.training import (
    COURSE,
    Settings,
    drop_words,
    stratified_mask,
    train_v2,
)
from tests.models.arrays import assert_same_arrays
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError

# TensorFlow says that its input pipelines are traced all the same.
pytestmark = pytest.mark.filterwarnings("ignore:Even though the `tf.config")
SMALL = Settings(n_a=2, n_x=3, max_len=4, epochs=6, patience=2, learning_rate=0.05)
SENTENCES = [f"good w{number % 7} thing" if number % 2 else f"bad w{number % 7}" for number in range(60)]


@pytest.fixture(autouse=True)
def eager() -> Iterator[None]:
    """Tracing a network takes seconds; a few steps of a tiny one do not."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def dataset(sentences: list[str] = SENTENCES, **changes: Any) -> Dataset:
    labels = np.arange(len(sentences)) % 2
    return Dataset(**{"X": sentences, "Y": labels, "labels": ("👎", "👍"), "name": "own.csv"} | changes)


def train(
    data: Dataset, folder: Path, settings: Settings = SMALL, *, word_to_index: Any = None, **options: Any
) -> Bundle:
    return train_v2(data, Run(folder, **options), settings=settings, word_to_index=word_to_index)


def saved(folder: Path) -> Bundle:
    return bundles.load(folder, "emojify")


def assert_same(first: Path, second: Path) -> None:
    """Two folders hold the same network with the same history, bit for bit."""
    one, other = saved(first), saved(second)
    assert_same_arrays(one.weights, other.weights)
    for name in ("epochs", "history", "selection"):
        assert one.training[name] == other.training[name]


@pytest.mark.slow
def test_the_epochs_are_chosen_on_held_out_sentences_and_run_on_all(tmp_path: Path) -> None:
    result = train(dataset(), tmp_path, settings=SMALL).training
    bundle = saved(tmp_path)
    selection = bundle.training["selection"]
    losses = selection["history"]["val_cross_entropy"]
    assert selection["epochs"] == result["epochs"] == bundle.training["epochs"] == int(np.argmin(losses)) + 1
    assert len(losses) == min(SMALL.epochs, selection["epochs"] + SMALL.patience)
    assert selection["accuracy"] == selection["history"]["val_accuracy"][selection["epochs"] - 1]
    assert selection["sentences"] == 12
    assert not bundle.optimizer()  # the training is complete
    assert bundle.training["seconds"] > 0
    assert Classifier(bundle, tmp_path).predict(["w1 good thing"])[0].known_words == 3
    assert train(dataset(), tmp_path, settings=SMALL, resume=True).training["epochs"] == result["epochs"]


def test_words_that_only_held_out_sentences_have_are_unknown_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[set[int], set[int]]] = []

    def fit(self: keras.Model, x: tf.data.Dataset, **named: Any) -> None:
        read = x.take(named["steps_per_epoch"])
        words = {int(index) for batch, _ in read for index in np.unique(batch)}
        seen.append((words, set(named["validation_data"][0].ravel())))
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "fit", fit)
    sentences = [f"good w{number}" for number in range(60)]
    for vectors, subset in ((None, True), ({f"w{n}": np.ones(2) for n in range(60)}, False)):
        with pytest.raises(KeyboardInterrupt):
            train(dataset(sentences, vectors=vectors), tmp_path, settings=SMALL)
        trained, validated = seen.pop()
        assert (validated <= trained | {0}) is subset


def test_a_number_of_epochs_holds_nothing_out_and_can_be_extended(tmp_path: Path) -> None:
    train(dataset(), tmp_path / "twice", settings=SMALL, epochs=2)
    assert saved(tmp_path / "twice").training["selection"] is None
    result = train(dataset(), tmp_path / "twice", settings=SMALL, epochs=4, resume=True)
    assert (result.training["epochs"], len(result.training["history"]["loss"])) == (4, 4)
    train(dataset(), tmp_path / "once", settings=SMALL, epochs=4)
    assert_same(tmp_path / "once", tmp_path / "twice")


LONG = replace(SMALL, epochs=3, patience=2)  # chooses among three epochs


@pytest.fixture(scope="module")
def never_stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    train(dataset(), folder, settings=LONG)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(("done", "phase"), [(2, "selection"), (4, "final")])
def test_ctrl_c_keeps_the_epochs_and_a_resumed_run_equals_one_that_was_never_stopped(
    tmp_path: Path, never_stopped: Path, capsys: pytest.CaptureFixture[str], done: int, phase: str
) -> None:
    epochs = count(1)

    def press(epoch: int, logs: object) -> None:
        if next(epochs) == done:
            os.kill(os.getpid(), signal.SIGINT)

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=press)]
    with pytest.raises(KeyboardInterrupt):
        train(dataset(), tmp_path, settings=LONG, callbacks=callbacks)
    kept = "2 epochs" if phase == "selection" else "1 epoch"
    assert capsys.readouterr().err == f"note: stopped: {tmp_path} keeps {kept}\n"
    assert saved(tmp_path).training["phase"] == phase
    train(dataset(), tmp_path, settings=LONG, resume=True)
    assert_same(never_stopped, tmp_path)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of one epoch."""
    folder = tmp_path_factory.mktemp("trained")
    train(dataset(), folder, settings=SMALL, epochs=1)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "settings", "complaint"),
    [
        ({"sentences": [*SENTENCES[:-1], "good thing"]}, SMALL, "another data_sha256"),
        ({}, replace(SMALL, n_a=3), "another architecture"),
        ({}, replace(SMALL, learning_rate=0.1), "another learning_rate"),
    ],
)
def test_another_training_is_not_resumed(
    trained: Path, changes: dict[str, Any], settings: Settings, complaint: str
) -> None:
    with pytest.raises(UserError, match=complaint):
        train(dataset(**changes), trained, settings=settings, epochs=2, resume=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    "selection", [None, {}, {"history": {"val_cross_entropy": []}}, {"history": {"val_cross_entropy": ["x"]}}]
)
def test_a_damaged_selection_is_not_resumed(tmp_path: Path, selection: object) -> None:
    train(dataset(), tmp_path, settings=replace(SMALL, epochs=1))
    bundle = saved(tmp_path)
    bundle.training["selection"] = selection
    bundles.save(bundle, tmp_path)
    with pytest.raises(UserError, match="not resumed"):
        train(dataset(), tmp_path, settings=replace(SMALL, epochs=1), resume=True)


def test_the_course_trains_frozen_vectors_and_reads_zeros_for_unknown_words(tmp_path: Path) -> None:
    vectors = {word: np.random.default_rng(len(word)).normal(size=2) for word in ("bad", "good!", "love")}
    word_to_index = {word: index for index, word in enumerate(sorted(vectors), 1)}
    sentences = ["Bad xyz", "good! love", "love", "bad"]
    course = dataset(sentences, vectors=vectors)
    with pytest.raises(ValueError, match="dataset must have word vectors"):
        train(dataset(), tmp_path, settings=COURSE)
    train(course, tmp_path, settings=COURSE, word_to_index=word_to_index, epochs=1)
    bundle = saved(tmp_path)
    sizes = {"kind": "v2", "n_a": 128, "n_x": 2, "n_y": 2, "max_len": 10, "masked": False, "dropout": 0.5}
    assert bundle.architecture == {**sizes, "embedding": "vectors"}
    assert "embedding/embeddings" not in bundle.weights
    assert Classifier(bundle, tmp_path, vectors=vectors).predict(["bad xyz"])[0].unknown_words == ["xyz"]


def test_neutral_sentences_have_all_labels_alike_and_count_in_no_metric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[np.ndarray, np.ndarray]] = []
    compiled: list[keras.Model] = []

    def fit(self: keras.Model, x: tf.data.Dataset, **named: Any) -> None:
        batches = list(x.take(named["steps_per_epoch"]))
        seen.append((np.concatenate([y for _, y in batches]), named["validation_data"][1]))
        compiled.append(self)
        raise KeyboardInterrupt

    monkeypatch.setattr(keras.Model, "fit", fit)
    data = dataset(neutral=["the train leaves", "at nine"])
    assert {"train", "nine"} <= set(data.vocabulary.symbols)
    with pytest.raises(KeyboardInterrupt):
        train(data, tmp_path)
    ((trained, validated),) = seen
    assert sorted(trained.max(axis=1).tolist()) == [0.5] * 2 + [1.0] * 48
    assert len(validated) == 12 and validated.max(axis=1).min() == 1
    x, y = np.array([[1, 2], [2, 1], [3, 4]]), np.array([[1, 0], [0, 1], [0.5, 0.5]], np.float32)
    (model,) = compiled
    p = model(x[:2], training=False).numpy()
    found = model.evaluate(x, y, batch_size=2, verbose=0, return_dict=True)
    assert found["accuracy"] == pytest.approx(np.mean(p.argmax(axis=1) == [0, 1]))
    assert found["cross_entropy"] == pytest.approx(-np.log(p[[0, 1], [0, 1]]).mean(), abs=1e-5)


def test_word_dropout_leaves_out_its_share_but_one_word_at_least() -> None:
    x = np.tile(np.array([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 0, 0]), (500, 1))
    kept = drop_words(x, np.random.default_rng(0), 0.3)
    assert (kept > 0).sum(axis=1).mean() == pytest.approx(7.0, abs=0.2)
    for row in kept[:20].tolist():
        words = [word for word in row if word]
        assert row == words + [0] * (12 - len(words))
        remaining = iter([3, 1, 4, 1, 5, 9, 2, 6, 5, 3])
        assert all(word in remaining for word in words)  # in their order
    alone = np.array([[5, 0, 0]] * 50)
    assert np.array_equal(drop_words(alone, np.random.default_rng(0), 0.9), alone)
    assert np.array_equal(drop_words(x, np.random.default_rng(0), 0.0), x)


def test_the_held_out_sentences_are_the_same_share_of_every_label() -> None:
    labels = np.array([0] * 50 + [1] * 20 + [2] * 3)
    mask = stratified_mask(labels, 0.2, np.random.default_rng(0))
    assert [int(mask[labels == label].sum()) for label in range(3)] == [10, 4, 0]
    assert not np.array_equal(mask, stratified_mask(labels, 0.2, np.random.default_rng(1)))


def test_a_group_is_held_out_as_a_whole() -> None:
    labels = np.array([0, 1] * 60 + [2] * 80)
    groups = np.array([f"pair {number // 2}" for number in range(120)] + ["alone"] * 40 + ["apart"] * 40)
    masks = [stratified_mask(labels, 0.5, np.random.default_rng(seed), groups) for seed in range(8)]
    for mask in masks:
        assert all(len(set(mask[groups == group])) == 1 for group in np.unique(groups))
        assert [int(mask[labels == label].sum()) for label in range(3)] == [30, 30, 40]
    assert len({mask.tobytes() for mask in masks}) == 8
