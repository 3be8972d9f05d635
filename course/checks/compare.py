"""Results as leaves by their path, and whether two leaves are the same."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from course.checks.record import Function

Leaves = dict[str, Any]


class Near(NamedTuple):
    """An array whose numbers depend on chance.

    Args:
        array: The array.
        within: By how much a number may differ.
    """

    array: Any
    within: float

    def __array__(self, *options: Any, **more: Any) -> Any:
        """As NumPy sees it."""
        return np.asarray(self.array, *options)


def leaves(function: Function, result: Any) -> Leaves:
    """Takes a result apart into arrays and numbers, each under its path, such as "cache[0]".

    A dictionary's own keys that the contract does not have are left out.
    """
    found: Leaves = {}
    if function.keys:
        if not isinstance(result, Mapping):
            return {"": result}
        for key in function.results:
            if key in result:
                _collect(key, result[key], found)
        return found
    names = function.results
    if len(names) == 1:
        _collect(names[0], result, found)
        return found
    if not isinstance(result, Sequence) or isinstance(result, str) or len(result) != len(names):
        return {"": result}
    for name, value in zip(names, result, strict=True):
        _collect(name, value, found)
    return found


def _collect(path: str, value: Any, found: Leaves) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            _collect(f"{path}[{key!r}]", inner, found)
    elif isinstance(value, tuple | list) and not isinstance(value, Near) and not _plain(value):
        for index, inner in enumerate(value):
            _collect(f"{path}[{index}]", inner, found)
    else:
        found[path] = value


def _plain(value: Sequence[Any]) -> bool:
    """Whether a list is one of numbers or texts, which is compared as a whole."""
    return all(isinstance(item, int | float | str | np.number | None) for item in value)


def same(found: Any, expected: Any) -> bool:
    """Whether two leaves are the same, within what rounding to their precision explains."""
    if expected is None or isinstance(expected, str) or found is None or isinstance(found, str):
        return bool(isinstance(found, type(expected)) and found == expected)
    try:
        if isinstance(expected, Near):
            return float(np.abs(np.asarray(found) - np.asarray(expected)).max()) <= expected.within
        a, b = np.asarray(found), np.asarray(expected)
        if a.shape != b.shape and not a.size == b.size == 1:
            return False
        if a.dtype == object or b.dtype == object or a.dtype.kind in "US" or b.dtype.kind in "US":
            return bool(a.shape == b.shape and np.all(a == b))
        single = np.float32 in (a.dtype, b.dtype) or np.float16 in (a.dtype, b.dtype)
        relative, absolute = (2e-3, 2e-5) if single else (1e-5, 1e-8)
        return bool(np.allclose(a.reshape(b.shape), b, rtol=relative, atol=absolute, equal_nan=True))
    except Exception:  # what a learner's function returns may be anything
        return False


def same_leaves(found: Leaves, expected: Leaves) -> bool:
    """Whether two results have the same leaves."""
    return found.keys() == expected.keys() and all(same(found[path], expected[path]) for path in expected)


def shape(value: Any) -> tuple[int, ...] | None:
    """The shape of a leaf; None for one that is no array."""
    if value is None or isinstance(value, str):
        return None
    try:
        return tuple(np.shape(value))
    except Exception:
        return None
