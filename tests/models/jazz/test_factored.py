"""The soloist's network: sizes, agreement of NumPy and Keras, training, bundles, the graph."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from data.solos.lines import line, line_examples
from data.solos.reading import BUNDLED, read_solo
from models import jazz
from models.checkpoint import Run
from models.jazz import export, factored, weights
from models.jazz.proposals import FactoredNetwork
from music.lines import NONE, Factors
from tests.models.arrays import random_arrays
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError

FACTORS = Factors((3, 4, 6, 8, 12, 24), (6, 12))
N_A = 6


def made_bundle(n_a: int = N_A, **architecture: Any) -> Bundle:
    """A network of random weights."""
    arrays = random_arrays(weights.factored_shapes(FACTORS, n_a), seed=3, scale=1.0)
    sizes = {"n_a": n_a, "n_values": FACTORS.n_values, "softmax": weights.FACTORED}
    return Bundle("jazz", sizes | architecture, FACTORS.vocabulary, arrays)


@pytest.fixture
def windows() -> np.ndarray:
    """Five windows of nine steps, notes and rests."""
    generator = np.random.default_rng(0)
    found = np.stack([generator.integers(0, high, (5, 9)) for high in (8, 4, 25, 48)], axis=-1)
    found[found[..., 0] >= 6, 1:3] = NONE
    return found


def test_each_softmax_reads_the_factors_before_it() -> None:
    shared = factored.factored_layers(FACTORS, N_A)
    shapes = [layer.kernel.shape for layer in shared[1:]]
    assert shapes == [(N_A, 8), (N_A + 8, 4), (N_A + 12, 25)]
    names = {f"{layer.name}/kernel" for layer in shared[1:]}
    assert names < set(weights.factored_shapes(FACTORS, N_A))


def test_steps_in_numpy_are_the_sequence_in_keras(windows: np.ndarray) -> None:
    bundle = made_bundle()
    shared = factored.layers_from_bundle(bundle)
    X, _ = factored.one_hot_steps(windows, FACTORS)
    expected = factored.solo_model(None, shared).predict(X, verbose=0)
    for row, found in zip(windows.tolist(), expected, strict=True):
        network = FactoredNetwork(bundle.network(), FACTORS).begin()
        for number, (length, kind, move, place) in enumerate(row[1:]):
            p = np.concatenate(network.propose(place / 12))
            np.testing.assert_allclose(p, found[number, :8], atol=1e-5)
            np.testing.assert_allclose(network.kinds(length), found[number, 8:12], atol=1e-5)
            if kind != NONE:
                np.testing.assert_allclose(network.moves(length)[kind], found[number, 12:], atol=1e-5)
                joint = network.pitches(FACTORS.lengths[length] / 12)
                np.testing.assert_allclose(
                    joint[kind], found[number, 8 + kind] * found[number, 12:], atol=1e-5
                )
            network.read(FACTORS.token(length, kind, move))


def test_the_loss_is_the_sum_of_what_has_a_target(windows: np.ndarray) -> None:
    X, Y = factored.one_hot_steps(windows, FACTORS)
    p = factored.solo_model(None, factored.factored_layers(FACTORS, N_A)).predict(X, verbose=0)
    found = np.asarray(jazz.factors_crossentropy(Y, p))
    expected = [-np.log(row[target == 1]).sum() for row, target in zip(p, Y, strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_training_changes_the_layers_that_improvise(windows: np.ndarray, tmp_path: Path) -> None:
    run = Run(tmp_path, epochs=12)
    trained = jazz.train_lines(windows, FACTORS, run, n_a=N_A, held_out=windows[:2])
    history = trained.training["history"]
    assert history["loss"][-1] < 0.9 * history["loss"][0]
    assert len(history["val_loss"]) == 12
    chords = read_solo(BUNDLED, measures="1-4")
    solo = jazz.load(tmp_path).improvise(chords, seed=1, band="none")
    assert (
        solo.score.parts[0].notes != jazz.load().improvise(chords, seed=1, band="none").score.parts[0].notes
    )


@pytest.mark.slow
def test_a_network_of_two_measures_plays(tmp_path: Path) -> None:
    examples = line_examples([read_solo(BUNDLED, measures="1-2")] * 2, T_x=4, held_out=False)
    jazz.train_lines(examples.training, examples.factors, Run(tmp_path, epochs=2), n_a=N_A)
    solo = jazz.load(tmp_path).improvise(read_solo(BUNDLED), seed=3, band="none")
    assert len(solo.melody) == 64 and sum(map(len, solo.melody)) > 100


def test_lines_of_pieces_are_cut_into_windows_that_never_cross() -> None:
    pieces = [read_solo(BUNDLED, measures=measures) for measures in ("1-16", "17-40", "41-48")]
    examples = line_examples(pieces)
    lines = [examples.factors.encode(line(piece)).tolist() for piece in pieces]
    assert examples.training.shape[1:] == (30, 4)
    assert {row[0] for row in examples.training[:, :, 0].tolist()} <= set(range(examples.factors.n_lengths))

    def inside(window: list[list[int]]) -> bool:
        return any(window == each[at : at + 30] for each in lines for at in range(len(each) - 29))

    assert all(inside(window) for window in examples.training[::7].tolist())
    assert all(inside(window) for window in examples.held_out.tolist())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_values": 99}, "tokens for 99 outputs"),
        ({"softmax": "other"}, "bad vocabulary"),
        ({"n_a": 7}, "lstm_1/kernel"),
    ],
)
def test_a_bundle_that_does_not_fit_is_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    bundle = made_bundle()
    bundle.architecture |= changes
    bundles.save(bundle, tmp_path)
    with pytest.raises(UserError, match=message):
        jazz.load(tmp_path)


@pytest.fixture(scope="module")
def graph() -> Any:
    return export.build(made_bundle(), 5)


def test_the_graph_equals_its_probes(graph: Any) -> None:
    for probe in export.probes(made_bundle(), 5):
        outputs = graph.signatures[probe.signature](
            **{name: tf.constant(value) for name, value in probe.inputs.items()}
        )
        for name, expected in probe.outputs.items():
            if expected.dtype == object:
                assert outputs[name].numpy().astype(str).tolist() == expected.tolist()
            else:
                np.testing.assert_allclose(outputs[name], expected, atol=1e-5)


def test_solos_side_by_side_do_not_depend_on_each_other(graph: Any) -> None:
    def solo(sets: list[int], seeds: list[int]) -> np.ndarray:
        found = graph.signatures["serving_default"](
            chord_sets=tf.constant(sets, tf.int32),
            temperature=tf.constant([1.0] * len(sets), tf.float32),
            seed=tf.constant(seeds, tf.int64),
        )
        return np.asarray(found["tokens"].numpy()).astype(str)

    alone = [solo([2], [5]), solo([3], [6])]
    assert np.array_equal(solo([2, 3], [5, 6]), np.concatenate(alone))
    assert any(text.startswith("R,") for row in alone[1].tolist() for text in row)
