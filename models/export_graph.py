"""What the exported graphs are made of: an LSTM step, choosing by seed, checks of what a client sends.

The graphs hold plain TensorFlow operations and plain variables: no Keras object, no Python function, and
nothing that only one kind of device has. Randomness is stateless: the same seed gives the same numbers in
the graph, outside it, and in every call.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from utils import sampling
from utils.backend import tensorflow

GREEDY = 1e-6  # temperatures below: always the likeliest


class Graph(NamedTuple):
    """What is saved.

    Args:
        module: It holds the variables and the tables.
        signatures: The functions by the names that clients call them by.
    """

    module: Any
    signatures: dict[str, Any]


class Probe(NamedTuple):
    """A call of a signature, and what the Keras model answers to it."""

    signature: str
    inputs: dict[str, NDArray[Any]]
    outputs: dict[str, NDArray[Any]]


def variables(arrays: Mapping[str, NDArray[Any]]) -> tuple[Any, dict[str, Any]]:
    """A module that holds arrays as variables, and the variables by the arrays' names."""
    tf = tensorflow()
    module = tf.Module()
    found = {
        name: tf.Variable(np.asarray(array, np.float32), trainable=False, name=name.replace("/", "_"))
        for name, array in sorted(arrays.items())
    }
    module.weights = list(found.values())
    return module, found


def characters() -> Iterator[str]:
    """The characters of the first two planes of Unicode: further up none has a plainer form."""
    return (chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000)  # surrogates are none


def function(inputs: Mapping[str, tuple[Any, Any]], run: Callable[..., Any]) -> Any:
    """A traced function.

    Args:
        inputs: Type and shape of every input by its name, in the order of `run`'s arguments. The shape
            None takes one number as well as one for each row.
        run: What makes a dictionary of outputs.
    """
    tf = tensorflow()
    specs = [tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()]
    return tf.function(run, input_signature=specs).get_concrete_function()


def lstm_step(projected: Any, a: Any, c: Any, recurrent_kernel: Any, hard: bool = False) -> tuple[Any, Any]:
    """One step of an LSTM, as Keras computes it.

    Args:
        projected: The input times the kernel, plus the bias: (m, 4 n_a), columns i | f | c | o.
        a: Hidden state (m, n_a).
        c: Cell state (m, n_a).
        recurrent_kernel: (n_a, 4 n_a).
        hard: Keras 2's hard_sigmoid for the gates, clip(0.2 x + 0.5, 0, 1), instead of the sigmoid.

    Returns:
        The next a and c.
    """
    tf = tensorflow()
    i, f, candidate, o = tf.split(projected + tf.matmul(a, recurrent_kernel), 4, axis=-1)
    gate = (lambda z: tf.clip_by_value(0.2 * z + 0.5, 0.0, 1.0)) if hard else tf.sigmoid
    c = gate(f) * c + gate(i) * tf.tanh(candidate)
    return gate(o) * tf.tanh(c), c


def uniforms(seed: Any, row: Any, length: int) -> Any:
    """Numbers (length,) in [0, 1), float64, that follow from a seed and a row's number.

    Ask for the same length always and take what is needed: then a short answer is a long one's beginning.
    """
    tf = tensorflow()
    key = tf.stack([tf.cast(seed, tf.int64), tf.cast(row, tf.int64)])
    return tf.random.stateless_uniform([length], key, dtype=tf.float64, alg="philox")


def row_uniforms(seed: Any, batch: Any, length: int) -> Any:
    """Numbers (batch, length): one seed serves all rows, each by its number; or each row has its own.

    A row with a seed of its own gets what it would get alone.
    """
    tf = tensorflow()
    seeds = per_row(seed, batch, "seed")
    shared = tf.equal(tf.size(seed), 1)
    rows = tf.where(shared, tf.range(batch), tf.zeros([batch], tf.int32))
    keys = tf.stack([seeds, tf.cast(rows, tf.int64)], axis=1)
    drawn = tf.TensorSpec([length], tf.float64)
    return tf.map_fn(lambda key: uniforms(key[0], key[1], length), keys, fn_output_signature=drawn)


def choose(p: Any, uniform: Any, temperature: Any) -> Any:
    """The graph's way of `choose_plainly`: p (m, n), uniform (m,) and temperature (m,) -> indices (m,)."""
    tf = tensorflow()
    likeliest = tf.argmax(p, axis=-1, output_type=tf.int32)
    p = tf.cast(p, tf.float64)
    warmth = tf.maximum(tf.cast(temperature, tf.float64), GREEDY)[:, None]
    weights = tf.exp(tf.math.log(p / tf.reduce_max(p, axis=-1, keepdims=True)) / warmth)
    cumulative = tf.cumsum(weights / tf.reduce_sum(weights, axis=-1, keepdims=True), axis=-1)
    passed = cumulative <= uniform[:, None] * cumulative[:, -1:]
    drawn = tf.reduce_sum(tf.cast(passed, tf.int32), axis=-1)
    return tf.where(tf.cast(temperature, tf.float64) < GREEDY, likeliest, drawn)


def choose_plainly(p: NDArray[np.floating], uniform: float, temperature: float) -> int:
    """One index drawn from p (n,), as utils.sampling draws it; the likeliest at temperature 0.

    Args:
        p: Probabilities.
        uniform: A number in [0, 1).
        temperature: 0 or more; rounded to float32, as the graph gets it.
    """
    warmth = float(np.float32(temperature))
    if warmth < GREEDY:
        return sampling.greedy(p)
    return int(sampling.draw(sampling.temper(p, warmth), uniform))


def required(value: Any, condition: Any, message: str, found: Any = None) -> Any:
    """The value, once the condition is known to hold; else the call ends with this message.

    Whatever is computed from the value returned waits for the check.

    Args:
        value: What the check lets through.
        condition: A truth value.
        message: What a client must send.
        found: What it sent, for the message; none: the value.
    """
    tf = tensorflow()
    check = tf.debugging.Assert(condition, [message + "; found:", value if found is None else found], 4)
    with tf.control_dependencies([check]):
        return tf.identity(value)


def single(values: Any, name: str) -> Any:
    """The one number that was sent, by itself or as a list of one."""
    tf = tensorflow()
    values = required(values, tf.equal(tf.size(values), 1), f"{name} must be one number", tf.shape(values))
    return tf.reshape(values, [-1])[0]


def per_row(values: Any, batch: Any, name: str) -> Any:
    """One number for every row (batch,): what was sent is one for all, or one for each."""
    tf = tensorflow()
    size = tf.size(values)
    fits = tf.logical_and(size > 0, tf.logical_or(tf.equal(size, 1), tf.equal(size, batch)))
    message = f"{name} must be one number, or one for each row"
    values = required(values, fits, message, tf.shape(values))
    return tf.repeat(tf.reshape(values, [-1]), batch // tf.size(values))


def good_temperature(temperature: Any) -> Any:
    """Temperatures, each of which is 0 (always the likeliest) or more, and finite."""
    tf = tensorflow()
    good = tf.reduce_all(tf.logical_and(temperature >= 0.0, tf.math.is_finite(temperature)))
    return required(temperature, good, "temperature must be 0 (always the likeliest) or a number above")
