"""Training V2: an epoch at a call, words left out at random, and which sentences are held out."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine.arrays import EMBEDDING
from utils.backend import keras
from utils.bundle import Arrays

BATCH = 32
_LAYERS = ("lstm_1", "lstm_2", "dense")

Rows = Sequence[Sequence[int]]
Labels = NDArray[np.integer]


class Measure(NamedTuple):
    """How a network does on some sentences: mean cross-entropy in nats, and the share it gets right."""

    loss: float
    accuracy: float


class Trainer:
    """Trains a network on sentences of word indices.

    Args:
        network: From `models.emojify.network`; its weights change.
        rows: For each sentence its words' indices.
        labels: Their labels, shape (m,).
        width: Words that every sentence is filled up to with 0, at its end; longer ones are cut.
        word_dropout: Share of the words that an epoch leaves out, so that a sentence does not hang on a
            single word, and one with an unknown word is nothing new. Iyyer et al. 2015, "Deep unordered
            composition rivals syntactic methods for text classification".
        smoothing: Share of the target that is spread over all labels, against over-confidence.
        learning_rate: Adam's.
        seed: For the order and the words left out. Those of an epoch depend on the seed and the
            epoch's number alone.
    """

    def __init__(
        self,
        network: Any,
        rows: Rows,
        labels: Labels,
        *,
        width: int,
        word_dropout: float = 0.0,
        smoothing: float = 0.0,
        learning_rate: float = 0.001,
        seed: int = 0,
    ) -> None:
        self.network, self.rows, self.labels = network, rows, np.asarray(labels)
        self.width, self.word_dropout, self.seed = width, word_dropout, seed
        self.n_y = int(network.output_shape[-1])
        network.compile(
            optimizer=keras().optimizers.Adam(learning_rate),
            loss=keras().losses.CategoricalCrossentropy(label_smoothing=smoothing),
        )

    def epoch(self, number: int) -> float:
        """Runs epoch `number`, the first being 0, and returns its mean loss a sentence, in nats."""
        generator = np.random.default_rng((self.seed, number))
        targets = np.eye(self.n_y, dtype=np.float32)[self.labels]
        indices = padded([self._thinned(row, generator) for row in self.rows], self.width)
        order, total = generator.permutation(len(indices)), 0.0
        for start in range(0, len(order), BATCH):
            chosen = order[start : start + BATCH]
            self.network.reset_metrics()
            loss = self.network.train_on_batch(indices[chosen], targets[chosen])
            total += float(np.asarray(loss)) * len(chosen)
        return total / len(order)

    def measure(self, rows: Rows, labels: Labels) -> Measure:
        """How the network does on sentences, as it is now."""
        probabilities = np.asarray(self.network.predict_on_batch(padded(rows, self.width)))
        right = probabilities[np.arange(len(labels)), labels]
        loss = -np.log(np.maximum(right, 1e-12)).mean()
        return Measure(float(loss), float((probabilities.argmax(axis=1) == labels).mean()))

    def _thinned(self, row: Sequence[int], generator: np.random.Generator) -> Sequence[int]:
        """A sentence without some of its words, but with one at least."""
        if not self.word_dropout:
            return row
        kept = [index for index in row if generator.random() >= self.word_dropout]
        return kept or [row[int(generator.integers(len(row)))]]


def padded(rows: Rows, width: int) -> NDArray[np.int32]:
    """Sentences as one array (m, width), filled up with 0 at their ends, or cut."""
    indices = np.zeros((len(rows), width), np.int32)
    for target, row in zip(indices, rows, strict=True):
        cut = row[:width]
        target[: len(cut)] = cut
    return indices


def held_out(labels: Labels, share: float, generator: np.random.Generator) -> NDArray[np.bool_]:
    """Which sentences are kept from training to tell when to stop: the same share of every label.

    Args:
        labels: Shape (m,).
        share: From 0 to 1.
        generator: Draws them.

    Returns:
        A mask, shape (m,).
    """
    mask = np.zeros(len(labels), np.bool_)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        mask[generator.permutation(places)[: int(share * len(places))]] = True
    return mask


def network_arrays(network: Any, with_embedding: bool) -> Arrays:
    """The weights under the names that bundles use. Frozen vectors are never among them."""
    arrays: Arrays = {}
    if with_embedding:
        (table,) = network.get_layer("embedding").get_weights()
        table[0] = 0.0  # no word is looked up there: it stands for none
        arrays[EMBEDDING] = table
    for name in _LAYERS:
        weights = network.get_layer(name).get_weights()
        parts = ("kernel", "bias") if len(weights) == 2 else ("kernel", "recurrent_kernel", "bias")
        arrays.update({f"{name}/{part}": array for part, array in zip(parts, weights, strict=True)})
    return arrays
