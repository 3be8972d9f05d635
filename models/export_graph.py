"""The parts of exported graphs: layers, drawing by seed, checks of inputs.

The graphs hold plain TensorFlow operations and plain variables: no Keras object, no Python function, and
no operation that only one kind of device has. Randomness is stateless: the same seed gives the same numbers
in the graph, outside it, and in every call.

Letters: m rows, n symbols, n_x inputs, n_a hidden units.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from utils import sampling

GREEDY = 1e-6  # at temperatures below, the likeliest is always taken

State = tuple[tf.Tensor, ...]
Outputs = dict[str, tf.Tensor]


class Graph(NamedTuple):
    """The module and signatures of a SavedModel.

    Args:
        module: Holds the variables and the look-up tables.
        signatures: The functions by the names that clients call.
    """

    module: tf.Module
    signatures: dict[str, Callable[..., Outputs]]


class Probe(NamedTuple):
    """A call of a signature and the Keras model's outputs for it."""

    signature: str
    inputs: dict[str, NDArray[Any]]
    outputs: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Exportable:
    """A network read from a bundle, and the forms in which it is exported.

    Args:
        name: The name that it is served by.
        graph: Builds the graph.
        probes: Makes calls of the graph's signatures, with the Keras model's outputs.
        network: Builds the Keras network, arrays to arrays, and an example of its input.
        notes: Notices about what is inside.
    """

    name: str
    graph: Callable[[], Graph]
    probes: Callable[[], list[Probe]]
    network: Callable[[], tuple[keras.Model, NDArray[Any]]]
    notes: tuple[str, ...] = ()


