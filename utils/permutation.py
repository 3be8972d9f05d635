"""A shuffled order that is computed position by position, so that it takes no memory."""

from math import isqrt

import numpy as np
from numpy.typing import NDArray

_ROUNDS = 4  # Luby and Rackoff: four rounds of a Feistel network look random
_MULTIPLIERS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))  # SplitMix64's finalizer


def permute(positions: NDArray[np.integer], count: int, key: tuple[int, ...]) -> NDArray[np.int64]:
    """Maps positions of a shuffled order to items: a permutation of 0 to count - 1.

    A Feistel network over pairs (left, right) of numbers below ceil(sqrt(count)); items outside the range
    are mapped again (cycle walking).

    Args:
        positions: Positions, each at least 0 and below `count`.
        count: The number of items.
        key: What the order depends on, such as (seed, epoch).

    Returns:
        The item at each position.

    Example:
        >>> sorted(permute(np.arange(5), 5, (1, 0)).tolist())
        [0, 1, 2, 3, 4]
    """
    side = np.uint64(isqrt(max(count, 1) - 1) + 1)
    keys = np.random.default_rng(key).integers(1 << 64, size=_ROUNDS, dtype=np.uint64)
    items = _feistel(positions.astype(np.uint64), side, keys)
    while (outside := items >= count).any():
        items[outside] = _feistel(items[outside], side, keys)
    return items.astype(np.int64)


def _feistel(items: NDArray[np.uint64], side: np.uint64, keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    left, right = items // side, items % side
    for key in keys:
        left, right = right, (left + _mix_bits(right ^ key) % side) % side
    return left * side + right


def _mix_bits(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every bit of the result depends on every bit of the value."""
    shift = np.uint64(30)
    for multiplier in _MULTIPLIERS:
        values = (values ^ (values >> shift)) * multiplier
    return values ^ (values >> np.uint64(31))
