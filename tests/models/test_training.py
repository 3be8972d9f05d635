"""Keras training: the order that `fit` draws, and what `fit_bundle` promises, on a tiny network.

tests/test_training_promises.py has one row an app.
"""

import dataclasses
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.checkpoint import Run
from models.keras_weights import get_arrays, set_arrays
from models.training import FinishedEpochs, fit, fit_bundle, seeded_batches, steps
from tests.models.arrays import assert_same_arrays
from utils import bundle as bundles
from utils import files
from utils.bundle import Bundle
from utils.errors import Terminated, UserError
from utils.vocabulary import Vocabulary

# TensorFlow says that its input pipelines are traced all the same.
pytestmark = pytest.mark.filterwarnings("ignore:Even though the `tf.config")
X = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
Y = X.sum(axis=1, keepdims=True)
BATCH = 8  # an epoch has seven
TEMPLATE = Bundle("tests", {}, Vocabulary(["a"]), {}, {"seed": 3})


def small_model(seed: int = 3) -> keras.Model:
    """A network with dropout, so that random state counts."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, name="dense"), layers.Dropout(0.5), layers.Dense(1, name="out")]
    )
    optimizer = keras.optimizers.Adam(0.01, use_ema=True)
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=True)  # tracing takes seconds
    return model


def train(folder: Path, epochs: int, *more: keras.callbacks.Callback, **options: Any) -> Bundle:
    """Trains to `epochs`, in one run or further; every epoch is written."""
    run = Run(folder, epochs, callbacks=more, **{"every_seconds": 0, **options})
    return fit_bundle(
        small_model(),
        TEMPLATE,
        lambda epoch: seeded_batches(X, Y, batch_size=BATCH, seed=3, epoch=epoch),
        run,
        steps_per_epoch=steps(len(X), BATCH),
    )


def saved(folder: Path) -> Bundle:
    return bundles.load(folder, "tests")


class Recorder(keras.Model):
    """Keeps the first column of every batch that `fit` gives it, and learns nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[list[int]] = []

    def train_step(self, data: Any) -> dict[str, Any]:
        self.drawn.append(np.asarray(data[0])[:, 0].astype(int).tolist())
        return {"loss": 0.0}


def drawn(epochs: int, epoch: int = 0, **options: Any) -> list[list[int]]:
    """The order in which `fit` reads ten examples, in batches of four, in each epoch from `epoch` on."""
    x, model = np.arange(10, dtype=np.float32)[:, None], Recorder()
    model.compile(run_eagerly=True)
    batches = seeded_batches(x, x, batch_size=4, seed=1, epoch=epoch, **options)
    fit(model, lambda _: batches, epochs=epochs, steps_per_epoch=steps(10, 4))
    assert [len(batch) for batch in model.drawn] == [4, 4, 2] * epochs
    return [sum(model.drawn[first : first + 3], []) for first in range(0, 3 * epochs, 3)]


def test_fit_draws_the_order_of_the_seed_and_the_epoch() -> None:
    found = drawn(3)
    assert found == [np.random.default_rng((1, epoch)).permutation(10).tolist() for epoch in range(3)]
    assert drawn(2, epoch=1) == found[1:]