class Layers(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """LSTM layers and a softmax layer, their weights held as variables.

    Args:
        arrays: Weights by the names that bundles use, such as "lstm_1/kernel" and "dense/bias".
        hard_sigmoid: Whether the gates are Keras 2's hard_sigmoid, clip(0.2 x + 0.5, 0, 1), instead of
            the sigmoid.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], hard_sigmoid: bool = False) -> None:
        super().__init__()
        self.hard_sigmoid = hard_sigmoid
        self.weights = {
            name: tf.Variable(np.asarray(array, np.float32), trainable=False, name=name.replace("/", "_"))
            for name, array in sorted(arrays.items())
        }

    def one_hot_projections(self) -> tf.Tensor:
        """Projects all one-hot vectors through lstm_1's kernel and bias.

        Returns:
            Row i for symbol i, and a last row for the zero vector: (n + 1, 4 n_a).
        """
        bias = self.weights["lstm_1/bias"][None]
        return tf.concat([self.weights["lstm_1/kernel"] + bias, bias], axis=0)

    def project(self, layer: str, x: tf.Tensor) -> tf.Tensor:
        """Multiplies inputs (m, n_x) by an LSTM layer's kernel and adds its bias: (m, 4 n_a)."""
        return tf.matmul(x, self.weights[f"{layer}/kernel"]) + self.weights[f"{layer}/bias"]

    def lstm_step(
        self, layer: str, projected: tf.Tensor, a: tf.Tensor, c: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Computes one step of an LSTM layer as Keras does.

        Args:
            layer: The layer's name.
            projected: From `project`, (m, 4 n_a), columns i | f | c | o.
            a: Hidden state (m, n_a).
            c: Cell state (m, n_a).

        Returns:
            The next a and c.
        """
        recurrent = tf.matmul(a, self.weights[f"{layer}/recurrent_kernel"])
        i, f, candidate, o = tf.split(projected + recurrent, 4, axis=-1)
        c = self._gate(f) * c + self._gate(i) * tf.tanh(candidate)
        return self._gate(o) * tf.tanh(c), c

    def stacked_step(self, projected: tf.Tensor, state: State) -> State:
        """Computes one step of lstm_1 and lstm_2.

        Args:
            projected: The input of lstm_1, from `project` or `one_hot_projections`.
            state: a1, c1, a2, c2, each (m, n_a).

        Returns:
            The next state.
        """
        a1, c1, a2, c2 = state
        a1, c1 = self.lstm_step("lstm_1", projected, a1, c1)
        a2, c2 = self.lstm_step("lstm_2", self.project("lstm_2", a1), a2, c2)
        return a1, c1, a2, c2

    def softmax(self, a: tf.Tensor) -> tf.Tensor:
        """Computes the dense layer's probabilities (m, n) from hidden states (m, n_a)."""
        return tf.nn.softmax(tf.matmul(a, self.weights["dense/kernel"]) + self.weights["dense/bias"])

    def _gate(self, z: tf.Tensor) -> tf.Tensor:
        return tf.clip_by_value(0.2 * z + 0.5, 0.0, 1.0) if self.hard_sigmoid else tf.sigmoid(z)


def characters() -> Iterator[str]:
    """Yields the characters of Unicode's first two planes; beyond them none has a simpler form."""
    return (chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000)  # no surrogates


def lookup_table(
    values: Mapping[Any, Any], key_type: tf.DType, value_type: tf.DType, default: Any
) -> tf.lookup.StaticHashTable:
    """Makes a look-up table; it is saved with the module that it is an attribute of."""
    keys = tf.constant(list(values), key_type)
    pairs = tf.lookup.KeyValueTensorInitializer(keys, tf.constant(list(values.values()), value_type))
    return tf.lookup.StaticHashTable(pairs, default)


def function(
    inputs: Mapping[str, tuple[tf.DType, Sequence[int | None] | None]], run: Callable[..., Outputs]
) -> Callable[..., Outputs]:
    """Traces a function.

    Args:
        inputs: Type and shape of every input by its name, in the order of `run`'s arguments. The shape
            None takes one number as well as one for each row.
        run: Makes a dictionary of outputs.
    """
    specs = [tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()]
    traced: Callable[..., Outputs] = tf.function(run, input_signature=specs).get_concrete_function()
    return traced


def uniforms(seed: tf.Tensor | int, row: tf.Tensor | int, length: int) -> tf.Tensor:
    """Draws numbers (length,) in [0, 1), float64, that follow from a seed and a row's number.

    A caller that always draws the same length and uses a prefix makes short results the beginnings of long
    ones.
    """
    key = tf.stack([tf.cast(seed, tf.int64), tf.cast(row, tf.int64)])
    return tf.random.stateless_uniform([length], key, dtype=tf.float64, alg="philox")


def row_uniforms(seed: tf.Tensor, batch: tf.Tensor, length: int) -> tf.Tensor:
    """Draws numbers (batch, length) from one seed and the rows' numbers, or from a seed for each row.

    A row with a seed of its own gets what it would get alone.
    """
    seeds = per_row(seed, batch, "seed")
    shared = tf.equal(tf.size(seed), 1)
    rows = tf.where(shared, tf.range(batch), tf.zeros([batch], tf.int32))
    keys = tf.stack([seeds, tf.cast(rows, tf.int64)], axis=1)
    drawn = tf.TensorSpec([length], tf.float64)
    return tf.map_fn(lambda key: uniforms(key[0], key[1], length), keys, fn_output_signature=drawn)


def choose(p: tf.Tensor, uniform: tf.Tensor, temperature: tf.Tensor) -> tf.Tensor:
    """Draws an index for each row, as `choose_in_numpy` does.

    Args:
        p: Probabilities (m, n).
        uniform: Numbers in [0, 1), (m,).
        temperature: 0 or more, (m,).

    Returns:
        Indices (m,).
    """
    likeliest = tf.argmax(p, axis=-1, output_type=tf.int32)
    p = tf.cast(p, tf.float64)
    divisor = tf.maximum(tf.cast(temperature, tf.float64), GREEDY)[:, None]
    weights = tf.exp(tf.math.log(p / tf.reduce_max(p, axis=-1, keepdims=True)) / divisor)
    cumulative = tf.cumsum(weights / tf.reduce_sum(weights, axis=-1, keepdims=True), axis=-1)
    passed = cumulative <= uniform[:, None] * cumulative[:, -1:]
    drawn = tf.reduce_sum(tf.cast(passed, tf.int32), axis=-1)
    return tf.where(tf.cast(temperature, tf.float64) < GREEDY, likeliest, drawn)


def choose_in_numpy(p: NDArray[np.floating], uniform: float, temperature: float) -> int:
    """Draws one index from p (n,) with utils.sampling; at temperature 0 the likeliest.

    Args:
        p: Probabilities.
        uniform: A number in [0, 1).
        temperature: 0 or more; rounded to float32, as the graph gets it.
    """
    rounded = float(np.float32(temperature))
    if rounded < GREEDY:
        return sampling.greedy(p)
    return int(sampling.draw(sampling.temper(p, rounded), uniform))


def required(
    value: tf.Tensor, condition: tf.Tensor, message: str, found: tf.Tensor | None = None
) -> tf.Tensor:
    """Returns the value, or ends the call with a message if a condition does not hold.

    Only what is computed from the returned tensor waits for the check.

    Args:
        value: The value.
        condition: A truth value.
        message: What a client must send.
        found: What it sent, for the message; None: the value.
    """
    check = tf.debugging.Assert(condition, [message + "; found:", value if found is None else found], 4)
    with tf.control_dependencies([check]):
        return tf.identity(value)


def scalar(values: tf.Tensor, name: str) -> tf.Tensor:
    """Returns the one number that an input holds, by itself or as a list of one."""
    values = required(values, tf.equal(tf.size(values), 1), f"{name} must be one number", tf.shape(values))
    return tf.reshape(values, [-1])[0]


def per_row(values: tf.Tensor, batch: tf.Tensor, name: str) -> tf.Tensor:
    """Returns one number for each row (batch,); the input holds one for all rows, or one for each."""
    size = tf.size(values)
    fits = tf.logical_and(size > 0, tf.logical_or(tf.equal(size, 1), tf.equal(size, batch)))
    message = f"{name} must be one number, or one for each row"
    values = required(values, fits, message, tf.shape(values))
    return tf.repeat(tf.reshape(values, [-1]), batch // tf.size(values))


def in_range(values: tf.Tensor, least: int, most: int, name: str) -> tf.Tensor:
    """Returns whole numbers, checked to be from `least` to `most`."""
    good = tf.reduce_all(tf.logical_and(values >= least, values <= most))
    return required(values, good, f"{name} must be {least} to {most}")


def finite_temperature(temperature: tf.Tensor) -> tf.Tensor:
    """Returns temperatures, checked to be finite and 0 (always the likeliest) or more."""
    good = tf.reduce_all(tf.logical_and(temperature >= 0.0, tf.math.is_finite(temperature)))
    return required(temperature, good, "temperature must be 0 (always the likeliest) or a number above")
