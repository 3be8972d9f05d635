"""The jazz network as a graph that other software serves: solos as tokens, and the course's inference.

Letters: m rows, n_values tokens, n_a hidden units, Ty tokens for a chord set.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.layers import NO_SYMBOL
from models.export_graph import (
    Graph,
    Probe,
    choose,
    choose_plainly,
    function,
    good_temperature,
    lstm_step,
    required,
    single,
    uniforms,
    variables,
)
from models.jazz import networks as jazz
from utils.backend import tensorflow
from utils.bundle import Bundle
from utils.vocabulary import Vocabulary

TY = 50  # tokens for a chord set: the course's
MOST_SETS = 100  # chord sets in one call


def build(bundle: Bundle, Ty: int = TY) -> Graph:  # noqa: N803
    """Builds the graph of a bundle that models.jazz.weights.check has passed.

    Signatures:
        serving_default: chord_sets, temperature, seed -> tokens (chord_sets, Ty). The network's state goes
            on from chord set to chord set, so that no set repeats the last.
        course: x0 (m, 1, n_values), a0 (m, n_a), c0 (m, n_a) -> probabilities (m, Ty, n_values): the
            exercise's music_inference_model.
    """
    tf = tensorflow()
    module, weights = variables(bundle.network())
    network = _Network(weights, tf.constant(bundle.vocabulary.symbols), Ty)
    n_a, n_values = network.n_a, network.n_values
    numbers = {"chord_sets": (tf.int32, None), "temperature": (tf.float32, None), "seed": (tf.int64, None)}
    initial = {
        "x0": (tf.float32, [None, 1, n_values]),
        "a0": (tf.float32, [None, n_a]),
        "c0": (tf.float32, [None, n_a]),
    }
    signatures = {
        "serving_default": function(numbers, network.solo),
        "course": function(initial, network.course),
    }
    return Graph(module, signatures)


class _Network:
    """The two signatures' functions, and what they share."""

    def __init__(self, weights: dict[str, Any], symbols: Any, Ty: int) -> None:  # noqa: N803
        self.weights, self.symbols, self.Ty = weights, symbols, Ty
        self.n_values, gates = weights["lstm_1/kernel"].shape
        self.n_a = gates // 4

    def table(self) -> Any:
        """What the LSTM reads of token i, in row i; the last row is that of no token."""
        tf = tensorflow()
        bias = self.weights["lstm_1/bias"][None]
        return tf.concat([self.weights["lstm_1/kernel"] + bias, bias], axis=0)

    def step(self, projected: Any, a: Any, c: Any) -> tuple[Any, Any, Any]:
        """Probabilities (m, n_values), and the new state."""
        tf, weights = tensorflow(), self.weights
        a, c = lstm_step(projected, a, c, weights["lstm_1/recurrent_kernel"])
        return tf.nn.softmax(tf.matmul(a, weights["dense/kernel"]) + weights["dense/bias"]), a, c

    def solo(self, chord_sets: Any, temperature: Any, seed: Any) -> dict[str, Any]:
        """Tokens (chord_sets, Ty), drawn one after another."""
        tf = tensorflow()
        sets, warmth = single(chord_sets, "chord_sets"), good_temperature(single(temperature, "temperature"))
        allowed = tf.logical_and(sets >= 1, sets <= MOST_SETS)
        sets = required(sets, allowed, f"chord_sets must be 1 to {MOST_SETS}")
        steps, table = sets * self.Ty, self.table()
        drawn = uniforms(single(seed, "seed"), 0, MOST_SETS * self.Ty)

        def body(t: Any, index: Any, a: Any, c: Any, chosen: Any) -> tuple[Any, ...]:
            p, a, c = self.step(tf.gather(table, index), a, c)
            index = choose(p, drawn[t][None], warmth[None])
            return t + 1, index, a, c, chosen.write(t, index[0])

        zeros = tf.zeros([1, self.n_a])
        start = (0, tf.constant([self.n_values]), zeros, zeros, tf.TensorArray(tf.int32, steps))
        *_, chosen = tf.while_loop(lambda t, *_: t < steps, body, start, parallel_iterations=1)
        return {"tokens": tf.reshape(tf.gather(self.symbols, chosen.stack()), [sets, self.Ty])}

    def course(self, x0: Any, a0: Any, c0: Any) -> dict[str, Any]:
        """Probabilities (m, Ty, n_values): each step reads the step before's likeliest token."""
        tf, table = tensorflow(), self.table()

        def body(t: Any, projected: Any, a: Any, c: Any, answers: Any) -> tuple[Any, ...]:
            p, a, c = self.step(projected, a, c)
            return t + 1, tf.gather(table, tf.argmax(p, axis=-1)), a, c, answers.write(t, p)

        first = tf.matmul(x0[:, 0], self.weights["lstm_1/kernel"]) + self.weights["lstm_1/bias"]
        start = (0, first, a0, c0, tf.TensorArray(tf.float32, self.Ty))
        *_, answers = tf.while_loop(lambda t, *_: t < self.Ty, body, start, parallel_iterations=1)
        return {
            "probabilities": tf.ensure_shape(
                tf.transpose(answers.stack(), [1, 0, 2]), [None, self.Ty, self.n_values]
            )
        }


