"""Training from nothing and fine-tuning: they learn, and resume between their stages.

tests/test_training_promises.py has what every training promises.
"""

import os
import signal
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.checkpoint import Run
from models.keras_weights import set_arrays
from models.shakespeare import weights
from models.shakespeare.batches import StageSettings
from models.shakespeare.evaluation import evaluate
from models.shakespeare.networks import SequenceModel
from models.shakespeare.training import compile_for_stage, fine_tune, train
from models.shakespeare.weights import Architecture, FineTuningSettings
from tests.models.arrays import assert_same_arrays
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


def from_nothing(
    folder: Path, *callbacks: keras.callbacks.Callback, resume: bool = False, **options: Any
) -> Bundle:
    run = Run(folder, resume=resume, every_seconds=0, callbacks=callbacks)
    settings = {"other": TEXT[:200], "stages": STAGES, "seed": 3, "sizes": Architecture(6)}
    return train(TEXT, TEXT[:60], VOCABULARY, run, **(settings | options))


def fine_tuned(
    folder: Path,
    epochs: int = 3,
    *,
    resume: bool = False,
    start: Bundle | None = None,
    text: NDArray[np.int32] = TEXT,
    **options: Any,
) -> Bundle:
    run = Run(folder, epochs, resume)
    settings = {"batch_size": 32, "seed": 3}
    return fine_tune(start or network("window", "hard_sigmoid"), text, run, **(settings | options))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training from nothing that was stopped in the second stage."""
    folder, batches = tmp_path_factory.mktemp("stopped"), count(1)

    def press(batch: int, logs: object) -> None:
        if next(batches) == 3 * 4 + 2:  # the second batch of the fourth epoch
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        from_nothing(folder, keras.callbacks.LambdaCallback(on_train_batch_end=press))
    assert bundles.load(folder, "shakespeare").training["epochs"] == 3
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"other": TEXT[:201]}, "data_sha256"),
        ({"sizes": Architecture(7)}, "architecture"),
    ],
)
def test_another_training_is_not_resumed(options: dict[str, Any], name: str, stopped: Path) -> None:
    with pytest.raises(UserError, match=f"has another {name}"):
        from_nothing(stopped, resume=True, **options)


@pytest.mark.slow
def test_a_training_stopped_between_its_stages_resumes_bit_for_bit(stopped: Path, tmp_path: Path) -> None:
    resumed, whole = from_nothing(stopped, resume=True), from_nothing(tmp_path)
    assert_same_arrays(resumed.weights, whole.weights)
    assert resumed.training["history"] == whole.training["history"]
    assert weights.load(stopped).architecture == whole.architecture


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An epoch of fine-tuning."""
    folder = tmp_path_factory.mktemp("tuned")
    fine_tuned(folder, epochs=1)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"batch_size": 16}, "batch_size: 32, not 16"),
        ({"text": TEXT[::-1]}, "data_sha256"),
        ({"start": network("window", "hard_sigmoid", seed=1)}, "start_sha256"),
    ],
)
def test_another_fine_tuning_is_not_resumed(options: dict[str, Any], name: str, tuned: Path) -> None:
    with pytest.raises(UserError, match=f"has another {name}"):
        fine_tuned(tuned, resume=True, **options)


@pytest.mark.slow
def test_a_new_rate_is_allowed_and_recorded(tmp_path: Path) -> None:
    fine_tuned(tmp_path, epochs=1)
    tuned = fine_tuned(tmp_path, epochs=2, resume=True, settings=FineTuningSettings(0.5, 0.01))
    assert (tuned.training["epochs"], tuned.training["learning_rate"]) == (2, 0.01)
    assert tuned.training["changes"] == [{"until_epoch": 1, "learning_rate": 0.001}]
    state = bundles.load(tmp_path, "shakespeare").optimizer()
    assert float(state["optimizer/001"]) == pytest.approx(0.01)


@pytest.mark.slow
def test_the_best_epoch_is_kept_and_patience_ends_the_training(tmp_path: Path) -> None:
    """Eight lines learnt by heart, and another text held out: it gets worse soon."""
    stage = replace(STAGES[0], epochs=30, steps_per_epoch=10, learning_rate=0.05, dropout=0.0)
    other = np.roll(TEXT, 1)[::-1].copy()
    run = Run(tmp_path, every_seconds=0)
    sizes = Architecture(16, 1, "gru")
    trained = train(TEXT, other, VOCABULARY, run, stages=[stage], seed=3, sizes=sizes, patience=3)
    history, kept = trained.training["history"]["val_loss"], trained.training["kept_epoch"]
    assert kept == 1 + history.index(min(history)) < len(history) == kept + 3
    assert trained.training["ended"] == "patience"
    assert evaluate(trained, other)["carried_nats"] == pytest.approx(min(history), abs=2e-3)
    longer = train(
        TEXT,
        other,
        VOCABULARY,
        Run(tmp_path, len(history) + 2, resume=True),
        stages=[replace(stage, learning_rate=0.01)],
        seed=3,
        sizes=sizes,
        patience=3,
    )
    assert longer.training["epochs"] == len(history) + 2
    assert [stage["epochs"] for stage in longer.training["stages"]] == [len(history), 2]


@pytest.mark.slow
def test_training_learns_a_line_and_keeps_averages(tmp_path: Path) -> None:
    settings = {"batch_size": 8, "length": 24, "warmup_steps": 5, "learning_rate": 0.02, "dropout": 0.0}
    stage = StageSettings(epochs=8, steps_per_epoch=20, ema_momentum=0.9, context=8, **settings)
    trained = from_nothing(tmp_path, other=None, stages=[stage], sizes=Architecture(24))
    history = trained.training["history"]
    assert np.log(38) + 0.2 > history["loss"][0] > 2.5
    assert history["val_loss"][-1] < 1.0
    assert trained.training["characters"] == len(TEXT)


@pytest.mark.slow
def test_the_carried_state_is_that_of_the_rows_before() -> None:
    """Two batches of 12 characters, the second one continuing, score as one batch of 24 does."""
    x = np.stack([TEXT[start : start + 25] for start in (0, 7, 30)])
    halves = np.concatenate((x[:, :13], x[:, 12:]))
    losses = []
    for rows, kept in ((x, [0, 0, 0]), (halves, [0, 0, 0, 1, 1, 1]), (halves, [0] * 6)):
        model = SequenceModel(38, 3, Architecture(6))
        set_arrays(network().weights, model)
        compile_for_stage(model, STAGES[0])
        model.compile(optimizer=keras.optimizers.SGD(0.0), loss=model.loss)
        inputs = rows[:, :-1], np.array(kept, np.float32)[:, None]
        weights = np.ones(inputs[0].shape, np.float32)
        done = model.fit(inputs, rows[:, 1:], sample_weight=weights, batch_size=3, shuffle=False, verbose=0)
        losses.append(done.history["loss"][0])
    assert losses[0] == pytest.approx(losses[1], abs=1e-5)
    assert losses[0] != pytest.approx(losses[2], abs=1e-3)


@pytest.mark.slow
def test_fine_tuning_starts_from_the_network_and_learns(tmp_path: Path) -> None:
    tuned = fine_tuned(tmp_path, epochs=8, settings=FineTuningSettings(0.0, 0.01))
    losses = tuned.training["history"]["loss"]
    assert losses[-1] < losses[0] - 0.3
    assert tuned.architecture == network("window", "hard_sigmoid").architecture
    with pytest.raises(UserError, match="text: expected more than 40 characters, a window, got 40"):
        fine_tune(network(), TEXT[:40], Run(tmp_path))
