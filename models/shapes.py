"""The names and shapes of the arrays of each architecture, from which bundles are checked and engines built.

Letters: n_x numbers read at a step, n_a units of a layer, n_y outputs.
"""

from collections.abc import Iterable, Sequence
from itertools import count, takewhile

Shapes = dict[str, tuple[int, ...]]

GATES = {"simple_rnn": 1, "gru": 3, "lstm": 4}  # column blocks of a kernel, by Keras's names of the layers
EMBEDDING = "embedding/embeddings"


def recurrent_shapes(layer: str, kind: str, n_x: int, n_a: int, *, reset_after: bool = False) -> Shapes:
    """The arrays of one recurrent layer, in Keras's layout.

    Args:
        layer: The layer's name.
        kind: "lstm", "gru" or "simple_rnn".
        n_x: Numbers read at a step.
        n_a: Units.
        reset_after: Keras's option of a GRU, whose default there is True: the reset gate comes after the
            product with the recurrent kernel, which has a bias of its own.

    Example:
        >>> recurrent_shapes("lstm_1", "lstm", 38, 128)["lstm_1/kernel"]
        (38, 512)
    """
    width = GATES[kind] * n_a
    return {
        f"{layer}/kernel": (n_x, width),
        f"{layer}/recurrent_kernel": (n_a, width),
        f"{layer}/bias": (2, width) if kind == "gru" and reset_after else (width,),
    }


def stacked_shapes(
    kind: str,
    n_x: int,
    units: Sequence[int],
    n_y: int,
    *,
    embedding: int | None = None,
    reset_after: bool = False,
) -> Shapes:
    """The arrays of a stacked recurrent network: layers named KIND_1, KIND_2, ..., then a softmax layer.

    Args:
        kind: "lstm", "gru" or "simple_rnn".
        n_x: Numbers that the first layer reads at a step.
        units: The units of each layer.
        n_y: Outputs.
        embedding: Rows of an embedding whose vectors, of n_x numbers, the first layer reads; None: there
            is no embedding.
        reset_after: As `recurrent_shapes` takes it.

    Returns:
        Shapes by name, in the order of a forward pass.

    Example:
        >>> stacked_shapes("gru", 5, [4], 3)["dense/kernel"]
        (4, 3)
    """
    shapes: Shapes = {} if embedding is None else {EMBEDDING: (embedding, n_x)}
    for number, n_a in enumerate(units, 1):
        shapes |= recurrent_shapes(f"{kind}_{number}", kind, n_x, n_a, reset_after=reset_after)
        n_x = n_a
    return shapes | {"dense/kernel": (n_x, n_y), "dense/bias": (n_y,)}


def recurrent_layers(names: Iterable[str]) -> tuple[str, list[str]]:
    """The kind of a stacked network's recurrent layers, and their names, the first layer first.

    A network of a softmax layer alone has no LSTM layers.

    Args:
        names: The names of its arrays.

    Example:
        >>> recurrent_layers(stacked_shapes("gru", 5, [4, 4], 3))
        ('gru', ['gru_1', 'gru_2'])
    """
    known = frozenset(names)
    kind = next((kind for kind in GATES if f"{kind}_1/kernel" in known), "lstm")
    numbered = (f"{kind}_{number}" for number in count(1))
    return kind, list(takewhile(lambda name: f"{name}/kernel" in known, numbered))
