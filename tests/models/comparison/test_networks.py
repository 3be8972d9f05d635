"""Networks of equal size: their parameters, their weights, their outputs."""

import keras
import numpy as np
import pytest

from models.comparison.networks import build
from models.comparison.sizes import MAX_DEVIATION, NAMES, Dimensions, network_shapes, parameters, units_for
from models.engine.engine import Engine
from models.keras_weights import get_arrays, set_arrays
from utils.errors import UserError

KINDS = ("rnn", "lstm", "gru")
LETTERS = Dimensions(27, 27)
WORDS = Dimensions(11, 5, embedding=4)


@pytest.mark.parametrize("kind", NAMES)
def test_keras_has_the_arrays_of_the_table(kind: str) -> None:
    for dimensions in (Dimensions(6, 7), WORDS):
        if kind == "bilstm" and not dimensions.embedding:
            continue
        found = {name: array.shape for name, array in get_arrays(build(kind, 3, dimensions, seed=0)).items()}
        embeddings = found.pop("embedding/embeddings", None)
        assert embeddings == ((12, 4) if dimensions.embedding else None)
        assert found == network_shapes(kind, 3, dimensions)


def test_parameters_by_hand() -> None:
    # a (n + a + 1) for each gate, and (a + 1) n for the softmax layer, with n = 27 and a = 50
    assert [parameters(kind, 50, LETTERS) for kind in KINDS] == [5277, 16977, 13077]
    assert parameters("bilstm", 50, Dimensions(9, 5, embedding=10)) == 8 * 50 * 61 + 101 * 5


ALL_KINDS = (tuple(NAMES), Dimensions(900, 5, embedding=32))


@pytest.mark.parametrize(
    ("budget", "kinds", "dimensions"),
    [(2000, KINDS, LETTERS), (100_000, KINDS, LETTERS), (5000, *ALL_KINDS), (20_000, *ALL_KINDS)],
)
def test_all_kinds_get_the_same_budget(budget: int, kinds: tuple[str, ...], dimensions: Dimensions) -> None:
    units = units_for(budget, kinds, dimensions)
    counts = [parameters(kind, n_a, dimensions) for kind, n_a in units.items()]
    assert list(units) == list(kinds)
    assert max(counts) <= 1.02 * min(counts)
    assert all(abs(count - budget) <= MAX_DEVIATION * budget for count in counts)


@pytest.mark.parametrize("budget", [1, 100, 300])
def test_a_budget_that_is_too_small_is_refused(budget: int) -> None:
    with pytest.raises(UserError, match=f"parameters: expected more than {budget}: networks of 27 symbols"):
        units_for(budget, KINDS, LETTERS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_engine_has_the_networks_probabilities(kind: str) -> None:
    network = build(kind, 4, Dimensions(5, 6), seed=1)
    generator = np.random.default_rng(2)
    network.set_weights([generator.normal(size=w.shape).astype(np.float32) for w in network.get_weights()])
    indices = np.array([[-1, 0, 4, 2, 2], [3, -1, 1, 0, 4]], np.int32)
    logits = np.asarray(network(indices), np.float64)
    expected = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    got = Engine(get_arrays(network)).run(indices, all_positions=True)
    assert expected.std() > 0.05
    np.testing.assert_allclose(got, expected, atol=1e-5)


@pytest.mark.parametrize("kind", NAMES)
def test_padding_changes_no_output(kind: str) -> None:
    network = build(kind, 3, WORDS, seed=1)
    short = np.asarray(network(np.array([[3, 1, 7]], np.int32)))
    padded = np.asarray(network(np.array([[3, 1, 7, 0, 0]], np.int32)))
    other = np.asarray(network(np.array([[1, 3, 7, 0, 0]], np.int32)))
    assert short.shape == (1, 5)
    np.testing.assert_allclose(padded, short, atol=1e-7)
    assert np.abs(other - short).max() > 1e-6


def test_only_the_bidirectional_network_reads_backwards() -> None:
    """Its two halves with equal weights see a sequence that reads the same both ways alike."""
    network = build("bilstm", 2, WORDS, seed=1)
    arrays = get_arrays(network)
    for part in ("kernel", "recurrent_kernel", "bias"):
        arrays[f"backward_lstm/{part}"] = arrays[f"forward_lstm/{part}"]
    set_arrays(arrays, network)
    ends = keras.Model(network.input, network.get_layer("bidirectional").output)
    mirrored, not_mirrored = (
        np.asarray(ends(np.array([row], np.int32)))[0] for row in ([1, 2, 1], [1, 2, 3])
    )
    np.testing.assert_allclose(mirrored[:2], mirrored[2:], atol=1e-7)
    assert np.abs(not_mirrored[:2] - not_mirrored[2:]).max() > 1e-5


def test_the_seed_draws_the_weights() -> None:
    first, again, other = (build("lstm", 3, LETTERS, seed).get_weights() for seed in (1, 1, 2))
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.ndim == 1 or not np.array_equal(a, c)
