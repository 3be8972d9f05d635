"""HDF5 files that point at other files, and that claim more than they hold."""

import os
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from models import hdf5
from utils.errors import UserError

LIMIT = 1 << 20


def read(path: Path, name: str = "numbers") -> np.ndarray:
    """Reads one dataset."""
    with hdf5.opened(path, LIMIT) as file:
        return hdf5.floats([hdf5.member(file, name)], 100)[0]


def external_storage(file: h5py.File, other: Path) -> None:
    file.create_dataset("numbers", (4,), "f4", external=[(str(other), 0, 16)])


def external_link(file: h5py.File, other: Path) -> None:
    file["numbers"] = h5py.ExternalLink(str(other), "/numbers")


def linked_group(file: h5py.File, other: Path) -> None:
    file["group"] = h5py.ExternalLink(str(other), "/")


def soft_link(file: h5py.File, other: Path) -> None:
    file["here"] = np.ones(4)
    file["numbers"] = h5py.SoftLink("/here")


def virtual(file: h5py.File, other: Path) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource(str(other), "numbers", (4,))
    file.create_virtual_dataset("numbers", layout)


def virtual_without_end(file: h5py.File, other: Path) -> None:
    """HDF5 opens its sources as soon as it is opened itself."""
    layout = h5py.VirtualLayout((4,), "f4", maxshape=(None,))
    source = h5py.VirtualSource(str(other), "numbers", (4,), maxshape=(None,))
    layout[0 : h5py.h5s.UNLIMITED] = source[0 : h5py.h5s.UNLIMITED]
    file.create_virtual_dataset("numbers", layout)


INDIRECT = (
    (external_storage, "numbers", "expected the numbers of /numbers in the file itself"),
    (external_link, "numbers", "expected 'numbers' in the file itself, got a link"),
    (linked_group, "group/numbers", "expected 'group' in the file itself, got a link"),
    (soft_link, "numbers", "expected 'numbers' in the file itself, got a link"),
    (virtual, "numbers", "expected the numbers of /numbers in the file itself"),
    (virtual_without_end, "numbers", "expected the numbers of /numbers in the file itself"),
)


@pytest.mark.parametrize(
    ("write", "name", "message"), INDIRECT, ids=lambda value: getattr(value, "__name__", "")
)
@pytest.mark.parametrize("pipe", [False, True])
@pytest.mark.timeout(20)
def test_numbers_of_another_file_are_refused_and_a_pipe_is_not_opened(
    tmp_path: Path, write: Callable[[h5py.File, Path], None], name: str, message: str, pipe: bool
) -> None:
    path, other = tmp_path / "a.h5", tmp_path / "secret"
    with h5py.File(other, "w") as file:
        file["numbers"] = np.full(4, 7, "f4")
    with h5py.File(path, "w") as file:
        write(file, other)
    if pipe:
        other.unlink()
        os.mkfifo(other)
    with pytest.raises(UserError, match=message):
        read(path, name)


def test_what_is_in_the_file_is_read(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["group/numbers"] = np.arange(4)
    for name in ("group/numbers", "/group//numbers"):
        assert np.array_equal(read(tmp_path / "a.h5", name), np.arange(4, dtype=np.float32))


def test_what_is_too_large_or_no_numbers_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("many", (101,), "f4")
        file.create_dataset("chunk", (4,), "f4", chunks=(1 << 28,), maxshape=(None,), compression="gzip")
        file.create_dataset("wide", (4,), "S1000000")
        file["text"] = "words"
    for name, message in {
        "many": "at most 100 numbers, got 101",
        "chunk": "at most 100 numbers, got 268435456",
        "wide": "expected numbers in /wide",
        "text": "expected numbers in /text",
    }.items():
        with pytest.raises(UserError, match=message):
            read(path, name)


def test_a_pipe_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.h5")
    with pytest.raises(UserError, match="is not a regular file"):
        read(tmp_path / "a.h5")
