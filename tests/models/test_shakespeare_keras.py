"""Keras's side of the poem network: the same answers as the engine's, and weights that go round."""

import numpy as np
import pytest

from models import shakespeare_keras
from models.numpy_core.engine import Engine
from models.shakespeare_weights import NAMES
from models.shakespeare_writing import CarriedReader, WindowReader
from tests.models.poems import network


@pytest.mark.parametrize("gates", ["sigmoid", "hard_sigmoid"])
@pytest.mark.parametrize("state", ["carried", "window"])
def test_both_engines_answer_alike(state: str, gates: str) -> None:
    found = network(state, gates)
    engine = Engine.from_bundle(found)
    ours = CarriedReader(engine) if state == "carried" else WindowReader(engine)
    keras = shakespeare_keras.reader(found, state)
    text = np.random.default_rng(1).integers(0, 38, (30, 2))
    assert np.allclose(keras.begin([3, 4, 5], 2), ours.begin([3, 4, 5], 2), atol=1e-6)
    for chosen in text:
        assert np.allclose(keras.read(chosen), ours.read(chosen), atol=1e-5)


def test_weights_go_to_keras_and_back() -> None:
    found = network("window", "hard_sigmoid")
    model = shakespeare_keras.course_model(found, dropout=0.2)
    assert model.get_layer("dropout_1").rate == 0.2
    again = shakespeare_keras.to_bundle(model, found, {"seconds": 1})
    assert (again.architecture, again.vocabulary, again.training) == (
        found.architecture,
        found.vocabulary,
        {"seconds": 1},
    )
    assert all(np.array_equal(again.weights[name], found.weights[name]) for name in NAMES)


def test_a_compiled_network_learns_and_its_layers_with_it() -> None:
    found = network("window")
    model = shakespeare_keras.course_model(found, dropout=0.0)
    trained = shakespeare_keras.compile_on_indices(model, rate=0.02)
    x = np.random.default_rng(2).integers(0, 38, (9, 40)).astype(np.int32)
    generator = np.random.default_rng(3)
    epochs = [list(shakespeare_keras.train_epoch(trained, x, x[:, 0], 4, generator)) for _ in range(4)]
    assert [len(losses) for losses in epochs] == [3] * 4
    assert epochs[-1][-1] < epochs[0][-1]
    again = shakespeare_keras.to_bundle(model, found, {})
    assert not np.array_equal(again.weights["lstm_1/kernel"], found.weights["lstm_1/kernel"])


def test_an_epoch_reads_every_window_once_and_gives_the_mean_loss_so_far() -> None:
    class Model:
        """Its loss for a window is the window's number."""

        def __init__(self) -> None:
            self.read: list[int] = []

        def reset_metrics(self) -> None:
            pass

        def train_on_batch(self, x: np.ndarray, y: np.ndarray) -> float:
            assert (x[:, 0] == y).all()
            self.read += y.tolist()
            return float(np.mean(y))

    model, x = Model(), np.repeat(np.arange(9)[:, None], 40, axis=1)
    losses = list(shakespeare_keras.train_epoch(model, x, x[:, 0], 4, np.random.default_rng(1)))
    assert sorted(model.read) == list(range(9)) and model.read != list(range(9))
    assert losses == pytest.approx([np.mean(model.read[:count]) for count in (4, 8, 9)])


def test_the_loss_of_an_epoch_is_that_of_all_its_windows() -> None:
    """Keras's metric: the mean over windows, not over batches of which the last is short."""
    model = shakespeare_keras.compile_on_indices(
        shakespeare_keras.course_model(network("window"), dropout=0.0), rate=1e-12
    )
    x = np.random.default_rng(2).integers(0, 38, (9, 40)).astype(np.int32)
    *_, loss = shakespeare_keras.train_epoch(model, x, x[:, 0], 8, np.random.default_rng(1))
    p = np.asarray(model(x))[np.arange(9), x[:, 0]]
    assert loss == pytest.approx(-np.log(p).mean(), rel=1e-4)
