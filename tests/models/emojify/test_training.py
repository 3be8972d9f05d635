"""Training V2: what an epoch changes and what it must not, words left out, held-out sentences."""

from typing import Any

import numpy as np
import pytest

from models.emojify import networks as emojify
from models.emojify.training import Trainer, held_out, network_arrays, padded

ROWS = [[1, 2], [3], [2, 1, 3], [1], [3, 3], [2]] * 4
LABELS = np.array([0, 1, 0, 0, 1, 0] * 4)


def trainer(trainable: bool = True, seed: int = 0, **options: Any) -> Trainer:
    table = np.array([[0, 0], [1, 0], [0.5, 0.5], [0, 1]], np.float32)
    layer = emojify.embedding_layer(table, trainable=trainable, mask_zero=True)
    network = emojify.network(None, layer, n_a=3, n_y=2, seed=seed)
    run = Trainer(network, ROWS, LABELS, width=3, seed=seed, learning_rate=0.05, **options)
    network.run_eagerly = True  # tracing takes seconds, these steps do not
    return run


def test_rows_are_filled_up_and_cut() -> None:
    assert padded([[1], [1, 2, 3, 4], []], 3).tolist() == [[1, 0, 0], [1, 2, 3], [0, 0, 0]]


def test_training_learns() -> None:
    run = trainer(word_dropout=0.2, smoothing=0.1)
    before = run.measure(ROWS, LABELS)
    losses = [run.epoch(number) for number in range(8)]
    after = run.measure(ROWS, LABELS)
    assert losses[-1] < losses[0]
    assert after.loss < 0.75 * before.loss


@pytest.mark.parametrize("trainable", [False, True])
def test_a_frozen_embedding_stays_as_it_was(trainable: bool) -> None:
    run = trainer(trainable)
    (before,) = run.network.get_layer("embedding").get_weights()
    kernel = run.network.get_layer("lstm_1").get_weights()[0]
    run.epoch(0)
    (after,) = run.network.get_layer("embedding").get_weights()
    assert np.array_equal(before, after) is not trainable
    assert not np.array_equal(kernel, run.network.get_layer("lstm_1").get_weights()[0])


def test_the_same_seed_trains_the_same() -> None:
    first, again, other = (trainer(seed=seed, word_dropout=0.5) for seed in (1, 1, 2))
    losses = [run.epoch(0) for run in (first, again, other)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-6)
    assert losses[0] != pytest.approx(losses[2], abs=1e-3)


def test_word_dropout_leaves_out_its_share_but_one_word_at_least() -> None:
    run, generator = trainer(word_dropout=0.3), np.random.default_rng(0)
    row = list(range(1, 11))
    thinned = [run._thinned(row, generator) for _ in range(500)]
    assert np.mean([len(kept) for kept in thinned]) == pytest.approx(7.0, abs=0.2)
    assert all(kept == sorted(kept) for kept in thinned)
    assert all(run._thinned([5], generator) == [5] for _ in range(50))


def test_a_measure_is_the_mean_cross_entropy_and_the_share_that_is_right() -> None:
    run = trainer()
    rows, labels = [[1, 2], [3]], np.array([0, 1])
    probabilities = run.network(padded(rows, 3), training=False).numpy()
    measure = run.measure(rows, labels)
    assert measure.loss == pytest.approx(-np.log(probabilities[[0, 1], [0, 1]]).mean(), abs=1e-5)
    assert measure.accuracy == (probabilities.argmax(axis=1) == labels).mean()


def test_held_out_takes_the_same_share_of_every_label() -> None:
    labels = np.array([0] * 50 + [1] * 20 + [2] * 3)
    mask = held_out(labels, 0.2, np.random.default_rng(0))
    assert [int(mask[labels == label].sum()) for label in range(3)] == [10, 4, 0]
    assert not np.array_equal(mask, held_out(labels, 0.2, np.random.default_rng(1)))


def test_the_arrays_are_keras_names_and_frozen_vectors_are_not_among_them() -> None:
    run = trainer()
    run.network.get_layer("embedding").set_weights([np.ones((4, 2))])
    arrays = network_arrays(run.network, with_embedding=True)
    assert {name: array.shape for name, array in arrays.items()} == {
        "embedding/embeddings": (4, 2),
        "lstm_1/kernel": (2, 12),
        "lstm_1/recurrent_kernel": (3, 12),
        "lstm_1/bias": (12,),
        "lstm_2/kernel": (3, 12),
        "lstm_2/recurrent_kernel": (3, 12),
        "lstm_2/bias": (12,),
        "dense/kernel": (3, 2),
        "dense/bias": (2,),
    }
    assert arrays["embedding/embeddings"][:2].tolist() == [[0, 0], [1, 1]]
    assert "embedding/embeddings" not in network_arrays(run.network, with_embedding=False)
