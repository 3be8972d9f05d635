"""From probabilities to a choice: temperature, top-k, top-p, greedy. Knows no text and no network.

Every function takes probabilities whose last axis sums to one and an explicit generator.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Ints = NDArray[np.integer]


def temper(probabilities: Floats, temperature: float | Floats = 1.0) -> NDArray[np.float64]:
    """softmax(log(p) / temperature): below 1 sharper, above 1 flatter; zeros stay zero.

    Args:
        probabilities: Shape (..., n).
        temperature: Above 0; or one for each distribution, shape (...).

    Raises:
        ValueError: The temperature is not a number above 0, or the probabilities are negative, not finite
            or all 0.
    """
    divisor = np.asarray(temperature, dtype=np.float64)[..., None]
    if not ((divisor > 0) & (divisor < float("inf"))).all():
        raise ValueError(f"temperature: expected a number above 0, got {temperature}")
    p = np.asarray(probabilities, dtype=np.float64)
    if not (np.isfinite(p) & (p >= 0)).all() or not p.any(axis=-1).all():
        raise ValueError("probabilities: expected finite numbers, none negative and not all 0")
    with np.errstate(divide="ignore", over="ignore"):
        # The largest first becomes 0, so that no temperature, however small, makes all of them infinite.
        logits = np.log(p / p.max(axis=-1, keepdims=True)) / divisor
    weights = np.exp(logits)
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def keep_top_k(probabilities: Floats, k: int | Ints) -> NDArray[np.float64]:
    """Keeps the k likeliest symbols and rescales; of equals, those with the lower index are kept.

    Args:
        probabilities: Shape (..., n).
        k: 1 or more; n or more keeps all. Or one for each distribution, shape (...).

    Raises:
        ValueError: k is below 1.
    """
    if np.any(np.less(k, 1)):
        raise ValueError(f"k: expected 1 or more, got {k}")
    p = np.asarray(probabilities, dtype=np.float64)
    rank = np.argsort(np.argsort(-p, kind="stable"))
    return _rescaled(np.where(rank < np.asarray(k)[..., None], p, 0.0))


def keep_top_p(probabilities: Floats, mass: float | Floats) -> NDArray[np.float64]:
    """Keeps the fewest likeliest symbols that together reach `mass`, and rescales.

    Source: Holtzman et al. 2020, "The curious case of neural text degeneration" (nucleus sampling).

    Args:
        probabilities: Shape (..., n).
        mass: Above 0, at most 1: the share of probability to reach; or one for each distribution.

    Raises:
        ValueError: The mass is out of range.
    """
    shares = np.asarray(mass)[..., None]
    if not ((shares > 0) & (shares <= 1)).all():
        raise ValueError(f"mass: expected above 0 and at most 1, got {mass}")
    p = np.asarray(probabilities, dtype=np.float64)
    order = np.argsort(-p, kind="stable")
    ordered = np.take_along_axis(p, order, axis=-1)
    before = np.cumsum(ordered, axis=-1) - ordered
    kept = np.where(before < shares, ordered, 0.0)
    result = np.zeros_like(p)
    np.put_along_axis(result, order, kept, axis=-1)
    return _rescaled(result)


def draw(probabilities: Floats, uniform: float | Floats) -> NDArray[np.intp]:
    """The index at which the cumulative probability passes `uniform` (inverse transform).

    Args:
        probabilities: Shape (..., n).
        uniform: Numbers in [0, 1), one for each distribution.

    Returns:
        Indices of shape (...). An index of probability zero is never returned.
    """
    p = np.asarray(probabilities, dtype=np.float64)
    cumulative = np.cumsum(p, axis=-1)
    threshold = np.asarray(uniform)[..., None] * cumulative[..., -1:]
    return np.asarray((cumulative <= threshold).sum(axis=-1))


def sample(probabilities: Floats, generator: np.random.Generator, temperature: float = 1.0) -> int:
    """One index drawn from one distribution of shape (n,) at a temperature."""
    return int(draw(temper(probabilities, temperature), generator.random()))


def greedy(probabilities: Floats) -> int:
    """The likeliest index of one distribution of shape (n,), the first of equals."""
    return int(np.argmax(probabilities))


def _rescaled(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(p / p.sum(axis=-1, keepdims=True))