def test_inputs_vary_by_the_seed_and_the_epoch() -> None:
    def moved(x: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        return x + 10 * generator.integers(1, 100)

    found = drawn(3, vary=moved)
    assert [sorted(number % 10 for number in epoch) for epoch in found] == [list(range(10))] * 3
    assert len({epoch[0] // 10 for epoch in found}) == 3
    assert drawn(1, epoch=2, vary=moved) == found[2:]


def test_examples_and_weights_stay_together() -> None:
    numbers = np.arange(5)
    batches = seeded_batches(numbers, 2 * numbers, batch_size=5, seed=1, sample_weight=3 * numbers)
    x, y, weights = next(iter(batches))
    assert np.array_equal(2 * x, y) and np.array_equal(3 * x, weights)


def test_resumed_training_equals_training_that_was_never_stopped(tmp_path: Path) -> None:
    once = train(tmp_path / "once", 4)
    train(tmp_path / "twice", 2)
    twice = train(tmp_path / "twice", 4, resume=True)
    assert_same_arrays(saved(tmp_path / "once").weights, saved(tmp_path / "twice").weights)
    assert once.training["history"] == twice.training["history"]
    assert twice.training["epochs"] == 4
    again = train(tmp_path / "twice", 4, resume=True)  # there is nothing to do
    assert_same_arrays(again.weights, twice.weights)


def after_batch(number: int, action: Callable[[keras.Model], object]) -> keras.callbacks.Callback:
    """Calls something after a batch, the first being 1; an epoch has seven."""
    batches = count(1)

    def act(batch: int, logs: object) -> None:
        if next(batches) == number:
            action(callback.model)

    callback = keras.callbacks.LambdaCallback(on_train_batch_end=act)
    return callback


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_a_signal_keeps_the_finished_epochs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals, error: type[BaseException]
) -> None:
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(KeyboardInterrupt) as caught:
        train(tmp_path, 3, after_batch(10, lambda model: os.kill(os.getpid(), number)), every_seconds=99)
    assert caught.type is error
    assert capsys.readouterr().err == f"note: stopped: {tmp_path} keeps 1 epoch\n"
    assert saved(tmp_path).training["epochs"] == 1
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    train(tmp_path, 3, resume=True)
    train(tmp_path / "whole", 3)
    assert_same_arrays(saved(tmp_path).weights, saved(tmp_path / "whole").weights)


def test_another_thread_stops_a_training(tmp_path: Path) -> None:
    stop, epochs = threading.Event(), list[int]()

    def follow(epoch: int, logs: dict[str, float]) -> None:
        epochs.append(epoch)
        if epoch == 1:
            stop.set()

    with pytest.raises(KeyboardInterrupt):
        train(tmp_path, 9, FinishedEpochs(follow), stop=stop)
    assert epochs == [0, 1] and saved(tmp_path).training["epochs"] == 2


def test_a_loss_that_is_not_finite_ends_in_one_line(tmp_path: Path) -> None:
    def spoil(model: keras.Model) -> None:
        set_arrays({"out/kernel": np.full((8, 1), np.nan), "out/bias": np.zeros(1)}, model.layers[-1])

    with pytest.raises(UserError, match="the loss of epoch 2 is nan; .* keeps the epochs before") as caught:
        train(tmp_path, 3, after_batch(8, spoil), every_seconds=99)
    assert caught.value.exit_code == 1
    assert saved(tmp_path).training["epochs"] == 1
    assert all(np.isfinite(array).all() for array in saved(tmp_path).weights.values())


def test_a_full_disk_keeps_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train(tmp_path, 1)

    def full(*given: object, **named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("utils.bundle.write_bytes", full)
    with pytest.raises(UserError, match="no space left") as caught:
        train(tmp_path, 3, resume=True)
    assert caught.value.exit_code == 1
    assert saved(tmp_path).training["epochs"] == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"training": {"seed": 4}}, "another seed: 3, not 4"),
        ({"architecture": {"units": 5}}, "another architecture"),
        ({"vocabulary": Vocabulary(["b"])}, "another vocabulary"),
    ],
)
def test_another_training_is_not_resumed(tmp_path: Path, changes: dict[str, Any], complaint: str) -> None:
    other = dataclasses.replace(TEMPLATE, weights=get_arrays(small_model()), **changes)
    bundles.save(dataclasses.replace(other, training={"seed": 3, **other.training, "history": {}}), tmp_path)
    with pytest.raises(UserError, match=complaint.replace("3, not 4", "4, not 3")):
        train(tmp_path, 1, resume=True)


def test_a_network_is_replaced_only_by_force(tmp_path: Path) -> None:
    train(tmp_path, 1)
    before = (tmp_path / bundles.CONFIG).read_bytes()
    with pytest.raises(UserError, match="holds a network: --resume continues its training, --force replaces"):
        train(tmp_path, 2)
    assert (tmp_path / bundles.CONFIG).read_bytes() == before
    assert train(tmp_path, 2, force=True).training["epochs"] == 2


@pytest.mark.parametrize("options", [{}, {"force": True}, {"resume": True}])
def test_one_training_at_a_time_has_a_folder(tmp_path: Path, options: dict[str, bool]) -> None:
    train(tmp_path, 1)
    with files.owned(tmp_path) as is_ours:
        assert is_ours
        with pytest.raises(UserError, match=f"another training is running into {tmp_path}"):
            train(tmp_path, 2, **options)
    assert saved(tmp_path).training["epochs"] == 1
    code = "import os, pathlib, sys; from utils import files; owned = files.owned(pathlib.Path(sys.argv[1]))"
    line = [sys.executable, "-c", f"{code}; owned.__enter__(); os.kill(os.getpid(), 9)", str(tmp_path)]
    subprocess.run(line, check=False)
    assert (tmp_path / files.OWNER).exists()  # its owner was killed
    assert train(tmp_path, 2, resume=True).training["epochs"] == 2
    assert not (tmp_path / files.OWNER).exists()


def test_a_bundle_is_written_once_and_its_metrics_are_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, written = bundles.save, list[Bundle]()
    monkeypatch.setattr(
        bundles, "save", lambda bundle, folder: (written.append(bundle), save(bundle, folder))
    )
    trained = train(tmp_path, 2, every_seconds=99, finish=lambda bundle: bundle.training.update(accuracy=0.5))
    assert [bundle.training["epochs"] for bundle in written] == [2]
    assert trained.training["accuracy"] == saved(tmp_path).training["accuracy"] == 0.5
    assert not trained.optimizer() and saved(tmp_path).optimizer()


def test_a_training_that_fails_leaves_no_empty_folder(tmp_path: Path) -> None:
    fail = after_batch(1, lambda model: model.no_such_method())
    with pytest.raises(AttributeError):
        train(tmp_path / "new", 1, fail)
    assert not (tmp_path / "new").exists()


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
    kept = train(tmp_path, 2, look).weights["out/kernel"]
    state = saved(tmp_path).optimizer()
    assert any(np.array_equal(array, seen[0]) for array in state.values())
    assert any(np.array_equal(array, kept) for array in state.values())
    assert not np.array_equal(seen[0], kept)
