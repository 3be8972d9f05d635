"""Keras training: seeded batches, resuming, stopping."""

import errno
import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path

import keras
import numpy as np
import pytest

from models.checkpoint import Checkpoint
from models.keras_weights import get_arrays, set_arrays
from models.training import BundleCheckpoint, SeededBatches, seeded_dataset, standard_callbacks
from tests.models.arrays import assert_same_arrays
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

X = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)


def small_model(seed: int = 3) -> keras.Model:
    """A network with dropout, so that random state counts."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, name="dense"), layers.Dropout(0.5), layers.Dense(1, name="out")]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01, use_ema=True), loss="mse")
    return model


def template(seed: int = 3) -> Bundle:
    return Bundle("tests", {}, Vocabulary(["a"]), {}, {"seed": seed})


def train(
    folder: Path, epochs: int, resume: bool = False, more: tuple[keras.callbacks.Callback, ...] = ()
) -> BundleCheckpoint:
    """Trains to `epochs`, in one run or further."""
    model, checkpoint = small_model(), BundleCheckpoint(folder, template(), every_seconds=0)
    if resume:
        checkpoint.resume(model)
    batches = SeededBatches(X, Y, batch_size=8, seed=3, epoch=checkpoint.epoch)
    model.fit(
        batches,
        epochs=epochs,
        initial_epoch=checkpoint.epoch,
        shuffle=False,
        verbose=0,
        callbacks=standard_callbacks(checkpoint, more),
    )
    return checkpoint


def weights(folder: Path) -> dict[str, np.ndarray]:
    return bundles.load(folder, "tests").weights


def test_resumed_training_equals_training_that_was_never_stopped(tmp_path: Path) -> None:
    once = train(tmp_path / "once", 4)
    train(tmp_path / "twice", 2)
    twice = train(tmp_path / "twice", 4, resume=True)
    assert_same_arrays(weights(tmp_path / "once"), weights(tmp_path / "twice"))
    assert once.result.history == twice.result.history
    assert twice.result.epochs == 4


def orders(kind: str, epoch: int, count: int) -> list[list[int]]:
    """The order of ten examples in `count` epochs from `epoch` on, in batches of four."""
    options = {"batch_size": 4, "seed": 1, "epoch": epoch}
    if kind == "infinite dataset":
        dataset = seeded_dataset(np.arange(10), np.arange(10), **options)
        batches = [x.numpy().tolist() for x, _ in dataset.take(3 * count)]
    else:
        sequence, batches = SeededBatches(np.arange(10), np.arange(10), **options), []
        for _ in range(count):
            batches += [sequence[number][0].tolist() for number in range(len(sequence))]
            sequence.on_epoch_end()
    assert [len(x) for x in batches] == [4, 4, 2] * count
    return [sum(batches[start : start + 3], []) for start in range(0, 3 * count, 3)]


@pytest.mark.parametrize("kind", ["batches", "infinite dataset"])
def test_an_order_depends_on_the_seed_and_the_epoch_alone(kind: str) -> None:
    first, second = orders(kind, 0, 2)
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert orders(kind, 1, 1) == [second]


def test_the_infinite_dataset_keeps_examples_and_weights_together() -> None:
    numbers = np.arange(5)
    batches = seeded_dataset(numbers, 2 * numbers, batch_size=5, seed=1, sample_weight=3 * numbers)
    x, y, weights = next(iter(batches))
    assert np.array_equal(2 * x, y) and np.array_equal(3 * x, weights)


def after_batch(number: int, action: Callable[[keras.Model], object]) -> keras.callbacks.Callback:
    """Calls something after a batch, the first being 1; an epoch has seven."""
    batches = count(1)

    def act(batch: int, logs: object) -> None:
        if next(batches) == number:
            action(callback.model)

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=act)
    return callback


def test_ctrl_c_keeps_the_finished_epochs(tmp_path: Path) -> None:
    press = after_batch(10, lambda model: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, 3, more=(press,))
    assert bundles.load(tmp_path, "tests").training["epochs"] == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    train(tmp_path, 3, resume=True)
    train(tmp_path / "whole", 3)
    assert_same_arrays(weights(tmp_path), weights(tmp_path / "whole"))


def test_a_loss_that_is_not_finite_ends_in_one_line(tmp_path: Path) -> None:
    def spoil(model: keras.Model) -> None:
        set_arrays({"out/kernel": np.full((8, 1), np.nan), "out/bias": np.zeros(1)}, model.layers[-1])

    with pytest.raises(UserError, match="the loss of epoch 2 is nan; .* keeps the epochs before") as caught:
        train(tmp_path, 3, more=(after_batch(8, spoil),))
    assert caught.value.exit_code == 1
    saved = bundles.load(tmp_path, "tests")
    assert saved.training["epochs"] == 1
    assert all(np.isfinite(array).all() for array in saved.weights.values())


def test_a_full_disk_keeps_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(tmp_path, 1)

    def full(*given: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("utils.bundle.write_bytes", full)
    with pytest.raises(UserError, match="No space left|no space left"):
        train(tmp_path, 3, resume=True)
    assert bundles.load(tmp_path, "tests").training["epochs"] == 1


@pytest.mark.parametrize(
    ("other", "complaint"),
    [
        (template(seed=4), "another seed: 3, not 4"),
        (Bundle("tests", {"units": 5}, Vocabulary(["a"]), {}, {"seed": 3}), "another architecture"),
        (Bundle("tests", {}, Vocabulary(["b"]), {}, {"seed": 3}), "another vocabulary"),
    ],
)
def test_another_training_is_not_resumed(tmp_path: Path, other: Bundle, complaint: str) -> None:
    train(tmp_path, 1)
    with pytest.raises(UserError, match=complaint):
        Checkpoint(tmp_path, other).resume()


def test_arrays_go_to_shared_layers_by_name() -> None:
    one, other = small_model(1), small_model(2)
    set_arrays(get_arrays(one), other)
    assert set(get_arrays(one)) == {"dense/kernel", "dense/bias", "out/kernel", "out/bias"}
    assert np.array_equal(one.predict(X, verbose=0), other.predict(X, verbose=0))
    with pytest.raises(ValueError, match="layers: expected different names, got dense/kernel"):
        get_arrays(one, other)
    with pytest.raises(ValueError, match="'dense/kernel': expected shape"):
        set_arrays({"dense/kernel": np.zeros((1, 1))}, other)


def test_averaged_weights_are_kept_and_the_training_goes_on_with_its_own(tmp_path: Path) -> None:
    seen = []
    look = after_batch(14, lambda model: seen.append(get_arrays(model)["out/kernel"]))
    checkpoint = train(tmp_path, 2, more=(look,))
    kept, state = checkpoint.checkpoint.network["out/kernel"], bundles.load(tmp_path, "tests").optimizer()
    assert any(np.array_equal(array, seen[0]) for array in state.values())
    assert any(np.array_equal(array, kept) for array in state.values())
    assert not np.array_equal(seen[0], kept)
