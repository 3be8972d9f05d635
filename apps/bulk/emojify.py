"""Emoji for sentences in bulk: a row has a text."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from apps.bulk.rows import Row
from data.glove import vectors as glove
from models import emojify
from models.emojify import classifier


class Handler(RowHandler):
    """See `RowHandler`; a request is a row's id and its text."""

    FIELDS = ("text",)
    COLUMNS = {"label": "int64", "emoji": "string", "probability": "float64", "known_words": "int64"}
    BLOCK_ROWS = 8192
    PRETRAINED = classifier.PRETRAINED

    def __init__(self, job: Job) -> None:
        vectors = None if job.vectors is None else partial(glove.load, job.vectors)
        self.classifier = emojify.load(job.bundle, vectors=vectors)

    @classmethod
    def checksums(cls, job: Job) -> dict[str, str | None]:
        """See `RowHandler`; with vectors the pretrained network is that which was trained with some."""
        if job.vectors is None:
            return {**super().checksums(job), "vectors_sha256": None}
        with_vectors = replace(job, bundle=job.bundle or classifier.PRETRAINED_GLOVE)
        return {**super().checksums(with_vectors), "vectors_sha256": glove.load(job.vectors).sha256}

    def request(self, row: Row) -> tuple[int, str]:
        """See `RowHandler`."""
        text = row.text("text")
        if not text.strip():
            raise ValueError("text: expected words, got none")
        return row.id, text

    def answers(self, requests: Sequence[tuple[int, str]]) -> Iterator[Answer]:
        """See `RowHandler`."""
        ids, texts = zip(*requests, strict=True)
        for prediction in self.classifier.predict(texts, ids=ids):
            yield {
                "label": prediction.label,
                "emoji": prediction.emoji,
                "probability": round(float(prediction.probabilities[prediction.label]), 6),
                "known_words": prediction.known_words,
            }
