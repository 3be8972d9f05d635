"""Emojify's graph: the words as the command finds them, the answers of the Keras engine, odd sentences."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.emojify import export as export_emojify
from models.emojify.classifier import Classifier
from models.emojify.export import WordTable
from models.emojify.words import known_words
from models.export_graph import Graph
from tests.apps.export import exports
from utils import bundle as bundles
from utils.backend import tensorflow
from utils.bundle import Bundle

KNOWN = "a b is not n't 's u.s. love you happy sad it -- \u00e9t\u00e9 3 great".split()
LABELS = ("x", "y", "\N{BASEBALL}")
KINDS = ("v1", "masked", "course")
EXTRA = {"prior": [0.5, 0.2, 0.3], "labels": list(LABELS)}


def bundle_of(kind: str) -> Bundle:
    """A network of three labels; its weights have values of their own."""
    generator = np.random.default_rng(KINDS.index(kind))
    n_x, n_a = 4, 5
    architecture = {"kind": "v1" if kind == "v1" else "v2", "n_x": n_x, "n_y": 3, "n_a": n_a, "max_len": 6}
    architecture |= {"masked": kind != "course", "embedding": "vectors"}
    shapes: dict[str, tuple[int, ...]] = {"W": (3, n_x), "b": (3,)}
    if kind != "v1":
        shapes = {"dense/kernel": (n_a, 3), "dense/bias": (3,)}
        for layer, n_in in (("lstm_1", n_x), ("lstm_2", n_a)):
            shapes[f"{layer}/kernel"], shapes[f"{layer}/bias"] = (n_in, 4 * n_a), (4 * n_a,)
            shapes[f"{layer}/recurrent_kernel"] = (n_a, 4 * n_a)
    weights = {name: generator.normal(0, 1, shape).astype(np.float32) for name, shape in shapes.items()}
    return Bundle("emojify", architecture, exports.Vocabulary(KNOWN), weights, {}, EXTRA)


def parts(kind: str) -> tuple[Bundle, Classifier, WordTable]:
    table = np.random.default_rng(9).normal(size=(len(KNOWN), 4)).astype(np.float32)
    bundle = bundle_of(kind)
    classifier = Classifier(
        bundle, Path("here"), vectors=dict(zip(KNOWN, table, strict=True)), engine="keras"
    )
    return bundle, classifier, WordTable(KNOWN, table)


@pytest.fixture(scope="module")
def graphs() -> dict[str, tuple[Graph, Classifier]]:
    found = {}
    for kind in KINDS:
        bundle, classifier, words = parts(kind)
        found[kind] = export_emojify.build(bundle, classifier, LABELS, words), classifier
    return found


def answers(graph: Graph, sentences: list[str]) -> dict[str, Any]:
    given_ = tensorflow().constant([sentence.encode() for sentence in sentences], "string")
    return {name: tensor.numpy() for name, tensor in graph.signatures["serving_default"](given_).items()}


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
def test_the_graph_answers_as_the_keras_engine(
    graphs: dict[str, tuple[Graph, Classifier]], kind: str
) -> None:
    graph, classifier = graphs[kind]
    (probe,) = export_emojify.probes(classifier, LABELS, SENTENCES)
    found = answers(graph, SENTENCES)
    np.testing.assert_allclose(found["probabilities"], probe.outputs["probabilities"], atol=1e-6)
    for name in ("label", "unknown_words"):
        assert found[name].dtype == np.int32
        assert found[name].tolist() == probe.outputs[name].tolist()
    assert found["emoji"].astype(object).tolist() == [LABELS[label].encode() for label in found["label"]]
    for row in (2, 3, 4):
        np.testing.assert_allclose(found["probabilities"][row], [0.5, 0.2, 0.3], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_does_not_depend_on_the_rows_beside_it(
    graphs: dict[str, tuple[Graph, Classifier]], kind: str
) -> None:
    graph, _ = graphs[kind]
    together = answers(graph, SENTENCES)["probabilities"]
    alone = [answers(graph, [sentence])["probabilities"][0] for sentence in SENTENCES]
    np.testing.assert_allclose(together, alone, atol=1e-6)


@pytest.fixture(scope="module")
def finder() -> Any:
    """The look-up of words, traced, and the tables that it needs."""
    tf = tensorflow()
    finder = export_emojify._Finder(tf.Module(), KNOWN)
    return finder, tf.function(finder.find, input_signature=[tf.TensorSpec([None], tf.string)])


words = st.sampled_from(
    [*KNOWN, "isn't", "n't", "U.S.", "it's", "happy/sad", "(great)", "'s", "zzz", "a_b", "\u2019"]
)
spaces = st.sampled_from([" ", "  ", "\t", "\u00a0", "\u2028", "\x1f", "\n"])
latin = st.characters(max_codepoint=0x24F)


@given(
    st.lists(st.tuples(words, spaces), max_size=6).map(lambda pairs: "".join(map("".join, pairs)))
    | st.text(latin)
)
@settings(max_examples=60)
@example("ISN\u2019T it\u2026 \uff2c\uff2f\uff36\uff25 \u00b2 \ufb01t e\u00b4 3\u00bd")
@example("\N{SMILING FACE WITH SMILING EYES}love\N{SMILING FACE WITH SMILING EYES} --")
@example("-- __love__ love--you love--zzz 'a' n't xn't an't a's s's")
def test_words_are_found_as_the_command_finds_them(finder: Any, sentence: str) -> None:
    wanted = known_words(sentence, KNOWN)
    places, unknown = finder[1](tensorflow().constant([sentence.encode()]))
    assert [KNOWN[row - 1] if row else None for row in places.numpy().tolist()[0]] == wanted.places
    assert unknown.numpy().tolist() == [len(wanted.unknown)]


@pytest.mark.parametrize("kind", ["masked", "course"])
def test_the_plain_network_answers_alike(graphs: dict[str, tuple[Graph, Classifier]], kind: str) -> None:
    bundle, classifier, words = parts(kind)
    model, rows = export_emojify.plain_network(bundle, classifier, words)
    assert model(rows, training=False).shape == (3, 3)
    sentences = [" ".join(KNOWN[row - 1] for row in line if row) for line in rows]
    found = answers(graphs[kind][0], sentences)["probabilities"]
    np.testing.assert_allclose(model(rows, training=False), found, atol=1e-5)


def test_the_exported_bundle_of_the_commands_tests_is_whole(tmp_path: Path) -> None:
    bundle = bundles.load(exports.write_emojify(tmp_path / "bundle"), "emojify")
    classifier = Classifier(bundle, tmp_path)
    assert classifier.predict(["love"])[0].known_words == 1
