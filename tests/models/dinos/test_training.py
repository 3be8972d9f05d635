"""Training that is stopped, killed or diverges keeps its work and continues exactly."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course import dinosaurs as course
from data import dinosaurs
from models import dinos
from models.checkpoint import Run
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

NAMES = dinosaurs.bundled().names[:60]
VOCABULARY = Vocabulary.of("\n".join(NAMES))


def train(folder: Path, iterations: int, *, resume: bool = False, **options: Any) -> Bundle:
    given = {"names": NAMES, "vocabulary": VOCABULARY, "n_a": 12} | options
    return dinos.train(run=Run(folder, resume=resume, force=True), iterations=iterations, **given)


def contents(folder: Path) -> tuple[bytes, dict[str, object]]:
    """A bundle's files, but for the seconds of the training."""
    config = json.loads((folder / "config.json").read_text())
    del config["training"]["seconds"]
    return (folder / "weights.npz").read_bytes(), config


def test_an_epoch_is_a_hundred_iterations(tmp_path: Path) -> None:
    training = train(tmp_path, 250).training
    assert training["epochs"] == 3
    assert training["history"]["iterations"] == [100, 200, 250]
    assert training["history"]["nats_per_symbol"][-1] < np.log(len(VOCABULARY)) - 0.1
    bundle = bundles.load(tmp_path, "dinos")
    assert bundle.training == training
    assert {array.dtype for array in bundle.network().values()} == {np.dtype(np.float32)}
    assert dinos.load(tmp_path).is_known(NAMES[0])


def test_training_is_the_courses_loop(tmp_path: Path) -> None:
    """Beside `model`, which has no checkpoints."""
    train(tmp_path, 130)
    symbols = VOCABULARY.symbols
    parameters = course.model(
        "\n".join(NAMES), dict(enumerate(symbols)), VOCABULARY.index, 130, 12, vocab_size=len(symbols)
    )
    saved = bundles.load(tmp_path, "dinos").optimizer()
    for name, array in parameters.items():
        np.testing.assert_array_equal(saved[name], array)


def test_every_iteration_is_reported(tmp_path: Path) -> None:
    seen = []
    trained = train(tmp_path, 105, report=lambda iteration, loss, _: seen.append((iteration, loss)))
    assert [iteration for iteration, _ in seen] == list(range(105))
    assert round(seen[99][1], 6) == trained.training["history"]["loss"][0]


@pytest.mark.parametrize("stop", [1, 100, 137])
def test_a_later_run_continues_exactly(stop: int, tmp_path: Path) -> None:
    train(tmp_path / "whole", 300)
    train(tmp_path / "parts", stop)
    train(tmp_path / "parts", 300, resume=True)
    whole, parts = (contents(tmp_path / name) for name in ("whole", "parts"))
    assert whole[0] == parts[0]


def test_a_diverging_run_ends_in_one_line(tmp_path: Path) -> None:
    for learning_rate in (0.5, 1e300):
        with pytest.raises(UserError, match="diverged after iteration 0 with learning rate") as caught:
            train(tmp_path, 5000, learning_rate=learning_rate)
        assert (caught.value.exit_code, list(tmp_path.iterdir())) == (1, [])


def test_a_seed_changes_weights_and_order(tmp_path: Path) -> None:
    trained = [train(tmp_path / str(n), 100, seed=seed) for n, seed in enumerate((None, 5, 5))]
    losses = [network.training["history"]["loss"] for network in trained]
    assert losses[0] != losses[1] == losses[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"names": NAMES[::-1]}, "has another names_sha256; it cannot be resumed"),
        ({"learning_rate": 0.02}, "has another learning_rate: 0.01, not 0.02"),
        ({"n_a": 13}, "has another architecture"),
        ({"vocabulary": Vocabulary([*VOCABULARY.symbols, "!"])}, "has another architecture"),
    ],
)
def test_another_training_is_not_resumed(options: dict[str, object], message: str, tmp_path: Path) -> None:
    train(tmp_path, 5)
    before = contents(tmp_path)
    with pytest.raises(UserError, match=re.escape(message)):
        train(tmp_path, 10, resume=True, **options)
    assert contents(tmp_path) == before


NO_HISTORY = "has no history of iterations, loss, nats_per_symbol: not resumed"


@pytest.mark.parametrize(
    ("field", "name", "value", "message"),
    [
        ("training", "history", {}, NO_HISTORY),
        ("training", "history", {"loss": [1.0]}, NO_HISTORY),
        ("training", "history", {"iterations": [], "loss": [], "nats_per_symbol": []}, NO_HISTORY),
        ("weights", "optimizer/Waa", None, "lacks the array optimizer/Waa"),
        ("weights", "optimizer/a_prev", np.zeros(3), "optimizer/a_prev of shape (3,), expected (12, 1)"),
        ("weights", "optimizer/b", np.full((12, 1), np.inf), "optimizer/b with values that are not finite"),
        ("weights", "optimizer/progress", np.zeros(1), "optimizer/progress of shape (1,)"),
    ],
)
def test_a_damaged_training_is_not_resumed(
    field: str, name: str, value: object, message: str, tmp_path: Path
) -> None:
    train(tmp_path, 5)
    bundle = bundles.load(tmp_path, "dinos")
    getattr(bundle, field)[name] = value
    bundle.weights = {name: array for name, array in bundle.weights.items() if array is not None}
    bundles.save(bundle, tmp_path)
    with pytest.raises(UserError, match=re.escape(message)):
        train(tmp_path, 10, resume=True)


def test_a_report_follows_each_epoch(tmp_path: Path) -> None:
    losses = []

    def follow(epoch: int, metrics: Mapping[str, float], parameters: object) -> None:
        assert epoch == len(losses)
        losses.append(metrics["loss"])

    assert train(tmp_path, 250, on_epoch_end=follow).training["history"]["loss"] == losses
