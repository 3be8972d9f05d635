"""V1: the course's functions, its gradient, the published metrics, saving and resuming."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data import emoji
from data.glove import vectors as glove
from models.checkpoint import Checkpoint, Run
from models.emojify.dataset import Dataset
from models.emojify.regression import model, predict, sentence_to_avg, train_v1
from models.numpy_core.gradcheck import numerical_gradient
from tests.models.arrays import assert_same_arrays
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError

Find = Callable[[str], Path]
VECTORS = "glove.6B.50d.50k-approx.txt"  # not in the catalogue: a stand-in for the full file
WORDS = {"sad": np.array([1.0, 2.0]), "happy": np.array([-3.0, 4.0]), "very": np.array([0.0, 1.0])}
X, Y = ["sad", "very happy", "very sad!", "happy"], np.array([1, 0, 1, 0])


def test_an_average_is_the_known_words() -> None:
    assert sentence_to_avg("happy", WORDS).tolist() == [-3, 4]
    assert sentence_to_avg("sad, indeed", WORDS).tolist() == [0, 0]


def test_a_step_is_the_gradient_of_the_cross_entropy() -> None:
    """One sentence, one pass: W moves against the slope that central differences measure."""
    start = np.random.RandomState(1).randn(3, 2) / np.sqrt(2)
    avg = sentence_to_avg("very sad", WORDS)

    def loss(W: np.ndarray) -> float:
        z = W @ avg
        return float(np.log(np.exp(z).sum()) - z[2])

    _, W, b = model(["very sad"], np.array([2]), WORDS, 0.1, 1, n_y=3)
    np.testing.assert_allclose(W, start - 0.1 * numerical_gradient(lambda: loss(start), start), atol=1e-8)
    assert b.sum() == pytest.approx(0, abs=1e-12)
    assert loss(W) < loss(start)


def test_v1_learns_and_predicts() -> None:
    losses = list[float]()
    pred, W, b = model(X, Y, WORDS, 0.1, 50, n_y=2, on_epoch_end=lambda W, b, loss: losses.append(loss))
    assert (pred.shape, W.shape, b.shape, len(losses)) == ((4, 1), (2, 2), (2,), 50)
    assert pred[:, 0].tolist() == [1, 0, 1, 0]
    assert losses[-1] < losses[0]
    assert predict(["sad indeed", "happy happy"], W, b, WORDS)[:, 0].tolist() == [1, 0]


def dataset(**changes: Any) -> Dataset:
    return Dataset(**{"X": X, "Y": Y, "labels": ("👍", "👎"), "name": "own.csv", "vectors": WORDS} | changes)


def train(data: Dataset, folder: Path, epochs: int = 400, *, seed: int = 1, **options: Any) -> Bundle:
    return train_v1(data, Run(folder, epochs, **options), seed=seed)


def test_a_bundle_is_saved(tmp_path: Path) -> None:
    trained = train(dataset(), tmp_path, epochs=20)
    bundle = bundles.load(tmp_path, "emojify")
    assert bundle.training == trained.training
    assert (bundle.training["epochs"], len(bundle.training["history"]["loss"])) == (20, 20)
    _, W, b = model(["sad", "very happy", "very sad", "happy"], Y, WORDS, num_iterations=20, n_y=2)
    np.testing.assert_array_equal(bundle.weights["W"], W.astype(np.float32))
    np.testing.assert_array_equal(bundle.weights["b"], b.astype(np.float32))


def test_resumed_equals_never_stopped(tmp_path: Path) -> None:
    train(dataset(), tmp_path / "once", epochs=9)
    train(dataset(), tmp_path / "twice", epochs=4)
    result = train(dataset(), tmp_path / "twice", epochs=9, resume=True)
    once, twice = (bundles.load(tmp_path / name, "emojify") for name in ("once", "twice"))
    assert result.training["history"] == once.training["history"]
    assert_same_arrays(once.weights, twice.weights)


def test_ctrl_c_keeps_the_finished_epochs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep = Checkpoint.keep

    def keep_and_press(checkpoint: Checkpoint, *given: Any) -> None:
        keep(checkpoint, *given)
        if checkpoint.result.epochs == 3:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Checkpoint, "keep", keep_and_press)
    with pytest.raises(KeyboardInterrupt):
        train(dataset(), tmp_path, epochs=9)
    assert bundles.load(tmp_path, "emojify").training["epochs"] == 3


def test_a_loss_that_is_not_finite_keeps_the_epochs_before(tmp_path: Path) -> None:
    large = {word: vector * 1e160 for word, vector in WORDS.items()}
    with pytest.raises(UserError, match=r"the loss of epoch 1 is (nan|inf)") as caught:
        train(dataset(vectors=large), tmp_path)
    assert caught.value.exit_code == 1
    assert not list(tmp_path.iterdir())


def test_another_training_is_not_resumed(tmp_path: Path) -> None:
    train(dataset(), tmp_path, epochs=2)
    with pytest.raises(UserError, match="another seed: 1, not 2"):
        train(dataset(), tmp_path, epochs=4, seed=2, resume=True)
    with pytest.raises(UserError, match="another data_sha256"):
        train(dataset(Y=np.array([1, 0, 0, 0])), tmp_path, epochs=4, resume=True)
    with pytest.raises(UserError, match="another architecture"):
        train(dataset(labels=("a", "b", "c")), tmp_path, epochs=4, resume=True)


def test_a_damaged_state_is_not_resumed(tmp_path: Path) -> None:
    train(dataset(), tmp_path, epochs=2)
    bundle = bundles.load(tmp_path, "emojify")
    bundle.weights["optimizer/W"] = np.zeros((2, 3))
    bundles.save(bundle, tmp_path)
    with pytest.raises(UserError, match="optimizer/W of shape"):
        train(dataset(), tmp_path, epochs=4, resume=True)


def test_v1_needs_vectors(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="dataset must have word vectors"):
        train(dataset(vectors=None), tmp_path)


@pytest.mark.course_data("train_emoji.csv", "tesss.csv")
def test_v1_on_the_courses_sentences(course_file: Find, tmp_path: Path) -> None:
    path = course_file("tesss.csv").parent / VECTORS
    if not path.is_file():
        pytest.skip(f"{VECTORS} is not here")
    vectors, losses = glove.load(path, tmp_path), list[float]()
    train, labels = emoji.read_csv(course_file("train_emoji.csv"))
    test, test_labels = emoji.read_csv(course_file("tesss.csv"))
    pred, W, b = model(train, labels, vectors, on_epoch_end=lambda W, b, loss: losses.append(loss))
    assert round((pred[:, 0] == labels).mean(), 3) == 0.970
    assert round((predict(test, W, b, vectors)[:, 0] == test_labels).mean(), 3) == 0.821
    # The course, with the full file: 1.95204988 and .0797.
    assert (losses[0], losses[100]) == (pytest.approx(1.95, abs=0.05), pytest.approx(0.08, abs=0.01))
