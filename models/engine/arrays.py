"""The shapes of a stacked network whose sizes are not known but from its arrays."""

from collections.abc import Iterable
from itertools import count, takewhile
from pathlib import Path

from models.shapes import EMBEDDING, GATES, Shapes, stacked_shapes
from utils.bundle import Arrays
from utils.errors import UserError

__all__ = ["EMBEDDING", "inferred_shapes", "layer_names"]  # EMBEDDING: until its importers name models.shapes


def layer_names(arrays: Iterable[str]) -> list[str]:
    """The recurrent layers of a stacked network's arrays, the first one first: ["lstm_1", "lstm_2"]."""
    names = set(arrays)
    for kind in GATES:
        numbered = (f"{kind}_{number}" for number in count(1))
        if found := list(takewhile(lambda layer: f"{layer}/kernel" in names, numbered)):
            return found
    return []


def inferred_shapes(arrays: Arrays, where: Path) -> Shapes:
    """Reads the kind, the layers and their sizes off a network's arrays.

    Args:
        arrays: Arrays named as `models.shapes.stacked_shapes` names them.
        where: The bundle's folder, for messages.

    Raises:
        UserError: There is no recurrent layer, a matrix that has a size is missing or none, or an array
            belongs to no stacked network.
    """

    def size(name: str, axis: int) -> int:
        shape = arrays[name].shape if name in arrays else None
        if shape is None or len(shape) != 2 or 0 in shape:
            found = "no array" if shape is None else f"shape {shape}"
            raise UserError(f"the bundle {where}: expected a matrix {name}, got {found}")
        return int(shape[axis])

    layers = layer_names(arrays)
    if not layers:
        raise UserError(f"the bundle {where} has no recurrent layer: expected an array such as lstm_1/kernel")
    kind = layers[0].removesuffix("_1")
    units = [size(f"{name}/recurrent_kernel", 0) for name in layers]
    embedded = EMBEDDING in arrays
    shapes = stacked_shapes(
        kind,
        size(EMBEDDING, 1) if embedded else size(f"{kind}_1/kernel", 0),
        units,
        size("dense/kernel", 1),
        embedding=size(EMBEDDING, 0) if embedded else None,
    )
    if unknown := sorted(arrays.keys() - shapes.keys()):
        raise UserError(f"the bundle {where} has the array {unknown[0]}, which the NumPy engine cannot use")
    return shapes
