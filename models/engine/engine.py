"""The NumPy engine: stacked recurrent layers and a softmax, from a bundle, without TensorFlow.

Its cells are those of numpy_core in float32, written for speed (see models.engine.layers). Its probabilities
are those of the Keras model with the same weights, to 1e-5. State is carried from step to step (`step`,
`prime`), or a window is run again (`run`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.cells import Trace
from models.engine.layers import (
    KINDS,
    NO_SYMBOL,
    RECURRENT_ACTIVATIONS,
    Floats,
    LayerState,
    Recurrent,
)
from models.shapes import EMBEDDING, recurrent_layers
from utils.bundle import Bundle

Inputs = int | Sequence[int | None] | NDArray[Any] | None

_VECTORS = "fb"  # dtype kinds that are vectors: floating-point numbers, and one-hot booleans
_WHOLE = (int, np.integer)
AT_ONCE = 1 << 23  # numbers that `run` computes at once for one layer: 32 MB


@dataclass(frozen=True)
class State:
    """The layers' states: for each layer (a,) or, for an LSTM, (a, c), each (batch, n_a).

    A step never changes a state, so that sampling can return to an earlier one.
    """

    layers: tuple[LayerState, ...]

    @property
    def batch(self) -> int:
        """How many sequences run side by side."""
        return len(self.layers[0][0])


class Engine:
    """Stacked recurrent layers in Keras's layout, a dense softmax, and optionally an embedding before them.

    An engine belongs to one thread: its layers keep scratch memory. Its `width` is the most numbers that it
    holds for one position of a sequence: a layer's gates, or the probabilities.

    Args:
        arrays: A stacked network's, named as `models.shapes.stacked_shapes` names them and of the shapes that
            it gives; the caller has checked them (`utils.bundle.require_shapes`). lstm_1/kernel has the
            columns i | f | c | o, gru_1/bias two rows for reset_after=True, and simple_rnn_1 is of tanh.
            Without an embedding an index stands for a one-hot vector.
        recurrent_activation: "sigmoid", or "hard_sigmoid": Keras 2's clip(0.2 x + 0.5, 0, 1).

    Raises:
        ValueError: recurrent_activation is neither.
    """

    def __init__(self, arrays: Mapping[str, NDArray[Any]], *, recurrent_activation: str = "sigmoid") -> None:
        if recurrent_activation not in RECURRENT_ACTIVATIONS:
            raise ValueError(
                f"recurrent_activation: expected one of {', '.join(RECURRENT_ACTIVATIONS)}, "
                f"got {recurrent_activation!r}"
            )
        weights = {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}
        kind, layers = recurrent_layers(weights)
        self.layers: tuple[Recurrent, ...] = tuple(
            KINDS[kind](
                weights[f"{name}/kernel"],
                weights[f"{name}/recurrent_kernel"],
                weights[f"{name}/bias"],
                recurrent_activation,
            )
            for name in layers
        )
        self._kernel, self._bias = weights["dense/kernel"], weights["dense/bias"]
        self.n_x, self.n = self.layers[0].n_x, len(self._bias)
        # Row i is the first layer's input for symbol i; the last row is that of no symbol.
        self._rows = self.layers[0].table()
        self._read_rows: Callable[[Floats, LayerState], LayerState] = self.layers[0].step_projected
        self._embedded = EMBEDDING in weights
        if self._embedded:
            nothing = np.zeros((1, self.n_x), dtype=np.float32)
            self._rows = np.concatenate((weights[EMBEDDING], nothing))
            self._read_rows = self.layers[0].step
        self.n_symbols = len(self._rows) - 1
        self.width = max(self.n, *(layer.gates * layer.n_a for layer in self.layers))

    @classmethod
    def from_bundle(cls, bundle: Bundle) -> "Engine":
        """The engine of a checked bundle, with the recurrent_activation that its architecture may name."""
        activation = bundle.architecture.get("recurrent_activation", "sigmoid")
        return cls(bundle.network(), recurrent_activation=activation)

    def zero_state(self, batch: int = 1) -> State:
        """The state before anything was read, for `batch` sequences side by side.

        Raises:
            ValueError: batch is below 1.
        """
        if batch < 1:
            raise ValueError(f"batch: expected 1 or more, got {batch}")
        return State(tuple(layer.zero_state(batch) for layer in self.layers))

    def step(self, inputs: Inputs, state: State, *, answered: slice | None = None) -> tuple[Floats, State]:
        """Reads one symbol or vector for each sequence.

        Args:
            inputs: One index for all sequences, or indices (batch,), -1 or None being the zero vector;
                or vectors (batch, n_x) of floating-point numbers or booleans.
            state: From `zero_state`, `step` or `prime`; it is left as it is.
            answered: The sequences whose probabilities are computed; None: all.

        Returns:
            Probabilities (batch, n) of the sequences answered, in new memory, and the new state.

        Raises:
            ValueError: An index is out of range, or a shape does not fit the state or the network.
        """
        new = self._first_step(inputs, state)
        states = [new]
        for layer, old in zip(self.layers[1:], state.layers[1:], strict=True):
            new = layer.step(new[0], old)
            states.append(new)
        a = new[0] if answered is None else new[0][answered]
        return self._softmax(a), State(tuple(states))

    def run(self, x: Inputs, all_positions: bool = False) -> Floats:
        """Reads whole sequences from the zero state: the course's way, a window for every symbol.

        Args:
            x: Indices (T,) or (batch, T), -1 or None being the zero vector; or vectors (T, n_x) or
                (batch, T, n_x). Without the batch axis: one sequence.
            all_positions: Whether to return probabilities after every position, not only the last.

        Returns:
            Probabilities (batch, n), or (batch, T, n) for all positions.

        Raises:
            ValueError: An index is out of range, a shape does not fit, or there is nothing to read.
        """
        array = self._sequences(x)
        rows, parts = max(1, AT_ONCE // (array.shape[1] * self.width)), []
        for start in range(0, len(array), rows):
            a, _ = self._read(array[start : start + rows])
            parts.append(self._softmax(a.swapaxes(0, 1) if all_positions else a[-1]))
        return np.concatenate(parts)

    def prime(
        self, x: Inputs, state: State | None = None, all_positions: bool = False
    ) -> tuple[Floats, State]:
        """Reads whole sequences, as `run`, and keeps the state to continue from.

        Args:
            x: As `run` takes it.
            state: The state to start from; None: the zero state.
            all_positions: As `run` takes it.

        Returns:
            Probabilities as `run` returns them, and the state after the last position.

        Raises:
            ValueError: As `run`, or the state is of another batch size.
        """
        a, new = self._read(self._sequences(x), state)
        return self._softmax(a.swapaxes(0, 1) if all_positions else a[-1]), new

    def trace(self, x: Inputs) -> tuple[Trace, ...]:
        """Reads whole sequences, as `run`, and keeps every gate and state on the way.

        Args:
            x: As `run` takes it.

        Returns:
            For each layer its gates and states by their names, arrays (batch, T, n_a).

        Raises:
            ValueError: As `run`.

        Example:
            >>> from models.shakespeare import weights
            >>> bundle = weights.load()
            >>> first, second = Engine.from_bundle(bundle).trace(bundle.vocabulary.encode("love is"))
            >>> first.forget.shape, bool((second.c[0, -1] > 1).any())
            ((1, 7, 128), True)
        """
        projected, traces = self._projected(self._sequences(x)), list[Trace]()
        for layer in self.layers:
            if traces:
                projected = layer.project(traces[-1].a)
            traces.append(layer.trace(projected, layer.zero_state(projected.shape[1])))
        return tuple(type(trace)(*(array.swapaxes(0, 1) for array in trace)) for trace in traces)

    def _first_step(self, inputs: Inputs, state: State) -> LayerState:
        old = state.layers[0]
        if inputs is None or isinstance(inputs, _WHOLE):
            row = self._row(inputs)
            return self._read_rows(self._rows[row : row + 1], old)
        array = np.asarray(inputs)
        vectors = array.dtype.kind in _VECTORS
        expected = (state.batch, self.n_x) if vectors else (state.batch,)
        if array.shape != expected:
            raise ValueError(f"inputs: expected shape {expected} for this state, got {array.shape}")
        if vectors:
            return self.layers[0].step(array, old)
        return self._read_rows(self._rows[self._row_numbers(array)], old)

    def _sequences(self, x: Inputs) -> NDArray[Any]:
        """Rows to look up (batch, T), or vectors (batch, T, n_x)."""
        array = np.asarray(x)
        vectors = array.dtype.kind in _VECTORS
        if array.ndim == 1 + vectors:
            array = array[None]
        if array.ndim != 2 + vectors or 0 in array.shape:
            raise ValueError(
                f"x: expected shape (batch, T) or (batch, T, n_x), none empty, got {array.shape}"
            )
        if vectors and array.shape[2] != self.n_x:
            raise ValueError(f"x: expected vectors of length {self.n_x}, got {array.shape[2]}")
        return array if vectors else self._row_numbers(array)

    def _projected(self, array: NDArray[Any]) -> Floats:
        """The inputs' share of the first layer's gates, time first: (T, batch, gates * n_a)."""
        array = array.swapaxes(0, 1)
        if array.ndim == 2:
            if not self._embedded:
                return np.asarray(self._rows[array])
            array = self._rows[array]
        return self.layers[0].project(array.astype(np.float32, copy=False))

    def _read(self, array: NDArray[Any], state: State | None = None) -> tuple[Floats, State]:
        """Runs each layer over the whole sequence before the next: a (T, batch, n_a), last states."""
        state = state or self.zero_state(len(array))
        if state.batch != len(array):
            raise ValueError(f"state: expected batch size {len(array)}, got {state.batch}")
        a, new = self.layers[0].sequence(self._projected(array), state.layers[0])
        states = [new]
        for layer, old in zip(self.layers[1:], state.layers[1:], strict=True):
            a, new = layer.sequence(layer.project(a), old)
            states.append(new)
        return a, State(tuple(states))

    def _softmax(self, a: Floats) -> Floats:
        """Probabilities (..., n) in new memory."""
        z: Floats = np.dot(a, self._kernel)
        z += self._bias
        z -= np.maximum.reduce(z, axis=-1, keepdims=True)
        np.exp(z, out=z)
        z /= np.add.reduce(z, axis=-1, keepdims=True)
        return z

    def _row(self, index: int | None) -> int:
        """The row of an index: no symbol is the last row."""
        if index is None or index == NO_SYMBOL:
            return self.n_symbols
        if not 0 <= index < self.n_symbols:
            raise ValueError(f"index: expected -1 to {self.n_symbols - 1}, got {index}")
        return int(index)

    def _row_numbers(self, array: NDArray[Any]) -> NDArray[np.intp]:
        """The rows of many indices."""
        if array.dtype == object:
            array = np.array([NO_SYMBOL if i is None else i for i in array.flat]).reshape(array.shape)
        if array.dtype.kind not in "iu":
            raise ValueError(f"indices: expected whole numbers, got an array of {array.dtype}")
        if array.min() < -1 or array.max() >= self.n_symbols:
            raise ValueError(
                f"index: expected -1 to {self.n_symbols - 1}, got {array.min()} to {array.max()}"
            )
        return np.where(array < 0, self.n_symbols, array).astype(np.intp, copy=False)
