"""The poem network's weights: from a bundle, or from the course's HDF5 of Keras 2, read as plain arrays."""

from pathlib import Path
from typing import Any, NamedTuple

from models import hdf5
from models.engine.layers import RECURRENT_ACTIVATIONS
from models.shakespeare.windows import TX
from models.shapes import Shapes, stacked_shapes
from utils import bundle
from utils.bundle import Arrays, Bundle
from utils.errors import UserError
from utils.files import is_folder
from utils.vocabulary import Vocabulary

APP = "shakespeare"
PRETRAINED = Path(__file__).parents[2] / "pretrained" / APP
VOCABULARY = Vocabulary("\n !'(),-.:;?abcdefghijklmnopqrstuvwxyz")  # of the lower-cased Sonnets, sorted
UNITS = 128
LARGEST = 64 << 20  # bytes of an HDF5 file
FINE_TUNING = "fine_tuning"  # a bundle's own settings stand under this name in its config.json
STATES = ("carried", "window")


def architecture(state: str, recurrent_activation: str = "sigmoid", units: int = UNITS) -> dict[str, Any]:
    """What a bundle says of its network: sizes, gates, and how its state is meant to be used."""
    return {"units": units, "window": TX, "recurrent_activation": recurrent_activation, "state": state}


def shapes(units: int, symbols: int) -> Shapes:
    """The shape of each array."""
    return stacked_shapes("lstm", symbols, [units, units], symbols)


class FineTuningSettings(NamedTuple):
    """How a trained network is trained on windows; the defaults are the course's.

    Args:
        dropout: Share of each LSTM's outputs that training drops.
        learning_rate: Adam's learning rate.
    """

    dropout: float = 0.5
    learning_rate: float = 1e-3


def fine_tuning_settings(network: Bundle, path: Path) -> FineTuningSettings:
    """The settings that a bundle names under `FINE_TUNING`, else the course's.

    Args:
        network: The bundle.
        path: Where it came from, for messages.

    Raises:
        UserError: They are not a dropout from 0 to below 1 and a learning rate above 0 and at most 1.
    """
    found = network.extra.get(FINE_TUNING, {})
    values = FineTuningSettings()._asdict() | (found if isinstance(found, dict) else {})
    dropout, rate = values["dropout"], values["learning_rate"]
    numbers = all(isinstance(value, int | float) for value in (dropout, rate))
    if not numbers or not 0 <= dropout < 1 or not 0 < rate <= 1:
        raise UserError(
            f"the bundle {path} has {FINE_TUNING} {found!r}; expected a dropout from 0 to below 1 and a "
            "learning_rate above 0 and at most 1"
        )
    return FineTuningSettings(float(dropout), float(rate))


def load(path: str | Path | None = None) -> Bundle:
    """Reads a poem network.

    Args:
        path: A bundle's folder, or a file of Keras 2 that ends in .h5 or .hdf5; None: the pretrained
            network.

    Raises:
        UserError: It is neither, it is broken, or its network or its symbols are others.
    """
    path = PRETRAINED if path is None else Path(path)
    if path.suffix.lower() in (".h5", ".hdf5") and not is_folder(path):
        return read_legacy(path)
    found = bundle.load(path, APP)
    sizes = bundle.architecture_sizes(found, {"units": 4096, "window": 4096}, path)
    for name, allowed in (("state", STATES), ("recurrent_activation", RECURRENT_ACTIVATIONS)):
        value = found.architecture.get(name)
        if value not in allowed:
            raise UserError(f"the bundle {path} has {name} {value!r}; expected {' or '.join(allowed)}")
    if found.vocabulary != VOCABULARY:
        raise UserError(f"the bundle {path} has other symbols than the {len(VOCABULARY)} of the Sonnets")
    bundle.require_shapes(found, shapes(sizes["units"], len(VOCABULARY)), path)
    return found


def read_legacy(path: Path) -> Bundle:
    """The course's network from an HDF5 file that Keras 2 saved, without Keras's loader.

    Keras 3 refuses the file's optimizer and gives its gates another slope; the arrays themselves are
    what they always were. The gates are read from the file's own description of the layers.

    Raises:
        UserError: The file cannot be read, or its arrays are not those of two LSTM layers and a dense
            one over these symbols.
    """
    with hdf5.opened(path, LARGEST) as file:
        arrays = _legacy_arrays(file, path)
        gates = _legacy_gates(file)
    units = arrays["lstm_1/recurrent_kernel"].shape[0]
    found = Bundle(APP, architecture("window", gates, units), VOCABULARY, arrays)
    bundle.require_shapes(found, shapes(units, len(VOCABULARY)), path)
    return found


def _legacy_arrays(file: Any, path: Path) -> Arrays:
    """The arrays in the order of the file's layers, under our names."""
    root = hdf5.member(file, "model_weights") if "model_weights" in file else file
    found = []
    for layer in root.attrs["layer_names"]:
        group = hdf5.member(root, _text(layer))
        found += [(group, _text(name)) for name in group.attrs["weight_names"]]
    names = list(shapes(1, 1))
    if len(found) != len(names):
        raise UserError(f"{path} has {len(found)} arrays; two LSTM layers and a dense one have {len(names)}")
    arrays = hdf5.floats([hdf5.member(group, name) for group, name in found], LARGEST // 4)
    return dict(zip(names, arrays, strict=True))


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
