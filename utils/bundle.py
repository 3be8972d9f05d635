"""Bundles: a folder with config.json and weights.npz, the one format for trained weights.

config.json names the architecture, the vocabulary in index order, the training history, and the
sha256 of weights.npz. Both files change together: the new weights are first written under a name
made from their checksum, then config.json is replaced in one step, and only then do the weights
take their own name. A process killed at any point leaves either the old or the new bundle readable.
"""

import hashlib
import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from utils.errors import UserError
from utils.files import (
    exists,
    is_folder,
    locked,
    make_folder,
    read_bytes,
    read_member,
    remove_unfinished,
    unwritten,
    write_bytes,
    write_text,
)
from utils.vocabulary import Vocabulary

FORMAT = 1
CONFIG = "config.json"
WEIGHTS = "weights.npz"
LARGEST = 128 << 20  # bytes of weights, far above any network here
LARGEST_CONFIG = 16 << 20
OPTIMIZER = "optimizer/"  # prefix of the arrays that only resuming a training needs

_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_UNREADABLE = (ValueError, OverflowError, EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error)

Arrays = dict[str, NDArray[Any]]


@dataclass
class Bundle:
    """A trained network: everything it is rebuilt from.

    Args:
        app: The app it belongs to: "jazz", "shakespeare", ...
        architecture: The arguments that the network is built with.
        vocabulary: The symbols in index order.
        weights: Arrays named layer/weight as Keras names them, or the course's Wax, Waa, ...
        training: Settings and history of the training: seed, epochs, metrics, seconds, data.
        extra: Whatever else the app needs to use the network.
    """

    app: str
    architecture: dict[str, Any]
    vocabulary: Vocabulary
    weights: Arrays
    training: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    def network(self) -> Arrays:
        """The arrays of the network, without the optimizer's."""
        return {name: array for name, array in self.weights.items() if not name.startswith(OPTIMIZER)}

    def optimizer(self) -> Arrays:
        """The arrays that only resuming a training needs, by name; empty if none were kept."""
        start = len(OPTIMIZER)
        return {name[start:]: array for name, array in self.weights.items() if name.startswith(OPTIMIZER)}


