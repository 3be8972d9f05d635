"""The poem graph: equal to the NumPy engine; folded prompts, rows side by side, bad inputs."""

import unicodedata
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data import sonnets
from models.engine.engine import Engine
from models.export_graph import Graph
from models.shakespeare import export as export_shakespeare
from models.shakespeare import networks
from models.shakespeare.predictors import LONGEST, CarriedModel, WindowModel
from models.shakespeare.weights import drawable, read_text
from tests.models.shakespeare.poems import OTHERS, VOCABULARY, network
from utils.vocabulary import Vocabulary

WINDOW = 40
LONG = "and summer's lease hath all too short a date:\nsometime too hot the eye of heaven shines"
NETWORKS = {
    "carried": network("carried", scale=1.0, seed=2),
    "window": network("window", "hard_sigmoid", scale=1.0, seed=2),
    **{name: network(scale=1.0, seed=2, **sizes) for name, sizes in OTHERS.items()},
    "gru window": network("window", "hard_sigmoid", scale=1.0, seed=2, **OTHERS["gru"]),
}


@pytest.fixture(scope="module")
def graphs() -> dict[str, Graph]:
    return {state: export_shakespeare.build(bundle) for state, bundle in NETWORKS.items()}


def poems(
    graph: Graph, prompts: list[str], length: Any = 30, temperature: Any = 1.0, seed: Any = 3
) -> list[str]:
    """The poems that serving_default writes."""
    answer = graph.signatures["serving_default"](
        prompt=tf.constant([prompt.encode() for prompt in prompts], tf.string),
        length=tf.constant(length, tf.int32),
        temperature=tf.constant(temperature, tf.float32),
        seed=tf.constant(seed, tf.int64),
    )["poem"]
    return [poem.decode("utf-8") for poem in answer.numpy()]


@pytest.mark.parametrize("state", NETWORKS)
@pytest.mark.parametrize("temperature", [0.0, 0.8])
def test_the_graph_the_engine_and_a_repeated_call_agree(
    graphs: dict[str, Graph], state: str, temperature: float
) -> None:
    prompts, bundle = ["o", "", LONG, "a\u4e00\u0416\nb"], NETWORKS[state]
    found = poems(graphs[state], prompts, temperature=temperature)
    engine = Engine.from_bundle(drawable(bundle))
    carried = bundle.architecture["state"] == "carried"
    model = CarriedModel(engine) if carried else WindowModel(engine, WINDOW)
    assert found == [
        prompt + export_shakespeare.poem(model, bundle, prompt, 30, temperature, 3, row)
        for row, prompt in enumerate(prompts)
    ]
    assert found == poems(graphs[state], prompts, temperature=temperature)


@pytest.mark.parametrize("state", NETWORKS)
def test_a_poem_does_not_depend_on_the_rows_beside_it(graphs: dict[str, Graph], state: str) -> None:
    graph, prompts = graphs[state], [LONG, "love is", ""]
    together = poems(graph, prompts, [30, 9, 20], [1.0, 0.0, 2.0], [5, 6, 5])
    options = ((30, 1.0, 5), (9, 0.0, 6), (20, 2.0, 5))
    alone = [poems(graph, [prompt], *given)[0] for prompt, given in zip(prompts, options, strict=True)]
    assert together == alone
    written = [poem.removeprefix(prompt) for poem, prompt in zip(together, prompts, strict=True)]
    assert state == "lines" or [len(text) for text in written] == [30, 9, 20]


def test_a_network_of_records_writes_one_to_its_end_and_no_replacement(graphs: dict[str, Graph]) -> None:
    records = poems(graphs["lines"], ["a", "ab", ""] * 20, 1)
    assert all(record.startswith("ab") for record in records[1::3])
    assert all("\n" not in record.strip("\n") and len(record) <= 26 for record in records)
    assert {*"".join(records)} <= {*"\n ab"} and max(map(len, records)) > 3


# Composed or decomposed, as files and keyboards give text; marks in another order than Unicode's are neither.
FORMS = st.sampled_from(["NFC", "NFD"])
LETTERS = st.sampled_from("eE \n\r\u00e9\u1ec7\u00ea\u1ebb\uac01\uac00\u212b\U0002f800\u20ac")
TEXTS = st.lists(st.builds(unicodedata.normalize, FORMS, LETTERS)).map("".join)
SPELT = network(
    vocabulary=Vocabulary("\n Ee\u00e9\u00ea\u1ec7\u1ebb\uac01\u1100\u00c5\u4e3d\ufffd"), scale=1.0, seed=4
)


