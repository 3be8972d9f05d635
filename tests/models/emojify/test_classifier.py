"""Answers: both networks, both engines, unknown words, long sentences, bundles that are not whole."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.emojify import networks as emojify
from models.emojify.classifier import Classifier
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

WHERE = Path("bundles/mine")
VECTORS = {
    word: np.random.default_rng(number).normal(size=2).astype(np.float32)
    for number, word in enumerate(("bad", "game", "good", "not", "very"))
}
SENTENCES = ["good", "Not good!", "very very bad game", "", "good xyz bad", "xyz"]


def v2(masked: bool = True, learnt: bool = False, max_len: int = 3, **changes: Any) -> Bundle:
    generator = np.random.default_rng(7)
    shapes = {
        "lstm_1/kernel": (2, 16),
        "lstm_1/recurrent_kernel": (4, 16),
        "lstm_1/bias": (16,),
        "lstm_2/kernel": (4, 16),
        "lstm_2/recurrent_kernel": (4, 16),
        "lstm_2/bias": (16,),
        "dense/kernel": (4, 3),
        "dense/bias": (3,),
    }
    weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    if learnt:
        weights["embedding/embeddings"] = np.array([[0, 0], *VECTORS.values()], np.float32)
    sizes = {"n_x": 2, "n_y": 3, "n_a": 4, "max_len": max_len}
    kinds = {"kind": "v2", "masked": masked, "embedding": "learnt" if learnt else "vectors"}
    bundle = Bundle(
        "emojify", {**sizes, **kinds}, Vocabulary(list(VECTORS)), weights, {}, {"prior": [0.2, 0.5, 0.3]}
    )
    bundle.architecture.update(changes)
    return bundle


def v1() -> Bundle:
    weights = {
        "W": np.array([[1, 2], [0, -1], [2, 0]], np.float32),
        "b": np.array([0.1, 0, -0.1], np.float32),
    }
    architecture = {"kind": "v1", "n_x": 2, "n_y": 3, "embedding": "vectors"}
    return Bundle("emojify", architecture, Vocabulary(["x"]), weights, {}, {"prior": [0.2, 0.5, 0.3]})


def keras_answers(bundle: Bundle, rows: list[list[int]], width: int) -> np.ndarray:
    """What the training network says to padded indices: the witness."""
    table = np.array([[0, 0], *VECTORS.values()], np.float32)
    layer = emojify.embedding_layer(table, trainable=False, mask_zero=bundle.architecture["masked"])
    network = emojify.network(None, layer, n_a=4, n_y=3)
    for name in ("lstm_1", "lstm_2", "dense"):
        parts = [bundle.weights.get(f"{name}/{part}") for part in ("kernel", "recurrent_kernel", "bias")]
        network.get_layer(name).set_weights([part for part in parts if part is not None])
    indices = np.array([row + [0] * (width - len(row)) for row in rows])
    return np.asarray(network(indices, training=False))


@pytest.mark.parametrize("engine", ["numpy", "keras"])
@pytest.mark.parametrize("learnt", [False, True])
def test_v2_answers_as_the_network_that_was_trained(engine: str, learnt: bool) -> None:
    bundle = v2(learnt=learnt, max_len=5)
    classifier = Classifier(bundle, WHERE, None if learnt else VECTORS, engine)
    answers = classifier.answer(["good", "Not good!", "very very bad game", "good xyz bad"])
    expected = keras_answers(bundle, [[3], [4, 3], [5, 5, 1, 2], [3, 1]], 5)
    np.testing.assert_allclose([answer.probabilities for answer in answers], expected, atol=1e-5)


def test_the_courses_v2_reads_zeros_for_unknown_words_and_behind_the_end() -> None:
    bundle = v2(masked=False, max_len=4)
    answers = Classifier(bundle, WHERE, VECTORS).answer(["good", "good xyz bad"])
    expected = keras_answers(bundle, [[3], [3, 0, 1]], 4)
    np.testing.assert_allclose([answer.probabilities for answer in answers], expected, atol=1e-5)
    masked = Classifier(v2(max_len=4), WHERE, VECTORS).answer(["good"])[0]
    assert np.abs(answers[0].probabilities - masked.probabilities).max() > 1e-3


def test_v1_is_the_softmax_of_the_mean() -> None:
    bundle = v1()
    (answer,) = Classifier(bundle, WHERE, VECTORS).answer(["Very, xyz good!"])
    z = bundle.weights["W"] @ (VECTORS["very"] + VECTORS["good"]) / 2 + bundle.weights["b"]
    np.testing.assert_allclose(answer.probabilities, np.exp(z) / np.exp(z).sum(), atol=1e-6)
    assert (answer.known, answer.unknown, answer.cut) == (2, ["xyz"], 0)


@pytest.mark.parametrize("bundle", [v1(), v2(), v2(masked=False)], ids=["v1", "v2", "course"])
def test_a_sentence_is_answered_alike_alone_and_among_others(bundle: Bundle) -> None:
    classifier = Classifier(bundle, WHERE, VECTORS)
    together = classifier.answer(SENTENCES * 3)
    alone = [classifier.answer([sentence])[0] for sentence in SENTENCES] * 3
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=1e-6)
        assert (one.known, one.unknown, one.cut) == (other.known, other.unknown, other.cut)


@pytest.mark.parametrize("sentence", ["", "xyz", "?!"])
def test_without_a_known_word_the_answer_is_the_prior(sentence: str) -> None:
    (answer,) = Classifier(v2(), WHERE, VECTORS).answer([sentence])
    np.testing.assert_allclose(answer.probabilities, [0.2, 0.5, 0.3], atol=1e-7)
    assert (answer.known, answer.best(3)) == (0, [1, 2, 0])


@pytest.mark.parametrize("masked", [True, False])
def test_a_long_sentence_is_cut(masked: bool) -> None:
    classifier = Classifier(v2(masked=masked), WHERE, VECTORS)
    cut, whole = classifier.answer(["very very good " + "bad " * 1000, "very very good"])
    assert (cut.cut, whole.cut) == (1000, 0)
    np.testing.assert_array_equal(cut.probabilities, whole.probabilities)


def test_nothing_asked_nothing_answered() -> None:
    assert Classifier(v2(), WHERE, VECTORS).answer([]) == []


@pytest.mark.parametrize(
    ("bundle", "complaint"),
    [
        (v2(kind="v3"), "has the kind 'v3'; v1 or v2 is wanted"),
        (v2(n_y=4), "has no good prior: 4 shares"),
        (v2(n_x=10**9), "a whole number from 1 to 4096"),
        (v2(n_a=5), "5, 3"),
        (v2(max_len="3"), "has max_len '3'"),
        (v2(n_x=3), "the vectors have 2 numbers a word; the bundle bundles/mine wants 3"),
    ],
)
def test_a_bundle_that_does_not_fit_is_refused(bundle: Bundle, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        Classifier(bundle, WHERE, VECTORS)


@pytest.mark.parametrize(
    "prior", [None, [0.5, 0.5], [0.9, 0.9, 0.9], [2, -1, 0], ["a", 0, 1], [float("nan")] * 3]
)
def test_a_prior_must_be_shares(prior: Any) -> None:
    bundle = v2()
    bundle.extra["prior"] = prior
    with pytest.raises(UserError, match="has no good prior"):
        Classifier(bundle, WHERE, VECTORS)


def test_a_bundle_without_vectors_says_so() -> None:
    with pytest.raises(UserError, match="has no vectors of its own: give --glove FILE"):
        Classifier(v2(), WHERE)


def test_a_learnt_table_must_fit_the_vocabulary() -> None:
    bundle = v2(learnt=True)
    bundle.weights["embedding/embeddings"] = np.zeros((5, 2), np.float32)
    with pytest.raises(UserError, match=r"embedding/embeddings of shape \(5, 2\); \(6, 2\) is wanted"):
        Classifier(bundle, WHERE)
