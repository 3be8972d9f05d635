"""The poem network's weights: from a bundle, or from the course's HDF5 of Keras 2, read as plain arrays."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models.engine.layers import RECURRENT_ACTIVATIONS
from models.shakespeare.course import UNITS
from models.shakespeare.predictors import TX
from utils import bundle
from utils.bundle import Arrays, Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

APP = "shakespeare"
LARGEST = 64 << 20  # bytes of an HDF5 file
NAMES = (
    "lstm_1/kernel",
    "lstm_1/recurrent_kernel",
    "lstm_1/bias",
    "lstm_2/kernel",
    "lstm_2/recurrent_kernel",
    "lstm_2/bias",
    "dense/kernel",
    "dense/bias",
)
FURTHER = "further_training"
STATES = ("carried", "window")


def architecture(state: str, recurrent_activation: str = "sigmoid", units: int = UNITS) -> dict[str, Any]:
    """What a bundle says of its network: sizes, gates, and how its state is meant to be used."""
    return {"units": units, "window": TX, "recurrent_activation": recurrent_activation, "state": state}


def shapes(units: int, symbols: int) -> dict[str, tuple[int, ...]]:
    """The shape of each array."""
    gates = 4 * units
    sizes = [(symbols, gates), (units, gates), (gates,), (units, gates), (units, gates), (gates,)]
    return dict(zip(NAMES, [*sizes, (units, symbols), (symbols,)], strict=True))


class Further(NamedTuple):
    """How a network is trained further on windows; a bundle may name its own under FURTHER.

    Args:
        dropout: The share of each LSTM's outputs that are dropped; the course's is 0.5.
        rate: Adam's learning rate; the course's is 0.001.
    """

    dropout: float = 0.5
    rate: float = 1e-3


def further(network: Bundle, where: Path) -> Further:
    """How a bundle wants to be trained further; the course's way where it says nothing.

    Raises:
        UserError: What it says is no dropout from 0 to below 1, or no rate above 0 and at most 1.
    """
    found = network.extra.get(FURTHER, {})
    values = Further()._asdict() | (found if isinstance(found, dict) else {})
    dropout, rate = values["dropout"], values["rate"]
    numbers = all(isinstance(value, int | float) for value in (dropout, rate))
    if not numbers or not 0 <= dropout < 1 or not 0 < rate <= 1:
        raise UserError(
            f"the bundle {where} has {FURTHER} {found!r}; a dropout from 0 to below 1 and a rate above 0 "
            "and at most 1 are wanted"
        )
    return Further(float(dropout), float(rate))


def load(path: Path, vocabulary: Vocabulary) -> Bundle:
    """The network of a bundle's folder, or of a legacy .h5 or .hdf5 file.

    Args:
        path: The folder or the file.
        vocabulary: The symbols that a legacy file, which names none, was trained with. A bundle must
            have the same.

    Raises:
        UserError: It is neither, it is broken, or its network is another one.
    """
    if path.suffix.lower() in (".h5", ".hdf5") and not path.is_dir():
        return read_legacy(path, vocabulary)
    found = bundle.load(path, APP)
    sizes = bundle.architecture_sizes(found, {"units": 4096, "window": 4096}, path)
    for name, allowed in (("state", STATES), ("recurrent_activation", RECURRENT_ACTIVATIONS)):
        value = found.architecture.get(name)
        if value not in allowed:
            raise UserError(f"the bundle {path} has {name} {value!r}; {' or '.join(allowed)} is wanted")
    if found.vocabulary != vocabulary:
        raise UserError(f"the bundle {path} has other symbols than the {len(vocabulary)} of the Sonnets")
    bundle.require_shapes(found, shapes(sizes["units"], len(vocabulary)), path)
    return found


def read_legacy(path: Path, vocabulary: Vocabulary) -> Bundle:
    """The course's network from an HDF5 file that Keras 2 saved, without Keras's loader.

    Keras 3 refuses the file's optimizer and gives its gates another slope; the arrays themselves are
    what they always were. The gates are read from the file's own description of the layers.

    Raises:
        UserError: The file cannot be read, or its arrays are not those of two LSTM layers and a dense
            one over these symbols.
    """
    import h5py

    if path.is_file() and path.stat().st_size > LARGEST:
        raise UserError(f"{path} has {path.stat().st_size} bytes; at most {LARGEST} are read")
    if not path.exists():
        raise UserError(f"cannot read {path}: no such file or directory")
    try:
        with h5py.File(path, "r") as file:
            arrays = _legacy_arrays(file, path)
            gates = _legacy_gates(file)
    except (OSError, KeyError, ValueError, RuntimeError, TypeError, AttributeError) as error:
        raise UserError(f"{path} cannot be read as a Keras HDF5 file: {error}") from None
    units = arrays["lstm_1/recurrent_kernel"].shape[0]
    found = Bundle(APP, architecture("window", gates, units), vocabulary, arrays)
    bundle.require_shapes(found, shapes(units, len(vocabulary)), path)
    return found


def _legacy_arrays(file: Any, path: Path) -> Arrays:
    """The arrays in the order of the file's layers, under our names."""
    root = file.get("model_weights", file)
    found = []
    for layer in root.attrs["layer_names"]:
        group = root[_text(layer)]
        found += [group[_text(name)] for name in group.attrs["weight_names"]]
    if len(found) != len(NAMES):
        raise UserError(f"{path} has {len(found)} arrays; two LSTM layers and a dense one have {len(NAMES)}")
    size = sum(array.size for array in found)  # a file of a few bytes may claim any
    if 4 * size > LARGEST:
        raise UserError(f"{path} has {size} numbers; at most {LARGEST // 4} are read")
    return {name: np.asarray(array, dtype=np.float32) for name, array in zip(NAMES, found, strict=True)}


def _legacy_gates(file: Any) -> str:
    """The gates that the file names. Before Keras 2.3 a file that names none had hard_sigmoid."""
    description = _text(file.attrs.get("model_config", ""))
    version = _text(file.attrs.get("keras_version", "2.0"))
    if '"recurrent_activation": "sigmoid"' in description:
        return "sigmoid"
    if '"recurrent_activation": "hard_sigmoid"' in description or version < "2.3":
        return "hard_sigmoid"
    return "sigmoid"


def _text(value: Any) -> str:
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)
