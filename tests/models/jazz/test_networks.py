"""The jazz networks: sizes, sharing, the unrolled and the sequence network, sampling, bundles."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models import jazz
from models.engine.engine import Engine
from models.jazz import weights
from models.jazz.networks import KerasEngine, layers_from_bundle
from models.keras_weights import get_arrays
from tests.models.jazz.conftest import Examples
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary


def test_41678_parameters_at_78_values() -> None:
    layers = jazz.shared_layers(78)
    assert (layers.LSTM_cell.count_params(), layers.densor.count_params()) == (36_608, 5_070)
    assert jazz.sequence_model(30, layers).count_params() == 41_678


def test_djmodel_has_the_course_inputs_and_outputs(shared: jazz.SharedLayers) -> None:
    model = jazz.djmodel(5, shared.LSTM_cell, shared.densor, shared.reshaper)
    assert [tuple(tensor.shape) for tensor in model.inputs] == [(None, 5, 9), (None, 6), (None, 6)]
    assert [tuple(tensor.shape) for tensor in model.outputs] == [(None, 9)] * 5
    assert model.count_params() == shared.LSTM_cell.count_params() + shared.densor.count_params()


def test_the_same_seed_gives_the_same_weights() -> None:
    layers = [jazz.shared_layers(4, 3, seed) for seed in (1, 1, 2)]
    first, again, other = (get_arrays(shared.LSTM_cell, shared.densor) for shared in layers)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["lstm_1/recurrent_kernel"], other["lstm_1/recurrent_kernel"])
    assert first["lstm_1/bias"].tolist() == [0] * 3 + [1] * 3 + [0] * 6


def test_both_networks_have_the_same_loss_and_gradients(
    shared: jazz.SharedLayers, examples: Examples
) -> None:
    X, Y = examples
    variables = [w.value for w in shared.LSTM_cell.trainable_weights + shared.densor.trainable_weights]
    zeros = np.zeros((len(X), shared.n_a), np.float32)
    model = jazz.djmodel(X.shape[1], shared.LSTM_cell, shared.densor, shared.reshaper)
    with tf.GradientTape(persistent=True) as tape:
        outputs = model([X, zeros, zeros])
        losses = [jazz.masked_crossentropy(y, out) for y, out in zip(Y, outputs, strict=True)]
        unrolled = sum(tf.reduce_mean(loss) for loss in losses)
        output = jazz.sequence_model(X.shape[1], shared)(X)
        sequence = tf.reduce_mean(jazz.summed_crossentropy(Y.swapaxes(0, 1), output))
    assert float(sequence) == pytest.approx(float(unrolled), abs=1e-5)
    for ours, plain in zip(
        tape.gradient(sequence, variables), tape.gradient(unrolled, variables), strict=True
    ):
        assert np.abs(plain).max() > 1e-3
        np.testing.assert_allclose(ours, plain, atol=1e-5)


def test_predict_and_sample_feeds_back_the_likeliest_token(shared: jazz.SharedLayers) -> None:
    kernel, bias = shared.densor.get_weights()
    shared.densor.set_weights([4 * kernel, 0 * bias])  # so that the result depends on the state
    inference = jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=12)
    zeros = np.zeros((1, shared.n_a), np.float32)
    results, indices = jazz.predict_and_sample(
        inference, np.zeros((1, 1, shared.n_values), np.float32), zeros, zeros
    )
    assert (results.shape, indices.shape) == ((12, shared.n_values), (12, 1))
    assert np.array_equal(results.argmax(axis=1), indices[:, 0])
    assert np.array_equal(results.sum(axis=1), np.ones(12))
    engine, chosen, index = KerasEngine(shared), [], -1
    state = engine.zero_state()
    for _ in range(12):
        probabilities, state = engine.step(np.array([index]), state)
        index = int(probabilities[0].argmax())
        chosen.append(index)
    assert chosen == indices[:, 0].tolist()
    assert len(set(chosen)) > 1


def test_keras_and_numpy_engines_agree(shared: jazz.SharedLayers, jazz_bundle: Bundle) -> None:
    ours, theirs = Engine(jazz_bundle.network()), KerasEngine(shared)
    state, keras_state = ours.zero_state(2), theirs.zero_state(2)
    for indices in (np.array([-1, 3]), np.array([0, 8]), np.array([5, -1])):
        probabilities, state = ours.step(indices, state)
        keras_probabilities, keras_state = theirs.step(indices, keras_state)
        np.testing.assert_allclose(probabilities, keras_probabilities, atol=1e-5)


def test_a_bundle_rebuilds_the_network(shared: jazz.SharedLayers, jazz_bundle: Bundle) -> None:
    again = layers_from_bundle(jazz_bundle)
    found = get_arrays(again.LSTM_cell, again.densor)
    assert found.keys() == jazz_bundle.weights.keys()
    for name, array in jazz_bundle.weights.items():
        assert np.array_equal(found[name], array), name


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_a": 10**9}, "n_a 1000000000"),
        ({"n_values": 0}, "n_values 0"),
        ({"n_a": 7}, r"lstm_1/kernel of shape \(9, 24\)"),
    ],
)
def test_a_bundle_of_other_sizes_is_refused(
    jazz_bundle: Bundle, change: dict[str, int], message: str
) -> None:
    jazz_bundle.architecture.update(change)
    with pytest.raises(UserError, match=message):
        weights.check(jazz_bundle, Path("b"))


def test_a_bundle_names_every_token(jazz_bundle: Bundle) -> None:
    weights.check(jazz_bundle, "b")
    jazz_bundle.vocabulary = Vocabulary(jazz_bundle.vocabulary.symbols[1:])
    with pytest.raises(UserError, match="the bundle b has 8 tokens for 9 outputs"):
        weights.check(jazz_bundle, "b")
