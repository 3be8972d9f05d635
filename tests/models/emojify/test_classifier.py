"""Predictions: both networks, both engines, unknown words, long sentences, damaged bundles."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from data import emoji
from data.glove import vectors as glove
from models import emojify
from models.emojify.classifier import PRETRAINED, PRETRAINED_GLOVE, Classifier
from models.emojify.networks import embedding_layer, network
from models.keras_weights import set_arrays
from models.shapes import stacked_shapes
from tests.models.arrays import random_arrays
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

WHERE = Path("bundles/mine")
STAND_IN = "glove.6B.50d.50k-approx.txt"  # the file that the pretrained network names
EXTRA = {"prior": [0.2, 0.5, 0.3], "labels": ["😄", "😞", "⚾"]}
VECTORS = {
    word: np.random.default_rng(number).normal(size=2).astype(np.float32)
    for number, word in enumerate(("bad", "game", "good", "not", "very"))
}
NAMED = {  # sentences that earlier networks got wrong, or that the README shows
    "I love you": "❤️",
    "not feeling happy": "😞",
    "I am not sad any more": "😄",
    "they cancelled our holiday": "😞",
    "he proposed to me last night": "❤️",
}
SENTENCES = ["good", "Not good!", "very very bad game", "", "good xyz bad", "xyz"]


def v2(masked: bool = True, learnt: bool = False, max_len: int = 3, **changes: Any) -> Bundle:
    weights = random_arrays(stacked_shapes("lstm", 2, [4, 4], 3), seed=7)
    if learnt:
        weights["embedding/embeddings"] = np.array([[0, 0], *VECTORS.values()], np.float32)
    sizes = {"n_x": 2, "n_y": 3, "n_a": 4, "max_len": max_len}
    kinds = {"kind": "v2", "masked": masked, "embedding": "learnt" if learnt else "vectors"}
    bundle = Bundle("emojify", {**sizes, **kinds}, Vocabulary(list(VECTORS)), weights, {}, dict(EXTRA))
    bundle.architecture.update(changes)
    return bundle


def v1() -> Bundle:
    weights = {
        "W": np.array([[1, 2], [0, -1], [2, 0]], np.float32),
        "b": np.array([0.1, 0, -0.1], np.float32),
    }
    architecture = {"kind": "v1", "n_x": 2, "n_y": 3, "embedding": "vectors"}
    return Bundle("emojify", architecture, Vocabulary(["x"]), weights, {}, dict(EXTRA))


def keras_probabilities(bundle: Bundle, rows: list[list[int]], width: int) -> np.ndarray:
    """What the training network predicts for padded indices."""
    table = np.array([[0, 0], *VECTORS.values()], np.float32)
    layer = embedding_layer(table, trainable=False, mask_zero=bundle.architecture["masked"])
    model = network(None, layer, n_a=4, n_y=3)
    set_arrays(bundle.weights, model)
    indices = np.array([row + [0] * (width - len(row)) for row in rows])
    return np.asarray(model(indices, training=False))


@pytest.mark.parametrize("learnt", [False, True])
def test_v2_predicts_as_the_network_that_was_trained(learnt: bool) -> None:
    bundle = v2(learnt=learnt, max_len=5)
    classifier = Classifier(bundle, WHERE, vectors=None if learnt else VECTORS)
    found = classifier.predict(["good", "Not good!", "very very bad game", "good xyz bad"])
    expected = keras_probabilities(bundle, [[3], [4, 3], [5, 5, 1, 2], [3, 1]], 5)
    np.testing.assert_allclose([prediction.probabilities for prediction in found], expected, atol=1e-5)


def test_the_courses_v2_reads_zeros_for_unknown_words_and_behind_the_end() -> None:
    bundle = v2(masked=False, max_len=4)
    found = Classifier(bundle, WHERE, vectors=VECTORS).predict(["good", "good xyz bad"])
    expected = keras_probabilities(bundle, [[3], [3, 0, 1]], 4)
    np.testing.assert_allclose([prediction.probabilities for prediction in found], expected, atol=1e-5)
    masked = Classifier(v2(max_len=4), WHERE, vectors=VECTORS).predict(["good"])[0]
    assert np.abs(found[0].probabilities - masked.probabilities).max() > 1e-3


def test_v1_is_the_softmax_of_the_mean() -> None:
    bundle = v1()
    (found,) = Classifier(bundle, WHERE, vectors=VECTORS).predict(["Very, xyz good!"])
    z = bundle.weights["W"] @ (VECTORS["very"] + VECTORS["good"]) / 2 + bundle.weights["b"]
    np.testing.assert_allclose(found.probabilities, np.exp(z) / np.exp(z).sum(), atol=1e-6)
    assert (found.known_words, found.unknown_words, found.cut_words) == (2, ["xyz"], 0)
    assert (found.label, found.emoji) == (int(z.argmax()), EXTRA["labels"][z.argmax()])
    assert found.value == str(z.argmax())
    assert found.answer(found.probability) == found.emoji and found.is_sure(found.probability)
    assert found.answer(min(1, found.probability + 1e-6)) == "not sure"


@pytest.mark.parametrize("sentence", ["", "xyz", "?!"])
def test_without_a_known_word_the_prior_is_predicted(sentence: str) -> None:
    (found,) = Classifier(v2(), WHERE, vectors=VECTORS).predict([sentence])
    np.testing.assert_allclose(found.probabilities, [0.2, 0.5, 0.3], atol=1e-7)
    assert (found.known_words, found.label, found.emoji, found.top(3)) == (0, 1, "😞", [1, 2, 0])
    assert (found.answer(0.01), found.answer(0)) == ("not sure", "😞")


@pytest.mark.parametrize("masked", [True, False])
def test_a_long_sentence_is_cut(masked: bool) -> None:
    classifier = Classifier(v2(masked=masked), WHERE, vectors=VECTORS)
    cut, whole = classifier.predict(["very very good " + "bad " * 1000, "very very good"])
    assert (cut.cut_words, whole.cut_words) == (1000, 0)
    np.testing.assert_array_equal(cut.probabilities, whole.probabilities)


def test_no_sentence_and_one_string() -> None:
    classifier = Classifier(v2(), WHERE, vectors=VECTORS)
    assert classifier.predict([]) == []
    with pytest.raises(TypeError, match="sequence of strings, got one string"):
        classifier.predict("good")


@pytest.mark.parametrize(
    ("bundle", "complaint"),
    [
        (v2(kind="v3"), "has the kind 'v3', expected 'v1' or 'v2'"),
        (v2(n_y=4), "names 3 labels, expected 4"),
        (v2(n_x=10**9), "a whole number from 1 to 4096"),
        (v2(n_a=5), "has lstm_1/kernel of shape"),
        (v2(max_len="3"), "has max_len '3'"),
        (v2(n_x=3), "has lstm_1/kernel of shape"),
        (v2(learnt=True, n_x=3), r"embedding/embeddings of shape \(6, 2\), expected \(6, 3\)"),
    ],
)
def test_a_bundle_that_does_not_fit_is_refused(bundle: Bundle, complaint: str) -> None:
    with pytest.raises(UserError, match=complaint):
        Classifier(bundle, WHERE, vectors=VECTORS)


@pytest.mark.parametrize(
    ("name", "message", "values"),
    [
        (
            "prior",
            "has no good prior",
            [None, [0.5, 0.5], [0.9] * 3, [2, -1, 0], ["a", 0, 1], [float("nan")] * 3],
        ),
        ("labels", "the bundle bundles/mine", [None, [], ["a", "b"], ["a", "b", ""], list("aab"), "abc"]),
    ],
)
def test_a_bundle_names_an_emoji_and_a_share_for_every_label(
    name: str, message: str, values: list[Any]
) -> None:
    for value in values:
        bundle = v2()
        bundle.extra[name] = value
        with pytest.raises(UserError, match=message):
            Classifier(bundle, WHERE, vectors=VECTORS)


def test_vectors_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UserError, match="the vectors have 3 numbers, expected 2 for the bundle bundles/mine"):
        Classifier(v2(), WHERE, vectors={"good": np.zeros(3)})
    with pytest.raises(UserError, match=r"the bundle bundles/mine needs word vectors .*and none were given"):
        Classifier(v2(), WHERE)
    with pytest.raises(UserError, match="vectors were given, but the bundle bundles/mine has its own"):
        Classifier(v2(learnt=True), WHERE, vectors=VECTORS)


def test_vectors_are_loaded_only_if_they_are_needed() -> None:
    def load() -> dict[str, np.ndarray]:
        raise UserError("loaded")

    Classifier(v2(learnt=True), WHERE, vectors=load)
    with pytest.raises(UserError, match="loaded"):
        Classifier(v2(), WHERE, vectors=load)


def test_another_file_of_vectors_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "v.txt").write_text("good 1 2\nbad 3 4\n")
    vectors, bundle = glove.load(tmp_path / "v.txt", tmp_path / "cache"), v2()
    said = []
    for sha256 in ("0", vectors.sha256):
        bundle.extra["vectors"] = {"file": "other.txt", "sha256": sha256}
        capsys.readouterr()
        Classifier(bundle, WHERE, vectors=vectors)
        said.append(capsys.readouterr().err)
    assert said[0].startswith("note: the vectors are not those that the network was trained with (other.txt)")
    assert said[1] == ""


def accuracy(classifier: Classifier, path: Path) -> float:
    X, Y = emoji.read_csv(path)
    return float(np.mean([found.label == y for found, y in zip(classifier.predict(X), Y, strict=True)]))


def card(folder: Path) -> dict[str, float]:
    """The metrics of a bundle's card, by the file or the place in config.json that they belong to."""
    _, head, _ = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    (model,) = yaml.safe_load(head)["model-index"]
    metrics = [metric for result in model["results"] for metric in result["metrics"]]
    return {place: metric["value"] for metric in metrics for place in metric["args"].values()}


