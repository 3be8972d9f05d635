"""The poem network's weights: from a bundle, or from the course's HDF5 of Keras 2, read as plain arrays."""

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from models import hdf5
from models.engine.layers import RECURRENT_ACTIVATIONS
from models.shakespeare.windows import BLANK, NEW_LINE, TX
from models.shapes import Shapes, stacked_shapes
from utils import bundle
from utils.bundle import Arrays, Bundle
from utils.errors import UserError
from utils.files import is_folder
from utils.folding import Text, fold, spelled
from utils.vocabulary import MOST_SYMBOLS, Vocabulary

APP = "shakespeare"
PRETRAINED = Path(__file__).parents[2] / "pretrained" / APP
PRETRAINED_LARGE = PRETRAINED.with_name("shakespeare_large")
LARGE = Path("large")  # its name, where there is no such folder
VOCABULARY = Vocabulary("\n !'(),-.:;?abcdefghijklmnopqrstuvwxyz")  # of the lower-cased Sonnets, sorted
UNITS = 128
LARGEST = 64 << 20  # bytes of an HDF5 file
FINE_TUNING = "fine_tuning"  # a bundle's own settings stand under this name in its config.json
STATES = ("carried", "window")
CELLS = {"lstm": "lstm", "gru": "gru", "rnn": "simple_rnn"}  # what people say, and Keras's names
MOST_LAYERS = 3
OPTIONAL_SIZES = {"layers": MOST_LAYERS, "embedding": 4096}  # the largest, where an architecture names them
LONGEST_RECORD = 100_000  # characters
WRITING = "writing"  # what a bundle's texts are stands under this name in its config.json


class Architecture(NamedTuple):
    """The sizes of a poem network; the defaults are the course's.

    Args:
        units: Units of each recurrent layer.
        layers: The recurrent layers.
        cell: "lstm", "gru" (as Keras has it by default, with reset_after=True) or "rnn".
        embedding: Numbers of a symbol's vector; None: the first layer reads one-hot vectors.
        window: Characters of a window.
        recurrent_activation: The gates: "sigmoid" or "hard_sigmoid".
        state: "carried" or "window": how the network is meant to be run.
    """

    units: int = UNITS
    layers: int = 2
    cell: str = "lstm"
    embedding: int | None = None
    window: int = TX
    recurrent_activation: str = "sigmoid"
    state: str = "carried"

    @classmethod
    def of(cls, network: Bundle) -> "Architecture":
        """That of a bundle from `load`."""
        return cls(**network.architecture)

    def record(self) -> dict[str, Any]:
        """What config.json says: what every poem network names, and what is not as in the course's."""
        always, defaults = ("units", "window", "recurrent_activation", "state"), Architecture._field_defaults
        named = self._asdict().items()
        return {name: value for name, value in named if name in always or value != defaults[name]}

    def shapes(self, symbols: int) -> Shapes:
        """The shape of each array of a network with this many symbols."""
        first = symbols if self.embedding is None else self.embedding
        embedded = None if self.embedding is None else symbols
        units = [self.units] * self.layers
        kind = CELLS[self.cell]
        return stacked_shapes(kind, first, units, symbols, embedding=embedded, reset_after=True)


class Writing(NamedTuple):
    """What a network's texts are, stored in its bundle under `WRITING`.

    Args:
        lines: Whether every line is a record of its own, such as a title: what is written ends with its line.
        longest: The characters of the longest record that the network was trained on; 0 without `lines`.
    """

    lines: bool = False
    longest: int = 0

    @classmethod
    def of(cls, network: Bundle) -> "Writing":
        """That of a bundle from `load`."""
        return cls(**network.extra.get(WRITING, {}))

    def length(self, asked: int) -> int:
        """The most characters to write where so many are asked for: a record is written to its end."""
        return max(1, 2 * self.longest) if self.lines else asked


def reads_folded(vocabulary: Vocabulary) -> bool:
    """Whether a network with these symbols reads texts in lower case, without accents: the course's 38 do."""
    return vocabulary == VOCABULARY


def read_text(text: str, vocabulary: Vocabulary, name: str = "the text") -> Text:
    """Reads a text as a network with these symbols does.

    Args:
        text: The text.
        vocabulary: The network's. The course's 38 symbols stand for lower case and plain quotes; with
            others a text is kept as written, and what is not known becomes the replacement, if there is one.
        name: What the text is, for notices.

    Example:
        >>> read_text("Caf\u00e9!", VOCABULARY).text
        'cafe!'
        >>> read_text("Caf\u00e9!", Vocabulary("C!\u00e9\ufffd")).text
        'C\ufffd\ufffd\u00e9!'
    """
    return (fold if reads_folded(vocabulary) else spelled)(text, vocabulary.symbols, name)


