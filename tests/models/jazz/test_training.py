"""Training the jazz networks: through both networks, resumed, stopped, refused."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.solos import reading as solos
from data.solos.corpus import training_examples
from models import jazz
from models.checkpoint import Run
from models.jazz.networks import layers_from_bundle
from tests.models.jazz.conftest import N_A, TOKENS, Examples
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

Train = Callable[..., Bundle]


@pytest.fixture
def train(examples: Examples, tmp_path: Path) -> Train:
    """`jazz.train` of a small network into tmp_path / "run"."""

    def run(
        epochs: int, name: str = "run", X: Any = examples[0], resume: bool = False, **options: Any
    ) -> Bundle:
        run = Run(tmp_path / name, epochs, resume)
        return jazz.train(X, examples[1], Vocabulary(TOKENS), run, n_a=N_A, batch_size=3, **options)

    return run


def test_zero_targets_change_no_weight(shared: jazz.SharedLayers, examples: Examples) -> None:
    """In `fit`, where Keras's own cross-entropy has the softmax as gradient."""
    X, Y = examples
    model = jazz.sequence_model(X.shape[1], shared)
    before = model.get_weights()
    model.compile(optimizer="sgd", loss=jazz.summed_crossentropy)
    model.fit(X, 0 * Y.swapaxes(0, 1), verbose=0)
    for old, new in zip(before, model.get_weights(), strict=True):
        assert np.array_equal(old, new)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decay": 0.5}, "has another decay: 0.01, not 0.5"),
        ({"X": np.zeros((7, 5, 9), np.float32)}, "has another dataset; it cannot be resumed"),
        ({"name": "nowhere"}, "there is no bundle at .*nowhere"),
    ],
)
def test_another_training_is_not_resumed(train: Train, changes: dict[str, Any], message: str) -> None:
    train(epochs=1, seed=4)
    with pytest.raises(UserError, match=message):
        train(epochs=2, resume=True, **changes)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"seed": 2**32}, "has the seed 4294967296, expected a whole number"),
        ({"seed": "x"}, "has the seed .x., expected a whole number"),
        ({"decay": 2}, "decay: expected 0 to 1, got 2"),
        ({"decay": None}, "has another decay: None, not 0.01"),
    ],
)
def test_a_bundle_with_bad_settings_is_not_resumed(
    train: Train, tmp_path: Path, setting: dict[str, Any], message: str
) -> None:
    train(epochs=1)
    path = tmp_path / "run" / bundles.CONFIG
    config = json.loads(path.read_text())
    config["training"].update(setting)
    path.write_text(json.dumps(config))
    with pytest.raises(UserError, match=message):
        train(epochs=2, resume=True)


def test_the_rate_decays_by_the_step() -> None:
    for decay, expected in ((0.01, 0.005), (0.0, 0.01)):
        optimizer = jazz.adam(decay)
        assert float(optimizer.learning_rate) == pytest.approx(0.01)
        optimizer.iterations.assign(100)
        assert float(optimizer.learning_rate) == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.course_data("original_metheny.mid")
def test_losses_on_the_course_solo(course_file: Callable[[str], Path], tmp_path: Path) -> None:
    solo = solos.read_solo(course_file("original_metheny.mid"))
    X, Y = training_examples(solo.flat_tokens, solo.vocabulary)
    losses = jazz.train(X, Y, solo.vocabulary, Run(tmp_path), decay=0.01).training["history"]["loss"]
    assert 124 < losses[0] < 128
    assert 10.5 < losses[49] < 15  # published: 10.5 to 12.3
    assert 5.5 < losses[99] < 6.7  # published: 5.7 to 6.2
    model = jazz.sequence_model(30, layers_from_bundle(bundles.load(tmp_path, "jazz")))
    by_step = jazz.masked_crossentropy(Y, model.predict(X, verbose=0).swapaxes(0, 1)).numpy().mean(axis=1)
    published = [3.74, 1.20, 0.31, 0.084, 0.053, *[0.03] * 24, 0.0]
    np.testing.assert_allclose(by_step, published, atol=0.15)
