"""The jazz networks: sizes, sharing, the unrolled and the sequence network, sampling, bundles."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from models import jazz
from models.engine.engine import Engine
from models.jazz import weights
from models.jazz.networks import layers_from_bundle
from models.keras_weights import get_arrays
from tests.models.jazz.conftest import Examples
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary


def test_41678_parameters_at_78_values() -> None:
    layers = jazz.shared_layers(78)
    assert (layers.LSTM_cell.count_params(), layers.densor.count_params()) == (36_608, 5_070)
    assert jazz.sequence_model(30, layers).count_params() == 41_678


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


def test_predict_and_sample_is_the_inference_models_likeliest_tokens(shared: jazz.SharedLayers) -> None:
    inference = jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=12)
    x0, zeros = np.zeros((1, 1, shared.n_values), np.float32), np.zeros((1, shared.n_a), np.float32)
    results, indices = jazz.predict_and_sample(inference, x0, zeros, zeros)
    expected = np.concatenate(inference([x0, zeros, zeros])).argmax(axis=1)
    assert indices.tolist() == expected[:, None].tolist()
    assert np.array_equal(results, np.eye(shared.n_values)[expected])


def test_the_engine_and_the_keras_layers_agree(jazz_bundle: Bundle) -> None:
    indices = np.array([[-1, 0, 5], [3, 8, -1]])
    model = jazz.sequence_model(3, layers_from_bundle(jazz_bundle))
    x = np.eye(9, dtype=np.float32)[indices] * (indices >= 0)[..., None]
    probabilities = Engine(jazz_bundle.network()).run(indices, all_positions=True)
    np.testing.assert_allclose(probabilities, model(x), atol=1e-5)


@pytest.mark.parametrize(
    ("tokens", "sizes", "message"),
    [
        (9, {"n_a": 10**9}, "n_a 1000000000"),
        (9, {"n_values": 0}, "n_values 0"),
        (9, {"n_a": 7}, r"lstm_1/kernel of shape \(9, 24\)"),
        (8, {}, "has 8 tokens for 9 outputs"),
    ],
)
def test_a_bundle_of_other_sizes_is_refused(
    jazz_bundle: Bundle, tokens: int, sizes: dict[str, int], message: str, tmp_path: Path
) -> None:
    jazz_bundle.vocabulary = Vocabulary(jazz_bundle.vocabulary.symbols[:tokens])
    jazz_bundle.architecture.update(sizes)
    bundles.save(jazz_bundle, tmp_path)
    with pytest.raises(UserError, match=message):
        weights.load(tmp_path)


def test_one_step_is_sampled_too() -> None:
    """Keras gives the only output of a model as it is, not in a list."""
    shared = jazz.shared_layers(5, n_a=3)
    model = jazz.music_inference_model(shared.LSTM_cell, shared.densor, Ty=1)
    zeros = np.zeros((1, 3))
    results, indices = jazz.predict_and_sample(model, np.zeros((1, 1, 5)), zeros, zeros)
    assert (results.shape, indices.shape) == ((1, 5), (1, 1))
