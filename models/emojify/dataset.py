"""Labelled sentences, and their description in a bundle."""

import hashlib
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.emojify.words import Words, WordVectors, bare_words, known_words
from utils.bundle import Bundle
from utils.errors import UserError
from utils.vocabulary import Vocabulary

APP = "emojify"
_LINE_BREAKS_AND_CONTROLS = ("Cc", "Cs", "Zl", "Zp")


@dataclass(frozen=True)
class Dataset:
    """Labelled sentences.

    Args:
        X: m sentences.
        Y: Their labels, shape (m,), from 0 to n_y - 1.
        labels: The n_y emoji, or words, that the labels stand for.
        name: A name for messages and bundles, such as the file's.
        vectors: The course's word_to_vec_map, word to shape (n_x,); None: an embedding is learnt.
        groups: A name for each sentence, shape (m,): sentences of one group, such as those made from one
            frame, are held out together or not at all. None: each sentence is a group.
        values: The n_y labels as the file has them; None: 0, 1, ...
        neutral: Sentences that no label fits: V2 learns to find all labels alike likely for them.

    Raises:
        UserError: All sentences have one label, or none has a word with a vector.
    """

    X: Sequence[str]
    Y: NDArray[np.integer]
    labels: Sequence[str]
    name: str = "sentences"
    vectors: WordVectors | None = None
    groups: NDArray[Any] | None = None
    values: Sequence[str] | None = None
    neutral: Sequence[str] = ()

    def __post_init__(self) -> None:
        if len(np.unique(self.Y)) < 2:
            raise UserError(f"{self.name} has the label {self.Y[0]} for all sentences, expected two or more")
        if not any(words.known for words in self.words):
            raise UserError(f"{self.name} holds no word that has a vector")

    @cached_property
    def words(self) -> list[Words]:
        """The words of every sentence; where an embedding is to be learnt, each counts as known."""
        return self._split(self.X)

    @cached_property
    def neutral_words(self) -> list[Words]:
        """The words of every neutral sentence, likewise."""
        return self._split(self.neutral)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The known words of all sentences, sorted."""
        return Vocabulary.of(word for words in [*self.words, *self.neutral_words] for word in words.known)

    def _split(self, sentences: Sequence[str]) -> list[Words]:
        if self.vectors is None:
            return [Words(list(bare_words(sentence)), []) for sentence in sentences]
        return [known_words(sentence, self.vectors) for sentence in sentences]

    def bundle(self, architecture: dict[str, Any], settings: dict[str, Any]) -> Bundle:
        """Returns a bundle without arrays, for a network that is trained on these sentences.

        Args:
            architecture: The network's own part of the architecture.
            settings: What a resumed training must share, beside the data.
        """
        shares = np.bincount(self.Y, minlength=len(self.labels)) / len(self.Y)
        examples = [list(self.X), self.Y.tolist(), *([] if self.groups is None else [self.groups.tolist()])]
        examples += [list(self.neutral)] if self.neutral else []
        content = json.dumps(examples).encode("utf-8", "surrogatepass")
        facts: dict[str, Any] = {
            "data": self.name,
            "data_sha256": hashlib.sha256(content).hexdigest(),
            "sentences": len(self.Y),
        } | ({"neutral": len(self.neutral)} if self.neutral else {})
        extra: dict[str, Any] = {
            "labels": list(self.labels),
            "prior": [round(float(share), 6) for share in shares],
        }
        if self.values is not None and list(self.values) != [
            str(number) for number in range(len(self.labels))
        ]:
            extra["values"] = list(self.values)
        if self.vectors is None:
            embedding: dict[str, Any] = {"embedding": "learnt"}
        else:
            embedding = {"embedding": "vectors", "n_x": len(self.vectors[self.vocabulary.symbols[0]])}
            extra["vectors"] = {"words": len(self.vectors), "dimension": embedding["n_x"]}
            if hasattr(self.vectors, "sha256") and hasattr(self.vectors, "path"):  # read from a file
                extra["vectors"] |= {"file": self.vectors.path.name, "sha256": self.vectors.sha256}
            facts["vectors_sha256"] = extra["vectors"].get("sha256")
        architecture = {**embedding, "n_y": len(self.labels), **architecture}
        return Bundle(APP, architecture, self.vocabulary, {}, {**settings, **facts}, extra)


def check_labels(labels: object, source: str) -> tuple[str, ...]:
    """Returns labels, checked to be two or more different printable strings.

    Args:
        labels: A list or tuple.
        source: Where they are from, for the message.

    Raises:
        UserError: They are not; the message begins with the source.
    """
    if not isinstance(labels, tuple | list) or len(labels) < 2:
        raise UserError(f"{source} must name 2 or more labels, got {labels!r:.60}")
    for index, label in enumerate(labels):
        if not isinstance(label, str) or not label.strip() or not _is_printable(label):
            raise UserError(f"{source} has the label {index} as {label!r:.60}, expected an emoji or a word")
    if len(set(labels)) < len(labels):
        raise UserError(f"{source} has the same emoji for two labels")
    return tuple(labels)


def _is_printable(text: str) -> bool:
    return not any(unicodedata.category(character) in _LINE_BREAKS_AND_CONTROLS for character in text)
