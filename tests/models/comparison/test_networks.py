"""Networks of equal size: their parameters counted, their budgets met, their weights read by the engine."""

import numpy as np
import pytest

from models.comparison import networks as comparison
from models.comparison.networks import Form
from models.engine.engine import Engine
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

KINDS = ("rnn", "lstm", "gru")
LETTERS = Form(27, 27)
WORDS = Form(11, 5, embedding=4)


@pytest.mark.parametrize("kind", comparison.NAMES)
def test_the_formula_counts_what_keras_counts(kind: str) -> None:
    for form, embedding in ((Form(6, 7), 0), (WORDS, (11 + 1) * 4)):
        if kind == "bilstm" and not form.embedding:
            continue
        network = comparison.build(kind, 3, form, seed=0)
        assert network.count_params() == comparison.parameters(kind, 3, form) + embedding


def test_parameters_by_hand() -> None:
    # a (n + a + 1) for each gate, and (a + 1) n for the softmax layer, with n = 27 and a = 50
    assert [comparison.parameters(kind, 50, LETTERS) for kind in KINDS] == [5277, 16977, 13077]
    assert comparison.parameters("bilstm", 50, Form(9, 5, embedding=10)) == 8 * 50 * 61 + 101 * 5


@pytest.mark.parametrize("budget", [2000, 5000, 20_000, 100_000])
def test_all_kinds_get_the_same_budget(budget: int) -> None:
    units = comparison.units_for(budget, KINDS, LETTERS)
    counts = [comparison.parameters(kind, n_a, LETTERS) for kind, n_a in units.items()]
    assert list(units) == list(KINDS)
    assert max(counts) <= 1.02 * min(counts)
    assert all(abs(count - budget) <= comparison.REACH * budget for count in counts)


def test_the_bidirectional_network_gets_it_too() -> None:
    form = Form(900, 5, embedding=32)
    units = comparison.units_for(10_000, tuple(comparison.NAMES), form)
    counts = [comparison.parameters(kind, n_a, form) for kind, n_a in units.items()]
    assert max(counts) <= 1.02 * min(counts)
    assert units["bilstm"] < units["lstm"] < units["gru"] < units["rnn"]


@pytest.mark.parametrize("budget", [1, 100, 300])
def test_a_budget_that_is_too_small_is_refused(budget: int) -> None:
    with pytest.raises(UserError, match=f"about {budget} parameters each .*; give larger --parameters"):
        comparison.units_for(budget, KINDS, LETTERS)


@pytest.mark.parametrize("kind", KINDS)
def test_the_engine_answers_what_the_network_answers(kind: str) -> None:
    network = comparison.build(kind, 4, Form(5, 6), seed=1)
    generator = np.random.default_rng(2)
    network.set_weights([generator.normal(size=w.shape).astype(np.float32) for w in network.get_weights()])
    indices = np.array([[-1, 0, 4, 2, 2], [3, -1, 1, 0, 4]], np.int32)
    logits = np.asarray(network(indices), np.float64)
    wanted = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    bundle = Bundle("compare", {}, Vocabulary("abcde"), comparison.arrays(network, kind))
    got = Engine.from_bundle(bundle).run(indices, all_positions=True)
    assert wanted.std() > 0.05
    np.testing.assert_allclose(got, wanted, atol=1e-5)


@pytest.mark.parametrize("kind", comparison.NAMES)
def test_padding_changes_no_answer(kind: str) -> None:
    network = comparison.build(kind, 3, WORDS, seed=1)
    short = np.asarray(network(np.array([[3, 1, 7]], np.int32)))
    padded = np.asarray(network(np.array([[3, 1, 7, 0, 0]], np.int32)))
    other = np.asarray(network(np.array([[1, 3, 7, 0, 0]], np.int32)))
    assert short.shape == (1, 5)
    np.testing.assert_allclose(padded, short, atol=1e-7)
    assert np.abs(other - short).max() > 1e-6


def test_only_the_bidirectional_network_reads_backwards() -> None:
    """Its two halves with equal weights see a sequence that reads the same both ways alike."""
    network = comparison.build("bilstm", 2, WORDS, seed=1)
    halves = network.get_layer("bidirectional").get_weights()
    table, softmax = network.get_weights()[:1], network.get_weights()[-2:]
    network.set_weights([*table, *halves[:3], *halves[:3], *softmax])
    from utils.backend import keras

    ends = keras().Model(network.input, network.get_layer("bidirectional").output)
    mirrored, not_mirrored = (
        np.asarray(ends(np.array([row], np.int32)))[0] for row in ([1, 2, 1], [1, 2, 3])
    )
    np.testing.assert_allclose(mirrored[:2], mirrored[2:], atol=1e-7)
    assert np.abs(not_mirrored[:2] - not_mirrored[2:]).max() > 1e-5


def test_the_seed_draws_the_weights() -> None:
    first, again, other = (comparison.build("lstm", 3, LETTERS, seed).get_weights() for seed in (1, 1, 2))
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert a.ndim == 1 or not np.array_equal(a, c)


def test_the_two_directions_begin_with_different_weights() -> None:
    halves = comparison.build("bilstm", 3, WORDS, seed=0).get_layer("bidirectional").get_weights()
    assert not np.array_equal(halves[0], halves[3])
    assert not np.array_equal(halves[1], halves[4])
