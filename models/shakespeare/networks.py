"""The poem network in Keras: built from a bundle's arrays, read from, and trained a little further."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.engine.layers import NOTHING
from models.shakespeare.course import DROPOUT, build_model, on_indices
from models.shakespeare.predictors import LONGEST, Floats, Ints, Reader
from models.shakespeare.training import build_sequence_model, named_variables, set_arrays
from models.shakespeare.weights import APP
from utils.backend import keras, tensorflow
from utils.bundle import Bundle

PARTS = 2  # of a batch in training; the same on every machine, so that a seed gives the same network


def course_model(network: Bundle, dropout: float = DROPOUT) -> Any:
    """The course's network with a bundle's weights and gates, not compiled."""
    architecture = network.architecture
    model = build_model(
        architecture["window"],
        len(network.vocabulary),
        architecture["units"],
        dropout,
        architecture["recurrent_activation"],
    )
    set_arrays(model, network.weights)
    return model


def to_bundle(model: Any, like: Bundle, training: dict[str, Any]) -> Bundle:
    """The bundle of a model that has the architecture of another bundle."""
    arrays = {name: variable.numpy() for name, variable in named_variables(model).items()}
    return Bundle(APP, like.architecture, like.vocabulary, arrays, training, like.extra)


def compile_on_indices(model: Any, rate: float = 1e-3) -> Any:
    """The network that reads indices (m, Tx) and learns from indices (m,), with a fresh Adam."""
    indexed = on_indices(model, PARTS)
    indexed.compile(optimizer=keras().optimizers.Adam(rate), loss="sparse_categorical_crossentropy")
    return indexed


def reader(network: Bundle, state: str) -> Reader:
    """What predicts with Keras, the state "carried" or a "window" run again."""
    return KerasCarriedReader(network) if state == "carried" else KerasWindowReader(network)


class KerasCarriedReader:
    """Keras with its state carried: one traced step for each character."""

    def __init__(self, network: Bundle) -> None:
        tf, architecture = tensorflow(), network.architecture
        self._units = architecture["units"]
        self._model = build_sequence_model(
            len(network.vocabulary), 0.0, self._units, architecture["recurrent_activation"]
        )
        set_arrays(self._model, network.weights)
        self._states: list[Any] = []
        self._run = tf.function(self._forward, reduce_retracing=True)

    def begin(self, prompt: Sequence[int], poems: int) -> Floats:
        """See models.shakespeare.predictors.Reader."""
        self._states = [tensorflow().zeros((poems, self._units)) for _ in range(4)]
        return self._read(np.tile(np.asarray(prompt[-LONGEST:]), (poems, 1)))

    def read(self, chosen: Ints) -> Floats:
        """See models.shakespeare.predictors.Reader."""
        return self._read(np.asarray(chosen)[:, None])

    def _read(self, indices: Ints) -> Floats:
        p, self._states = self._run(tensorflow().constant(indices, dtype="int32"), self._states)
        return np.asarray(p.numpy())

    def _forward(self, indices: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        logits, *states = self._model([indices, *states], training=False)
        return tensorflow().nn.softmax(logits[:, -1]), states


class KerasWindowReader:
    """Keras with the window run again for each character."""

    def __init__(self, network: Bundle) -> None:
        self._model = on_indices(course_model(network))
        self._length = network.architecture["window"]
        self._window = np.zeros((0, self._length), dtype=np.int32)
        self._run = tensorflow().function(self._forward, reduce_retracing=True)

    def begin(self, prompt: Sequence[int], poems: int) -> Floats:
        """See models.shakespeare.predictors.Reader; a short prompt is padded with zero vectors."""
        window = ([NOTHING] * self._length + list(prompt))[-self._length :]
        self._window = np.tile(np.array(window, dtype=np.int32), (poems, 1))
        return self._read()

    def read(self, chosen: Ints) -> Floats:
        """See models.shakespeare.predictors.Reader."""
        self._window = np.concatenate((self._window[:, 1:], np.asarray(chosen, np.int32)[:, None]), axis=1)
        return self._read()

    def _read(self) -> Floats:
        return np.asarray(self._run(tensorflow().constant(self._window)).numpy())

    def _forward(self, window: Any) -> Any:
        return self._model(window, training=False)
