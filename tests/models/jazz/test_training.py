"""Training the jazz networks: like the unrolled model, through shared layers, and on from a stop."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.solos import reading as solos
from models.jazz import networks as jazz
from models.jazz.training import Trainer, adam
from utils.bundle import Bundle
from utils.errors import UserError

Examples = tuple[Any, Any]


def test_both_ways_learn_alike_for_five_epochs(shared: jazz.SharedLayers, examples: Examples) -> None:
    X, Y = examples
    start = [layer.get_weights() for layer in (shared.LSTM_cell, shared.densor)]
    trainer = Trainer(shared, X, Y, batch_size=len(X))
    ours = [trainer.epoch(number) for number in range(5)]
    shared.LSTM_cell.set_weights(start[0])
    shared.densor.set_weights(start[1])
    model = jazz.djmodel(X.shape[1], shared.LSTM_cell, shared.densor, shared.reshaper)
    model.compile(optimizer=adam(), loss="categorical_crossentropy")
    zeros = np.zeros((len(X), shared.n_a), np.float32)
    plain = model.fit([X, zeros, zeros], list(Y), batch_size=len(X), epochs=5, verbose=0).history["loss"]
    assert plain[4] < plain[0] - 0.2
    np.testing.assert_allclose(ours, plain, atol=1e-2)


def test_training_changes_what_the_inference_model_answers(
    shared: jazz.SharedLayers, examples: Examples
) -> None:
    inference = jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=3)
    zeros = [np.zeros((1, 1, shared.n_values)), np.zeros((1, shared.n_a)), np.zeros((1, shared.n_a))]
    before = np.asarray(inference(zeros)[0])
    Trainer(shared, *examples).epoch(0)
    assert np.abs(np.asarray(inference(zeros)[0]) - before).max() > 1e-3


def test_training_that_goes_on_is_training_that_never_stopped(
    shared: jazz.SharedLayers, jazz_bundle: Bundle, examples: Examples
) -> None:
    whole = Trainer(jazz.layers_from_bundle(jazz_bundle, Path("b")), *examples, seed=4, batch_size=3)
    losses = [whole.epoch(number) for number in range(4)]
    first = Trainer(shared, *examples, seed=4, batch_size=3)
    halves = [first.epoch(0), first.epoch(1)]
    jazz_bundle.weights = jazz.network_arrays(shared)
    second = Trainer(jazz.layers_from_bundle(jazz_bundle, Path("b")), *examples, seed=4, batch_size=3)
    second.restore_optimizer(first.optimizer_arrays(), Path("b"))
    halves += [second.epoch(2), second.epoch(3)]
    assert halves == pytest.approx(losses, abs=1e-5)
    with pytest.raises(UserError, match="cannot be resumed"):
        second.restore_optimizer({}, Path("b"))


def test_the_rate_decays_by_the_step() -> None:
    assert float(adam(0.01).learning_rate) == pytest.approx(0.01)
    assert float(adam(0.01)._learning_rate(100)) == pytest.approx(0.005)
    assert float(adam(0.0)._learning_rate(100)) == pytest.approx(0.01)


@pytest.mark.slow
@pytest.mark.course_data("original_metheny.mid")
def test_losses_on_the_course_solo(course_file: Callable[[str], Path]) -> None:
    solo = solos.read_solo(course_file("original_metheny.mid"))
    X, Y = solos.training_examples(solo.flat_tokens, solo.vocabulary)
    trainer = Trainer(jazz.shared_layers(78), X, Y, decay=0.0)
    losses = [trainer.epoch(number) for number in range(100)]
    assert 124 < losses[0] < 128
    assert 5.0 < losses[99] < 6.8
    probabilities = trainer.model.predict_on_batch(X)
    first = -(trainer.Y[:, 0] * np.log(probabilities[:, 0] + 1e-9)).sum(axis=-1).mean()
    assert first == pytest.approx(3.7, abs=0.15)  # the first token can only be guessed
