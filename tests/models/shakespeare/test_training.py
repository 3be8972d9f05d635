"""Training from nothing and fine-tuning: they learn, and a run that was stopped resumes bit for bit."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from models.keras_weights import set_arrays
from models.shakespeare.batches import StageSettings
from models.shakespeare.networks import SequenceModel
from models.shakespeare.training import compile_for_stage, fine_tune, train
from models.shakespeare.weights import FineTuningSettings, load_bundle
from tests.models.shakespeare.poems import VOCABULARY, network
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError

TEXT = np.array(VOCABULARY.encode("so long lives this, and this gives life to thee.\n" * 8), dtype=np.int32)
SMALL = {"batch_size": 4, "length": 12, "warmup_steps": 2, "learning_rate": 0.02, "dropout": 0.3}
STAGES = (
    StageSettings(epochs=3, steps_per_epoch=4, window_share=0.4, context=3, **SMALL),
    StageSettings(epochs=2, steps_per_epoch=3, window_share=1.0, context=3, **SMALL),
)


def from_nothing(folder: Path, **options: Any) -> Bundle:
    settings = {"other": TEXT[:200], "stages": STAGES, "seed": 3, "units": 6, "every_seconds": 0}
    return train(TEXT, TEXT[:60], VOCABULARY, folder, **(settings | options))


def fine_tuned(folder: Path, **options: Any) -> Bundle:
    settings = {"epochs": 3, "batch_size": 32, "seed": 3, "every_seconds": 0}
    return fine_tune(network("window", "hard_sigmoid"), TEXT, folder, **(settings | options))


class Press(keras.callbacks.Callback):
    """Ctrl-C at a batch of an epoch."""

    def __init__(self, epoch: int, batch: int) -> None:
        super().__init__()
        self.place, self.epoch = (epoch, batch), 0

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        if (self.epoch, batch) == self.place:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.parametrize(
    ("run", "epoch", "kept"),
    [
        (from_nothing, 1, 1),
        (from_nothing, 2, 2),
        (from_nothing, 3, 3),  # the first of the second stage
        (from_nothing, 4, 4),
        (fine_tuned, 1, 1),
    ],
)
def test_a_stopped_training_resumes_bit_for_bit(
    run: Callable[..., Bundle], epoch: int, kept: int, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, callbacks=[Press(epoch, 1)])
    assert bundles.load(tmp_path, "shakespeare").training["epochs"] == kept
    resumed, whole = run(tmp_path, resume=True), run(tmp_path / "whole")
    for name, array in whole.weights.items():
        assert np.array_equal(resumed.weights[name], array), name
    assert resumed.training["history"] == whole.training["history"]
    assert load_bundle(tmp_path).architecture == whole.architecture


@pytest.mark.parametrize(
    ("run", "options", "name"),
    [
        (from_nothing, {"seed": 4}, "seed: 3, not 4"),
        (from_nothing, {"stages": STAGES[:1]}, "stages"),
        (from_nothing, {"other": TEXT[:201]}, "data_sha256"),
        (from_nothing, {"units": 7}, "architecture"),
        (fine_tuned, {"batch_size": 16}, "batch_size: 32, not 16"),
        (fine_tuned, {"settings": FineTuningSettings(0.1)}, "dropout: 0.5, not 0.1"),
    ],
)
def test_another_training_is_not_resumed(
    run: Callable[..., Bundle], options: dict[str, Any], name: str, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, callbacks=[Press(1, 1)])
    with pytest.raises(UserError, match=f"has another {name}"):
        run(tmp_path, resume=True, **options)


def test_more_epochs_of_fine_tuning_may_follow(tmp_path: Path) -> None:
    fine_tuned(tmp_path, epochs=1)
    more = fine_tuned(tmp_path, epochs=3, resume=True)
    whole = fine_tuned(tmp_path / "whole")
    assert more.training["history"] == whole.training["history"]
    assert len(more.training["history"]["loss"]) == 3


@pytest.mark.parametrize("run", [from_nothing, fine_tuned])
def test_a_loss_that_is_not_finite_keeps_the_last_good_epoch(
    run: Callable[..., Bundle], tmp_path: Path
) -> None:
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
            if epoch == 1:
                for variable in self.model.trainable_variables:
                    variable.assign(variable * np.nan)

    with pytest.raises(UserError, match=f"of epoch 2 is nan; {tmp_path} keeps the epochs before") as caught:
        run(tmp_path, callbacks=[Spoil()])
    assert caught.value.exit_code == 1
    kept = load_bundle(tmp_path)
    assert kept.training["epochs"] == 1
    assert all(np.isfinite(array).all() for array in kept.weights.values())


def test_training_learns_a_line_and_keeps_averages(tmp_path: Path) -> None:
    settings = {"batch_size": 8, "length": 24, "warmup_steps": 5, "learning_rate": 0.02, "dropout": 0.0}
    stage = StageSettings(epochs=8, steps_per_epoch=20, ema_momentum=0.9, context=8, **settings)
    trained = from_nothing(tmp_path, other=None, stages=[stage], units=24)
    history = trained.training["history"]
    assert np.log(38) + 0.2 > history["loss"][0] > 2.5
    assert history["val_loss"][-1] < 1.0
    assert trained.training["characters"] == len(TEXT)


def test_the_carried_state_is_that_of_the_rows_before() -> None:
    """Two batches of 12 characters, the second one continuing, score as one batch of 24 does."""
    x = np.stack([TEXT[start : start + 25] for start in (0, 7, 30)])
    halves = np.concatenate((x[:, :13], x[:, 12:]))
    losses = []
    for rows, kept in ((x, [0, 0, 0]), (halves, [0, 0, 0, 1, 1, 1]), (halves, [0] * 6)):
        model = SequenceModel(38, 3, units=6)
        set_arrays(network().weights, model)
        compile_for_stage(model, STAGES[0])
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss=model.loss)
        inputs = rows[:, :-1], np.array(kept, np.float32)[:, None]
        weights = np.ones(inputs[0].shape, np.float32)
        done = model.fit(inputs, rows[:, 1:], sample_weight=weights, batch_size=3, shuffle=False, verbose=0)
        losses.append(done.history["loss"][0])
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert losses[0] != pytest.approx(losses[2], abs=1e-3)


def test_fine_tuning_starts_from_the_network_and_learns(tmp_path: Path) -> None:
    tuned = fine_tuned(tmp_path, epochs=8, settings=FineTuningSettings(0.0, 0.01))
    losses = tuned.training["history"]["loss"]
    assert losses[-1] < losses[0] - 0.3
    assert tuned.architecture == network("window", "hard_sigmoid").architecture
    with pytest.raises(UserError, match="text: expected more than 40 characters, a window, got 40"):
        fine_tune(network(), TEXT[:40], tmp_path)
