"""Trains V2: chooses the number of epochs by early stopping, then trains on all sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.checkpoint import Checkpoint, Run, read_history, training
from models.emojify.dataset import APP, Dataset
from models.emojify.networks import (
    DROPOUT,
    MAX_LEN,
    N_A,
    Emojify_V2,
    embedding_layer,
    network,
    pretrained_embedding_layer,
)
from models.emojify.regression import convert_to_one_hot
from models.emojify.words import Words, sentences_to_indices
from models.training import ResumableEarlyStopping, fit, seeded_batches, steps
from utils import bundle as bundles
from utils.bundle import Bundle
from utils.errors import UserError

BATCH_SIZE = 32
FEWEST = 50  # sentences from which on some are held out
MONITOR = "val_cross_entropy"

Indices = NDArray[np.integer]
Floats = NDArray[np.floating]


@dataclass(frozen=True)
class Settings:
    """How V2 is built and trained.

    Args:
        n_a: Hidden units of each LSTM layer.
        n_x: Numbers in a vector of an embedding that is learnt.
        max_len: The longest sentence that the network reads, in words.
        masked: Whether the layers skip padding and unknown words; the course's read zeros there.
        epochs: The most epochs.
        validation_split: Share of the sentences that is held out to choose the number of epochs;
            0: all epochs are run.
        patience: Epochs without a lower validation cross-entropy that end the choice.
        dropout: Share of each LSTM layer's outputs that training leaves out.
        word_dropout: Share of the words that an epoch leaves out, so that no prediction depends on a
            single word, and unknown words are nothing new. Iyyer et al. 2015, "Deep unordered
            composition rivals syntactic methods for text classification".
        label_smoothing: Share of the target that is spread over all labels.
        learning_rate: Adam's.
    """

    n_a: int = N_A
    n_x: int = 50
    max_len: int = 40
    masked: bool = True
    epochs: int = 60
    validation_split: float = 0.2
    patience: int = 8
    dropout: float = DROPOUT
    word_dropout: float = 0.1
    label_smoothing: float = 0.1
    learning_rate: float = 0.001


LEARNT_EMBEDDING = Settings()
WORD_VECTORS = Settings(word_dropout=0.05, patience=12, learning_rate=0.002)
COURSE = Settings(
    max_len=MAX_LEN, masked=False, epochs=50, validation_split=0.0, word_dropout=0.0, label_smoothing=0.0
)


def drop_words(x: Indices, generator: np.random.Generator, rate: float) -> Indices:
    """Leaves words out at random, and moves the others together.

    Args:
        x: Word indices, shape (m, T), padded with 0 at the end.
        generator: Draws them.
        rate: Share of the words that is left out; every sentence keeps one at least.

    Returns:
        Word indices, shape (m, T).
    """
    draws = np.where(x == 0, -1.0, generator.random(x.shape))
    draws[np.arange(len(x)), draws.argmax(axis=1)] = 1.0
    return _move_together(np.where(draws >= rate, x, 0))


def train_v2(
    dataset: Dataset,
    run: Run,
    *,
    settings: Settings | None = None,
    word_to_index: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Bundle:
    """Trains V2, and saves it as a bundle.

    Args:
        dataset: The sentences.
        run: How the training runs; if it names no number of epochs, early stopping on held-out sentences
            chooses.
        settings: None: `WORD_VECTORS` or `LEARNT_EMBEDDING`, whichever fits the dataset. `COURSE` trains
            `Emojify_V2` as the course does.
        word_to_index: For `COURSE`: the index of every word that has a vector, from 1.
        seed: For the initial weights, the order, the dropout and the held-out sentences.

    Returns:
        The network, with `epochs`, `history` and `seconds` in its `training`.

    Raises:
        ValueError: The settings are the course's, and the dataset has no word vectors.
        UserError: The folder is not free or cannot be written, or the loss is not finite.
        KeyboardInterrupt: It was stopped; the finished epochs are in the folder.
    """
    settings = settings or (LEARNT_EMBEDDING if dataset.vectors is None else WORD_VECTORS)
    if dataset.vectors is None and not settings.masked:
        raise ValueError("dataset must have word vectors for settings without masking")
    word_to_index = word_to_index or {word: row for row, word in enumerate(dataset.vocabulary.symbols, 1)}
    return _Training(dataset, settings, word_to_index, seed, run).run()


@dataclass(frozen=True)
class _Training:
    """The two phases of a training: the choice of the number of epochs, and these epochs on all sentences."""

    dataset: Dataset
    settings: Settings
    word_to_index: Mapping[str, int]
    seed: int
    how: Run

    def run(self) -> Bundle:
        """Chooses the number of epochs if none is given, and trains on all sentences."""
        x, y, labels, groups = self._examples()
        neutral = self._neutral(x.shape[1])
        share, folder = self.settings.validation_split, Path(self.how.folder)
        held_out = stratified_mask(labels, share, np.random.default_rng((self.seed, 0, 0, 1)), groups)
        validation = self._validation(x, y, held_out)
        chooses = self.how.epochs is None and len(x) >= FEWEST and len(validation[0]) > 0
        saved = bundles.load(folder, APP).training if chooses and self.how.resume else {}
        selection: dict[str, Any] | None = None
        if saved.get("phase") == "final":
            before = saved.get("selection")
            history = read_history(before if isinstance(before, dict) else {}, folder)
            selection, chooses = self._selection(history, len(validation[0])), False
        begins = {"phase": "selection"} if chooses else {"phase": "final", "selection": selection}
        with training(self._template(begins), self.how) as checkpoint:
            if chooses:
                fitted = _joined((x[~held_out], y[~held_out]), neutral)
                self._fit(*fitted, self.settings.epochs, checkpoint, validation)
                selection = self._selection(checkpoint.result.history, len(validation[0]))
                checkpoint.restart(self._template({"phase": "final", "selection": selection}))
            epochs = selection["epochs"] if selection else self.how.epochs or self.settings.epochs
            self._fit(*_joined((x, y), neutral), epochs, checkpoint)
            checkpoint.complete = selection is not None
        return checkpoint.trained

    def _examples(self) -> tuple[Indices, Floats, NDArray[np.integer], NDArray[Any]]:
        """Word indices (m, T), targets (m, n_y), labels and groups (m,) of what has a known word."""
        dataset, settings = self.dataset, self.settings
        groups = np.arange(len(dataset.Y)) if dataset.groups is None else dataset.groups
        y = convert_to_one_hot(dataset.Y, len(dataset.labels)).astype(np.float32)
        if not settings.masked:
            return sentences_to_indices(dataset.X, self.word_to_index, settings.max_len), y, dataset.Y, groups
        longest = max(len(words.known) for words in [*dataset.words, *dataset.neutral_words])
        x = self._indices(dataset.words, min(longest, settings.max_len))
        readable = x.any(axis=1)
        return x[readable], y[readable], dataset.Y[readable], groups[readable]

    def _neutral(self, length: int) -> tuple[Indices, Floats]:
        """Word indices (m, length) of the neutral sentences, and their targets (m, n_y): all labels alike.

        They teach the network where it does not know: Hendrycks, Mazeika and Dietterich 2019, "Deep anomaly
        detection with outlier exposure". None is held out, for they choose nothing.
        """
        x = self._indices(self.dataset.neutral_words, length)
        x, n_y = x[x.any(axis=1)], len(self.dataset.labels)
        return x, np.full((len(x), n_y), 1 / n_y, np.float32)

    def _indices(self, split: Sequence[Words], length: int) -> Indices:
        return sentences_to_indices([" ".join(words.known) for words in split], self.word_to_index, length)

    def _validation(self, x: Indices, y: Floats, held_out: NDArray[np.bool_]) -> tuple[Indices, Floats]:
        """The held-out sentences. Where an embedding is learnt, words that only they have are unknown."""
        x_val, y_val = x[held_out], y[held_out]
        if self.dataset.vectors is None:
            x_val = _move_together(np.where(np.isin(x_val, x[~held_out]), x_val, 0))
        readable = x_val.any(axis=1)
        return x_val[readable], y_val[readable]

    def _selection(self, history: dict[str, list[float]], sentences: int) -> dict[str, Any]:
        """The best epoch of a history, and its metrics on the held-out sentences."""
        losses, accuracies = history.get(MONITOR, []), history.get("val_accuracy", [])
        if not losses or len(losses) != len(accuracies):
            raise UserError(f"the bundle {self.how.folder} has a damaged selection of epochs: not resumed")
        best = int(np.argmin(losses))
        return {
            "epochs": best + 1,
            "sentences": sentences,
            "cross_entropy": losses[best],
            "accuracy": accuracies[best],
            "history": history,
        }

    def _fit(
        self,
        x: Indices,
        y: Floats,
        epochs: int,
        checkpoint: Checkpoint,
        validation: tuple[Indices, Floats] | None = None,
    ) -> None:
        """Trains a new network, or continues, up to a number of epochs or until early stopping."""
        settings, result = self.settings, checkpoint.result
        losses = result.history.get(MONITOR)
        if result.epochs >= epochs or (losses and len(losses) - 1 - np.argmin(losses) >= settings.patience):
            return
        stopping = (
            [ResumableEarlyStopping(result.history.get(MONITOR, []), settings.patience, MONITOR)]
            if validation
            else []
        )
        fit(
            self._compiled_model(),
            lambda epoch: seeded_batches(
                x,
                y,
                batch_size=BATCH_SIZE,
                seed=self.seed,
                epoch=epoch,
                vary=partial(drop_words, rate=settings.word_dropout),
            ),
            epochs=epochs,
            checkpoint=checkpoint,
            callbacks=[*stopping, *self.how.callbacks],
            label=f"training V2 ({checkpoint.template.training['phase']})",
            steps_per_epoch=steps(len(x), BATCH_SIZE),
            validation_data=validation,
            validation_batch_size=len(x),
        )

    def _template(self, facts: Mapping[str, Any]) -> Bundle:
        settings = self.settings
        names = ["n_a", "max_len", "masked", "dropout"] + ["n_x"] * (self.dataset.vectors is None)
        architecture = {"kind": "v2", **{name: getattr(settings, name) for name in names}}
        names = ["validation_split", "patience", "word_dropout", "label_smoothing", "learning_rate"]
        shared = {name: getattr(settings, name) for name in names}
        return self.dataset.bundle(architecture, {"seed": self.seed, **shared, **facts})

    def _compiled_model(self) -> keras.Model:
        settings, vectors, n_y = self.settings, self.dataset.vectors, len(self.dataset.labels)
        if vectors is not None and not settings.masked:
            model = Emojify_V2((settings.max_len,), vectors, self.word_to_index, n_y=n_y, seed=self.seed)
        else:
            embedding = (
                self._new_embedding()
                if vectors is None
                else pretrained_embedding_layer(vectors, self.word_to_index, mask_zero=True)
            )
            model = network(
                None, embedding, n_a=settings.n_a, n_y=n_y, dropout=settings.dropout, seed=self.seed
            )
        model.compile(
            optimizer=keras.optimizers.Adam(settings.learning_rate),
            loss=keras.losses.CategoricalCrossentropy(label_smoothing=settings.label_smoothing),
            metrics=[LabelledAccuracy("accuracy"), LabelledCrossEntropy("cross_entropy")],
        )
        return model

    def _new_embedding(self) -> keras.layers.Embedding:
        """Random vectors about as long as GloVe's; the padding's row 0 is zeros, and stays so."""
        generator = np.random.default_rng((self.seed, 0, 0, 2))
        table = generator.normal(0.0, 0.3, (len(self.word_to_index) + 1, self.settings.n_x))
        table[0] = 0.0
        return embedding_layer(table, trainable=True, mask_zero=True)


class _OfLabelled:
    """Leaves neutral sentences, which have no right label, out of a metric."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """See `keras.metrics.Metric`."""
        labelled = keras.ops.cast(keras.ops.max(y_true, axis=-1) == 1, "float32")
        return super().update_state(y_true, y_pred, labelled)  # type: ignore[misc]


class LabelledAccuracy(_OfLabelled, keras.metrics.CategoricalAccuracy):
    """The share of the labelled sentences whose likeliest label is theirs."""


class LabelledCrossEntropy(_OfLabelled, keras.metrics.CategoricalCrossentropy):
    """The mean cross-entropy of the labelled sentences, in nats."""


def stratified_mask(
    labels: NDArray[np.integer],
    share: float,
    generator: np.random.Generator,
    groups: NDArray[Any] | None = None,
) -> NDArray[np.bool_]:
    """Chooses the same share of every label's groups.

    Args:
        labels: Shape (m,).
        share: From 0 to 1.
        generator: Draws the choice.
        groups: Shape (m,): a group is chosen as a whole, and counts for its first example's label. None:
            each example is a group.

    Returns:
        A mask, shape (m,).
    """
    groups = np.arange(len(labels)) if groups is None else groups
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    mask = np.zeros(len(first), np.bool_)
    for label in np.unique(labels):
        places = np.flatnonzero(labels[first] == label)
        mask[generator.permutation(places)[: int(share * len(places))]] = True
    return mask[group]


def _joined(labelled: tuple[Indices, Floats], neutral: tuple[Indices, Floats]) -> tuple[Indices, Floats]:
    x, y = (np.concatenate(arrays) for arrays in zip(labelled, neutral, strict=True))
    return x, y


def _move_together(x: Indices) -> Indices:
    """Moves the zeros of every row behind the other indices."""
    return np.take_along_axis(x, np.argsort(x == 0, axis=1, kind="stable"), axis=1)
