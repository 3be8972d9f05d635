"""The jazz graph: equal to the NumPy engine and to the exercise's inference model; bad inputs."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from models.engine.engine import Engine
from models.export_graph import Graph
from models.jazz import export as export_jazz
from models.jazz import networks as jazz
from tests.models.jazz.conftest import made_bundle
from utils.bundle import Bundle

T_Y = 4


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return made_bundle()


@pytest.fixture(scope="module")
def shared(bundle: Bundle) -> jazz.SharedLayers:
    return jazz.layers_from_bundle(bundle)


@pytest.fixture(scope="module")
def graph(bundle: Bundle) -> Graph:
    return export_jazz.build(bundle, T_Y)


def solo(graph: Graph, chord_sets: Any, temperature: Any = 1.0, seed: Any = 3) -> np.ndarray:
    """The tokens that serving_default draws."""
    tokens = graph.signatures["serving_default"](
        chord_sets=tf.constant(chord_sets, tf.int32),
        temperature=tf.constant(temperature, tf.float32),
        seed=tf.constant(seed, tf.int64),
    )["tokens"]
    return tokens.numpy().astype(str)


@pytest.mark.slow
@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0, 5.0])
def test_the_graph_the_engine_and_a_second_call_agree(
    graph: Graph, bundle: Bundle, temperature: float
) -> None:
    found = solo(graph, 3, temperature, 11)
    expected = export_jazz.solo(Engine(bundle.network()), bundle.vocabulary, 3, temperature, 11, T_Y)
    assert found.shape == (3, T_Y)
    assert found.tolist() == expected
    assert np.array_equal(found, solo(graph, 3, temperature, 11))


def test_other_seeds_give_other_solos_and_no_set_repeats_the_last(graph: Graph) -> None:
    found = solo(graph, 20)
    assert not np.array_equal(found, solo(graph, 20, seed=4))
    assert len({tuple(row) for row in found.tolist()}) > 15


def test_fewer_sets_are_the_beginning_of_more_and_numbers_may_be_lists_of_one(graph: Graph) -> None:
    assert np.array_equal(solo(graph, [2], [1.0], [3]), solo(graph, 5)[:2])


def test_solos_side_by_side_stand_one_below_the_other(graph: Graph) -> None:
    sets, temperatures, seeds = [2, 1, 4], [1.0, 0.0, 2.0], [5, 6, 7]
    alone = [solo(graph, *inputs) for inputs in zip(sets, temperatures, seeds, strict=True)]
    assert np.array_equal(solo(graph, sets, temperatures, seeds), np.concatenate(alone))
    first, second = np.split(solo(graph, [2, 2], seed=3), 2)  # they share the seed
    assert np.array_equal(first, solo(graph, 2)) and not np.array_equal(first, second)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"chord_sets": 0}, "chord_sets must be 1 to 100"),
        ({"chord_sets": 101}, "chord_sets must be 1 to 100"),
        ({"chord_sets": [1, 2], "seed": [1, 2, 3]}, "chord_sets must be one number, or one for each row"),
        ({"temperature": -1.0}, "temperature must be 0"),
        ({"seed": []}, "seed must be one number"),
    ],
)
def test_inputs_out_of_range_are_refused(graph: Graph, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        solo(graph, **({"chord_sets": 1} | changes))


def test_course_is_the_exercise_s_inference_model(
    graph: Graph, bundle: Bundle, shared: jazz.SharedLayers
) -> None:
    generator = np.random.default_rng(2)
    x0 = generator.dirichlet(np.ones(shared.n_values), (3, 1)).astype(np.float32)
    a0, c0 = generator.normal(size=(2, 3, shared.n_a)).astype(np.float32)
    model = jazz.music_inference_model(shared.LSTM_cell, shared.densor, T_Y)
    expected = np.stack(model([x0, a0, c0]), axis=1)
    found = graph.signatures["course"](x0=x0, a0=a0, c0=c0)["probabilities"]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(
        export_jazz.inference(Engine(bundle.network()), x0, a0, c0, T_Y), expected, atol=1e-6
    )
    assert found.shape == (3, T_Y, shared.n_values)


def test_the_graph_equals_the_probes(graph: Graph, bundle: Bundle) -> None:
    probes = export_jazz.probes(bundle, T_Y)
    assert {probe.signature for probe in probes} == set(graph.signatures)
    for probe in probes:
        outputs = graph.signatures[probe.signature](
            **{name: tf.constant(value) for name, value in probe.inputs.items()}
        )
        for name, expected in probe.outputs.items():
            if expected.dtype == object:
                assert outputs[name].numpy().astype(str).tolist() == expected.tolist()
            else:
                np.testing.assert_allclose(outputs[name], expected, atol=1e-5)
