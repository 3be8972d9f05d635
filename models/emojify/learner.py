"""One training run of V2: how many epochs serve, and then those epochs on all sentences."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.emojify import networks as emojify
from models.emojify.lessons import Lesson
from models.emojify.training import Measure, Trainer, held_out, network_arrays
from utils.bundle import Arrays
from utils.errors import UserError
from utils.progress import progress

FEWEST = 50  # sentences from which on some are held out


@dataclass(frozen=True)
class Recipe:
    """How V2 is trained.

    Args:
        n_a: Hidden units of each LSTM layer.
        n_x: Numbers in a vector that the network learns itself.
        max_len: The longest sentence that the network reads.
        masked: Whether it passes over the places behind a sentence's end; the course's reads zeros.
        epochs: The most epochs.
        share: Share of the sentences that is held out to find how many epochs serve; 0: all are run.
        patience: Epochs without a lower loss on the held-out sentences that end the search.
        dropout, word_dropout, smoothing, learning_rate: As in models.emojify and
            models.emojify.training.
    """

    n_a: int = emojify.N_A
    n_x: int = 50
    max_len: int = 40
    masked: bool = True
    epochs: int = 60
    share: float = 0.2
    patience: int = 8
    dropout: float = emojify.DROPOUT
    word_dropout: float = 0.3
    smoothing: float = 0.1
    learning_rate: float = 0.001


LEARNT_RECIPE = Recipe()
VECTORS_RECIPE = Recipe(word_dropout=0.2, patience=12, learning_rate=0.002)
COURSE_RECIPE = Recipe(
    max_len=emojify.MAX_LEN, masked=False, epochs=50, share=0.0, word_dropout=0.0, smoothing=0.0
)


class Learner:
    """Trains V2 on a lesson.

    Args:
        lesson: The sentences.
        recipe: How.
        seed: For the weights, the order, the dropout and the held-out sentences.
    """

    def __init__(self, lesson: Lesson, recipe: Recipe, seed: int) -> None:
        self.lesson, self.recipe, self.seed = lesson, recipe, seed
        self.weights: Arrays | None = None
        self.losses: dict[str, list[float]] = {"training": []}
        self.facts: dict[str, Any] = {}
        self._vocabulary = lesson.vocabulary
        heard = [number for number, words in enumerate(lesson.words) if words.known]
        self._labels = lesson.Y[heard]
        self._rows = [self._indices(lesson.words[number].places) for number in heard]
        self._table = self._first_table()

    @property
    def architecture(self) -> dict[str, Any]:
        """What the network is rebuilt from."""
        recipe = self.recipe
        return {
            "kind": "v2",
            "n_x": int(self._table.shape[1]),
            "n_a": recipe.n_a,
            "max_len": recipe.max_len,
            "masked": recipe.masked,
            "dropout": recipe.dropout,
        }

    def learn(self, epochs: int | None = None) -> bool:
        """Trains for so many epochs; none: for as many as serve on held-out sentences.

        Returns:
            Whether Ctrl-C ended it early.

        Raises:
            UserError: The loss is no number any more (exit code 1).
        """
        try:
            if epochs is None:
                epochs = self._epochs_that_serve()
            self._all_sentences(epochs)
        except KeyboardInterrupt:
            return True
        return False

    def _epochs_that_serve(self) -> int:
        """Trains on a part of the sentences until the others' loss falls no more."""
        recipe, labels = self.recipe, self._labels
        hold = held_out(labels, recipe.share, np.random.default_rng((self.seed, 0, 1)))
        if len(labels) < FEWEST or not hold.any():
            return recipe.epochs
        seen = {index for row, held in zip(self._rows, hold, strict=True) if not held for index in row}
        # A word that training does not see is unknown to the network: its row says nothing yet.
        others = [[index for index in row if index in seen] for row in self._rows]
        judged = hold & np.array([bool(row) for row in others])
        judges = [row for row, held in zip(others, judged, strict=True) if held]
        trainer = self._trainer(~hold)
        best, epochs = Measure(math.inf, 0.0), 0
        losses, held_losses = list[float](), list[float]()
        with progress("finding how many epochs serve", recipe.epochs) as advance:
            while len(losses) < recipe.epochs and len(losses) - epochs < recipe.patience:
                losses.append(self._epoch(trainer, len(losses)))
                measure = trainer.measure(judges, labels[judged])
                held_losses.append(measure.loss)
                self._keep(trainer, len(losses), losses)
                if measure.loss < best.loss:
                    best, epochs = measure, len(losses)
                advance(len(losses), f"held-out accuracy {measure.accuracy:.3f}")
        self.losses["held out"] = held_losses
        self.facts["held_out"] = {
            "sentences": len(judges),
            "loss": round(best.loss, 4),
            "accuracy": round(best.accuracy, 4),
        }
        return epochs

    def _all_sentences(self, epochs: int) -> None:
        trainer, losses = self._trainer(np.ones(len(self._labels), np.bool_)), list[float]()
        with progress("training on all sentences", epochs) as advance:
            for number in range(epochs):
                losses.append(self._epoch(trainer, number))
                self._keep(trainer, number + 1, losses)
                advance(number + 1, f"loss {losses[-1]:.3f}")

    def _epoch(self, trainer: Trainer, number: int) -> float:
        loss = trainer.epoch(number)
        if not math.isfinite(loss):
            raise UserError(f"the loss of epoch {number + 1} is {loss}; nothing was written", 1)
        return loss

    def _keep(self, trainer: Trainer, epochs: int, losses: list[float]) -> None:
        self.weights = network_arrays(trainer.network, with_embedding=self.lesson.vectors is None)
        self.facts["epochs"] = epochs
        self.losses["training"] = list(losses)

    def _trainer(self, chosen: NDArray[np.bool_]) -> Trainer:
        recipe = self.recipe
        embedding = emojify.embedding_layer(
            self._table, trainable=self.lesson.vectors is None, mask_zero=recipe.masked
        )
        network = emojify.network(
            None, embedding, recipe.n_a, len(self.lesson.labels), recipe.dropout, self.seed
        )
        longest = max(len(row) for row in self._rows)
        return Trainer(
            network,
            [row for row, use in zip(self._rows, chosen, strict=True) if use],
            self._labels[chosen],
            width=min(longest, recipe.max_len) if recipe.masked else recipe.max_len,
            word_dropout=recipe.word_dropout,
            smoothing=recipe.smoothing,
            learning_rate=recipe.learning_rate,
            seed=self.seed,
        )

    def _indices(self, places: list[str | None]) -> list[int]:
        """The words' rows in the table, from 1; unknown words are left out or, not masked, row 0."""
        index = self._vocabulary.index
        rows = [0 if word is None else index[word] + 1 for word in places]
        return [row for row in rows if row] if self.recipe.masked else rows

    def _first_table(self) -> NDArray[np.float32]:
        """The words' vectors, row 0 being zeros; new ones are about as long as GloVe's are."""
        vectors, words = self.lesson.vectors, self._vocabulary.symbols
        if vectors is None:
            generator = np.random.default_rng((self.seed, 0, 2))
            table = generator.normal(0.0, 0.3, (len(words) + 1, self.recipe.n_x)).astype(np.float32)
            table[0] = 0.0
            return table
        rows = [np.zeros(vectors.dimension, np.float32), *(vectors[word] for word in words)]
        return np.asarray(rows, np.float32)
