"""Answers to sentences: a bundle's network, NumPy's or Keras's, behind the look-up of the words."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.emojify import networks as emojify
from models.emojify.networks import Vectors
from models.emojify.words import Words, known_words
from models.engine.arrays import EMBEDDING
from models.engine.engine import Engine
from models.numpy_core import softmax
from utils.bundle import Bundle, architecture_sizes, require_shapes
from utils.errors import UserError

LIMITS = {"n_x": 4096, "n_y": 1000}
V2_LIMITS = {"n_a": 4096, "max_len": 10_000}

Floats = NDArray[np.float32]


class Runner(Protocol):
    """What computes V2: the NumPy engine or the Keras network."""

    def run(self, x: Floats) -> Floats:
        """Probabilities (batch, n_y) for vectors (batch, T, n_x)."""


@dataclass(frozen=True)
class Answer:
    """What a network says to a sentence.

    Args:
        probabilities: Shape (n_y,). If no word is known, the labels' shares of the training sentences.
        known: How many of the words were read.
        unknown: The words without a vector.
        cut: How many words behind the longest sentence the network reads were left out.
    """

    probabilities: Floats
    known: int
    unknown: list[str]
    cut: int

    def best(self, count: int) -> list[int]:
        """The likeliest labels, the first one first; of equals the lower number."""
        return [int(label) for label in np.argsort(-self.probabilities, kind="stable")[:count]]


class Classifier:
    """A bundle's network, ready for sentences.

    Args:
        bundle: Its architecture says "v1" or "v2", and whether the embedding is learnt.
        where: The bundle's folder, for messages.
        vectors: The words' vectors, for a bundle that has none of its own.
        engine: "numpy" or "keras"; V1 is NumPy's either way.

    Raises:
        UserError: The bundle is not whole, or the vectors are of another length than it wants.
    """

    def __init__(
        self,
        bundle: Bundle,
        where: Path,
        vectors: Vectors | None = None,
        engine: str = "numpy",
    ) -> None:
        sizes = architecture_sizes(bundle, LIMITS, where)
        self.n_x, self.n_y = sizes["n_x"], sizes["n_y"]
        self.prior = _prior(bundle, self.n_y, where)
        self.vectors = _vectors(bundle, vectors, self.n_x, where)
        self.kind, self.max_len = bundle.architecture.get("kind"), 0
        if self.kind == "v1":
            require_shapes(bundle, {"W": (self.n_y, self.n_x), "b": (self.n_y,)}, where)
            self._W, self._b = bundle.weights["W"], bundle.weights["b"]
            return
        if self.kind != "v2":
            raise UserError(f"the bundle {where} has the kind {self.kind!r}; v1 or v2 is wanted")
        sizes = architecture_sizes(bundle, V2_LIMITS, where)
        self.max_len, self._masked = sizes["max_len"], bundle.architecture.get("masked") is True
        self.runner = _runner(bundle, where, self.n_x, sizes["n_a"], self.n_y, engine)

    def answer(self, sentences: Sequence[str]) -> list[Answer]:
        """An answer to every sentence."""
        split = [known_words(sentence, self.vectors) for sentence in sentences]
        heard = [number for number, words in enumerate(split) if words.known]
        probabilities = np.tile(self.prior, (len(split), 1))
        if heard:
            read = self._v1 if self.kind == "v1" else self._v2
            probabilities[heard] = read([split[number] for number in heard])
        return [
            Answer(row, len(words.known), words.unknown, self._cut(words))
            for row, words in zip(probabilities, split, strict=True)
        ]

    def _cut(self, words: Words) -> int:
        if self.kind == "v1":
            return 0
        return max(0, len(words.known if self._masked else words.places) - self.max_len)

    def _v1(self, split: list[Words]) -> Floats:
        averages = np.array([emojify.sentence_to_avg(" ".join(words.known), self.vectors) for words in split])
        return np.asarray(softmax(self._W @ averages.T + self._b[:, None]).T, np.float32)

    def _v2(self, split: list[Words]) -> Floats:
        """Sentences of one length are read together: then there is nothing to fill up and to mask."""
        rows = [self._looked_up(words) for words in split]
        lengths = np.array([len(row) for row in rows])
        probabilities = np.empty((len(rows), self.n_y), np.float32)
        for length in np.unique(lengths):
            places = np.flatnonzero(lengths == length)
            probabilities[places] = self.runner.run(np.stack([rows[place] for place in places]))
        return probabilities

    def _looked_up(self, words: Words) -> Floats:
        """The vectors of a sentence, (T, n_x): of its known words, or of all its places."""
        if self._masked:
            return np.array([self.vectors[word] for word in words.known[: self.max_len]], np.float32)
        table = np.zeros((self.max_len, self.n_x), np.float32)
        for row, word in zip(table, words.places, strict=False):
            if word is not None:
                row[:] = self.vectors[word]
        return table


class KerasRunner:
    """The Keras network of a bundle's arrays, called as the NumPy engine is."""

    def __init__(self, bundle: Bundle, n_x: int, n_a: int, n_y: int) -> None:
        self.network = emojify.vector_network(n_x, n_a, n_y)
        for name in ("lstm_1", "lstm_2", "dense"):
            arrays = [bundle.weights.get(f"{name}/{part}") for part in ("kernel", "recurrent_kernel", "bias")]
            self.network.get_layer(name).set_weights([array for array in arrays if array is not None])

    def run(self, x: Floats) -> Floats:
        """Probabilities (batch, n_y) for vectors (batch, T, n_x)."""
        return np.asarray(self.network(x, training=False))


