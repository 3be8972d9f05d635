"""Predicts the emoji for sentences with a bundle's network, in NumPy."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.emojify.dataset import APP, check_labels
from models.emojify.options import AnswerOptions
from models.emojify.regression import sentence_to_avg
from models.emojify.words import Words, WordVectors, known_words
from models.engine import lanes
from models.engine.engine import Engine
from models.numpy_core import softmax
from models.shapes import EMBEDDING, Shapes, stacked_shapes
from utils import bundle as bundles
from utils.bundle import Bundle, architecture_sizes, require_shapes
from utils.errors import UserError
from utils.scripts import letters_apart

logger = logging.getLogger("cadenza")

NOT_SURE = "not sure"
PRETRAINED = Path(__file__).parents[2] / "pretrained" / "emojify"
PRETRAINED_GLOVE = PRETRAINED.with_name("emojify_glove")
LIMITS = {"n_x": 4096, "n_y": 1000}
V2_LIMITS = {"n_a": 4096, "max_len": 10_000}

Floats = NDArray[np.float32]
VectorSource = WordVectors | Callable[[], WordVectors] | None


@dataclass(frozen=True)
class Prediction:
    """The emoji for a sentence.

    Args:
        label: The likeliest label, an index from 0.
        value: The label as the training's file had it: a number, a word or an emoji.
        emoji: The emoji, or word, that is shown for it.
        probabilities: Of every label, shape (n_y,). If no word is known, the labels' shares of the
            training sentences.
        known_words: How many words were read.
        unknown_words: The words without a vector, which were not read.
        cut_words: How many words beyond the network's longest sentence were not read.
    """

    label: int
    value: str
    emoji: str
    probabilities: Floats
    known_words: int
    unknown_words: list[str]
    cut_words: int

    @property
    def probability(self) -> float:
        """That of the likeliest label."""
        return float(self.probabilities[self.label])

    def is_sure(self, unsure: float = AnswerOptions.unsure) -> bool:
        """Whether a word is known and the probability is not below `unsure`; 0: always."""
        return not unsure or (self.known_words > 0 and self.probability >= unsure)

    def answer(self, unsure: float = AnswerOptions.unsure) -> str:
        """The emoji, or "not sure".

        Example:
            >>> [found.answer() for found in load().predict(["I love you", "the train leaves at nine"])]
            ['❤️', 'not sure']
        """
        return self.emoji if self.is_sure(unsure) else NOT_SURE

    def top(self, count: int) -> list[int]:
        """Returns the likeliest labels, the likeliest first; of equals the lower one first."""
        return [int(label) for label in np.argsort(-self.probabilities, kind="stable")[:count]]


class Contribution(NamedTuple):
    """What a word contributes to the probabilities of its sentence.

    Args:
        word: As it was typed.
        is_unknown: Whether it was skipped, for it has no vector.
        change: The labels' probabilities minus those of the sentence without the word, shape (n_y,).
    """

    word: str
    is_unknown: bool
    change: Floats


def load(
    path: str | Path | None = None,
    *,
    vectors: VectorSource = None,
) -> "Classifier":
    """Loads a classifier.

    Args:
        path: A bundle's folder; None: a pretrained network, with word vectors if they are given.
        vectors: The word vectors of a bundle that has no embedding of its own; or a function that loads
            them, which is called only if they are needed.

    Raises:
        UserError: The folder is not a whole bundle of this app, or the vectors do not fit it.

    Example:
        >>> predictions = load().predict(["I love you", "not feeling happy"])
        >>> [prediction.emoji for prediction in predictions]
        ['❤️', '😞']
    """
    folder = Path(path or (PRETRAINED if vectors is None else PRETRAINED_GLOVE))
    return Classifier(bundles.load(folder, APP), folder, vectors=vectors)


class Classifier:
    """A bundle's network with its labels and word vectors; see `load`.

    Args:
        bundle: Its architecture's `kind` is "v1" or "v2", its `embedding` "learnt" or "vectors".
        folder: The bundle's folder, for messages.
        vectors: As `load` takes them.

    Raises:
        UserError: The bundle is damaged, or the vectors do not fit it.
    """

    def __init__(
        self,
        bundle: Bundle,
        folder: Path,
        *,
        vectors: VectorSource = None,
    ) -> None:
        self.bundle, self.folder, self.kind = bundle, folder, bundle.architecture.get("kind")
        if self.kind not in ("v1", "v2"):
            raise UserError(f"the bundle {folder} has the kind {self.kind!r}, expected 'v1' or 'v2'")
        sizes = architecture_sizes(bundle, LIMITS | (V2_LIMITS if self.kind == "v2" else {}), folder)
        self.n_x, self.n_y = sizes["n_x"], sizes["n_y"]
        self.max_len = sizes.get("max_len")
        self.masked = bundle.architecture.get("masked") is True
        self.labels = _labels(bundle, self.n_y, folder)
        self.values = _values(bundle, self.n_y, folder)
        self.prior = _prior(bundle, self.n_y, folder)
        self.has_embedding = bundle.architecture.get("embedding") == "learnt"
        arrays = require_shapes(bundle, self._shapes(sizes), folder)
        self.vectors = self._own_vectors(vectors) if self.has_embedding else self._given_vectors(vectors)
        if self.kind == "v2":
            self.network = Engine(arrays)

    def predict(self, sentences: Sequence[str], *, ids: Sequence[int] | None = None) -> list[Prediction]:
        """Predicts an emoji for every sentence.

        Args:
            sentences: Any text; words that the network does not know are skipped, and named in the result.
            ids: A whole number for every sentence, with which its probabilities depend, to the last bit, on
                its id and itself alone; see `models.engine.lanes`. None: the last bits may depend on the
                other sentences too.

        Raises:
            TypeError: sentences is one string.
        """
        if isinstance(sentences, str):
            raise TypeError("sentences must be a sequence of strings, got one string")
        split = [known_words(sentence, self.vectors) for sentence in sentences]
        readable = [number for number, words in enumerate(split) if words.known]
        probabilities = np.tile(self.prior, (len(split), 1))
        if readable:
            chosen = None if ids is None else [ids[number] for number in readable]
            compute = self._v1 if self.kind == "v1" else self._v2
            probabilities[readable] = compute([split[number] for number in readable], chosen)
        return [self._prediction(row, words) for row, words in zip(probabilities, split, strict=True)]

    def contributions(self, sentence: str) -> list[Contribution]:
        """Measures what each word contributes to the probabilities of a sentence, by leaving it out.

        Args:
            sentence: Any text; it is split at white space, and letters of scripts without spaces.

        Returns:
            The words as they were typed, in their order.

        Example:
            >>> words = load().contributions("I love you qzx")
            >>> max(words, key=lambda word: word.change[0]).word, words[3].is_unknown
            ('love', True)
        """
        words = letters_apart(sentence).split()
        rest = [" ".join(words[:place] + words[place + 1 :]) for place in range(len(words))]
        whole, *without = (prediction.probabilities for prediction in self.predict([sentence, *rest]))
        unknown = [bool(known_words(word, self.vectors).unknown) for word in words]
        return [Contribution(*row) for row in zip(words, unknown, [whole - p for p in without], strict=True)]

    def _prediction(self, probabilities: Floats, words: Words) -> Prediction:
        label, cut = int(probabilities.argmax()), 0
        if self.max_len is not None:
            cut = max(0, len(words.known if self.masked else words.places) - self.max_len)
        value, emoji = self.values[label], self.labels[label]
        return Prediction(label, value, emoji, probabilities, len(words.known), words.unknown, cut)

    def _v1(self, split: list[Words], ids: Sequence[int] | None) -> Floats:
        averages = np.array([sentence_to_avg(" ".join(words.known), self.vectors) for words in split])
        W, b = self.bundle.weights["W"], self.bundle.weights["b"]

        def run(x: Floats) -> Floats:
            return np.asarray(softmax(W @ x.T + b[:, None]).T, np.float32)

        if ids is None:
            return run(averages)
        return _independent(run, list(averages), ids, np.ones(len(split), np.intp))

    def _v2(self, split: list[Words], ids: Sequence[int] | None) -> Floats:
        rows = [self._look_up(words) for words in split]
        lengths = np.array([len(row) for row in rows])
        if ids is not None:
            return _independent(self.network.run, rows, ids, lengths)
        # Sentences of one length together: then nothing has to be padded and masked.
        probabilities = np.empty((len(rows), self.n_y), np.float32)
        for length in np.unique(lengths):
            same = np.flatnonzero(lengths == length)
            probabilities[same] = self.network.run(np.stack([rows[number] for number in same]))
        return probabilities

    def _look_up(self, words: Words) -> Floats:
        """The vectors of a sentence, (T, n_x): of its known words, or zeros for unknown words and padding."""
        if self.masked:
            return np.array([self.vectors[word] for word in words.known[: self.max_len]], np.float32)
        table = np.zeros((self.max_len or 0, self.n_x), np.float32)
        for row, word in zip(table, words.places, strict=False):
            if word is not None:
                row[:] = self.vectors[word]
        return table

    def _shapes(self, sizes: dict[str, int]) -> Shapes:
        if self.kind == "v1":
            return {"W": (self.n_y, self.n_x), "b": (self.n_y,)}
        rows = len(self.bundle.vocabulary) + 1 if self.has_embedding else None
        return stacked_shapes("lstm", self.n_x, [sizes["n_a"]] * 2, self.n_y, embedding=rows)

    def _own_vectors(self, given: VectorSource) -> WordVectors:
        """Rows 1, 2, ... of the embedding by their words; row 0 is padding."""
        if given is not None and not callable(given):
            raise UserError(f"vectors were given, but the bundle {self.folder} has its own")
        return dict(zip(self.bundle.vocabulary.symbols, self.bundle.weights[EMBEDDING][1:], strict=True))

    def _given_vectors(self, given: VectorSource) -> WordVectors:
        vectors = given() if callable(given) else given
        if vectors is None:
            file = self._trained_with().get("file", "a GloVe file")
            raise UserError(f"the bundle {self.folder} needs word vectors ({file}), and none were given")
        dimension = len(next(iter(vectors.values())))
        if dimension != self.n_x:
            raise UserError(
                f"the vectors have {dimension} numbers, expected {self.n_x} for the bundle {self.folder}"
            )
        sha256, known = getattr(vectors, "sha256", None), self._trained_with()
        if sha256 is not None and sha256 != known.get("sha256"):
            logger.info(
                f"the vectors are not those that the network was trained with ({known.get('file')}); "
                "its predictions may differ a little"
            )
        return vectors

    def _trained_with(self) -> dict[str, Any]:
        """What the bundle says of the vectors that it was trained with."""
        facts = self.bundle.extra.get("vectors")
        return facts if isinstance(facts, dict) else {}


def _independent(
    run: Callable[[Floats], Floats], rows: Sequence[Floats], ids: Sequence[int], lengths: NDArray[np.intp]
) -> Floats:
    """Probabilities (len(rows), n_y): rows of one length in `lanes`, so that none depends on the others."""
    probabilities: dict[int, Floats] = {}
    for length in np.unique(lengths):
        same = np.flatnonzero(lengths == length).tolist()
        for batch in lanes.batches([ids[row] for row in same], [0] * len(same)):
            x = np.zeros((len(batch), *rows[same[0]].shape), rows[same[0]].dtype)
            places = {place: same[number] for place, number in enumerate(batch) if number is not None}
            for place, row in places.items():
                x[place] = rows[row]
            p = run(x)
            probabilities |= {row: p[place] for place, row in places.items()}
    return np.stack([probabilities[row] for row in range(len(rows))])


def _labels(bundle: Bundle, n_y: int, folder: Path) -> tuple[str, ...]:
    labels = check_labels(bundle.extra.get("labels"), f"the bundle {folder}")
    if len(labels) != n_y:
        raise UserError(f"the bundle {folder} names {len(labels)} labels, expected {n_y}")
    return labels


def _values(bundle: Bundle, n_y: int, folder: Path) -> tuple[str, ...]:
    """The labels as the training's file had them; 0, 1, ... if the bundle names no others."""
    if "values" not in bundle.extra:
        return tuple(map(str, range(n_y)))
    values = check_labels(bundle.extra["values"], f"the bundle {folder}")
    if len(values) != n_y:
        raise UserError(f"the bundle {folder} names {len(values)} values of labels, expected {n_y}")
    return values


def _prior(bundle: Bundle, n_y: int, folder: Path) -> Floats:
    """The labels' shares of the training sentences, as the bundle has them."""
    shares = bundle.extra.get("prior")
    numbers = shares if isinstance(shares, list) else []
    good = all(type(share) in (int, float) and 0 <= share <= 1 for share in numbers)
    if good and len(numbers) == n_y and abs(sum(numbers) - 1) < 1e-3:
        return np.array(numbers, np.float32)
    raise UserError(f"the bundle {folder} has no good prior, expected {n_y} shares that add up to 1")
