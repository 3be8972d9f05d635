"""A bundle's arrays as the engine wants them: float32, every shape checked against its neighbours'."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from models.engine.layers import KINDS, Floats
from utils.bundle import Bundle, require_shapes
from utils.errors import UserError

_RECURRENT = re.compile(r"(?P<kind>lstm|gru|simple_rnn)(_(?P<number>\d{1,6}))?/kernel")
EMBEDDING = "embedding/embeddings"


def layer_names(arrays: dict[str, Any]) -> list[tuple[str, str]]:
    """Names and kinds of the recurrent layers, in the order of their numbers: lstm, lstm_1, lstm_2."""
    found = []
    for name in arrays:
        if match := _RECURRENT.fullmatch(name):
            number = int(match["number"]) if match["number"] else -1
            found.append((number, name.removesuffix("/kernel"), match["kind"]))
    return [(name, kind) for _, name, kind in sorted(found)]


def checked_arrays(bundle: Bundle, where: Path) -> dict[str, Floats]:
    """The network's arrays in float32, each of the shape that its neighbours ask for.

    Args:
        bundle: Its arrays named as `Engine.from_bundle` says.
        where: The bundle's folder, for messages.

    Raises:
        UserError: An array is missing, unknown, of a shape that does not fit, or not finite.
    """
    with np.errstate(over="ignore"):  # a number too large for float32 becomes infinite, and is refused
        arrays = {name: np.asarray(a, dtype=np.float32) for name, a in bundle.network().items()}
    names = layer_names(arrays)
    if not names:
        raise UserError(
            f"the bundle {where} has no recurrent layer: an array such as lstm_1/kernel is wanted"
        )
    shapes: dict[str, tuple[int, ...]] = {}
    if EMBEDDING in arrays:
        n_in = _axis(arrays, EMBEDDING, 1, where)
        shapes[EMBEDDING] = (_axis(arrays, EMBEDDING, 0, where), n_in)
    else:
        n_in = _axis(arrays, f"{names[0][0]}/kernel", 0, where)
    for name, kind in names:
        n_a, gates = _axis(arrays, f"{name}/recurrent_kernel", 0, where), KINDS[kind].gates
        shapes[f"{name}/kernel"] = (n_in, gates * n_a)
        shapes[f"{name}/recurrent_kernel"] = (n_a, gates * n_a)
        shapes[f"{name}/bias"] = (gates * n_a,)
        n_in = n_a
    n = _axis(arrays, "dense/kernel", 1, where)
    shapes |= {"dense/kernel": (n_in, n), "dense/bias": (n,)}
    if unknown := sorted(arrays.keys() - shapes.keys()):
        raise UserError(f"the bundle {where} has the array {unknown[0]}, which the NumPy engine cannot use")
    require_shapes(Bundle(bundle.app, {}, bundle.vocabulary, dict(arrays)), shapes, where)
    return arrays


def _axis(arrays: dict[str, Floats], name: str, axis: int, where: Path) -> int:
    """One size of an array that must be a matrix."""
    array = arrays.get(name)
    if array is None:
        raise UserError(f"the bundle {where} lacks the array {name}")
    if array.ndim != 2 or 0 in array.shape:
        raise UserError(f"the bundle {where} has {name} of shape {array.shape}; a matrix is wanted")
    return int(array.shape[axis])
