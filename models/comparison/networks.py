"""Networks of equal size to compare: one recurrent layer of each kind, and a softmax layer behind it.

Letters: n_x numbers read at a step, n_a units, n_y answers, m rows, T steps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from utils.backend import keras
from utils.bundle import Arrays
from utils.errors import UserError

NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "bilstm": "bidirectional LSTM"}
TOLERANCE = 0.02  # how far the parameter counts may lie apart, as a share of the smallest
REACH = 0.2  # how far they may lie from the budget, as a share of it

_LAYERS = {"rnn": "simple_rnn_1", "lstm": "lstm_1", "gru": "gru_1", "bilstm": "lstm_1"}
_GATES = {"rnn": 1, "lstm": 4, "gru": 3, "bilstm": 4}


@dataclass(frozen=True)
class Form:
    """What all the networks of a comparison read and answer.

    Args:
        symbols: How many different symbols are read.
        n_y: How many different answers there are.
        embedding: 0: symbols are read as one-hot vectors, -1 being the zero vector, and every position is
            answered. Else the length of the vectors learnt for symbols 1 to `symbols`, 0 being passed
            over, and only the end is answered.
    """

    symbols: int
    n_y: int
    embedding: int = 0

    @property
    def n_x(self) -> int:
        """How many numbers the recurrent layer reads at a step."""
        return self.embedding or self.symbols


def parameters(kind: str, n_a: int, form: Form) -> int:
    """How many weights the recurrent layer and the softmax layer have; an embedding does not count.

    A gate has a column of n_x + n_a weights and a bias for each unit: one gate in an RNN, three in a GRU
    (reset_after=False), four in an LSTM, eight in a bidirectional one.
    """
    directions = 2 if kind == "bilstm" else 1
    recurrent = directions * _GATES[kind] * n_a * (form.n_x + n_a + 1)
    return recurrent + (directions * n_a + 1) * form.n_y


def units_for(budget: int, kinds: Sequence[str], form: Form) -> dict[str, int]:
    """The units of each kind with which all have the same number of parameters, within TOLERANCE.

    Args:
        budget: The number wanted; the nearest at which the kinds agree is taken.
        kinds: Keys of NAMES.
        form: What the networks read and answer.

    Raises:
        UserError: The kinds agree nowhere within REACH of the budget: it is too small.
    """
    counts = {kind: list(_counts(kind, form, int(budget * (1 + REACH)))) for kind in kinds}
    if all(counts.values()):
        targets = {count for of_kind in counts.values() for count in of_kind}
        for target in sorted(targets, key=lambda count: (abs(count - budget), count)):
            if abs(target - budget) > REACH * budget:
                break
            nearest = {kind: min(of_kind, key=lambda n: abs(n - target)) for kind, of_kind in counts.items()}
            if max(nearest.values()) <= min(nearest.values()) * (1 + TOLERANCE):
                return {kind: counts[kind].index(count) + 1 for kind, count in nearest.items()}
    raise UserError(
        f"no networks for {form.symbols} symbols have about {budget} parameters each and differ by less than "
        f"{TOLERANCE:.0%}; give larger --parameters"
    )


def build(kind: str, n_a: int, form: Form, seed: int) -> Any:
    """A network of one kind, not compiled.

    Returns:
        A Keras model from indices to logits: (m, T) -> (m, T, n_y), or (m, n_y) with an embedding.
    """
    k = keras()
    indices = k.Input((None,), dtype="int32", name="indices")
    first, *rest = (int(drawn) for drawn in np.random.default_rng(seed).integers(1 << 31, size=6))
    if form.embedding:
        vectors = k.initializers.RandomUniform(-0.05, 0.05, seed=first)
        embedding = k.layers.Embedding(
            form.symbols + 1, form.embedding, vectors, mask_zero=True, name="embedding"
        )
        a = _recurrent(kind, n_a, False, rest)(embedding(indices))
    else:
        a = _recurrent(kind, n_a, True, rest)(k.ops.one_hot(indices, form.symbols))
    softmax_weights = k.initializers.GlorotUniform(rest[-1])
    logits = k.layers.Dense(form.n_y, kernel_initializer=softmax_weights, name="dense")(a)
    return k.Model(indices, logits, name=kind)


def arrays(network: Any, kind: str) -> Arrays:
    """The weights of a network that reads one-hot symbols, by the names that bundles and the engine use."""
    recurrent, dense = (network.get_layer(name).get_weights() for name in (_LAYERS[kind], "dense"))
    parts = (("kernel", "recurrent_kernel", "bias"), recurrent), (("kernel", "bias"), dense)
    return {
        f"{layer}/{part}": array
        for layer, (names, weights) in zip((_LAYERS[kind], "dense"), parts, strict=True)
        for part, array in zip(names, weights, strict=True)
    }


def _recurrent(kind: str, n_a: int, sequences: bool, seeds: Sequence[int]) -> Any:
    """The recurrent layer. All kinds are computed step by step: cuDNN knows only some of them."""
    layers = keras().layers
    if kind == "bilstm":
        forwards = _one_way("lstm", n_a, sequences, seeds)
        backwards = _one_way("lstm", n_a, sequences, seeds[2:], name="lstm_2", go_backwards=True)
        return layers.Bidirectional(forwards, backward_layer=backwards, name="bidirectional")
    return _one_way(kind, n_a, sequences, seeds)


def _one_way(kind: str, n_a: int, sequences: bool, seeds: Sequence[int], **others: Any) -> Any:
    layers, initializers = keras().layers, keras().initializers
    options: dict[str, Any] = {
        "kernel_initializer": initializers.GlorotUniform(seeds[0]),
        "recurrent_initializer": initializers.Orthogonal(seed=seeds[1]),
        "return_sequences": sequences,
        "name": _LAYERS[kind],
        **others,
    }
    if kind == "rnn":
        return layers.SimpleRNN(n_a, **options)
    if kind == "gru":
        return layers.GRU(n_a, reset_after=False, use_cudnn=False, **options)
    return layers.LSTM(n_a, use_cudnn=False, **options)


def _counts(kind: str, form: Form, most: int) -> Iterator[int]:
    """The parameters with 1, 2, 3, ... units, as long as there are not more than `most`."""
    n_a = 1
    while (count := parameters(kind, n_a, form)) <= most:
        yield count
        n_a += 1
