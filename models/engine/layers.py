"""The recurrent layers of trained networks, for sampling: float32, forward only, fast.

A step of numpy_core is written to be read and to be differentiated: a gate a line, with a cache. A step here
takes all gates in one product, and that of an LSTM in one tanh, into memory that it uses again. Tests
compare each layer with the core's cell and with Keras.

Letters: n_x inputs, n_a units, b sequences side by side, T steps. Arrays are row-major here, as in
Keras: inputs (b, n_x), hidden state (b, n_a). A layer's state is a tuple of such arrays; a step makes
new ones and leaves the old ones as they were. Scratch memory is kept from step to step, so one layer
belongs to one thread.
"""

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models import cells
from models.cells import GruTrace, LstmTrace, Operations, RnnTrace, Trace
from models.numpy_core.one_hot import NO_SYMBOL as NO_SYMBOL
from models.shapes import GATES

Floats = NDArray[np.float32]
LayerState = tuple[Floats, ...]

RECURRENT_ACTIVATIONS = ("sigmoid", "hard_sigmoid")
CACHE_LINE = 64  # bytes
HALF = np.array(0.5, dtype=np.float32)  # an array: NumPy converts a Python number at every call
ZERO = np.array(0.0, dtype=np.float32)
ONE = np.array(1.0, dtype=np.float32)


class Recurrent:
    """A recurrent layer: its weights joined as one matrix, and its scratch memory.

    Args:
        kernel: (n_x, gates * n_a), columns in Keras's order.
        recurrent_kernel: (n_a, gates * n_a).
        bias: (gates * n_a,), or of a `Gru` (2, gates * n_a).
        recurrent_activation: "sigmoid", or "hard_sigmoid": Keras 2's clip(0.2 x + 0.5, 0, 1).
    """

    gates: ClassVar[int]
    order: ClassVar[tuple[int, ...]]  # Keras's gate blocks in the order used here: sigmoids first
    sigmoids: ClassVar[int]
    arrays: ClassVar[int]  # how many arrays a state has

    def __init__(
        self, kernel: Floats, recurrent_kernel: Floats, bias: Floats, recurrent_activation: str
    ) -> None:
        self.n_x, self.n_a = len(kernel), len(recurrent_kernel)
        self.hard = recurrent_activation == "hard_sigmoid"
        # [x; a; 1] times [kernel; recurrent kernel; bias] is a whole step's product; the parts are views.
        self.joined = _aligned(self._prepared(np.concatenate((kernel, recurrent_kernel, bias[None]))))
        self.kernel = self.joined[: self.n_x]
        self.recurrent_kernel = self.joined[self.n_x : -1]
        self.bias = self.joined[-1]
        if self.hard:
            self.bias[: self.sigmoids * self.n_a] += HALF
        self._scratch = _Scratch.of(1, self)

    def zero_state(self, batch: int) -> LayerState:
        """The state before the first step: zeros."""
        return tuple(np.zeros((batch, self.n_a), dtype=np.float32) for _ in range(self.arrays))

    def project(self, x: Floats) -> Floats:
        """The inputs' share of the gates for (..., n_x): one product for a whole sequence."""
        return np.asarray(x @ self.kernel + self.bias)

    def table(self) -> Floats:
        """`project` of every one-hot input; the last row, also row NO_SYMBOL, is that of no input."""
        return np.concatenate((self.kernel + self.bias, self.bias[None]))

    def step(self, x: Floats, state: LayerState) -> LayerState:
        """One step from inputs (b or 1, n_x), in one product."""
        scratch = self._scratch_for(len(state[0]))
        scratch.x[:] = x
        scratch.a[:] = state[0]
        np.dot(scratch.joined, self.joined, out=scratch.z)
        return self._advance(scratch, state)

    def step_projected(self, projected: Floats, state: LayerState) -> LayerState:
        """One step from what `project` or a row of `table` gives, (b or 1, gates * n_a)."""
        scratch = self._scratch_for(len(state[0]))
        np.dot(state[0], self.recurrent_kernel, out=scratch.z)
        np.add(scratch.z, projected, out=scratch.z)
        return self._advance(scratch, state)

    def sequence(self, projected: Floats, state: LayerState) -> tuple[Floats, LayerState]:
        """Steps over projected inputs (T, b, gates * n_a): every a, (T, b, n_a), and the last state."""
        a = np.empty((len(projected), len(state[0]), self.n_a), dtype=np.float32)
        for t, gates in enumerate(projected):
            state = self.step_projected(gates, state)
            a[t] = state[0]
        return a, state

    def trace(self, projected: Floats, state: LayerState) -> Trace:
        """What `sequence` computes at every step, gates and states: arrays (T, b, n_a)."""
        steps = []
        for gates in projected:
            step, state = self._traced(gates, state)
            steps.append(step)
        return type(steps[0])(*map(np.stack, zip(*steps, strict=True)))

    def _traced(self, projected: Floats, state: LayerState) -> tuple[Trace, LayerState]:
        """One step's gates and states, and the new state."""
        raise NotImplementedError

    def _advance(self, scratch: "_Scratch", state: LayerState) -> LayerState:
        """The new state from the gates' sums in scratch.z."""
        raise NotImplementedError

    def _activate(self, scratch: "_Scratch") -> None:
        """Applies the sigmoids and the tanh of all gates in place.

        sigmoid(z) = tanh(z / 2) / 2 + 1 / 2, and `_prepared` has halved the sigmoids' weights, so that one
        tanh covers every gate. Hard sigmoid: the slope is in the weights and the half in the bias.
        """
        sigmoid = scratch.sigmoid
        if self.hard:
            np.maximum(sigmoid, ZERO, out=sigmoid)
            np.minimum(sigmoid, ONE, out=sigmoid)
            np.tanh(scratch.tanh, out=scratch.tanh)
        else:
            np.tanh(scratch.z, out=scratch.z)
            np.multiply(sigmoid, HALF, out=sigmoid)
            np.add(sigmoid, HALF, out=sigmoid)

    def _prepared(self, columns: Floats) -> Floats:
        """Gate blocks in the order used here, the sigmoids' scaled as `_activate` expects them."""
        blocks = np.split(columns, self.gates, axis=-1)
        prepared = np.concatenate([blocks[number] for number in self.order], axis=-1)
        prepared[..., : self.sigmoids * self.n_a] *= np.float32(0.2 if self.hard else 0.5)
        return prepared

    def _scratch_for(self, batch: int) -> "_Scratch":
        if len(self._scratch.z) != batch:
            self._scratch = _Scratch.of(batch, self)
        return self._scratch