def read_prompt(prompt: str, network: Bundle) -> tuple[list[int], Text]:
    """Reads the beginning of a poem or of a record.

    Args:
        prompt: Any text.
        network: The network that reads it.

    Returns:
        One index or more: those of the text, behind what stands before a record; if there is no text, those
        of what stands before a poem. And the text as it was read.
    """
    vocabulary = network.vocabulary
    read = read_text(prompt, vocabulary, "the beginning")
    before = NEW_LINE if Writing.of(network).lines else "" if read.text else BLANK
    found = [vocabulary.index[symbol] for symbol in before + read.text if symbol in vocabulary]
    return found or [0], read


def drawable(network: Bundle) -> Bundle:
    """The same network where the replacement symbol has no chance: what writes texts uses this one.

    Measuring and training use the network as it is, because there a rare character counts as the replacement.
    """
    place = network.vocabulary.replacement
    if place is None:
        return network
    bias = network.weights["dense/bias"].astype(np.float32)
    bias[place] = -np.inf
    return replace(network, weights={**network.weights, "dense/bias": bias})


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
        path: A bundle's folder, or a file of Keras 2 that ends in .h5 or .hdf5; "large": the larger
            pretrained network; None: the pretrained network of the course's size.

    Raises:
        UserError: It is neither, or it is broken.
    """
    path = PRETRAINED if path is None else Path(path)
    if path == LARGE and not is_folder(path):
        path = PRETRAINED_LARGE
    if path.suffix.lower() in (".h5", ".hdf5") and not is_folder(path):
        return read_legacy(path)
    found = bundle.load(path, APP)
    _require_architecture(found, path)
    _require_writing(found, path)
    bundle.require_shapes(found, Architecture.of(found).shapes(len(found.vocabulary)), path)
    return found


def _require_architecture(found: Bundle, path: Path) -> None:
    """Checks sizes and names before anything is allocated."""
    named = found.architecture
    others = sorted(named.keys() - set(Architecture._fields))
    if others:
        raise UserError(f"the bundle {path} has {others[0]} in its architecture, which this version lacks")
    optional = {name: most for name, most in OPTIONAL_SIZES.items() if name in named}
    bundle.architecture_sizes(found, {"units": 4096, "window": 4096} | optional, path)
    choices: dict[str, tuple[str, ...]] = {
        "state": STATES,
        "recurrent_activation": RECURRENT_ACTIVATIONS,
    }
    if "cell" in named:
        choices["cell"] = tuple(CELLS)
    for name, allowed in choices.items():
        if named.get(name) not in allowed:
            raise UserError(
                f"the bundle {path} has {name} {named.get(name)!r}; expected {' or '.join(allowed)}"
            )


def _require_writing(found: Bundle, path: Path) -> None:
    """Checks the symbols, and what the bundle says of its texts."""
    symbols, writing = found.vocabulary.symbols, found.extra.get(WRITING, {})
    if not 2 <= len(symbols) <= MOST_SYMBOLS + 1 or any(map(_is_odd, symbols)):
        raise UserError(
            f"the bundle {path} has a bad vocabulary: expected 2 to {MOST_SYMBOLS + 1} single characters"
        )
    kinds = {"lines": bool, "longest": int}
    right = isinstance(writing, dict) and writing.keys() <= kinds.keys()
    if not right or any(type(value) is not kinds[name] for name, value in writing.items()):
        raise UserError(f"the bundle {path} has {WRITING} {writing!r:.60}; expected lines and longest")
    longest = writing.get("longest", 0)
    if not 0 <= longest <= LONGEST_RECORD:
        raise UserError(
            f"the bundle {path} has records of {longest} characters; expected 0 to {LONGEST_RECORD}"
        )


def _is_odd(symbol: str) -> bool:
    return len(symbol) != 1 or unicodedata.category(symbol) == "Cs"


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
    course = Architecture(units, recurrent_activation=gates, state="window")
    found = Bundle(APP, course.record(), VOCABULARY, arrays)
    bundle.require_shapes(found, course.shapes(len(VOCABULARY)), path)
    return found


def _legacy_arrays(file: Any, path: Path) -> Arrays:
    """The arrays in the order of the file's layers, under our names."""
    root = hdf5.member(file, "model_weights") if "model_weights" in file else file
    found = []
    for layer in root.attrs["layer_names"]:
        group = hdf5.member(root, _text(layer))
        found += [(group, _text(name)) for name in group.attrs["weight_names"]]
    names = list(Architecture().shapes(1))
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
