"""The hidden layer's bias, which one edition of the dinosaur exercise calls `b` and another `ba`."""

from collections.abc import Mapping

from models.numpy_core.shapes import Array

_OTHER = {"b": "ba", "ba": "b", "db": "dba", "dba": "db"}


class Arrays(dict[str, Array]):
    """Arrays by name, in which the hidden layer's bias is found by either edition's name.

    Example:
        >>> import numpy as np
        >>> Arrays(b=np.zeros((5, 1)))["ba"].shape
        (5, 1)
    """

    def __missing__(self, name: str) -> Array:
        other = _OTHER.get(name, name)
        if other in self:
            return self[other]
        raise KeyError(name)


def with_b(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The same array objects under this project's names: b and db."""
    return {_OTHER[name] if name in ("ba", "dba") else name: array for name, array in arrays.items()}


def as_in(gradients: Mapping[str, Array], parameters: Mapping[str, Array]) -> Arrays:
    """Gradients named as their parameters are: dba where those have ba."""
    if "ba" not in parameters:
        return Arrays(gradients)
    return Arrays({"dba" if name == "db" else name: array for name, array in gradients.items()})
