"""Windows of text, the course's examples: Tx characters, and the one that follows them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TX = 40  # characters of a window
STRIDE = 3  # characters from one window's start to the next
NEW_LINE = "\n"  # what stands before a record, where every line is one
BLANK = "\n\n"  # what is read instead of an empty prompt: what stands before a poem

Indices = NDArray[np.integer]


def window_indices(
    text: Sequence[int] | NDArray[Any],
    Tx: int = TX,  # noqa: N803
    stride: int = STRIDE,
) -> tuple[Indices, Indices]:
    """Cuts a text into windows, without copying it.

    Args:
        text: Indices.
        Tx: Characters of a window.
        stride: Characters from one window's start to the next.

    Returns:
        x (m, Tx), the windows, and y (m,), the character after each; both are views.

    Example:
        >>> x, y = window_indices([5, 6, 7, 8, 9], Tx=2, stride=2)
        >>> x.tolist(), y.tolist()
        ([[5, 6], [7, 8]], [7, 9])
    """
    indices = np.asarray(text)
    if len(indices) <= Tx:
        return np.zeros((0, Tx), np.int32), np.zeros(0, np.int32)
    return np.lib.stride_tricks.sliding_window_view(indices, Tx)[:-1:stride], indices[Tx::stride]


def validation_rows(
    text: NDArray[Any], length: int = 192, context: int = 64
) -> tuple[Indices, Indices, NDArray[np.float32]]:
    """Cuts a text into rows that together predict every character after the first, once.

    Args:
        text: Indices, two or more.
        length: Characters that a row predicts.
        context: Characters that a row reads before those.

    Returns:
        x (m, T), what is read; y (m, T), the character after each; and weights (m, T), 1 where it counts.

    Example:
        >>> x, y, weight = validation_rows(np.arange(7), length=3, context=1)
        >>> x.tolist(), weight.tolist()
        ([[0, 1, 2, 3], [2, 3, 4, 5]], [[1.0, 1.0, 1.0, 0.0], [0.0, 1.0, 1.0, 1.0]])
    """
    T = min(context + length, len(text) - 1)  # noqa: N806
    first = np.arange(0, len(text) - 1, length)[:, None]  # the last character that is not predicted
    places = np.clip(first - context, 0, len(text) - 1 - T) + np.arange(T)
    weight = (places >= first) & (places < first + length)
    indices = text.astype(np.int32)
    return indices[places], indices[places + 1], weight.astype(np.float32)


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

    Example:
        >>> build_data("love is", Tx=4, stride=2)
        (['love', 've i'], [' ', 's'])
    """
    if Tx < 1 or stride < 1:
        raise ValueError(f"Tx and stride: expected 1 or more, got {Tx} and {stride}")
    starts = range(0, len(text) - Tx, stride)
    return [text[start : start + Tx] for start in starts], [text[start + Tx] for start in starts]


def vectorization(
    X: Sequence[str],  # noqa: N803
    Y: Sequence[str],  # noqa: N803
    n_x: int,
    char_indices: Mapping[str, int],
    Tx: int = TX,  # noqa: N803
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Turns windows into one-hot arrays.

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
        raise ValueError(f"X and Y: expected the same length, got {len(X)} and {len(Y)}")
    x = np.zeros((len(X), Tx, n_x), dtype=np.bool_)
    y = np.zeros((len(X), n_x), dtype=np.bool_)
    for row, (window, character) in enumerate(zip(X, Y, strict=True)):
        if len(window) != Tx:
            raise ValueError(f"X: expected windows of {Tx} characters, got {len(window)}")
        x[row, np.arange(Tx), [char_indices[symbol] for symbol in window]] = True
        y[row, char_indices[character]] = True
    return x, y
