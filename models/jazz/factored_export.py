"""The soloist's network as a TensorFlow graph: the signatures of the course's network, over steps.

Letters: m rows, n_values values of the three factors side by side, n_a hidden units, Ty steps for a set.
Steps are placed in measures of four quarter notes.
"""

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models import export_graph as graphs
from models.export_graph import LANES, Layers, Outputs, Probe
from models.jazz.proposals import FactoredNetwork
from music.grammar import KINDS, REST
from music.lines import BEATS, MOVES, NONE, PLACES, TICKS, Factors
from utils.bundle import Bundle

MEASURE = 4 * TICKS  # ticks


class FactoredGraph(Layers):
    """The functions of both signatures.

    Args:
        bundle: A factored network.
        Ty: Steps for a chord set.
        most: Chord sets in one call.
    """

    def __init__(self, bundle: Bundle, Ty: int, most: int) -> None:  # noqa: N803
        arrays, self.factors = bundle.network(), Factors.parse(bundle.vocabulary)
        self.Ty, self.most = Ty, most
        heads, n_a = ("length", "kind", "move"), bundle.architecture["n_a"]
        lstm = {name: array for name, array in arrays.items() if name.startswith("lstm_1/")}
        kernel = np.concatenate([arrays[f"{head}/kernel"][:n_a] for head in heads], axis=1)
        bias = np.concatenate([arrays[f"{head}/bias"] for head in heads])
        super().__init__({**lstm, "dense/kernel": kernel, "dense/bias": bias})
        self.n_values, n = self.factors.n_values, self.factors.n_lengths
        self.kind_of_length = graphs.variable(arrays["kind/kernel"][n_a:], "kind_of_length")
        self.move_of_length = graphs.variable(arrays["move/kernel"][n_a : n_a + n], "move_of_length")
        self.move_of_kind = graphs.variable(arrays["move/kernel"][n_a + n :], "move_of_kind")
        self.ticks = tf.constant([*self.factors.lengths, *self.factors.rests], tf.int32)
        self.texts = tf.constant(_texts(self.factors))

    def solo(self, chord_sets: tf.Tensor, temperature: tf.Tensor, seed: tf.Tensor) -> Outputs:
        """Draws the tokens of solos (b,) side by side; a solo does not depend on the others."""
        batch = tf.reduce_max([tf.size(chord_sets), tf.size(temperature), tf.size(seed)])
        sets = graphs.in_range(chord_sets, batch, 1, self.most, "chord_sets")
        temperatures = graphs.finite_temperature(graphs.per_row(temperature, batch, "temperature"))
        numbers = self.pad_rows(graphs.row_uniforms(seed, batch, 3 * self.most * self.Ty))
        uniform, divisor = graphs.draws(tf.transpose(numbers), self.pad_rows(temperatures))
        rows, most = tf.shape(numbers)[0], tf.reduce_max(sets)

        def body(
            t: tf.Tensor, read: Any, place: tf.Tensor, texts: tf.TensorArray, *state: Any
        ) -> tuple[Any, ...]:
            length, kind, move, first = read
            state = self.step(self._read(length, kind, move, place), state)
            length = _choose(self._lengths(state[-1]), uniform[3 * t], divisor)
            kind = _choose(self._kinds(state[-1], length), uniform[3 * t + 1], divisor)
            move = _choose(self._moves(state[-1], length, kind), uniform[3 * t + 2], divisor)
            rest = length >= len(self.factors.lengths)
            text = tf.where(rest, self._rest_text(length), self._note_text(length, kind, move, first))
            kind, move = tf.where(rest, NONE, kind), tf.where(tf.logical_or(rest, first), NONE, move)
            read = length, kind, move, tf.logical_and(first, rest)
            place = (place + tf.gather(self.ticks, length)) % MEASURE
            return read, place, texts.write(t, text), *state

        steps, none = most * self.Ty, tf.fill([rows], NONE)
        start = (none, none, none, tf.fill([rows], True)), tf.zeros([rows], tf.int32)
        _, _, texts, *_ = graphs.loop(
            steps, body, *start, tf.TensorArray(tf.int32, steps), *self.zero_state(rows)
        )
        drawn = tf.transpose(tf.ensure_shape(texts.stack(), [None, None]))[:batch]
        drawn = tf.boolean_mask(tf.reshape(drawn, [batch, most, self.Ty]), tf.sequence_mask(sets, most))
        return {"tokens": tf.gather(self.texts, drawn)}

    def course(self, x0: tf.Tensor, a0: tf.Tensor, c0: tf.Tensor) -> Outputs:
        """Computes probabilities (m, Ty, n_values); each step reads the last step's likeliest values."""
        x, a, c = map(self.pad_rows, (x0[:, 0], a0, c0))
        kernel = self.kernel[: self.n_values]

        def body(
            t: tf.Tensor, projected: tf.Tensor, place: tf.Tensor, steps: tf.TensorArray, *state: Any
        ) -> tuple[Any, ...]:
            state = self.step(projected, state)
            lengths = self._lengths(state[-1])
            length = tf.argmax(lengths, axis=-1, output_type=tf.int32)
            kinds = self._kinds(state[-1], length)
            kind = tf.argmax(kinds, axis=-1, output_type=tf.int32)
            moves = self._moves(state[-1], length, kind)
            move = tf.argmax(moves, axis=-1, output_type=tf.int32)
            p = tf.concat([_softmax(logits) for logits in (lengths, kinds, moves)], axis=-1)
            rest = length >= len(self.factors.lengths)
            place = (place + tf.gather(self.ticks, length)) % MEASURE
            read = self._read(length, tf.where(rest, NONE, kind), tf.where(rest, NONE, move), place)
            return read, place, steps.write(t, p), *state

        rows = tf.shape(x)[0]
        place, none = tf.zeros([rows], tf.int32), tf.fill([rows], NONE)
        first = tf.matmul(x, kernel) + self._read(none, none, none, place)
        start = (first, place, tf.TensorArray(tf.float32, self.Ty), *self.state_from(a, c))
        _, _, steps, *_ = graphs.loop(self.Ty, body, *start)
        p = tf.transpose(steps.stack(), [1, 0, 2])[: tf.shape(x0)[0]]
        return {"probabilities": tf.ensure_shape(p, [None, self.Ty, self.n_values])}

    def _read(self, length: tf.Tensor, kind: tf.Tensor, move: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Projects the step before and the place of this one: (m, 4 n_a)."""
        n, first = self.factors.n_lengths, self.n_values
        table = tf.concat([self.kernel, tf.zeros_like(self.kernel[:1])], axis=0)
        nothing = first + PLACES
        beat, tick = tf.minimum(place // TICKS, BEATS - 1), place % TICKS
        rows = (
            tf.where(length == NONE, nothing, length),
            tf.where(kind == NONE, nothing, n + kind),
            tf.where(move == NONE, nothing, n + len(KINDS) + move),
            first + beat,
            first + BEATS + tick,
        )
        return tf.add_n([tf.gather(table, row) for row in rows]) + self.biases[0]

    def _lengths(self, logits: tf.Tensor) -> tf.Tensor:
        return logits[:, : self.factors.n_lengths]

    def _kinds(self, logits: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
        first = self.factors.n_lengths
        return logits[:, first : first + len(KINDS)] + tf.gather(self.kind_of_length, length)

    def _moves(self, logits: tf.Tensor, length: tf.Tensor, kind: tf.Tensor) -> tf.Tensor:
        first = self.factors.n_lengths + len(KINDS)
        given = tf.gather(self.move_of_length, length) + tf.gather(self.move_of_kind, kind)
        return logits[:, first : first + len(MOVES)] + given

    def _note_text(self, length: tf.Tensor, kind: tf.Tensor, move: tf.Tensor, first: tf.Tensor) -> tf.Tensor:
        windows = len(MOVES) + 1
        return (length * len(KINDS) + kind) * windows + tf.where(first, windows - 1, move)

    def _rest_text(self, length: tf.Tensor) -> tf.Tensor:
        notes = len(self.factors.lengths)
        return notes * len(KINDS) * (len(MOVES) + 1) + length - notes


def probes(bundle: Bundle, Ty: int) -> list[Probe]:  # noqa: N803
    """Makes calls of both signatures, with the NumPy network's outputs."""
    network, probes = FactoredNetwork(bundle.network(), Factors.parse(bundle.vocabulary)), []
    for sets, temperature, seed in ((2, 1.0, 7), (3, 0.6, 8), (1, 0.0, 9)):
        inputs: dict[str, NDArray[Any]] = {
            "chord_sets": np.array(sets, np.int32),
            "temperature": np.array(temperature, np.float32),
            "seed": np.array(seed, np.int64),
        }
        tokens = solo(network, sets, temperature, seed, Ty)
        probes.append(Probe("serving_default", inputs, {"tokens": np.array(tokens, object)}))
    generator, n_a = np.random.default_rng(0), bundle.architecture["n_a"]
    x0 = generator.dirichlet(np.ones(network.factors.n_values), (2, 1)).astype(np.float32)
    a0, c0 = generator.normal(0, 0.5, (2, 2, n_a)).astype(np.float32)
    p = np.stack([inference(network, *row, Ty) for row in zip(x0[:, 0], a0, c0, strict=True)])
    return [*probes, Probe("course", {"x0": x0, "a0": a0, "c0": c0}, {"probabilities": p})]


def solo(
    network: FactoredNetwork,
    chord_sets: int,
    temperature: float,
    seed: int,
    Ty: int,  # noqa: N803
    most: int = 100,
) -> list[list[str]]:
    """Draws with the NumPy network what the graph's serving_default draws.

    Args:
        network: The network.
        chord_sets: How many sets, 1 to `most`.
        temperature: 0 or more; 0: always the likeliest values.
        seed: For the random numbers.
        Ty: Steps for a chord set.
        most: Chord sets in one call of the graph.
    """
    numbers = graphs.uniforms(seed, 0, 3 * most * Ty).numpy()
    network, place, first, texts = network.begin(), 0, True, list[str]()
    for draws in numbers[: 3 * chord_sets * Ty].reshape(-1, 3).tolist():
        lengths, rests = network.propose(place / TICKS)
        length = graphs.choose_in_numpy(np.array(lengths + rests), draws[0], temperature)
        kind = graphs.choose_in_numpy(network.kinds(length), draws[1], temperature)
        move = graphs.choose_in_numpy(network.moves(length)[kind], draws[2], temperature)
        token = network.factors.token(length, kind, NONE if first else move)
        network.read(token)
        texts.append(token.text)
        first &= token.kind == REST
        place = (place + round(token.duration * TICKS)) % MEASURE
    return [texts[start : start + Ty] for start in range(0, len(texts), Ty)]


def inference(
    network: FactoredNetwork,
    x0: NDArray[np.float32],
    a0: NDArray[np.float32],
    c0: NDArray[np.float32],
    Ty: int,  # noqa: N803
) -> NDArray[np.float32]:
    """Computes one row of the graph's signature course: probabilities (Ty, n_values)."""
    network, place, outputs = network.begin_from(x0, a0, c0), 0, list[NDArray[np.float32]]()
    for _ in range(Ty):
        lengths, rests = network.propose(place / TICKS)
        p = np.array(lengths + rests, np.float32)
        length = int(np.argmax(p))
        kinds = network.kinds(length)
        moves = network.moves(length)[int(np.argmax(kinds))]
        outputs.append(np.concatenate([p, kinds, moves]))
        token = network.factors.token(length, int(np.argmax(kinds)), int(np.argmax(moves)))
        network.read(token)
        place = (place + round(token.duration * TICKS)) % MEASURE
    return np.stack(outputs)


def _texts(factors: Factors) -> list[str]:
    """Every token's text: notes by length, kind and move, without a move last; then the rests."""
    moves = [*range(len(MOVES)), NONE]
    notes = [
        factors.token(length, kind, move).text
        for length in range(len(factors.lengths))
        for kind in range(len(KINDS))
        for move in moves
    ]
    return notes + [
        factors.token(len(factors.lengths) + rest, 0, 0).text for rest in range(len(factors.rests))
    ]


def _choose(logits: tf.Tensor, uniform: tf.Tensor, divisor: tf.Tensor) -> tf.Tensor:
    """Draws an index for each row from logits (m, n)."""
    extra = -logits.shape[-1] % LANES
    padded = tf.pad(logits, [[0, 0], [0, extra]], constant_values=-np.inf)
    return graphs.choose(padded, uniform, divisor)


def _softmax(logits: tf.Tensor) -> tf.Tensor:
    weights = tf.exp(logits - tf.reduce_max(logits, axis=-1, keepdims=True))
    return weights / tf.reduce_sum(weights, axis=-1, keepdims=True)