def is_learnt(bundle: Bundle) -> bool:
    """Whether a bundle has the words' vectors itself."""
    return bundle.architecture.get("embedding") == "learnt"


def _runner(bundle: Bundle, where: Path, n_x: int, n_a: int, n_y: int, engine: str) -> Runner:
    shapes: dict[str, tuple[int, ...]] = {"dense/kernel": (n_a, n_y), "dense/bias": (n_y,)}
    for name, n_in in (("lstm_1", n_x), ("lstm_2", n_a)):
        shapes[f"{name}/kernel"] = (n_in, 4 * n_a)
        shapes[f"{name}/recurrent_kernel"] = (n_a, 4 * n_a)
        shapes[f"{name}/bias"] = (4 * n_a,)
    require_shapes(bundle, shapes, where)
    if engine == "keras":
        return KerasRunner(bundle, n_x, n_a, n_y)
    runner: Any = Engine.from_bundle(bundle, where)
    return runner  # type: ignore[no-any-return]


def _own_vectors(bundle: Bundle, n_x: int, where: Path) -> Vectors:
    """Rows 1, 2, ... of the learnt embedding, by their words; row 0 stands for no word."""
    words = bundle.vocabulary.symbols
    require_shapes(bundle, {EMBEDDING: (len(words) + 1, n_x)}, where)
    return dict(zip(words, bundle.weights[EMBEDDING][1:], strict=True))


def _vectors(bundle: Bundle, given: Vectors | None, n_x: int, where: Path) -> Vectors:
    """The bundle's own vectors, or those given."""
    if is_learnt(bundle):
        return _own_vectors(bundle, n_x, where)
    if given is None:
        raise UserError(f"the bundle {where} has no vectors of its own: give --glove FILE")
    found = len(next(iter(given.values())))
    if found != n_x:
        raise UserError(f"the vectors have {found} numbers a word; the bundle {where} wants {n_x}")
    return given


def _prior(bundle: Bundle, n_y: int, where: Path) -> Floats:
    """The labels' shares of the training sentences, as the bundle says."""
    shares = bundle.extra.get("prior")
    numbers = isinstance(shares, list) and all(type(share) in (int, float) for share in shares)
    if numbers:
        prior = np.array(shares, np.float64)
        if prior.shape == (n_y,) and (prior >= 0).all() and abs(prior.sum() - 1) < 1e-3:
            return np.asarray(prior, np.float32)
    raise UserError(f"the bundle {where} has no good prior: {n_y} shares that add up to 1 are wanted")