class Lstm(Recurrent):
    """Keras's LSTM: state (a, c), blocks i | f | c | o."""

    gates, order, sigmoids, arrays = GATES["lstm"], (0, 1, 3, 2), 3, 2

    def _advance(self, scratch: "_Scratch", state: LayerState) -> LayerState:
        self._activate(scratch)
        update, forget, output, candidate = scratch.blocks
        c, a = forget * state[1], update * candidate
        np.add(c, a, out=c)
        np.tanh(c, out=a)
        np.multiply(a, output, out=a)
        return a, c

    def _traced(self, projected: Floats, state: LayerState) -> tuple[LstmTrace, LayerState]:
        state = a, c = self.step_projected(projected, state)
        update, forget, output, candidate = (block.copy() for block in self._scratch.blocks)
        return LstmTrace(forget, update, output, candidate, c, a), state


class SimpleRnn(Recurrent):
    """Keras's SimpleRNN with tanh: state (a,)."""

    gates, order, sigmoids, arrays = GATES["simple_rnn"], (0,), 0, 1

    def _advance(self, scratch: "_Scratch", state: LayerState) -> LayerState:
        return (np.tanh(scratch.z),)

    def _traced(self, projected: Floats, state: LayerState) -> tuple[RnnTrace, LayerState]:
        state = self.step_projected(projected, state)
        return RnnTrace(*state), state


