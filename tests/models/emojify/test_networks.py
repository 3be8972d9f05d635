"""The course's functions of Emojify: contracts, sizes, the frozen embedding, the published band."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from data import emoji
from data.glove import vectors as glove
from models.emojify import networks as emojify

Find = Callable[[str], Path]
VECTORS = "glove.6B.50d.50k-approx.txt"  # not in the catalogue: a stand-in for the full file
WORDS = {"sad": np.array([1.0, 2.0]), "happy": np.array([-3.0, 4.0]), "very": np.array([0.0, 1.0])}
INDEX = {word: number for number, word in enumerate(sorted(WORDS), 1)}


def test_an_average_is_the_known_words() -> None:
    assert emojify.sentence_to_avg("Very SAD indeed", WORDS).tolist() == [0.5, 1.5]
    assert emojify.sentence_to_avg("happy", WORDS).tolist() == [-3, 4]
    assert emojify.sentence_to_avg("sad, indeed", WORDS).tolist() == [0, 0]


def test_convert_to_one_hot() -> None:
    assert emojify.convert_to_one_hot(np.array([2, 0]), 3).tolist() == [[0, 0, 1], [1, 0, 0]]


def test_a_step_of_v1_is_the_gradient_of_the_cross_entropy() -> None:
    """One sentence, one pass: W moves against the slope that central differences measure."""
    start = np.random.RandomState(1).randn(3, 2) / np.sqrt(2)
    avg = emojify.sentence_to_avg("very sad", WORDS)

    def loss(W: np.ndarray, b: np.ndarray) -> float:
        z = W @ avg + b
        return float(np.log(np.exp(z).sum()) - z[2])

    _, W, b = emojify.model(["very sad"], np.array([2]), WORDS, 0.1, 1, n_y=3)
    slope, step = np.zeros_like(start), 1e-6
    for place in np.ndindex(*start.shape):
        shift = np.zeros_like(start)
        shift[place] = step
        slope[place] = (loss(start + shift, np.zeros(3)) - loss(start - shift, np.zeros(3))) / (2 * step)
    np.testing.assert_allclose(W, start - 0.1 * slope, atol=1e-8)
    assert b.sum() == pytest.approx(0, abs=1e-12)
    assert loss(W, b) < loss(start, np.zeros(3))


def test_v1_updates_after_every_sentence_in_their_order() -> None:
    X, Y = ["sad", "happy"], np.array([1, 0])
    _, W, _ = emojify.model(X, Y, WORDS, 0.1, 1, n_y=2)
    _, turned, _ = emojify.model(X[::-1], Y[::-1], WORDS, 0.1, 1, n_y=2)
    assert np.abs(W - turned).max() > 1e-3


def test_v1_learns_and_answers() -> None:
    X, Y, costs = ["sad", "very happy", "very sad", "happy"], np.array([1, 0, 1, 0]), list[float]()
    pred, W, b = emojify.model(X, Y, WORDS, 0.1, 50, n_y=2, costs=costs)
    assert (pred.shape, W.shape, b.shape, len(costs)) == ((4, 1), (2, 2), (2,), 50)
    assert pred[:, 0].tolist() == [1, 0, 1, 0]
    assert costs[-1] < costs[0]
    assert emojify.predict(["sad indeed", "happy happy"], W, b, WORDS)[:, 0].tolist() == [1, 0]


def test_indices_count_from_one_and_fill_up_with_zero() -> None:
    X = ["Very HAPPY", "sad indeed very", "a b c d sad", ""]
    assert emojify.sentences_to_indices(X, INDEX, 4).tolist() == [
        [3, 1, 0, 0],
        [2, 0, 3, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
    ]


def test_the_embedding_layer_is_frozen_with_row_0_zero() -> None:
    layer = emojify.pretrained_embedding_layer(WORDS, INDEX)
    (table,) = layer.get_weights()
    assert table.tolist() == [[0, 0], [-3, 4], [1, 2], [0, 1]]
    assert (layer.trainable, layer.trainable_weights, layer.mask_zero) == (False, [], False)


def test_v2_has_223877_trainable_parameters() -> None:
    table = {word: np.zeros(50) for word in WORDS}
    network = emojify.Emojify_V2((10,), table, INDEX)
    assert sum(int(np.prod(weight.shape)) for weight in network.trainable_weights) == 223_877
    assert (network.input_shape, network.output_shape) == ((None, 10), (None, 5))
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds == ["InputLayer", "Embedding", "LSTM", "Dropout", "LSTM", "Dropout", "Dense"]
    assert network.get_layer("dropout_1").rate == network.get_layer("dropout_2").rate == 0.5


def test_the_same_seed_gives_the_same_network() -> None:
    layer = emojify.pretrained_embedding_layer(WORDS, INDEX)
    first, again, other = (emojify.network(3, layer, n_a=2, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[1], other[1])
    # Neither do the two layers begin alike.
    assert not np.array_equal(first[2], first[5])


def test_a_network_of_vectors_is_the_network_behind_the_embedding() -> None:
    layer = emojify.pretrained_embedding_layer(WORDS, INDEX)
    whole = emojify.network(3, layer, n_a=4, n_y=3, seed=1)
    rest = emojify.vector_network(2, 4, 3)
    rest.set_weights(whole.get_weights()[1:])
    indices = np.array([[1, 2, 0], [3, 3, 1]])
    (table,) = layer.get_weights()
    np.testing.assert_allclose(
        rest(table[indices], training=False), whole(indices, training=False), atol=1e-6
    )


@pytest.mark.course_data("train_emoji.csv", "tesss.csv")
def test_v1_on_the_courses_sentences(course_file: Find, tmp_path: Path) -> None:
    path = course_file("tesss.csv").parent / VECTORS
    if not path.is_file():
        pytest.skip(f"{VECTORS} is not here")
    vectors, costs = glove.load(path, tmp_path), list[float]()
    X, Y = emoji.read_csv(course_file("train_emoji.csv"))
    Xt, Yt = emoji.read_csv(course_file("tesss.csv"))
    pred, W, b = emojify.model(X, Y, vectors, costs=costs)
    assert (pred[:, 0] == Y).mean() >= 0.95
    assert (emojify.predict(Xt, W, b, vectors)[:, 0] == Yt).mean() >= 0.80
    # The course, with the full file: 1.95204988 and .0797.
    assert (costs[0], costs[100]) == (pytest.approx(1.95, abs=0.05), pytest.approx(0.08, abs=0.01))
