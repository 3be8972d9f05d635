"""Emoji for sentences in bulk: a row has a text."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from apps.bulk.handlers import Answer
from apps.bulk.job import Job, network
from apps.bulk.rows import Row
from data.glove import vectors as glove
from models import emojify
from models.emojify.classifier import PRETRAINED, PRETRAINED_GLOVE

FIELDS = ("text",)
COLUMNS = {"label": "int64", "emoji": "string", "probability": "float64", "known_words": "int64"}
BLOCK_ROWS = 8192


class Sentence(NamedTuple):
    """What is answered."""

    id: int
    text: str


class Emoji:
    """See `apps.bulk.handlers.RowHandler`."""

    def __init__(self, job: Job) -> None:
        vectors = None if job.vectors is None else partial(glove.load, job.vectors)
        self.classifier = emojify.load(job.bundle, vectors=vectors)

    def request(self, row: Row) -> Sentence:
        """See `RowHandler`."""
        text = row.text("text")
        if not text.strip():
            raise ValueError("text: expected words, got none")
        return Sentence(row.id, text)

    def answers(self, requests: Sequence[Sentence]) -> Iterator[Answer]:
        """See `RowHandler`."""
        ids = [request.id for request in requests]
        for prediction in self.classifier.predict([request.text for request in requests], ids=ids):
            yield {
                "label": prediction.label,
                "emoji": prediction.emoji,
                "probability": round(float(prediction.probabilities[prediction.label]), 6),
                "known_words": prediction.known_words,
            }


def checksums(job: Job) -> dict[str, str | None]:
    """See `RowHandlerModule`."""
    vectors = None if job.vectors is None else glove.load(job.vectors).sha256
    default = PRETRAINED if vectors is None else PRETRAINED_GLOVE
    return {**network(default, job), "vectors_sha256": vectors}


load = Emoji
