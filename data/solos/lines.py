"""Training examples of lines: windows of the steps of many solos."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.solos.corpus import measured_windows, split, training_windows
from data.solos.reading import Solo
from music.lines import PLACES, Factors, Step, read_line

MOST_VALUES = 1 << 26  # of X: 256 MiB


class LineExamples(NamedTuple):
    """Windows of T_x steps to train on and to measure with; see `line_examples`.

    Args:
        training: The numbers of each step, shape (m, T_x, 4): length, kind, move, place.
        held_out: The same of what was held out; m is 0 if nothing was.
        factors: What the numbers stand for.
    """

    training: NDArray[np.intp]
    held_out: NDArray[np.intp]
    factors: Factors


def line(solo: Solo) -> list[Step]:
    """The line of a solo."""
    notes = [note for measure in solo.notes for note in measure]
    kinds = [token[0] for token in solo.flat_tokens]
    return read_line(notes, kinds, solo.starts)


def line_examples(solos: Sequence[Solo], *, T_x: int = 30, held_out: bool = True) -> LineExamples:
    """Cuts windows of T_x steps from the lines of solos, as `corpus_examples` cuts windows of tokens.

    Args:
        solos: The pieces.
        T_x: The length of a window, 2 or more.
        held_out: Whether to hold out the last piece, or a tenth of each.

    Raises:
        UserError: No line has more than T_x steps to train on.
    """
    lines = [line(solo) for solo in solos]
    factors = Factors.of(lines)
    steps = np.concatenate([factors.encode(each) for each in lines])
    ends = np.cumsum([len(each) for each in lines])
    pieces = [np.arange(end - len(each), end) for each, end in zip(lines, ends, strict=True)]
    training, measured = split(solos, pieces, T_x) if held_out else (pieces, [])
    most = max(1, MOST_VALUES // (T_x * (factors.n_values + PLACES)))
    return LineExamples(
        steps[training_windows(solos, training, None, T_x, most)],
        steps[measured_windows(measured, T_x, most)],
        factors,
    )
