"""V2's Keras models: sizes, the frozen embedding, seeds."""

import numpy as np

from models.emojify.networks import Emojify_V2, network, pretrained_embedding_layer

WORDS = {"sad": np.array([1.0, 2.0]), "happy": np.array([-3.0, 4.0]), "very": np.array([0.0, 1.0])}
INDEX = {word: number for number, word in enumerate(sorted(WORDS), 1)}


def test_the_embedding_layer_is_frozen_with_row_0_zero() -> None:
    layer = pretrained_embedding_layer(WORDS, INDEX)
    (table,) = layer.get_weights()
    assert table.tolist() == [[0, 0], [-3, 4], [1, 2], [0, 1]]
    assert (layer.trainable, layer.trainable_weights, layer.mask_zero) == (False, [], False)


def test_v2_has_223877_trainable_parameters() -> None:
    table = {word: np.zeros(50) for word in WORDS}
    model = Emojify_V2((10,), table, INDEX)
    assert sum(int(np.prod(weight.shape)) for weight in model.trainable_weights) == 223_877
    assert (model.input_shape, model.output_shape) == ((None, 10), (None, 5))
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "Embedding", "LSTM", "Dropout", "LSTM", "Dropout", "Dense"]
    assert model.get_layer("dropout_1").rate == model.get_layer("dropout_2").rate == 0.5


def test_the_same_seed_gives_the_same_network() -> None:
    layer = pretrained_embedding_layer(WORDS, INDEX)
    first, again, other = (network(3, layer, n_a=2, seed=seed).get_weights() for seed in (1, 1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[1], other[1])
    # Neither do the two layers begin alike.
    assert not np.array_equal(first[2], first[5])
