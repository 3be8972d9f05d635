"""Emojify's graph: words found as the command finds them, predictions equal to the classifier's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given
from hypothesis import strategies as st

from models.emojify import export as export_emojify
from models.emojify.classifier import Classifier
from models.emojify.export import WordTable
from models.export_graph import Graph
from models.shapes import stacked_shapes
from tests.models.arrays import random_arrays
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

KNOWN = "a b is not n't 's u.s. love you happy sad it -- \u00e9t\u00e9 3 great".split()
LABELS = ("x", "y", "\N{BASEBALL}")
KINDS = ("v1", "masked", "course")
EXTRA = {"prior": [0.5, 0.2, 0.3], "labels": list(LABELS)}


def bundle_of(kind: str) -> Bundle:
    """A network of three labels; its weights have values of their own."""
    n_x, n_a = 4, 5
    architecture = {"kind": "v1" if kind == "v1" else "v2", "n_x": n_x, "n_y": 3, "n_a": n_a, "max_len": 6}
    architecture |= {"masked": kind != "course", "embedding": "vectors"}
    shapes = {"W": (3, n_x), "b": (3,)} if kind == "v1" else stacked_shapes("lstm", n_x, [n_a, n_a], 3)
    weights = random_arrays(shapes, seed=KINDS.index(kind))
    return Bundle("emojify", architecture, Vocabulary(KNOWN), weights, {}, EXTRA)


def parts(kind: str) -> tuple[Classifier, WordTable]:
    table = np.random.default_rng(9).normal(size=(len(KNOWN), 4)).astype(np.float32)
    bundle = bundle_of(kind)
    classifier = Classifier(bundle, Path("here"), vectors=dict(zip(KNOWN, table, strict=True)))
    return classifier, WordTable(KNOWN, table)


@pytest.fixture(scope="module")
def graphs() -> dict[str, tuple[Graph, Classifier]]:
    found = {}
    for kind in KINDS:
        classifier, words = parts(kind)
        found[kind] = export_emojify.build(classifier, words), classifier
    return found


def predict(graph: Graph, sentences: list[str]) -> dict[str, Any]:
    inputs = tf.constant([sentence.encode() for sentence in sentences], "string")
    return {name: tensor.numpy() for name, tensor in graph.signatures["serving_default"](inputs).items()}


SENTENCES = [
    "love",
    "I LOVE you, isn't it great?!",
    "",
    "nothing known",
    "?!",
    "happy/sad u.s. it's",
    "a b is not it you love happy sad great 3",
    "zzz zzz zzz zzz zzz zzz love",
]


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_equals_the_classifier(graphs: dict[str, tuple[Graph, Classifier]], kind: str) -> None:
    graph, classifier = graphs[kind]
    (probe,) = export_emojify.probes(classifier, SENTENCES)
    found = predict(graph, SENTENCES)
    np.testing.assert_allclose(found["probabilities"], probe.outputs["probabilities"], atol=1e-6)
    for name in ("label", "unknown_words"):
        assert found[name].dtype == np.int32
        assert found[name].tolist() == probe.outputs[name].tolist()
    assert found["emoji"].astype(object).tolist() == [LABELS[label].encode() for label in found["label"]]
    for name in ("answer", "value"):
        assert [text.decode() for text in found[name]] == probe.outputs[name].tolist()
    for row in (2, 3, 4):
        np.testing.assert_allclose(found["probabilities"][row], [0.5, 0.2, 0.3], atol=1e-6)


def test_an_export_answers_not_sure_below_a_probability() -> None:
    classifier, words = parts("v1")
    found = predict(export_emojify.build(classifier, words, unsure=0.7), SENTENCES)
    sure = found["probabilities"].max(axis=1) >= 0.7
    assert 0 < sure.sum() < len(sure)
    assert found["answer"][sure].tolist() == found["emoji"][sure].tolist()
    assert set(found["answer"][~sure].tolist()) == {b"not sure"}
    assert predict(export_emojify.build(classifier, words, unsure=0.1), [""])["answer"] == [b"not sure"]
    assert predict(export_emojify.build(classifier, words, unsure=0.0), [""])["answer"] == [b"x"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_does_not_depend_on_the_rows_beside_it(
    graphs: dict[str, tuple[Graph, Classifier]], kind: str
) -> None:
    graph, _ = graphs[kind]
    together = predict(graph, SENTENCES)["probabilities"]
    alone = [predict(graph, [sentence])["probabilities"][0] for sentence in SENTENCES]
    assert np.array_equal(together, alone)


words = st.sampled_from(
    [*KNOWN, "isn't", "n't", "U.S.", "it's", "happy/sad", "(great)", "'s", "zzz", "a_b", "\u2019"]
)
spaces = st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2028", "\x1f", "\n"])
latin = st.characters(max_codepoint=0x24F)


@given(
    st.lists(st.tuples(words, spaces), max_size=6).map(lambda pairs: "".join(map("".join, pairs)))
    | st.text(latin)
)
@example("ISN\u2019T it\u2026 \uff2c\uff2f\uff36\uff25 \u00b2 \ufb01t e\u00b4 3\u00bd")
@example("\N{SMILING FACE WITH SMILING EYES}love\N{SMILING FACE WITH SMILING EYES} --")
@example("-- __love__ love--you love--zzz 'a' n't xn't an't a's s's")
def test_words_are_found_as_the_command_finds_them(
    graphs: dict[str, tuple[Graph, Classifier]], sentence: str
) -> None:
    """V1's probabilities follow from the known words, V2's of the course from their places too."""
    for kind in ("v1", "course"):
        graph, classifier = graphs[kind]
        (expected,) = classifier.predict([sentence])
        found = predict(graph, [sentence])
        np.testing.assert_allclose(found["probabilities"][0], expected.probabilities, atol=1e-5)
        assert found["unknown_words"].tolist() == [len(expected.unknown_words)]


@pytest.mark.parametrize("kind", ["masked", "course"])
def test_the_plain_network_equals_the_graph(graphs: dict[str, tuple[Graph, Classifier]], kind: str) -> None:
    classifier, words = parts(kind)
    model, rows = export_emojify.plain_network(classifier, words)
    assert model(rows, training=False).shape == (3, 3)
    sentences = [" ".join(KNOWN[row - 1] for row in line if row) for line in rows]
    found = predict(graphs[kind][0], sentences)["probabilities"]
    np.testing.assert_allclose(model(rows, training=False), found, atol=1e-5)
