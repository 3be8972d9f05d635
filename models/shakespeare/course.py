"""Shakespeare completion under the course's names: windows of text, the network, and what it writes.

Letters: m windows, Tx characters in a window, n_x symbols. The zero vector stands for "no character"
and pads a short prompt on its left; among indices it is -1.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.shakespeare.predictors import TX, Choice, Reader, write
from utils import sampling
from utils.backend import keras
from utils.vocabulary import Vocabulary

STRIDE = 3
BLANK = "\n\n"  # read where a prompt has no character: what stands before a poem
UNITS = 128
DROPOUT = 0.5
LENGTH = 400  # characters of a poem
SHORT = 60  # characters of the sample at an epoch's end
PROMPT = "Write the beginning of your poem, the Shakespeare machine will complete it. Your input is: "


def build_data(text: str, Tx: int = TX, stride: int = STRIDE) -> tuple[list[str], list[str]]:  # noqa: N803
    """Cuts a text into windows and the character that follows each.

    Args:
        text: The text.
        Tx: Characters of a window.
        stride: Characters from one window's start to the next.

    Returns:
        X, the windows, and Y, the characters, m of each.

    Raises:
        ValueError: Tx or stride is below 1.
    """
    if Tx < 1 or stride < 1:
        raise ValueError(f"Tx and stride must be 1 or more, got {Tx} and {stride}")
    starts = range(0, len(text) - Tx, stride)
    return [text[start : start + Tx] for start in starts], [text[start + Tx] for start in starts]


def vectorization(
    X: Sequence[str],  # noqa: N803
    Y: Sequence[str],  # noqa: N803
    n_x: int,
    char_indices: Mapping[str, int],
    Tx: int = TX,  # noqa: N803
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """One-hot arrays of windows: the course's contract. Training itself feeds `window_indices`.

    Args:
        X: m windows of Tx characters.
        Y: The character after each.
        n_x: The number of symbols.
        char_indices: The index of each symbol.
        Tx: Characters of a window.

    Returns:
        x (m, Tx, n_x) and y (m, n_x), boolean.

    Raises:
        ValueError: A window has another length, or there are not as many characters as windows.
    """
    if len(X) != len(Y):
        raise ValueError(f"X and Y must have the same length, got {len(X)} and {len(Y)}")
    x = np.zeros((len(X), Tx, n_x), dtype=np.bool_)
    y = np.zeros((len(X), n_x), dtype=np.bool_)
    for row, (window, character) in enumerate(zip(X, Y, strict=True)):
        if len(window) != Tx:
            raise ValueError(f"every window must have {Tx} characters, got {len(window)}")
        x[row, np.arange(Tx), [char_indices[symbol] for symbol in window]] = True
        y[row, char_indices[character]] = True
    return x, y


def window_indices(
    text: Sequence[int] | NDArray[Any],
    Tx: int = TX,  # noqa: N803
    stride: int = STRIDE,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The same windows as `build_data`, as indices: x (m, Tx) and y (m,)."""
    indices = np.asarray(text, dtype=np.int32)
    starts = np.arange(0, max(0, len(indices) - Tx), stride)
    return indices[starts[:, None] + np.arange(Tx)], indices[starts + Tx]


def sample(
    preds: NDArray[np.floating], temperature: float = 1.0, generator: np.random.Generator | None = None
) -> int:
    """One index drawn from softmax(log(preds) / temperature).

    Args:
        preds: Probabilities of shape (n_x,).
        temperature: Above 0; below 1 the likely becomes likelier.
        generator: Where the randomness comes from; none: a new one.
    """
    return sampling.sample(preds, generator or np.random.default_rng(), temperature)


def generate_output(
    reader: Reader,
    vocabulary: Vocabulary,
    prompt: str,
    numbers: NDArray[np.floating],
    choice: Choice | None = None,
) -> Iterator[str]:
    """The course's generate_output as an iterator: the characters that follow a beginning.

    Args:
        reader: What predicts.
        vocabulary: The symbols; those of the prompt must be among them.
        prompt: The beginning, in lower case; a trailing space matters. Empty: a new poem.
        numbers: (length,) in [0, 1): one for each character; 400 of them in the course.
        choice: How to choose; none: temperature 1.
    """
    indices = vocabulary.encode(prompt or BLANK)
    for chosen, _ in write(reader, indices, np.asarray(numbers)[None], choice or Choice()):
        yield vocabulary.symbols[int(chosen[0])]


