"""The jazz networks: sizes, sharing, the two ways of training, sampling, going on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data import solos
from models import jazz
from models.numpy_core.engine import Engine
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

N_VALUES, N_A, T_X, M = 9, 6, 5, 7


@pytest.fixture
def shared() -> jazz.SharedLayers:
    layers = jazz.shared_layers(N_VALUES, N_A, seed=3)
    shake(layers)
    return layers


def shake(layers: jazz.SharedLayers) -> None:
    """Gives all weights, biases too, values of their own, so that no swapped gate passes."""
    generator = np.random.default_rng(5)
    for layer in (layers.LSTM_cell, layers.densor):
        layer.set_weights([generator.normal(0, 1.2, w.shape).astype(np.float32) for w in layer.get_weights()])


def examples() -> tuple[Any, Any]:
    tokens = [f"C,{number}.000" for number in np.random.default_rng(1).integers(0, N_VALUES, 60)]
    vocabulary = Vocabulary([f"C,{number}.000" for number in range(N_VALUES)])
    return solos.training_examples(tokens, vocabulary, m=M, T_x=T_X)


def test_41678_parameters_at_78_values() -> None:
    layers = jazz.shared_layers(78)
    assert (layers.LSTM_cell.count_params(), layers.densor.count_params()) == (36_608, 5_070)
    assert jazz.sequence_model(30, layers).count_params() == 41_678


def test_djmodel_has_the_course_inputs_and_outputs(shared: jazz.SharedLayers) -> None:
    model = jazz.djmodel(T_X, shared.LSTM_cell, shared.densor, shared.reshaper)
    assert [tuple(tensor.shape) for tensor in model.inputs] == [
        (None, T_X, N_VALUES),
        (None, N_A),
        (None, N_A),
    ]
    assert [tuple(tensor.shape) for tensor in model.outputs] == [(None, N_VALUES)] * T_X
    assert model.count_params() == shared.LSTM_cell.count_params() + shared.densor.count_params()


def test_the_same_seed_gives_the_same_weights() -> None:
    first, again, other = (jazz.network_arrays(jazz.shared_layers(4, 3, seed)) for seed in (1, 1, 2))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["lstm_1/recurrent_kernel"], other["lstm_1/recurrent_kernel"])
    assert first["lstm_1/bias"].tolist() == [0] * 3 + [1] * 3 + [0] * 6


def test_both_ways_give_the_same_loss_and_gradients(shared: jazz.SharedLayers) -> None:
    from keras import losses
    from tensorflow import GradientTape, reduce_mean

    X, Y = examples()
    weights = [*shared.LSTM_cell.trainable_weights, *shared.densor.trainable_weights]
    variables = [weight.value for weight in weights]
    zeros = np.zeros((M, N_A), np.float32)
    with GradientTape() as tape:
        outputs = jazz.djmodel(T_X, shared.LSTM_cell, shared.densor, shared.reshaper)([X, zeros, zeros])
        unrolled = sum(
            reduce_mean(losses.categorical_crossentropy(y, out)) for y, out in zip(Y, outputs, strict=True)
        )
    unrolled_gradients = tape.gradient(unrolled, variables)
    with GradientTape() as tape:
        output = jazz.sequence_model(T_X, shared)(X)
        sequence = reduce_mean(jazz.summed_crossentropy(Y.swapaxes(0, 1), output))
    assert float(sequence) == pytest.approx(float(unrolled), abs=1e-5)
    for ours, plain in zip(tape.gradient(sequence, variables), unrolled_gradients, strict=True):
        assert np.abs(plain).max() > 1e-3
        np.testing.assert_allclose(ours, plain, atol=1e-5)


def test_both_ways_learn_alike_for_five_epochs(shared: jazz.SharedLayers) -> None:
    X, Y = examples()
    start = [layer.get_weights() for layer in (shared.LSTM_cell, shared.densor)]
    trainer = jazz.Trainer(shared, X, Y, batch_size=M)
    ours = [trainer.epoch(number) for number in range(5)]
    shared.LSTM_cell.set_weights(start[0])
    shared.densor.set_weights(start[1])
    model = jazz.djmodel(T_X, shared.LSTM_cell, shared.densor, shared.reshaper)
    model.compile(optimizer=jazz.adam(), loss="categorical_crossentropy")
    zeros = np.zeros((M, N_A), np.float32)
    plain = model.fit([X, zeros, zeros], list(Y), batch_size=M, epochs=5, verbose=0).history["loss"]
    assert plain[4] < plain[0] - 0.2
    np.testing.assert_allclose(ours, plain, atol=1e-2)


def test_training_changes_what_the_inference_model_answers(shared: jazz.SharedLayers) -> None:
    inference = jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=3)
    zeros = [np.zeros((1, 1, N_VALUES)), np.zeros((1, N_A)), np.zeros((1, N_A))]
    before = np.asarray(inference(zeros)[0])
    jazz.Trainer(shared, *examples()).epoch(0)
    assert np.abs(np.asarray(inference(zeros)[0]) - before).max() > 1e-3


def test_predict_and_sample_feeds_back_the_likeliest_token(shared: jazz.SharedLayers) -> None:
    kernel, bias = shared.densor.get_weights()
    shared.densor.set_weights([4 * kernel, 0 * bias])  # so that the answer hangs on the state
    inference = jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=12)
    zeros = np.zeros((1, N_A), np.float32)
    results, indices = jazz.predict_and_sample(
        inference, np.zeros((1, 1, N_VALUES), np.float32), zeros, zeros
    )
    assert (results.shape, indices.shape) == ((12, N_VALUES), (12, 1))
    assert np.array_equal(results.argmax(axis=1), indices[:, 0])
    assert np.array_equal(results.sum(axis=1), np.ones(12))
    engine, chosen, index = jazz.KerasEngine(shared), [], -1
    state = engine.zero_state()
    for _ in range(12):
        probabilities, state = engine.step(np.array([index]), state)
        index = int(probabilities[0].argmax())
        chosen.append(index)
    assert chosen == indices[:, 0].tolist()
    assert len(set(chosen)) > 1


def test_keras_and_numpy_engines_agree(shared: jazz.SharedLayers) -> None:
    bundle = bundle_of(shared)
    ours, theirs = Engine.from_bundle(bundle), jazz.KerasEngine(shared)
    state, keras_state = ours.zero_state(2), theirs.zero_state(2)
    for indices in (np.array([-1, 3]), np.array([0, 8]), np.array([5, -1])):
        probabilities, state = ours.step(indices, state)
        keras_probabilities, keras_state = theirs.step(indices, keras_state)
        np.testing.assert_allclose(probabilities, keras_probabilities, atol=1e-5)


def bundle_of(shared: jazz.SharedLayers) -> Bundle:
    vocabulary = Vocabulary([f"C,{number}.000" for number in range(N_VALUES)])
    sizes = {"n_a": shared.n_a, "n_values": shared.n_values}
    return Bundle("jazz", sizes, vocabulary, jazz.network_arrays(shared))


def test_a_bundle_rebuilds_the_network(shared: jazz.SharedLayers) -> None:
    again = jazz.layers_from_bundle(bundle_of(shared), Path("b"))
    X, _ = examples()
    first, second = jazz.sequence_model(T_X, shared)(X), jazz.sequence_model(T_X, again)(X)
    assert np.array_equal(np.asarray(first), np.asarray(second))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"n_a": 10**9}, "n_a 1000000000; a whole number from 1 to 4096"),
        ({"n_values": 0}, "n_values 0"),
        ({"n_a": 7}, r"lstm_1/kernel of shape \(9, 24\); \(9, 28\) is wanted"),
    ],
)
def test_a_bundle_that_does_not_fit_is_refused(
    shared: jazz.SharedLayers, change: dict[str, int], said: str
) -> None:
    bundle = bundle_of(shared)
    bundle.architecture.update(change)
    with pytest.raises(UserError, match=said):
        jazz.check_bundle(bundle, Path("b"))


def test_training_that_goes_on_is_training_that_never_stopped() -> None:
    X, Y = examples()
    whole = jazz.Trainer(jazz.shared_layers(N_VALUES, N_A), X, Y, seed=4, batch_size=3)
    losses = [whole.epoch(number) for number in range(4)]
    first = jazz.Trainer(jazz.shared_layers(N_VALUES, N_A), X, Y, seed=4, batch_size=3)
    halves = [first.epoch(0), first.epoch(1)]
    second = jazz.Trainer(jazz.layers_from_bundle(bundle_of(first.shared), Path("b")), X, Y, 4, batch_size=3)
    second.restore_optimizer(first.optimizer_arrays(), Path("b"))
    halves += [second.epoch(2), second.epoch(3)]
    assert halves == pytest.approx(losses, abs=1e-5)
    with pytest.raises(UserError, match="cannot be resumed"):
        second.restore_optimizer({}, Path("b"))


@pytest.mark.slow
@pytest.mark.course_data("original_metheny.mid")
def test_losses_on_the_course_solo(course_file: Callable[[str], Path]) -> None:
    solo = solos.read_solo(course_file("original_metheny.mid"))
    X, Y = solos.training_examples(solo.flat_tokens, solo.vocabulary)
    trainer = jazz.Trainer(jazz.shared_layers(78), X, Y, decay=0.0)
    losses = [trainer.epoch(number) for number in range(100)]
    assert 124 < losses[0] < 128
    assert 5.0 < losses[99] < 6.8
    probabilities = trainer.model.predict_on_batch(X)
    first = -(trainer.Y[:, 0] * np.log(probabilities[:, 0] + 1e-9)).sum(axis=-1).mean()
    assert first == pytest.approx(3.7, abs=0.15)  # the first token can only be guessed