def pairs_right(classifier: Classifier) -> float:
    """The share of the bundled pairs whose two sentences are both right."""
    X, Y = emoji.read_csv(emoji.BUNDLED_PAIRS)
    right = [found.label == y for found, y in zip(classifier.predict(X), Y, strict=True)]
    return float(np.mean([yes and no for yes, no in zip(right[::2], right[1::2], strict=True)]))


def assert_as_good_as_its_card(classifier: Classifier, folder: Path) -> None:
    metrics, pairs = card(folder), pairs_right(classifier)
    assert accuracy(classifier, emoji.BUNDLED_TEST) == pytest.approx(
        metrics["training.test.accuracy"], abs=1e-4
    )
    assert metrics["training.test.accuracy"] >= 0.92
    assert metrics["data/bundled/emoji_pairs.csv"] == pytest.approx(pairs, abs=1e-6)
    assert pairs >= 0.8
    assert [found.emoji for found in classifier.predict(list(NAMED))] == list(NAMED.values())


def assert_knows_where_it_does_not_know(classifier: Classifier) -> None:
    """Of sentences that nothing was adjusted to, most neutral ones get "not sure", and few others do."""
    folder = emoji.BUNDLED_TRAIN.parent / "unsure"
    unsure = [
        sum(not found.is_sure() for found in classifier.predict(sentences))
        for sentences in (
            emoji.read_neutral(folder / "neutral_held_out.txt"),
            emoji.read_csv(folder / "fitting_held_out.csv")[0],
        )
    ]
    assert unsure[0] >= 15 and unsure[1] <= 3