@pytest.fixture(scope="module")
def spelt() -> Graph:
    return export_shakespeare.build(SPELT)


@given(TEXTS)
@settings(max_examples=25)
@example("e\u0323\u0302 \u00ea\u0323 \u1100\u1161\u11a8 \u1100\u1161\r\n\r")
@example("A\u030a\u212b\U0002f800\u20ace\u0301\u0301")
def test_prompts_are_read_as_they_are_spelt_in_any_form_of_unicode(spelt: Graph, text: str) -> None:
    read = read_text(text, SPELT.vocabulary).text
    ours, expected = poems(spelt, [text, read], 12, 0.0)
    assert ours.removeprefix(text) == expected.removeprefix(read)


def test_rows_of_one_seed_differ_and_other_seeds_write_other_poems(graphs: dict[str, Graph]) -> None:
    graph = graphs["carried"]
    first, second = poems(graph, ["love", "love"])
    assert first != second
    assert poems(graph, ["love"]) == [first] and poems(graph, ["love"], seed=4) != [first]
    assert poems(graph, ["love"], length=50)[0].startswith(first)


@given(st.text(max_size=12) | st.text(sonnets.ALPHABET + "\r\u2026\ufb03\u00c6E\u0301", max_size=12))
@settings(max_examples=25)
@example("")
@example("\r\n\r\r\n")
@example("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}\N{HORIZONTAL ELLIPSIS}\N{EM DASH}\0")
@example("\N{CJK COMPATIBILITY IDEOGRAPH-2F800}\N{MATHEMATICAL BOLD SMALL A}\N{TRADE MARK SIGN}")
def test_prompts_are_folded_as_the_command_folds_them(graphs: dict[str, Graph], text: str) -> None:
    folded = sonnets.fold(text).text
    ours, expected = poems(graphs["carried"], [text, folded], 12, 0.0)
    assert ours.removeprefix(text) == expected.removeprefix(folded)


@pytest.mark.parametrize("state", ["carried", "window"])
def test_only_the_end_of_a_long_prompt_is_read(graphs: dict[str, Graph], state: str) -> None:
    read = LONG[-WINDOW:] if state == "window" else (LONG * 30)[-LONGEST:]
    long, expected = LONG * 30 if state == "carried" else LONG, poems(graphs[state], [read])[0]
    assert poems(graphs[state], [long])[0].removeprefix(long) == expected.removeprefix(read)


@pytest.mark.parametrize("state", NETWORKS)
def test_next_character_is_the_course_s_network(graphs: dict[str, Graph], state: str) -> None:
    probe = export_shakespeare.probes(NETWORKS[state], length=1)[-1]
    found = graphs[state].signatures["next_character"](**probe.inputs)["probabilities"]
    np.testing.assert_allclose(found, probe.outputs["probabilities"], atol=1e-5)
    expected = networks.OnIndices(networks.course_model(drawable(NETWORKS[state])))(probe.inputs["window"])
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("state", NETWORKS)
def test_the_plain_network_is_the_course_s_with_keras_s_own_gates(state: str) -> None:
    n = len(NETWORKS[state].vocabulary)
    x = np.eye(n, dtype=np.float32)[np.arange(2 * WINDOW).reshape(2, WINDOW) % n]
    expected = networks.course_model(NETWORKS[state])(x, training=False)
    found = export_shakespeare.plain_network(NETWORKS[state])(x, training=False)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"length": 0}, "length must be 1 to 4000"),
        ({"length": [1, 2, 3]}, "length must be one number, or one for each row"),
        ({"temperature": -0.1}, "temperature must be 0"),
        ({"seed": [1, 2, 3]}, "seed must be one number, or one for each row"),
    ],
)
def test_inputs_out_of_range_are_refused(
    graphs: dict[str, Graph], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        poems(graphs["carried"], ["a", "b"], **changes)


def test_windows_of_unknown_characters_are_refused(graphs: dict[str, Graph]) -> None:
    for value in (-2, len(VOCABULARY)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="window must hold -1"):
            graphs["window"].signatures["next_character"](window=np.full((1, WINDOW), value, np.int32))