def on_epoch_end(
    epoch: int,
    logs: Mapping[str, float],
    reader: Reader,
    vocabulary: Vocabulary,
    generator: np.random.Generator,
    length: int = SHORT,
) -> str:
    """What the course's callback prints at the end of an epoch: the loss and a short sample.

    Args:
        epoch: From 0, as Keras counts.
        logs: Keras's figures; of these the loss is shown.
        reader: What predicts, with the epoch's weights.
        vocabulary: The symbols.
        generator: Where the randomness comes from.
        length: Characters of the sample.
    """
    text = "".join(generate_output(reader, vocabulary, "", generator.random(length)))
    return f"epoch {epoch + 1}: loss {logs.get('loss', float('nan')):.4f}; it writes: {text.strip()!r}"


def build_model(
    Tx: int = TX,  # noqa: N803
    n_x: int = 38,
    units: int = UNITS,
    dropout: float = DROPOUT,
    recurrent_activation: str = "sigmoid",
) -> Any:
    """The course's network: two LSTM layers with dropout, a dense layer, softmax.

    Args:
        Tx: Characters of a window.
        n_x: The number of symbols.
        units: The units of each LSTM.
        dropout: The share of each LSTM's outputs that training drops.
        recurrent_activation: The gates: "sigmoid", or "hard_sigmoid" for Keras 2's.

    Returns:
        A Keras model from x (m, Tx, n_x) to probabilities (m, n_x), not compiled.
    """
    k = keras()
    layer = k.layers
    gates = gate_activation(recurrent_activation)
    x = given = k.Input((Tx, n_x), name="x")
    x = layer.LSTM(units, return_sequences=True, recurrent_activation=gates, name="lstm_1")(x)
    x = layer.Dropout(dropout, name="dropout_1")(x)
    x = layer.LSTM(units, recurrent_activation=gates, name="lstm_2")(x)
    x = layer.Dropout(dropout, name="dropout_2")(x)
    x = layer.Dense(n_x, name="dense")(x)
    return k.Model(given, layer.Activation("softmax", name="softmax")(x), name="shakespeare")


def on_indices(model: Any, parts: int = 1) -> Any:
    """The same network, layers shared, that reads indices (m, Tx) and makes the one-hot vectors itself.

    Args:
        model: From `build_model`.
        parts: Into how many parts a batch is cut. They do not depend on each other, so each can have a
            thread of its own; one LSTM step is too small a product to be shared among threads.
    """
    k = keras()
    ops, n_x = k.ops, model.input_shape[-1]

    class OnIndices(k.Model):  # type: ignore[misc, name-defined]
        """See `on_indices`."""

        def __init__(self) -> None:
            super().__init__(name="shakespeare_on_indices")
            self.network = model

        def call(self, indices: Any, training: bool | None = None) -> Any:
            rows = ops.shape(indices)[0]
            size = (rows + parts - 1) // parts
            # Where the rows do not divide evenly, the first ones come again and are cut off at the end.
            filled = ops.take(indices, ops.arange(parts * size) % rows, axis=0)
            pieces = [filled[number * size : (number + 1) * size] for number in range(parts)]
            outputs = [self.network(ops.one_hot(piece, n_x), training=training) for piece in pieces]
            return ops.concatenate(outputs, axis=0)[:rows]

    return OnIndices()


def gate_activation(name: str) -> Any:
    """What Keras takes for a gate's activation: Keras 2's hard_sigmoid is not Keras 3's.

    Raises:
        ValueError: The name is neither "sigmoid" nor "hard_sigmoid".
    """
    if name == "sigmoid":
        return name
    if name == "hard_sigmoid":
        return _keras_2_hard_sigmoid()
    raise ValueError(f'recurrent_activation must be "sigmoid" or "hard_sigmoid", got {name!r}')


@cache
def _keras_2_hard_sigmoid() -> Any:
    """clip(0.2 x + 0.5, 0, 1), registered so that a saved model finds it again; Keras 3's slope is 1/6."""
    k = keras()

    def hard_sigmoid(x: Any) -> Any:
        return k.ops.clip(0.2 * x + 0.5, 0.0, 1.0)

    return k.saving.register_keras_serializable(package="cadenza")(hard_sigmoid)
