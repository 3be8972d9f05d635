"""A shuffled order that is computed position by position, so that it takes no memory."""

from math import isqrt

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 4  # Luby and Rackoff: four rounds of a Feistel network look random
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # SplitMix64's finalizer


def permuted(positions: NDArray[np.integer], count: int, key: tuple[int, ...]) -> NDArray[np.int64]:
    """Maps positions of a shuffled order to items: a permutation of 0 to count - 1.

    A Feistel network over the pairs (left, right) of numbers below the square root of `count`. A pair that
    stands for an item outside the range is mapped again.

    Args:
        positions: Positions, each at least 0 and below `count`.
        count: The number of items.
        key: The order follows from it: a seed and an epoch, say.

    Returns:
        The item at each position.

    Example:
        >>> sorted(permuted(np.arange(5), 5, (1, 0)).tolist())
        [0, 1, 2, 3, 4]
    """
    side = np.uint64(isqrt(max(count, 1) - 1) + 1)
    keys = np.random.default_rng(key).integers(1 << 64, size=_ROUNDS, dtype=np.uint64)
    items = _round_trip(positions.astype(np.uint64), side, keys)
    while (outside := items >= count).any():
        items[outside] = _round_trip(items[outside], side, keys)
    return items.astype(np.int64)


def _round_trip(items: NDArray[np.uint64], side: np.uint64, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    left, right = items // side, items % side
    for key in keys:
        left, right = right, (left + _mixed(right ^ key) % side) % side
    return left * side + right


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the result depends on every bit of the value."""
    shift = np.uint64(30)
    for multiplier in _MULTIPLIERS:
        values = (values ^ (values >> shift)) * multiplier
    return values ^ (values >> np.uint64(31))
