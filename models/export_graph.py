"""The parts of exported graphs: layers, drawing by seed, checks of inputs.

The graphs hold plain TensorFlow operations and plain variables: no Keras object, no Python function, and
no operation that only one kind of device has. Randomness is stateless: the same seed gives the same numbers
in the graph, outside it, and in every call.

Letters: m rows, n symbols, n_x inputs, n_a hidden units.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.batching import Batching
from models.cells import CELLS, Operations
from models.shapes import recurrent_layers
from utils import sampling

GREEDY = 1e-6  # at temperatures below, the likeliest is always taken
LANES = 16  # the most float32 numbers that a vectorised function computes at once

State = tuple[tf.Tensor, ...]
Outputs = dict[str, tf.Tensor]


@dataclass(frozen=True)
class Graph:
    """The module and signatures of a SavedModel.

    Args:
        module: Holds the variables and the look-up tables.
        signatures: The functions by the names that clients call.
        batching: The signatures whose requests may be computed together.
    """

    module: tf.Module
    signatures: dict[str, Callable[..., Outputs]]
    batching: dict[str, Batching] = field(default_factory=dict)


class Probe(NamedTuple):
    """A call of a signature and the NumPy engine's outputs for it."""

    signature: str
    inputs: dict[str, NDArray[Any]]
    outputs: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Exportable:
    """A network read from a bundle, and the forms in which it is exported.

    Args:
        name: The name that it is served by.
        graph: Builds the graph.
        probes: Makes calls of the graph's signatures, with the NumPy engine's outputs.
        network: Builds the Keras network, arrays to arrays, and an example of its input.
        notes: Notices about what is inside.
    """

    name: str
    graph: Callable[[], Graph]
    probes: Callable[[], list[Probe]]
    network: Callable[[], tuple[keras.Model, NDArray[Any]]]
    notes: tuple[str, ...] = ()


