"""The poem network in Keras: the course's, and the same over sequences.

Letters: m windows or rows, T characters in a sequence, Tx in a window, n symbols.
"""

from typing import Any

import keras
import tensorflow as tf

from models.keras_weights import get_arrays, set_arrays
from models.shakespeare.weights import APP, CELLS, UNITS, Architecture
from models.shakespeare.windows import TX
from utils.bundle import Bundle

DROPOUT = 0.5


def build_model(
    Tx: int = TX,  # noqa: N803
    n_x: int = 38,
    units: int = UNITS,
    dropout: float = DROPOUT,
    recurrent_activation: str = "sigmoid",
) -> keras.Model:
    """Builds the course's network: two LSTM layers with dropout, a dense layer, softmax.

    Args:
        Tx: Characters of a window.
        n_x: The number of symbols.
        units: Units of each LSTM.
        dropout: Share of each LSTM's outputs that training drops.
        recurrent_activation: The gates: "sigmoid", or "hard_sigmoid" for Keras 2's.

    Returns:
        A model from x (m, Tx, n_x) to probabilities (m, n_x), not compiled.

    Example:
        >>> build_model().count_params()
        221990
    """
    architecture = Architecture(units, window=Tx, recurrent_activation=recurrent_activation)
    return _build(architecture, n_x, dropout)


def _build(architecture: Architecture, n_x: int, dropout: float) -> keras.Model:
    layers = keras.layers
    x = inputs = keras.Input((architecture.window, n_x), name="x")
    if architecture.embedding is not None:
        x = OneHotEmbedding(n_x, architecture.embedding, name="embedding")(x)
    for number in range(1, architecture.layers + 1):
        last = number == architecture.layers
        x = recurrent_layer(architecture, number, return_sequences=not last)(x)
        x = layers.Dropout(dropout, name=f"dropout_{number}")(x)
    x = layers.Dense(n_x, name="dense")(x)
    return keras.Model(inputs, layers.Activation("softmax", name="softmax")(x), name="shakespeare")


def recurrent_layer(architecture: Architecture, number: int, **options: bool) -> keras.Layer:
    """One of the recurrent layers.

    Args:
        architecture: The network's sizes.
        number: Which one; the first is number 1.
        **options: Keras's `return_sequences` and `return_state`.
    """
    name = f"{CELLS[architecture.cell]}_{number}"
    gates = gate_activation(architecture.recurrent_activation)
    if architecture.cell == "lstm":
        return keras.layers.LSTM(architecture.units, recurrent_activation=gates, name=name, **options)
    if architecture.cell == "gru":
        return keras.layers.GRU(architecture.units, recurrent_activation=gates, name=name, **options)
    return keras.layers.SimpleRNN(architecture.units, name=name, **options)


class OneHotEmbedding(keras.layers.Embedding):
    """Keras's embedding for one-hot vectors (..., n) in place of indices; the zero vector's is zero."""

    def call(self, inputs: Any) -> Any:
        """Maps vectors (..., n) to vectors (..., d)."""
        return keras.ops.matmul(inputs, self.embeddings)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """See `keras.Layer`."""
        return (*input_shape[:-1], self.output_dim)


def gate_activation(name: str) -> Any:
    """The activation of an LSTM's gates for Keras 3, whose hard_sigmoid is not Keras 2's.

    Raises:
        ValueError: The name is neither "sigmoid" nor "hard_sigmoid".
    """
    if name == "sigmoid":
        return name
    if name == "hard_sigmoid":
        return hard_sigmoid
    raise ValueError(f'recurrent_activation: expected "sigmoid" or "hard_sigmoid", got {name!r}')


@keras.saving.register_keras_serializable(package="cadenza")  # type: ignore[untyped-decorator]
def hard_sigmoid(x: Any) -> Any:
    """Keras 2's hard_sigmoid, clip(0.2 x + 0.5, 0, 1); Keras 3's has the slope 1/6."""
    return keras.ops.clip(0.2 * x + 0.5, 0.0, 1.0)


def course_model(network: Bundle, dropout: float = DROPOUT) -> keras.Model:
    """Builds the network of a bundle, the course's or another, with its weights, not compiled.

    Returns:
        A model from x (m, Tx, n_x) to probabilities (m, n_x).
    """
    model = _build(Architecture.of(network), len(network.vocabulary), dropout)
    set_arrays(network.weights, model)
    return model


def to_bundle(model: keras.Model, like: Bundle, training: dict[str, Any] | None = None) -> Bundle:
    """Makes the bundle of a model that has the architecture of another bundle."""
    return Bundle(APP, like.architecture, like.vocabulary, get_arrays(model), training or {}, like.extra)