def test_the_pretrained_network_is_as_good_as_its_card_says() -> None:
    assert_as_good_as_its_card(emojify.load(), PRETRAINED)
    assert_knows_where_it_does_not_know(emojify.load())


def test_the_pretrained_network_for_vectors_holds_none() -> None:
    weights = bundles.load(PRETRAINED_GLOVE, "emojify").weights
    assert not [name for name in weights if "embedding" in name or "optimizer" in name]
    assert sum(array.size for array in weights.values()) == 223_877


@pytest.mark.course_data("tesss.csv")
def test_with_vectors_it_is_as_good_as_its_card_says(course_file: Any, tmp_path: Path) -> None:
    course = course_file("tesss.csv")
    path = course.parent / STAND_IN
    if not path.is_file():
        pytest.skip(f"{STAND_IN} is not here")
    vectors = glove.load(path, tmp_path / "cache")
    training = bundles.load(PRETRAINED_GLOVE, "emojify").training
    assert training["vectors_sha256"] == vectors.sha256
    classifier = emojify.load(vectors=vectors)
    assert_as_good_as_its_card(classifier, PRETRAINED_GLOVE)
    assert card(PRETRAINED_GLOVE)["tesss.csv"] == pytest.approx(accuracy(classifier, course), abs=1e-4)
    assert accuracy(classifier, course) >= 0.85
    assert_knows_where_it_does_not_know(classifier)


def test_contributions_are_differences_to_the_sentence_without_the_word() -> None:
    classifier = Classifier(v2(), WHERE, vectors=VECTORS)
    words = classifier.contributions("Not  very qzx, good !")
    typed = [("Not", False), ("very", False), ("qzx,", True), ("good", False), ("!", False)]
    assert [(word.word, word.is_unknown) for word in words] == typed
    whole, without = classifier.predict(["not very good", "not good"])
    np.testing.assert_allclose(words[1].change, whole.probabilities - without.probabilities, atol=1e-6)
    np.testing.assert_array_equal(words[2].change, 0)
    assert classifier.contributions("") == []


@pytest.mark.parametrize(
    "bundle", [v1(), v2(), v2(masked=False), v2(learnt=True)], ids=lambda bundle: str(bundle.architecture)
)
def test_with_ids_a_prediction_does_not_depend_on_the_others(bundle: Bundle) -> None:
    vectors = None if bundle.architecture["embedding"] == "learnt" else VECTORS
    classifier = Classifier(bundle, WHERE, vectors=vectors)
    sentences = [SENTENCES[number * 5 % len(SENTENCES)] for number in range(150)]
    ids = [number * 37 for number in range(150)]
    together = classifier.predict(sentences, ids=ids)
    plain = classifier.predict(sentences)
    for some in (slice(0, 1), slice(3, 140, 7), slice(149, None, -1)):
        alone = classifier.predict(sentences[some], ids=ids[some])
        for prediction, expected in zip(alone, together[some], strict=True):
            np.testing.assert_array_equal(prediction.probabilities, expected.probabilities)
    for prediction, expected in zip(together, plain, strict=True):
        np.testing.assert_allclose(prediction.probabilities, expected.probabilities, atol=1e-6)
        assert (prediction.known_words, prediction.label) == (expected.known_words, expected.label)
