"""Networks of equal size: how many parameters each kind has, and the units for a number of parameters.

Letters: n_x numbers read at a step, n_a units, n_y outputs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.shapes import Shapes, recurrent_shapes, stacked_shapes
from utils.errors import UserError

NAMES = {"rnn": "RNN", "lstm": "LSTM", "gru": "GRU", "bilstm": "bidirectional LSTM"}
KERAS_NAMES = {"rnn": "simple_rnn", "lstm": "lstm", "gru": "gru"}
TOLERANCE = 0.02  # the largest difference of the parameter counts, as a share of the smallest
MAX_DEVIATION = 0.2  # from the given number of parameters, as a share of it


@dataclass(frozen=True)
class Dimensions:
    """The inputs and outputs that all networks of a comparison have.

    Args:
        symbols: Distinct input symbols.
        n_y: Distinct outputs.
        embedding: 0: symbols are one-hot vectors, -1 being the zero vector, and every position has an
            output. Else the length of learnt vectors for the symbols 1 to `symbols`, 0 being padding, and
            there is one output, at the end.
    """

    symbols: int
    n_y: int
    embedding: int = 0

    @property
    def n_x(self) -> int:
        """Numbers that the recurrent layer reads at a step."""
        return self.embedding or self.symbols


def network_shapes(kind: str, n_a: int, dimensions: Dimensions) -> Shapes:
    """The arrays of a network, without an embedding's.

    Args:
        kind: A key of NAMES.
        n_a: Units.
        dimensions: The inputs and outputs.
    """
    n_x, n_y = dimensions.n_x, dimensions.n_y
    if kind != "bilstm":
        return stacked_shapes(KERAS_NAMES[kind], n_x, [n_a], n_y)
    directions = (recurrent_shapes(f"{way}_lstm", "lstm", n_x, n_a) for way in ("forward", "backward"))
    return {**next(directions), **next(directions), "dense/kernel": (2 * n_a, n_y), "dense/bias": (n_y,)}


def parameters(kind: str, n_a: int, dimensions: Dimensions) -> int:
    """The number of weights of the recurrent and the softmax layer; an embedding does not count.

    Example:
        >>> parameters("rnn", 50, Dimensions(27, 27))
        5277
    """
    return sum(math.prod(shape) for shape in network_shapes(kind, n_a, dimensions).values())


def units_for(budget: int, kinds: Sequence[str], dimensions: Dimensions) -> dict[str, int]:
    """The units of each kind with which all have the same number of parameters, within TOLERANCE.

    Args:
        budget: The number of parameters; the nearest at which the kinds agree is taken.
        kinds: Keys of NAMES.
        dimensions: The inputs and outputs.

    Raises:
        UserError: The kinds agree nowhere within MAX_DEVIATION of the budget: it is too small.
    """
    counts = {kind: list(_counts(kind, dimensions, int(budget * (1 + MAX_DEVIATION)))) for kind in kinds}
    if all(counts.values()):
        targets = {count for of_kind in counts.values() for count in of_kind}
        for target in sorted(targets, key=lambda count: (abs(count - budget), count)):
            if abs(target - budget) > MAX_DEVIATION * budget:
                break
            nearest = {kind: min(of_kind, key=lambda n: abs(n - target)) for kind, of_kind in counts.items()}
            if max(nearest.values()) <= min(nearest.values()) * (1 + TOLERANCE):
                return {kind: counts[kind].index(count) + 1 for kind, count in nearest.items()}
    raise UserError(
        f"parameters: expected more than {budget}: networks of {dimensions.symbols} symbols and about "
        f"as many parameters differ by more than {TOLERANCE:.0%}"
    )


def _counts(kind: str, dimensions: Dimensions, most: int) -> Iterator[int]:
    """The parameters with 1, 2, 3, ... units, up to `most`."""
    n_a = 1
    while (count := parameters(kind, n_a, dimensions)) <= most:
        yield count
        n_a += 1