class Layers(tf.Module):  # type: ignore[misc]  # TensorFlow has no types
    """Recurrent layers of one kind and a softmax layer, arranged for fast steps.

    What is multiplied by the same hidden state stands side by side in one matrix: a layer's recurrent kernel,
    and the kernel of the layer that follows (the softmax layer is the last). A step is one product a layer.
    What a cell makes of the products is in `models.cells`; a GRU is one with reset_after=True.

    Traced from `keras.layers.LSTMCell` and `Dense` instead, which is two products and two sums of biases a
    layer, 64 requests computed together took as long, but one request by itself half as long again: processor
    time of calls in turns, a busy machine, medians of 10 rounds (least, most), speed against this graph's:

        poems of 100 characters   64 together 0.94 (0.88, 1.15)   alone 0.70 (0.38, 0.99)
        solos over 2 chord sets   64 together 0.84 (0.65, 1.39)   alone 0.61 (0.54, 0.73)
        emoji for a sentence      64 together 1.10 (0.89, 1.39)   alone 0.93 (0.76, 1.04)

    From the server to 64 clients (the requests of `python -m tools.bench serving`, 7 rounds in turns): 0.87,
    1.21 and 1.22.

    A row's results are the same, bit for bit, whatever rows are computed beside it. Vectorised functions
    compute the last numbers of an array in another way than the others, and a product of one row adds in
    another order, so `pad_rows` brings the rows to a number at which neither happens, and the columns of
    the softmax layer are brought to a multiple of LANES.

    Args:
        arrays: Weights as `models.shapes.stacked_shapes` names them, such as "lstm_1/kernel".
        hard_sigmoid: Whether the gates are Keras 2's hard_sigmoid, clip(0.2 x + 0.5, 0, 1), instead of
            the sigmoid.

    Raises:
        ValueError: The network is of GRUs whose reset gate comes before the product.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], hard_sigmoid: bool = False) -> None:
        super().__init__()
        self.hard_sigmoid = hard_sigmoid
        kind, layers = recurrent_layers(arrays)
        names = [*layers, "dense"]
        self.cell = CELLS[kind]
        self.units = [len(arrays[f"{name}/recurrent_kernel"]) for name in layers]
        self.n_a, self.n = arrays["dense/kernel"].shape
        self.columns = -(-self.n // LANES) * LANES
        extra = self.columns - self.n
        kernels = {name: arrays[f"{name}/kernel"] for name in names}
        biases = {name: arrays[f"{name}/bias"] for name in names}
        self.recurrent_biases = list[tf.Variable]()
        if kind == "gru":
            if biases[layers[0]].ndim != 2:
                raise ValueError("expected GRU layers with reset_after=True")
            for name in layers:
                biases[name], of_state = biases[name]
                self.recurrent_biases.append(variable(of_state, f"{name}_recurrent_bias"))
        kernels["dense"] = np.pad(kernels["dense"], ((0, 0), (0, extra)))
        biases["dense"] = np.pad(biases["dense"], (0, extra), constant_values=-np.inf)  # a probability of 0
        self.kernel = variable(kernels[names[0]], "kernel")
        self.biases = [variable(biases[name], f"{name}_bias") for name in names]
        self.products = [
            variable(np.hstack([arrays[f"{name}/recurrent_kernel"], kernels[following]]), name)
            for name, following in pairwise(names)
        ]

    def pad_rows(self, values: tf.Tensor) -> tf.Tensor:
        """Appends rows of zeros, up to a number at which no row's results depend on the others."""
        whole = all(units % LANES == 0 for units in self.units)
        extra = -tf.shape(values)[0] % (2 if whole else LANES)
        return tf.pad(values, [[0, extra], *[[0, 0]] * (values.shape.rank - 1)])

    def one_hot_projections(self) -> tf.Tensor:
        """Projects all one-hot vectors through the first layer's kernel and bias.

        Returns:
            Row i for symbol i, and a last row for the zero vector: (n_x + 1, gates * n_a).
        """
        bias = self.biases[0][None]
        return tf.concat([self.kernel + bias, bias], axis=0)

    def project(self, x: tf.Tensor) -> tf.Tensor:
        """Multiplies inputs (m, n_x) by the first layer's kernel and adds its bias: (m, gates * n_a)."""
        return tf.matmul(x, self.kernel) + self.biases[0]

    def zero_state(self, m: tf.Tensor) -> State:
        """The state of m rows before the first step."""
        widths = [width for units in self.units for width in (self.cell.gates * units, units)]
        return *(tf.zeros([m, width]) for width in widths), tf.zeros([m, self.columns])

    def state_from(self, a: tf.Tensor, c: tf.Tensor) -> State:
        """The state of a network of one LSTM after hidden state a and cell state c, each (m, n_a)."""
        return self._products(0, a)[0], c, self.zero_state(tf.shape(a)[0])[-1]

    def step(self, projected: tf.Tensor, state: State) -> State:
        """Computes one step of all layers as Keras does.

        Args:
            projected: The first layer's input, from `project` or `one_hot_projections`, (m, gates * n_a).
            state: For each layer the product of its hidden state and its recurrent kernel (m, gates * n_a)
                and the cell's memory (m, n_a); and the logits, which are not read.

        Returns:
            The next state; its logits have a multiple of LANES columns, those beyond the symbols -inf.
        """
        operations = Operations(self._gate, tf.tanh, partial(tf.split, axis=-1))
        after = list[tf.Tensor]()
        for layer in range(len(self.products)):
            recurrent, memory = state[2 * layer : 2 * layer + 2]
            if self.recurrent_biases:
                recurrent += self.recurrent_biases[layer]
            new = self.cell.step(projected, recurrent, memory, operations)
            recurrent, projected = self._products(layer, new.a)
            after += [recurrent, getattr(new, self.cell.memory)]
        return *after, projected

    def _products(self, layer: int, a: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """A hidden state (m, n_a) times what is multiplied by it; the second with its bias."""
        products = tf.matmul(a, self.products[layer])
        recurrent, projected = tf.split(products, [self.cell.gates * self.units[layer], -1], axis=-1)
        return recurrent, projected + self.biases[layer + 1]

    def probabilities(self, logits: tf.Tensor) -> tf.Tensor:
        """Computes the softmax of a step's logits: (m, n)."""
        weights = tf.exp(logits - tf.reduce_max(logits, axis=-1, keepdims=True))
        return (weights / tf.reduce_sum(weights, axis=-1, keepdims=True))[:, : self.n]

    def _gate(self, z: tf.Tensor) -> tf.Tensor:
        return tf.clip_by_value(0.2 * z + 0.5, 0.0, 1.0) if self.hard_sigmoid else tf.sigmoid(z)


def variable(array: NDArray[Any], name: str) -> tf.Variable:
    """Makes a variable that is saved with the module that it is an attribute of."""
    return tf.Variable(np.asarray(array, np.float32), trainable=False, name=name)


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
    # The graphs' loops are written with tf.while_loop: there is nothing for AutoGraph to convert.
    graph = tf.function(run, input_signature=specs, autograph=False)
    traced: Callable[..., Outputs] = graph.get_concrete_function()
    return traced


def loop(steps: tf.Tensor | int, body: Callable[..., tuple[Any, ...]], *start: Any) -> tuple[Any, ...]:
    """Runs `body(t, *state)`, which returns the next state, for t = 0, 1, ... below `steps`.

    Args:
        steps: How often.
        body: One step.
        start: The state before the first one.

    Returns:
        The state after the last one.
    """
    _, *state = tf.while_loop(
        lambda t, *_: t < steps,
        lambda t, *state: (t + 1, *body(t, *state)),
        (0, *start),
        parallel_iterations=1,
    )
    return tuple(state)


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


def draws(uniform: tf.Tensor, temperature: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Prepares what `choose` needs, once for all steps.

    Args:
        uniform: Numbers in [0, 1), (..., m).
        temperature: 0 or more, (m,).

    Returns:
        The numbers, and what the logits are divided by (m, 1). Below GREEDY the number is 0 and the divisor
        so small that nothing but the likeliest is left: the first of them is chosen.
    """
    warm = temperature >= GREEDY
    divisor = tf.where(warm, tf.cast(temperature, tf.float64), 1e-300)
    return tf.where(warm, uniform, 0.0), divisor[:, None]


def choose(logits: tf.Tensor, uniform: tf.Tensor, divisor: tf.Tensor) -> tf.Tensor:
    """Draws an index for each row, as `choose_in_numpy` does.

    Args:
        logits: Logits (m, n), n a multiple of LANES.
        uniform: Numbers in [0, 1), (m,), from `draws`.
        divisor: From `draws`, (m, 1).

    Returns:
        Indices (m,).
    """
    logits = tf.cast(logits - tf.reduce_max(logits, axis=-1, keepdims=True), tf.float64)
    cumulative = tf.cumsum(tf.exp(logits / divisor), axis=-1)
    passed = cumulative <= uniform[:, None] * cumulative[:, -1:]
    return tf.reduce_sum(tf.cast(passed, tf.int32), axis=-1)


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


def per_row(values: tf.Tensor, batch: tf.Tensor, name: str) -> tf.Tensor:
    """Returns one number for each row (batch,); the input holds one for all rows, or one for each."""
    size = tf.size(values)
    fits = tf.logical_and(size > 0, tf.logical_or(tf.equal(size, 1), tf.equal(size, batch)))
    message = f"{name} must be one number, or one for each row"
    values = required(values, fits, message, tf.shape(values))
    return tf.repeat(tf.reshape(values, [-1]), batch // tf.size(values))


def in_range(values: tf.Tensor, batch: tf.Tensor, least: int, most: int, name: str) -> tf.Tensor:
    """Returns one whole number for each row, as `per_row`, checked to be from `least` to `most`."""
    values = per_row(values, batch, name)
    good = tf.reduce_all(tf.logical_and(values >= least, values <= most))
    return required(values, good, f"{name} must be {least} to {most}")


def finite_temperature(temperature: tf.Tensor) -> tf.Tensor:
    """Returns temperatures, checked to be finite and 0 (always the likeliest) or more."""
    good = tf.reduce_all(tf.logical_and(temperature >= 0.0, tf.math.is_finite(temperature)))
    return required(temperature, good, "temperature must be 0 (always the likeliest) or a number above")
