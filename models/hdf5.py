"""Reads a stranger's HDF5 file: what is in it, and nothing of any other file.

HDF5 can say that an array's numbers lie elsewhere: in external storage, behind an external link, or in the
sources of a virtual dataset. The library opens whatever path the file names, a pipe as well, and for some
virtual datasets as soon as the dataset is opened. Here the file's bytes are read first, HDF5 sees them alone,
and each of the three is refused.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError
from utils.files import read_bytes


@contextmanager
def opened(path: Path, limit: int) -> Iterator[Any]:
    """Opens an HDF5 file as its `h5py.File`, for `member` and `floats`.

    Args:
        path: The file.
        limit: The most bytes of it.

    Raises:
        UserError: The file cannot be read or is larger, or h5py fails in the block.
    """
    import h5py

    content = read_bytes(path, limit)
    try:
        with h5py.File(io.BytesIO(content), "r") as file:
            yield file
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
        raise UserError(f"{path} cannot be read as a Keras HDF5 file: {error}") from None


def member(group: Any, name: str) -> Any:
    """What a group holds under a name such as "lstm_1/kernel:0"; every step is a hard link.

    Raises:
        KeyError: There is no such member.
        ValueError: A link on the way leads elsewhere by a name.
    """
    import h5py

    for part in filter(None, name.split("/")):
        if not isinstance(group.get(part, getlink=True), h5py.HardLink | None):
            raise ValueError(f"expected {part!r} in the file itself, got a link")
        group = group[part]
    return group


def floats(datasets: list[Any], limit: int) -> list[NDArray[np.float32]]:
    """Reads datasets as float32 arrays.

    Args:
        datasets: The datasets.
        limit: The most numbers that they have together, and that a chunk of one has.

    Raises:
        ValueError: One is stored elsewhere, holds no numbers, or they are too many.
    """
    for dataset in datasets:
        if dataset.is_virtual or dataset.external:
            raise ValueError(f"expected the numbers of {dataset.name} in the file itself, got another file's")
        if dataset.dtype.kind not in "fiu":
            raise ValueError(f"expected numbers in {dataset.name}, got {dataset.dtype}")
    numbers = sum(dataset.size for dataset in datasets)  # a file of a few bytes may claim any
    chunks = [int(np.prod(dataset.chunks, dtype=object)) for dataset in datasets if dataset.chunks]
    if max(numbers, *chunks, 0) > limit:
        raise ValueError(f"expected at most {limit} numbers, got {max(numbers, *chunks, 0)}")
    return [np.asarray(dataset, dtype=np.float32) for dataset in datasets]