class OnIndices(keras.Model):
    """The course's network, its layers shared, that makes the one-hot vectors itself.

    Args:
        network: From `build_model`.
        parts: Into how many parts a batch is cut. They do not depend on each other, so each can have a
            thread of its own; one LSTM step is too small a product to be shared among threads.
    """

    def __init__(self, network: keras.Model, parts: int = 1) -> None:
        super().__init__(name="shakespeare_on_indices")
        self.network, self.parts = network, parts

    def call(self, indices: Any, training: bool | None = None) -> Any:
        """Maps indices (m, Tx), -1 being the zero vector, to probabilities (m, n)."""
        ops, n = keras.ops, self.network.input_shape[-1]
        rows = ops.shape(indices)[0]
        size = (rows + self.parts - 1) // self.parts
        # Where the rows do not divide evenly, the first ones come again and are cut off at the end.
        filled = ops.take(indices, ops.arange(self.parts * size) % rows, axis=0)
        pieces = [filled[number * size : (number + 1) * size] for number in range(self.parts)]
        outputs = [self.network(ops.one_hot(piece, n), training=training) for piece in pieces]
        return ops.concatenate(outputs, axis=0)[:rows]


class SequenceModel(keras.Model):
    """A poem network over whole sequences, its state handed in and out.

    From [indices (m, T), *states] to [logits (m, T, n), *states]; each layer has a state (m, units), an LSTM
    two: a1, c1, a2, c2. The layers of the course's sizes have the names and weights of the course's network.
    `fit` takes stateful batches (see `SequenceBatches`) and carries the state from one to the next.
    `evaluate` takes sequences (m, T), the characters after each position (m, T) and their weights, and
    starts at the zero state.

    Args:
        n_symbols: n.
        batch_size: m, rows of the stateful batches.
        architecture: The network's sizes.
        rows: The rows that this process computes, where several share a batch; None: all.
        dropout: Share of each recurrent layer's outputs that training drops.
    """

    def __init__(
        self,
        n_symbols: int,
        batch_size: int = 1,
        architecture: Architecture = Architecture(),  # noqa: B008
        *,
        rows: slice | None = None,
        dropout: float = 0.0,
    ) -> None:
        layers, units = keras.layers, architecture.units
        indices = keras.Input((None,), dtype="int32", name="indices")
        x = (
            keras.ops.one_hot(indices, n_symbols)
            if architecture.embedding is None
            else layers.Embedding(n_symbols, architecture.embedding, name="embedding")(indices)
        )
        initial, final = list[Any](), list[Any]()
        for number in range(1, architecture.layers + 1):
            names = (f"a{number}", f"c{number}")[: 2 if architecture.cell == "lstm" else 1]
            states = [keras.Input((units,), name=name) for name in names]
            layer = recurrent_layer(architecture, number, return_sequences=True, return_state=True)
            x, *after = layer(x, initial_state=states)
            x = layers.Dropout(dropout, name=f"dropout_{number}")(x)
            initial, final = [*initial, *states], [*final, *after]
        logits = layers.Dense(n_symbols, name="dense")(x)
        super().__init__(inputs=[indices, *initial], outputs=[logits, *final], name="sequences")
        self.units, self.rows = units, rows
        self.carried = [
            keras.Variable(
                keras.ops.zeros((batch_size, units)), trainable=False, name=f"carried_{state.name}"
            )
            for state in initial
        ]

    def train_step(self, data: Any) -> dict[str, Any]:
        """Trains on a stateful batch and carries the state on."""
        (indices, keep), y, sample_weight = data
        with tf.GradientTape() as tape:
            states = [(state if self.rows is None else state[self.rows]) * keep for state in self.carried]
            logits, *states = self([indices, *states], training=True)
            loss = self.compute_loss(y=y, y_pred=logits, sample_weight=sample_weight)
        gradients = tape.gradient(loss, self.trainable_weights)
        self.optimizer.apply(gradients, self.trainable_weights)
        for carried, state in zip(self.carried, states, strict=True):
            if self.rows is None:
                carried.assign(state)
            else:
                carried.value[self.rows].assign(state)
        return self._track(loss, tf.reduce_sum(sample_weight))

    def test_step(self, data: Any) -> dict[str, Any]:
        """Predicts the characters of sequences from the zero state."""
        indices, y, sample_weight = data
        zero = tf.zeros((tf.shape(indices)[0], self.units))
        logits, *_ = self([indices, *[zero] * len(self.carried)], training=False)
        loss = self.compute_loss(y=y, y_pred=logits, sample_weight=sample_weight)
        return self._track(loss, tf.reduce_sum(sample_weight))

    def _track(self, loss: Any, characters: Any) -> dict[str, Any]:
        for metric in self.metrics:
            metric.update_state(loss, sample_weight=characters)
        return {metric.name: metric.result() for metric in self.metrics}
