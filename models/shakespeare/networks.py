"""The poem network in Keras: the course's, and the same over sequences.

Letters: m windows or rows, T characters in a sequence, Tx in a window, n symbols.
"""

from typing import Any

import keras
import tensorflow as tf

from models.keras_weights import get_arrays, set_arrays
from models.shakespeare.weights import APP, UNITS
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
    layers = keras.layers
    gates = gate_activation(recurrent_activation)
    x = inputs = keras.Input((Tx, n_x), name="x")
    x = layers.LSTM(units, return_sequences=True, recurrent_activation=gates, name="lstm_1")(x)
    x = layers.Dropout(dropout, name="dropout_1")(x)
    x = layers.LSTM(units, recurrent_activation=gates, name="lstm_2")(x)
    x = layers.Dropout(dropout, name="dropout_2")(x)
    x = layers.Dense(n_x, name="dense")(x)
    return keras.Model(inputs, layers.Activation("softmax", name="softmax")(x), name="shakespeare")


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
    """Builds the course's network with a bundle's weights and gates, not compiled."""
    architecture = network.architecture
    model = build_model(
        architecture["window"],
        len(network.vocabulary),
        architecture["units"],
        dropout,
        architecture["recurrent_activation"],
    )
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
    """The poem network over whole sequences, its state handed in and out.

    From [indices (m, T), a1, c1, a2, c2] to [logits (m, T, n), a1, c1, a2, c2]. Its layers have the names
    and weights of the course's network. `fit` takes stateful batches (see `SequenceBatches`) and carries
    the state from one to the next; `evaluate` takes windows (m, T) and the characters after them (m,), and
    starts at the zero state.

    Args:
        n_symbols: n.
        batch_size: m, rows of the stateful batches.
        rows: The rows that this process computes, where several share a batch; None: all.
        dropout: Share of each LSTM's outputs that training drops.
        units: Units of each LSTM.
        recurrent_activation: The gates: "sigmoid" or "hard_sigmoid".
    """

    def __init__(
        self,
        n_symbols: int,
        batch_size: int = 1,
        *,
        rows: slice | None = None,
        dropout: float = 0.0,
        units: int = UNITS,
        recurrent_activation: str = "sigmoid",
    ) -> None:
        layers = keras.layers
        gates = gate_activation(recurrent_activation)
        options = {"return_sequences": True, "return_state": True, "recurrent_activation": gates}
        indices = keras.Input((None,), dtype="int32", name="indices")
        initial = [keras.Input((units,), name=name) for name in ("a1", "c1", "a2", "c2")]
        x = keras.ops.one_hot(indices, n_symbols)
        x, a1, c1 = layers.LSTM(units, name="lstm_1", **options)(x, initial_state=initial[:2])
        x = layers.Dropout(dropout, name="dropout_1")(x)
        x, a2, c2 = layers.LSTM(units, name="lstm_2", **options)(x, initial_state=initial[2:])
        x = layers.Dropout(dropout, name="dropout_2")(x)
        logits = layers.Dense(n_symbols, name="dense")(x)
        super().__init__(inputs=[indices, *initial], outputs=[logits, a1, c1, a2, c2], name="sequences")
        self.units, self.rows = units, rows
        self.carried = [
            keras.Variable(keras.ops.zeros((batch_size, units)), trainable=False, name=f"carried_{name}")
            for name in ("a1", "c1", "a2", "c2")
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
        return self._track(loss, indices)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Predicts the character after each window from the zero state."""
        indices, y = data
        zero = tf.zeros((tf.shape(indices)[0], self.units))
        logits, *_ = self([indices, zero, zero, zero, zero], training=False)
        return self._track(self.compute_loss(y=y, y_pred=logits[:, -1]), indices)

    def _track(self, loss: Any, indices: Any) -> dict[str, Any]:
        for metric in self.metrics:
            metric.update_state(loss, sample_weight=tf.shape(indices)[0])
        return {metric.name: metric.result() for metric in self.metrics}
