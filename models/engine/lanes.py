"""Batches of a fixed size, each row in a place of its own, so that it does not depend on the others.

The last bits of a row of a matrix product depend on how many rows there are and on which of them it is,
because BLAS has several kernels. With a fixed number of rows, and each row at a place that its id alone
decides, the result of a row does not depend on the other rows.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

LANES = 64  # rows of a batch


def batches(ids: Sequence[int], sizes: Sequence[int]) -> Iterator[list[int | None]]:
    """Distributes rows over batches: a row's place is its id modulo `LANES`.

    Args:
        ids: The rows' ids, whole numbers.
        sizes: Relative cost of each row, such as its length; rows of similar size share a batch.

    Yields:
        For each of the `LANES` places the number of its row, or None where no row is left for the place.

    Example:
        >>> [[place for place in batch if place is not None] for batch in batches([7, 8, 71], [1, 2, 3])]
        [[2, 1], [0]]
    """
    lanes: list[list[int]] = [[] for _ in range(LANES)]
    for row in sorted(range(len(ids)), key=lambda row: -sizes[row]):
        lanes[ids[row] % LANES].append(row)
    yield from map(list, zip_longest(*lanes))
