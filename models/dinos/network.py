"""A trained dinosaur network, and the names that it makes."""

import unicodedata
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from models.dinos.course import MAX_LENGTH, parameter_shapes, rnn_forward, step
from models.dinos.options import NameOptions, NamesOptions
from models.numpy_core.shapes import Array
from utils import bundle as bundles
from utils import sampling
from utils.bundle import architecture_sizes, require_shapes
from utils.encodings import is_written
from utils.errors import UserError
from utils.options import changed
from utils.vocabulary import Vocabulary

APP = "dinos"
PRETRAINED = Path(__file__).parents[2] / "pretrained" / "dinos"
LIMITS = {"n_a": 4096, "vocab_size": 65536}


class NameGenerator:
    """Makes names, a character at a time.

    Args:
        parameters: The five arrays; see `models.dinos.course`.
        vocabulary: The symbols, the newline among them.
        known: The names it was trained on.
    """

    def __init__(
        self, parameters: Mapping[str, Array], vocabulary: Vocabulary, known: frozenset[str] = frozenset()
    ) -> None:
        self.parameters, self.vocabulary, self.known = parameters, vocabulary, known
        self.has_case = any(symbol != symbol.lower() for symbol in vocabulary.symbols)

    def names(
        self,
        count: int = NamesOptions.count,
        options: NameOptions | None = None,
        *,
        seed: int | np.random.Generator | None = None,
        **fields: Any,
    ) -> list[str]:
        """Makes names.

        Args:
            count: How many.
            options: How; None: the defaults.
            seed: Makes the names repeatable; None: new ones.
            **fields: Fields of `NameOptions`, in place of those in `options`.

        Returns:
            The names, at most 50 characters each: as the network writes them if it knows capital letters,
            else with one at the beginning.

        Raises:
            ValueError: The count or the temperature is out of range.
            UserError: The start is too long or has a character that the network does not know.

        Example:
            >>> from models import dinos
            >>> dinos.load().names(3, start="tyr", temperature=0.7, seed=1)
            ['Tyrnycoratops', 'Tyropsaurus', 'Tyrophus']
        """
        if count < 0:
            raise ValueError(f"count: expected 0 or more, got {count}")
        return list(islice(self.stream(options, seed=seed, **fields), count))

    def stream(
        self,
        options: NameOptions | None = None,
        *,
        seed: int | np.random.Generator | None = None,
        **fields: Any,
    ) -> Iterator[str]:
        """Makes names without end; see `names`."""
        options = changed(options, NameOptions, fields)
        beginning = self._encoded(options.start, "start", MAX_LENGTH - 1)
        generator = np.random.default_rng(seed)
        while True:
            name = self._name(beginning, options.temperature, generator)
            yield name if self.has_case else name.capitalize()

    def is_known(self, name: str) -> bool:
        """Whether the network was trained on a name."""
        return self._plain(name) in self.known

    def surprise(self, name: str) -> list[float]:
        """Measures how unexpected each letter of a name is: -log2 of its probability, in bits.

        Args:
            name: The name; its case matters only to a network that knows capital letters.

        Returns:
            A number for each letter, given those before it, and one for the end of the name.

        Raises:
            UserError: The name is too long or has a character that the network does not know.

        Example:
            >>> from models import dinos
            >>> [round(bits, 1) for bits in dinos.load().surprise("saurus")]
            [2.6, 1.4, 3.0, 0.7, 2.4, 0.7, 0.6]
        """
        expected = [*self._encoded(name, "name", MAX_LENGTH), self.vocabulary.index["\n"]]
        a0 = np.zeros((len(self.parameters["b"]), 1))
        _, cache = rnn_forward([None, *expected[:-1]], expected, a0, self.parameters, len(self.vocabulary))
        with np.errstate(divide="ignore"):
            bits = -np.log2(cache.y_hat[expected, np.arange(len(expected))])
        return [float(number) for number in bits]

    def _name(self, beginning: list[int], temperature: float, generator: np.random.Generator) -> str:
        newline, read = self.vocabulary.index["\n"], list(beginning)
        a, p = step(self.parameters, np.zeros((len(self.parameters["b"]), 1)), None)
        for index in read:
            a, p = step(self.parameters, a, index)
        while len(read) < MAX_LENGTH:
            if not read:  # a name has a first letter
                letters = np.arange(len(p)) != newline
                # Where the newline has all the probability, nothing is known of the letters.
                p = np.where(letters, p if p[letters].any() else 1, 0)
            index = sampling.sample(p, generator, temperature)
            if index == newline:
                break
            read.append(index)
            a, p = step(self.parameters, a, index)
        return "".join(self.vocabulary.decode(read))

    def _plain(self, text: str) -> str:
        """A text as the network's names are written: composed, and in lower case if all of them are."""
        composed = unicodedata.normalize("NFC", text)
        return composed if self.has_case else composed.lower()

    def _encoded(self, text: str, argument: str, longest: int) -> list[int]:
        beginning = self._plain(text)
        letters = "".join(symbol for symbol in self.vocabulary.symbols if symbol != "\n")
        for symbol in beginning:
            if symbol not in letters:
                raise UserError(f"{argument} has {symbol!r}; the network knows {letters}")
        if len(beginning) > longest:
            raise UserError(f"{argument}: expected fewer than {longest + 1} characters, got {len(beginning)}")
        return self.vocabulary.encode(beginning)


def load(path: str | Path | None = None) -> NameGenerator:
    """Loads a trained network.

    Args:
        path: A bundle's folder; None: the pretrained network.

    Raises:
        UserError: The folder is no bundle of this app, or a damaged one.
    """
    folder = PRETRAINED if path is None else Path(path)
    bundle = bundles.load(folder, APP)
    names = bundle.extra.get("names")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UserError(f"the bundle {folder} lacks the list of names it was trained on")
    sizes = architecture_sizes(bundle, LIMITS, folder)
    if len(bundle.vocabulary) != sizes["vocab_size"] or "\n" not in bundle.vocabulary:
        raise UserError(
            f"the bundle {folder}: expected a vocabulary of {sizes['vocab_size']} symbols with the newline "
            f"among them, got {len(bundle.vocabulary)}"
        )
    for symbol in bundle.vocabulary.symbols:
        if symbol != "\n" and not (len(symbol) == 1 and is_written(symbol)):
            raise UserError(f"the bundle {folder} has the symbol {symbol!r}; expected a printable character")
    arrays = require_shapes(bundle, parameter_shapes(sizes["n_a"], sizes["vocab_size"]), folder)
    parameters = {name: array.astype(np.float64) for name, array in arrays.items()}
    return NameGenerator(parameters, bundle.vocabulary, frozenset(names))