def solo(
    engine: jazz.KerasEngine,
    vocabulary: Vocabulary,
    chord_sets: int,
    temperature: float,
    seed: int,
    Ty: int = TY,  # noqa: N803
) -> list[list[str]]:
    """What the export's serving_default answers, from the Keras engine and the same numbers.

    Args:
        engine: The network.
        vocabulary: Its tokens.
        chord_sets: How many sets, 1 to MOST_SETS.
        temperature: 0 or more; 0: always the likeliest token.
        seed: For the numbers.
        Ty: Tokens for a set.
    """
    drawn = uniforms(seed, 0, MOST_SETS * Ty).numpy()
    state, index, tokens = engine.zero_state(), NO_SYMBOL, []
    for uniform in drawn[: chord_sets * Ty]:
        p, state = engine.step(np.array([index]), state)
        index = choose_plainly(p[0], float(uniform), temperature)
        tokens.append(vocabulary.symbols[index])
    return [tokens[start : start + Ty] for start in range(0, len(tokens), Ty)]


def inference(
    shared: jazz.SharedLayers,
    x0: NDArray[Any],
    a0: NDArray[Any],
    c0: NDArray[Any],
    Ty: int = TY,  # noqa: N803
) -> NDArray[np.float32]:
    """What music_inference_model answers, without unrolling it: probabilities (m, Ty, n_values)."""

    def step(x: Any, a: Any, c: Any) -> tuple[Any, Any, Any]:
        a, _, c = shared.LSTM_cell(shared.reshaper(x), initial_state=[a, c])
        return shared.densor(a), a, c

    run, x, a, c, answers = tensorflow().function(step), x0[:, 0], a0, c0, list[NDArray[np.float32]]()
    for _ in range(Ty):
        p, a, c = run(x, a, c)
        answers.append(np.asarray(p))
        x = np.eye(shared.n_values, dtype=np.float32)[np.argmax(answers[-1], axis=-1)]
    return np.stack(answers, axis=1)


def probes(bundle: Bundle, Ty: int = TY) -> list[Probe]:  # noqa: N803
    """Makes calls of both signatures, with the Keras model's answers, for a bundle that is checked."""
    engine = jazz.KerasEngine(jazz.layers_from_bundle(bundle))
    found = []
    for sets, temperature, seed in ((2, 1.0, 7), (3, 0.6, 8), (1, 0.0, 9)):
        inputs: dict[str, NDArray[Any]] = {
            "chord_sets": np.array(sets, np.int32),
            "temperature": np.array(temperature, np.float32),
            "seed": np.array(seed, np.int64),
        }
        tokens = solo(engine, bundle.vocabulary, sets, temperature, seed, Ty)
        found.append(Probe("serving_default", inputs, {"tokens": np.array(tokens, object)}))
    generator, n_a = np.random.default_rng(0), engine.shared.n_a
    x0 = generator.dirichlet(np.ones(engine.shared.n_values), (2, 1)).astype(np.float32)
    a0, c0 = generator.normal(0, 0.5, (2, 2, n_a)).astype(np.float32)
    answers = inference(engine.shared, x0, a0, c0, Ty)
    found.append(Probe("course", {"x0": x0, "a0": a0, "c0": c0}, {"probabilities": answers}))
    return found
