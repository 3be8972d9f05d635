"""Windows of text as indices, the course's examples: Tx characters, and the one that follows them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TX = 40  # characters of a window
STRIDE = 3  # characters from one window's start to the next
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
