"""Training the poem network from nothing: sequences first, then windows.

The course's windows predict one character in forty. Here every character of a sequence is predicted,
which learns the same from a fortieth of the work. Every row of a batch reads on through its text with
the state carried, until it is sent to another place with the state at zero; towards the end of the
training all rows start at zero and only characters with some context count, as in the course's windows.

Letters: m rows, T characters in a sequence, n symbols.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from models.shakespeare.batches import Batch, Indices, Recipe, RunningRows, WindowRecipe, WindowRows
from models.shakespeare.course import UNITS, gate_activation, window_indices
from utils.backend import keras, tensorflow
from utils.bundle import Arrays

PART = 1000  # windows measured at once


def build_sequence_model(
    n_symbols: int, dropout: float, units: int = UNITS, recurrent_activation: str = "sigmoid"
) -> Any:
    """The network of `build_model` over whole sequences, with its state given and returned.

    Returns:
        A Keras model from [indices (m, T), a1, c1, a2, c2] to [logits (m, T, n), a1, c1, a2, c2]. Its
        layers have the names and the weights of the course's network.
    """
    k = keras()
    layer = k.layers
    indices = k.Input((None,), dtype="int32", name="indices")
    given = [k.Input((units,), name=name) for name in ("a1", "c1", "a2", "c2")]
    gates = gate_activation(recurrent_activation)
    options = {"return_sequences": True, "return_state": True, "recurrent_activation": gates}
    x = k.ops.one_hot(indices, n_symbols)
    x, a1, c1 = layer.LSTM(units, name="lstm_1", **options)(x, initial_state=given[:2])
    x = layer.Dropout(dropout, name="dropout_1")(x)
    x, a2, c2 = layer.LSTM(units, name="lstm_2", **options)(x, initial_state=given[2:])
    x = layer.Dropout(dropout, name="dropout_2")(x)
    logits = layer.Dense(n_symbols, name="dense")(x)
    return k.Model([indices, *given], [logits, a1, c1, a2, c2], name="sequences")


@dataclass
class Progress:
    """What is known of a training after some steps."""

    step: int = 0
    seconds: float = 0.0
    loss: float = 0.0  # of the steps since the last validation, times the characters that counted
    counted: int = 0
    best: float = math.inf
    best_step: int = 0
    curve: list[list[float]] = field(default_factory=list)  # step, training loss, validation loss


class Trainer:
    """A training that can be stopped after any step, written down, and gone on with.

    Args:
        rows: What each batch reads, and by which recipe.
        validation: The text that the best weights are chosen by; an empty one: the last are the best.
        n_symbols: n.
        start: Arrays named layer/weight to start from; none: Keras's initial weights.
        recurrent_activation: The gates: "sigmoid" or "hard_sigmoid".
        units: The units of each LSTM.
    """

    def __init__(
        self,
        rows: RunningRows | WindowRows,
        validation: Indices,
        n_symbols: int,
        start: Arrays | None = None,
        recurrent_activation: str = "sigmoid",
        units: int = UNITS,
    ) -> None:
        k, tf = keras(), tensorflow()
        self.rows, self.validation = rows, validation
        self.recipe: Recipe | WindowRecipe = rows.recipe
        k.utils.set_random_seed(self.recipe.seed)
        self.model = build_sequence_model(n_symbols, self.recipe.dropout, units, recurrent_activation)
        if start is not None:
            set_arrays(self.model, start)
        self.optimizer = k.optimizers.Adam(
            self.recipe.learning_rate(0), beta_2=self.recipe.beta_2, global_clipnorm=self.recipe.clip
        )
        self.optimizer.build(self.model.trainable_variables)
        self.average = [tf.Variable(value.value) for value in self.model.trainable_variables]
        self.states = [tf.Variable(tf.zeros((self.recipe.batch, units))) for _ in range(4)]
        self.best = self.averages()
        self.progress = Progress()
        self._step = tf.function(self._one_step)
        self._window_loss = tf.function(self._forward_windows, reduce_retracing=True)

    def run_step(self) -> float:
        """One batch; the loss in nats a character."""
        tf, step = tensorflow(), self.progress.step
        batch = self.rows.batch(step)
        # Early averages must forget the random start: their decay rises with the steps.
        decay = min(self.recipe.average, (1 + step) / (10 + step))
        self.optimizer.learning_rate.assign(self.recipe.learning_rate(step))
        arrays = Batch(*(tf.constant(array) for array in batch))
        loss = float(self._step(arrays, tf.constant(decay, tf.float32)))
        self.progress.step += 1
        # A short batch, the last of an epoch, counts for as much as it holds.
        share = int(np.count_nonzero(batch.weights))
        self.progress.loss += loss * share
        self.progress.counted += share
        return loss

    def validate(self) -> float:
        """Measures the averaged weights on the validation text and keeps them if they are the best."""
        nats = self.window_nats(self.validation)
        progress = self.progress
        training = progress.loss / max(1, progress.counted)
        progress.curve.append([progress.step, round(training, 5), round(nats, 5)])
        progress.loss, progress.counted = 0.0, 0
        if nats < progress.best or not len(self.validation):
            progress.best, progress.best_step, self.best = nats, progress.step, self.averages()
        return nats

    def window_nats(self, text: Indices) -> float:
        """The cross-entropy of the averaged weights, the course's way: 40 characters, zero state."""
        tf, total = tensorflow(), 0.0
        x, y = window_indices(text)
        variables = self.model.trainable_variables
        held = [variable.numpy() for variable in variables]
        for variable, average in zip(variables, self.average, strict=True):
            variable.assign(average)
        for start in range(0, len(y), PART):
            part = slice(start, start + PART)
            total += float(self._window_loss(tf.constant(x[part]), tf.constant(y[part])))
        for variable, value in zip(variables, held, strict=True):
            variable.assign(value)
        return total / max(1, len(y))

    def arrays(self) -> Arrays:
        """Everything that going on needs, by name."""
        named: Arrays = {"places": self.rows.places}
        groups = (("average", self.average), ("state", self.states), ("model", self.model.variables))
        for group, variables in (*groups, ("adam", self.optimizer.variables)):
            named |= {f"{group}/{number:02d}": value.numpy() for number, value in enumerate(variables)}
        return named | {f"best/{name}": array for name, array in self.best.items()}

    def restore(self, arrays: Arrays, progress: dict[str, Any]) -> None:
        """Goes back to what `arrays` and `progress` describe."""
        groups = (("average", self.average), ("state", self.states), ("model", self.model.variables))
        for group, variables in (*groups, ("adam", self.optimizer.variables)):
            for number, variable in enumerate(variables):
                variable.assign(arrays[f"{group}/{number:02d}"])
        self.rows.places = arrays["places"].astype(np.int64)
        self.best = {name: arrays[f"best/{name}"] for name in self.best}
        self.progress = Progress(**progress)

    def averages(self) -> Arrays:
        """The averaged weights, named as bundles name them."""
        names = named_variables(self.model)
        return {name: value.numpy() for name, value in zip(names, self.average, strict=True)}

    def _one_step(self, batch: Batch, decay: Any) -> Any:
        tf, variables = tensorflow(), self.model.trainable_variables
        with tf.GradientTape() as tape:
            states = [state * batch.keep for state in self.states]
            logits, *states = self.model([batch.x, *states], training=True)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(batch.y, logits) * batch.weights
            loss = tf.reduce_sum(losses) / tf.reduce_sum(batch.weights)
        gradients = tape.gradient(loss, [variable.value for variable in variables])
        self.optimizer.apply(gradients, variables)
        for average, variable in zip(self.average, variables, strict=True):
            average.assign_add((1 - decay) * (variable.value - average))
        for state, value in zip(self.states, states, strict=True):
            state.assign(value)
        return loss

    def _forward_windows(self, x: Any, y: Any) -> Any:
        tf = tensorflow()
        zero = tf.zeros((tf.shape(x)[0], self.states[0].shape[1]))
        logits = self.model([x, zero, zero, zero, zero], training=False)[0]
        return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits[:, -1]))


def named_variables(model: Any) -> dict[str, Any]:
    """A model's trainable variables by the names that bundles use, layer/weight, in the model's own order."""
    return {
        f"{layer.name}/{variable.name}": variable
        for layer in model.layers
        for variable in layer.trainable_variables
    }


def set_arrays(model: Any, arrays: Arrays) -> None:
    """Gives a model the arrays of a bundle."""
    for name, variable in named_variables(model).items():
        variable.assign(arrays[name])
