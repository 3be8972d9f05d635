"""Random weights for the tests of networks, and weights compared."""

from collections.abc import Mapping

import numpy as np


def random_arrays(
    shapes: Mapping[str, tuple[int, ...]], *, seed: int = 0, scale: float = 1.0
) -> dict[str, np.ndarray]:
    """Arrays by name, all numbers different and no bias zero, so that no swapped gate passes."""
    generator = np.random.default_rng(seed)
    return {name: (scale * generator.normal(size=shape)).astype(np.float32) for name, shape in shapes.items()}


def assert_same_arrays(ours: Mapping[str, np.ndarray], theirs: Mapping[str, np.ndarray]) -> None:
    """The same names, and the same numbers bit for bit."""
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name], err_msg=name)