def save(bundle: Bundle, folder: str | Path) -> None:
    """Writes a bundle; a process killed at any point leaves either the old or the new one readable.

    Raises:
        UserError: The folder cannot be written (exit code 2), or the disk is full (1).
    """
    weights = _pack(bundle.weights)
    checksum = hashlib.sha256(weights).hexdigest()
    config = {
        **bundle.extra,
        "format": FORMAT,
        "app": bundle.app,
        "architecture": bundle.architecture,
        "vocabulary": list(bundle.vocabulary.symbols),
        "training": bundle.training,
        "weights_sha256": checksum,
    }
    text = json.dumps(config, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    folder = make_folder(Path(folder))
    try:
        with locked(folder):
            for name in (CONFIG, WEIGHTS):  # a picture beside them is drawn without the lock
                remove_unfinished(folder, Path(name).suffix)
            pending = folder / _pending(checksum)
            write_bytes(pending, weights, called=folder / WEIGHTS)
            write_text(folder / CONFIG, text)
            pending.replace(folder / WEIGHTS)
            for stale in folder.glob(_pending("*")):
                stale.unlink(missing_ok=True)
    except OSError as error:
        raise unwritten(f"write the bundle {folder}", error) from None


def checksum(folder: Path) -> str:
    """The SHA-256 that tells bundles apart: that of config.json, which has that of the weights.

    Raises:
        UserError: The file cannot be read.
    """
    return hashlib.sha256(read_bytes(folder / CONFIG)).hexdigest()


def load(folder: str | Path, app: str) -> Bundle:
    """Reads a bundle and checks its format, its checksum and the types of its content.

    Args:
        folder: The bundle's folder.
        app: The app of the network; a bundle of another app is refused.

    Raises:
        UserError: The folder is not a bundle, or is damaged, or belongs to another app.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise UserError(f"there is no bundle at {folder}: expected a folder with {CONFIG} and {WEIGHTS}")
    # A writer may replace both files between the two reads: then the second try finds the new pair.
    for _ in range(3):
        config = _read_config(folder, app)
        content = _matching_weights(folder, config["weights_sha256"])
        if content is not None:
            break
    else:
        raise UserError(
            f"{folder / WEIGHTS} does not have the checksum in {CONFIG}: it was changed or truncated"
        )
    known = {"format", "app", "architecture", "vocabulary", "training", "weights_sha256"}
    return Bundle(
        app=app,
        architecture=config["architecture"],
        vocabulary=_vocabulary(config["vocabulary"], folder),
        weights=_unpack(content, folder / WEIGHTS),
        training=config["training"],
        extra={name: value for name, value in config.items() if name not in known},
    )


def require_shapes(bundle: Bundle, shapes: Mapping[str, tuple[int, ...]], where: Path) -> Arrays:
    """Checks that a bundle has the arrays of its architecture.

    Args:
        bundle: The bundle.
        shapes: The expected shape of each array.
        where: The bundle's folder, for the message.

    Returns:
        The arrays of these names.

    Raises:
        UserError: An array is missing, has another shape, or holds NaN, infinity or what is infinite as
            float32; or, where these are the network's arrays, there are others beside them.
    """
    for name, shape in shapes.items():
        array = bundle.weights.get(name)
        if array is None:
            raise UserError(f"the bundle {where} lacks the array {name}")
        if array.shape != shape:
            raise UserError(f"the bundle {where} has {name} of shape {array.shape}, expected {shape}")
        with np.errstate(over="ignore"):
            finite = np.isfinite(array.astype(np.float32, copy=False)).all()
        if not finite:
            raise UserError(f"the bundle {where} has {name} with values that are not finite numbers")
    others = sorted(bundle.network().keys() - shapes.keys())
    if others and not all(name.startswith(OPTIMIZER) for name in shapes):
        raise UserError(f"the bundle {where} has the array {others[0]}, which its network does not have")
    return {name: bundle.weights[name] for name in shapes}


def architecture_sizes(bundle: Bundle, names: Mapping[str, int], where: Path) -> dict[str, int]:
    """Returns the sizes in an architecture, each from 1 to the largest allowed.

    Args:
        bundle: The bundle.
        names: The largest value allowed for each name. A config that asks for more is refused before
            anything is allocated.
        where: The bundle's folder, for the message.

    Raises:
        UserError: A size is missing, not a whole number, or out of range.
    """
    sizes = {}
    for name, largest in names.items():
        value = bundle.architecture.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= largest:
            raise UserError(
                f"the bundle {where} has {name} {value!r}, expected a whole number from 1 to {largest}"
            )
        sizes[name] = value
    return sizes


def _pending(checksum: str) -> str:
    return f".{checksum[:16]}.pending.npz"


def _pack(arrays: Arrays) -> bytes:
    """Packs an .npz whose bytes depend on the arrays alone: fixed time stamps, sorted names."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, np.asarray(arrays[name], order="C"), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), member.getvalue())
    return buffer.getvalue()


def _unpack(content: bytes, path: Path) -> Arrays:
    """Unpacks an .npz without pickles; sizes are checked before memory is allocated."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST:
                raise UserError(f"{path} would unpack to more than {LARGEST} bytes")
            arrays = dict(
                _array(read_member(archive, member), member.filename, path) for member in archive.infolist()
            )
    except _UNREADABLE as error:
        raise UserError(f"{path} cannot be read as NumPy arrays: {error}") from None
    # Networks convert every number to float32 or wider.
    if 4 * sum(array.size for array in arrays.values()) > LARGEST:
        raise UserError(f"{path} holds more than {LARGEST // 4} numbers; at most that many are read")
    return arrays


def _array(content: bytes, member: str, path: Path) -> tuple[str, NDArray[Any]]:
    """Reads one .npy member. Its header may claim any shape and any type."""
    name = member.removesuffix(".npy")
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"{member} is of version {version}")
    try:
        shape, fortran, dtype = _HEADERS[version](stream)
    except Exception as error:  # NumPy evaluates the header as Python
        raise ValueError(f"{member} has a broken header ({type(error).__name__})") from None
    if dtype.kind not in "fiu":
        raise UserError(f"{path} holds {name} of type {dtype}, expected numbers")
    if math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ValueError(f"{member} has {len(content)} bytes, which do not fit its shape {shape}")
    numbers = np.frombuffer(content, dtype, offset=stream.tell())
    return name, numbers.reshape(shape, order="F" if fortran else "C").copy()


def _read_config(folder: Path, app: str) -> dict[str, Any]:
    path = folder / CONFIG
    try:
        config = json.loads(read_bytes(path, LARGEST_CONFIG))
    except (ValueError, RecursionError):
        raise UserError(f"{path} is not JSON: it was changed or truncated") from None
    if not isinstance(config, dict) or config.get("format") != FORMAT:
        version = config.get("format") if isinstance(config, dict) else None
        raise UserError(f"{path} has the format {version!r}; this version reads {FORMAT}")
    if config.get("app") != app:
        raise UserError(f"{folder} is a bundle of {config.get('app')!r}, expected one of {app!r}")
    kinds = {"architecture": dict, "vocabulary": list, "training": dict, "weights_sha256": str}
    for name, kind in kinds.items():
        if not isinstance(config.get(name), kind):
            raise UserError(f"{path} lacks {name!r}: it was changed or truncated")
    return config


def _matching_weights(folder: Path, checksum: str) -> bytes | None:
    """The weights with the checksum of the config, under their own name or still the pending one."""
    for name in (WEIGHTS, _pending(checksum)):
        path = folder / name
        if not exists(path):
            continue
        try:
            content = read_bytes(path, LARGEST)
        except UserError:
            if exists(path):
                raise
            continue  # a writer has just renamed the pending file
        if hashlib.sha256(content).hexdigest() == checksum:
            return content
    return None


def _vocabulary(symbols: list[Any], folder: Path) -> Vocabulary:
    try:
        if not all(isinstance(symbol, str) for symbol in symbols):
            raise ValueError("all symbols must be strings")
        return Vocabulary(symbols)
    except ValueError as error:
        raise UserError(f"{folder / CONFIG} has a bad vocabulary: {error}") from None
