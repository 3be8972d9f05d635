"""What a network is to learn: sentences as words, their labels, and the vectors, if there are any."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from data import emoji
from data.emoji import Labels
from data.glove import vectors as glove
from data.glove.vectors import Vectors
from models.emojify.loading import APP, vectors_facts
from models.emojify.words import Words, bare_words, known_words
from utils.bundle import Arrays, Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary


@dataclass(frozen=True)
class Lesson:
    """Sentences to learn, and sentences to measure with.

    Args:
        name: The file's name.
        labels: The emoji.
        words: The sentences' words; those without vectors are unknown, and without a table of vectors
            none is.
        Y: The sentences' labels, shape (m,).
        vectors: The table, or None where the network learns its own.
        test: The name, the sentences and the labels to measure with, if there are any.
    """

    name: str
    labels: tuple[str, ...]
    words: list[Words]
    Y: Labels
    vectors: Vectors | None
    test: tuple[str, list[str], Labels] | None

    @property
    def vocabulary(self) -> Vocabulary:
        """The known words that occur, sorted."""
        return Vocabulary.of(word for words in self.words for word in words.known)

    def bundle(self, architecture: dict[str, Any], weights: Arrays, training: dict[str, Any]) -> Bundle:
        """A bundle that names this lesson's labels, their shares, and the vectors."""
        shares = np.bincount(self.Y, minlength=len(self.labels)) / len(self.Y)
        prior = [round(float(share), 6) for share in shares]
        extra: dict[str, Any] = {"labels": list(self.labels), "prior": prior}
        if self.vectors is not None:
            extra["vectors"] = vectors_facts(self.vectors)
        architecture = {
            **architecture,
            "n_y": len(self.labels),
            "embedding": "learnt" if self.vectors is None else "vectors",
        }
        facts = {**training, "data": self.name, "sentences": len(self.Y)}
        return Bundle(APP, architecture, self.vocabulary, weights, facts, extra)


def read_lesson(options: argparse.Namespace) -> Lesson:
    """Reads what the options name.

    Raises:
        UserError: A file cannot be read; --v1 without vectors; only one label, or only unknown words.
    """
    labels = emoji.read_labels(options.labels) if options.labels is not None else emoji.EMOJI
    default = emoji.COURSE_TRAIN if options.course else str(emoji.BUNDLED_TRAIN)
    path = emoji.find(options.csv or default, options.data_dir)
    X, Y = emoji.read_csv(path, len(labels))
    if len(np.unique(Y)) < 2:
        raise UserError(f"{path} has the label {Y[0]} for all its sentences; two labels or more are wanted")
    test = _test(options, len(labels))
    vectors = _vectors(options)
    split = [_words(sentence, vectors) for sentence in X]
    if not any(words.known for words in split):
        raise UserError(f"{path} holds no word that has a vector")
    return Lesson(path.name, labels, split, Y, vectors, test)


def _test(options: argparse.Namespace, n_labels: int) -> tuple[str, list[str], Labels] | None:
    """The sentences to measure with; one's own sentences are not measured with the bundled ones."""
    default = None
    if options.csv is None and options.labels is None:
        default = emoji.COURSE_TEST if options.course else str(emoji.BUNDLED_TEST)
    name = options.test or default
    if name is None:
        return None
    path = emoji.find(name, options.data_dir)
    return (path.name, *emoji.read_csv(path, n_labels))


def _vectors(options: argparse.Namespace) -> Vectors | None:
    """The table of vectors, or None if the network is to learn its own."""
    if options.embedding == "learnt":
        if options.v1 or options.glove is not None:
            raise UserError("--embedding learnt: it is V2's, and goes without --glove")
        return None
    path: Path | None = glove.locate(options.glove, options.data_dir)
    if path is not None:
        return glove.load(path)
    if options.v1 or options.embedding == "vectors":
        wanted = "--v1" if options.v1 else "--embedding vectors"
        raise UserError(f"{wanted} needs vectors: give --glove FILE, or: python -m data fetch {glove.NAME}")
    return None


def _words(sentence: str, vectors: Vectors | None) -> Words:
    return Words(list(bare_words(sentence)), []) if vectors is None else known_words(sentence, vectors)
