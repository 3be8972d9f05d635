"""The jazz network as a TensorFlow graph: solos as tokens, and the course's inference.

Letters: m rows, n_values tokens, n_a hidden units, Ty tokens for a chord set.
"""

from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models import export_graph as graphs
from models.batching import Batching
from models.engine.engine import Engine, State
from models.engine.layers import NO_SYMBOL
from models.export_graph import Exportable, Graph, Layers, Outputs, Probe
from models.jazz import factored, factored_export, weights
from models.jazz.factored_export import FactoredGraph
from models.jazz.networks import layers_from_bundle, sequence_model
from models.jazz.weights import APP, is_factored
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

TY = 50  # tokens for a chord set: the course's
MAX_CHORD_SETS = 100  # in one call


def load(path: str | Path | None = None) -> Exportable:
    """Reads a bundle for export.

    Args:
        path: The bundle's folder; None: the pretrained network's.

    Raises:
        UserError: There is no such bundle, or it is damaged.
    """
    bundle = weights.load(path)
    return Exportable(APP, partial(build, bundle), partial(probes, bundle), partial(_network, bundle))


def build(bundle: Bundle, Ty: int = TY) -> Graph:  # noqa: N803
    """Builds the graph of a bundle from `models.jazz.weights.load`.

    Signatures:
        serving_default: chord_sets, temperature, seed -> tokens (chord_sets, Ty). The network's state is
            carried from chord set to chord set, so that no set repeats the last. With several values in an
            input there are several solos, their tokens one below the other.
        course: x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a) -> probabilities (m, Ty, n_values): the
            exercise's music_inference_model. Of the soloist's network n_values are those of its three
            factors, of which each step reads the likeliest; the tokens then name rests too.

    Args:
        bundle: The network.
        Ty: Tokens for a chord set.
    """
    network = FactoredGraph(bundle, Ty, MAX_CHORD_SETS) if is_factored(bundle) else _Graph(bundle, Ty)
    numbers = {"chord_sets": (tf.int32, None), "temperature": (tf.float32, None), "seed": (tf.int64, None)}
    initial = {
        "x0": (tf.float32, [None, 1, network.n_values]),
        "a0": (tf.float32, [None, network.n_a]),
        "c0": (tf.float32, [None, network.n_a]),
    }
    signatures = {
        "serving_default": graphs.function(numbers, network.solo),
        "course": graphs.function(initial, network.course),
    }
    solos = Batching(steps="chord_sets", output_rows="chord_sets")
    return Graph(network, signatures, {"serving_default": solos, "course": Batching()})


class _Graph(Layers):
    """The two signatures' functions."""

    def __init__(self, bundle: Bundle, Ty: int) -> None:  # noqa: N803
        super().__init__(bundle.network())
        self.symbols, self.Ty = tf.constant(bundle.vocabulary.symbols), Ty
        self.n_values, self.n_a = bundle.architecture["n_values"], bundle.architecture["n_a"]

    def solo(self, chord_sets: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor) -> Outputs:
        """Draws the tokens of solos (b,) side by side; a solo does not depend on the others."""
        batch = tf.reduce_max([tf.size(chord_sets), tf.size(temperature), tf.size(seed)])
        sets = graphs.in_range(chord_sets, batch, 1, MAX_CHORD_SETS, "chord_sets")
        temperatures = graphs.finite_temperature(graphs.per_row(temperature, batch, "temperature"))
        numbers = self.pad_rows(graphs.row_uniforms(seed, batch, MAX_CHORD_SETS * self.Ty))
        uniform, divisor = graphs.draws(tf.transpose(numbers), self.pad_rows(temperatures))
        table, rows, most = self.one_hot_projections(), tf.shape(numbers)[0], tf.reduce_max(sets)

        def body(
            t: tf.Tensor, index: tf.Tensor, chosen: tf.TensorArray, *state: tf.Tensor
        ) -> tuple[Any, ...]:
            state = self.step(tf.gather(table, index), state)
            index = graphs.choose(state[-1], uniform[t], divisor)
            return index, chosen.write(t, index), *state

        steps = most * self.Ty
        start = (tf.fill([rows], self.n), tf.TensorArray(tf.int32, steps), *self.zero_state(rows))
        _, chosen, *_ = graphs.loop(steps, body, *start)
        drawn = tf.transpose(tf.ensure_shape(chosen.stack(), [None, None]))[:batch]
        drawn = tf.boolean_mask(tf.reshape(drawn, [batch, most, self.Ty]), tf.sequence_mask(sets, most))
        return {"tokens": tf.gather(self.symbols, drawn)}

    def course(self, x0: tf.Tensor, a0: tf.Tensor, c0: tf.Tensor) -> Outputs:
        """Computes probabilities (m, Ty, n_values); each step reads the last step's likeliest token."""
        table, (x, a, c) = self.one_hot_projections(), map(self.pad_rows, (x0[:, 0], a0, c0))

        def body(
            t: tf.Tensor, projected: tf.Tensor, steps: tf.TensorArray, *state: tf.Tensor
        ) -> tuple[Any, ...]:
            state = self.step(projected, state)
            p = self.probabilities(state[-1])
            return tf.gather(table, tf.argmax(p, axis=-1)), steps.write(t, p), *state

        start = (self.project(x), tf.TensorArray(tf.float32, self.Ty), *self.state_from(a, c))
        _, steps, *_ = graphs.loop(self.Ty, body, *start)
        p = tf.transpose(steps.stack(), [1, 0, 2])[: tf.shape(x0)[0]]
        return {"probabilities": tf.ensure_shape(p, [None, self.Ty, self.n_values])}