class Gru(Recurrent):
    """Keras's GRU: state (a,), blocks z | r | h.

    A bias of two rows is that of reset_after=True, Keras's default: the reset gate comes after the product
    with the recurrent kernel, which has the second row as its own bias. One row: the reset gate comes before
    that product, as in `models.numpy_core`.
    """

    gates, order, sigmoids, arrays = GATES["gru"], (0, 1, 2), 2, 1

    def __init__(
        self, kernel: Floats, recurrent_kernel: Floats, bias: Floats, recurrent_activation: str
    ) -> None:
        self.reset_after = bias.ndim == 2
        inputs_bias, recurrent_bias = bias if self.reset_after else (bias, bias)
        super().__init__(kernel, recurrent_kernel, inputs_bias, recurrent_activation)
        if self.reset_after:
            self._recurrent_bias = self._prepared(recurrent_bias)
        else:
            self._gate_kernel = np.ascontiguousarray(self.recurrent_kernel[:, : 2 * self.n_a])
            self._candidate_kernel = np.ascontiguousarray(self.recurrent_kernel[:, 2 * self.n_a :])

    def step(self, x: Floats, state: LayerState) -> LayerState:
        """One step from inputs (b or 1, n_x)."""
        return self.step_projected(self.project(x), state)

    def step_projected(self, projected: Floats, state: LayerState) -> LayerState:
        """One step from what `project` or a row of `table` gives, (b or 1, gates * n_a)."""
        return self._traced(projected, state)[1]

    def _traced(self, projected: Floats, state: LayerState) -> tuple[GruTrace, LayerState]:
        (a,), width = state, 2 * self.n_a
        if self.reset_after:
            recurrent = np.dot(a, self.recurrent_kernel)
            recurrent += self._recurrent_bias
            step = cells.gru(projected, recurrent, a, Operations(self._gate, np.tanh, _split))
        else:
            gates = self._gate(a @ self._gate_kernel + projected[:, :width])
            update, reset = gates[:, : self.n_a], gates[:, self.n_a :]
            candidate = np.tanh((reset * a) @ self._candidate_kernel + projected[:, width:])
            step = GruTrace(update, reset, candidate, update * (a - candidate) + candidate)
        return step, (step.a,)

    def _gate(self, z: Floats) -> Floats:
        """The gates of sums that `_prepared` has scaled, in the sums' memory; see `_activate`."""
        if self.hard:
            return np.clip(z, ZERO, ONE, out=z)
        np.tanh(z, out=z)
        z *= HALF
        z += HALF
        return z


def _aligned(array: Floats) -> Floats:
    """A copy whose first number begins a line of the processor's cache: a tenth of a small network's step."""
    memory = np.empty(array.nbytes + CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % CACHE_LINE
    copy = memory[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def _split(z: Floats, parts: int) -> list[Floats]:
    """Views of column blocks, which `np.split` takes ten times as long to make."""
    width = z.shape[1] // parts
    return [z[:, start : start + width] for start in range(0, z.shape[1], width)]


class _Scratch(NamedTuple):
    """Memory that every step of one batch size overwrites, and views into it."""

    joined: Floats  # (b, n_x + n_a + 1), the last column ones
    x: Floats
    a: Floats
    z: Floats  # (b, gates * n_a)
    sigmoid: Floats
    tanh: Floats
    blocks: tuple[Floats, ...]

    @classmethod
    def of(cls, batch: int, layer: Recurrent) -> "_Scratch":
        joined = np.ones((batch, layer.n_x + layer.n_a + 1), dtype=np.float32)
        z = np.empty((batch, layer.gates * layer.n_a), dtype=np.float32)
        edge = layer.sigmoids * layer.n_a
        return cls(
            joined=joined,
            x=joined[:, : layer.n_x],
            a=joined[:, layer.n_x : -1],
            z=z,
            sigmoid=z[:, :edge],
            tanh=z[:, edge:],
            blocks=tuple(np.split(z, layer.gates, axis=1)),
        )


KINDS: dict[str, type[Recurrent]] = {"lstm": Lstm, "gru": Gru, "simple_rnn": SimpleRnn}
