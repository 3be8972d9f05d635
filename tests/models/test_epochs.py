"""An epoch: every example once, and the mean loss of all of them."""

import numpy as np
import pytest

from models.epochs import train_epoch
from models.shakespeare.networks import course_model
from models.shakespeare.training import model_on_windows
from tests.models.shakespeare.poems import network


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
    losses = list(train_epoch(model, x, x[:, 0], 4, np.random.default_rng(1)))
    assert sorted(model.read) == list(range(9)) and model.read != list(range(9))
    assert losses == pytest.approx([np.mean(model.read[:count]) for count in (4, 8, 9)])


def test_the_loss_of_an_epoch_is_that_of_all_its_windows() -> None:
    """Keras's metric: the mean over windows, not over batches of which the last is short."""
    model = model_on_windows(course_model(network("window"), dropout=0.0), 1e-12)
    x = np.random.default_rng(2).integers(0, 38, (9, 40)).astype(np.int32)
    *_, loss = train_epoch(model, x, x[:, 0], 8, np.random.default_rng(1))
    p = np.asarray(model(x))[np.arange(9), x[:, 0]]
    assert loss == pytest.approx(-np.log(p).mean(), rel=1e-4)