def solo(
    engine: Engine,
    vocabulary: Vocabulary,
    chord_sets: int,
    temperature: float,
    seed: int,
    Ty: int = TY,  # noqa: N803
) -> list[list[str]]:
    """Draws with the NumPy engine what the graph's serving_default draws.

    Args:
        engine: The network.
        vocabulary: Its tokens.
        chord_sets: How many sets, 1 to MAX_CHORD_SETS.
        temperature: 0 or more; 0: always the likeliest token.
        seed: For the random numbers.
        Ty: Tokens for a chord set.
    """
    numbers = graphs.uniforms(seed, 0, MAX_CHORD_SETS * Ty).numpy()
    state, index, tokens = engine.zero_state(), NO_SYMBOL, []
    for uniform in numbers[: chord_sets * Ty]:
        p, state = engine.step(np.array([index]), state)
        index = graphs.choose_in_numpy(p[0], float(uniform), temperature)
        tokens.append(vocabulary.symbols[index])
    return [tokens[start : start + Ty] for start in range(0, len(tokens), Ty)]


def inference(
    engine: Engine,
    x0: NDArray[np.float32],
    a0: NDArray[np.float32],
    c0: NDArray[np.float32],
    Ty: int = TY,  # noqa: N803
) -> NDArray[np.float32]:
    """Computes what music_inference_model does, without unrolling it: probabilities (m, Ty, n_values)."""
    x, state, outputs = x0[:, 0], State(((a0, c0),)), list[NDArray[np.float32]]()
    for _ in range(Ty):
        p, state = engine.step(x, state)
        outputs.append(p)
        x = np.eye(engine.n, dtype=np.float32)[np.argmax(p, axis=-1)]
    return np.stack(outputs, axis=1)


def probes(bundle: Bundle, Ty: int = TY) -> list[Probe]:  # noqa: N803
    """Makes calls of both signatures, with the NumPy engine's outputs."""
    if is_factored(bundle):
        return factored_export.probes(bundle, Ty)
    engine = Engine(bundle.network())
    probes = []
    for sets, temperature, seed in ((2, 1.0, 7), (3, 0.6, 8), (1, 0.0, 9)):
        inputs: dict[str, NDArray[Any]] = {
            "chord_sets": np.array(sets, np.int32),
            "temperature": np.array(temperature, np.float32),
            "seed": np.array(seed, np.int64),
        }
        tokens = solo(engine, bundle.vocabulary, sets, temperature, seed, Ty)
        probes.append(Probe("serving_default", inputs, {"tokens": np.array(tokens, object)}))
    generator, n_a = np.random.default_rng(0), bundle.architecture["n_a"]
    x0 = generator.dirichlet(np.ones(engine.n), (2, 1)).astype(np.float32)
    a0, c0 = generator.normal(0, 0.5, (2, 2, n_a)).astype(np.float32)
    p = inference(engine, x0, a0, c0, Ty)
    return [*probes, Probe("course", {"x0": x0, "a0": a0, "c0": c0}, {"probabilities": p})]


def _network(bundle: Bundle) -> tuple[keras.Model, NDArray[np.float32]]:
    """The network over sequences of any length, and an example of its input (2, 7, n_values)."""
    if is_factored(bundle):
        shared = factored.layers_from_bundle(bundle)
        model = factored.solo_model(None, shared)
        example = np.random.default_rng(0).random((2, 7, model.input_shape[-1]), dtype=np.float32)
        return model, example
    n_values = len(bundle.vocabulary)
    example = np.eye(n_values, dtype=np.float32)[np.arange(14).reshape(2, 7) % n_values]
    return sequence_model(None, layers_from_bundle(bundle)), example
