"""Emoji for sentences in bulk."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from data.glove import vectors as glove
from models import emojify
from models.emojify import classifier
from models.emojify.options import SentenceRow


class Handler(RowHandler):
    """A request is a row's id and the row."""

    COLUMNS = {
        "answer": "string",
        "label": "int64",
        "value": "string",
        "emoji": "string",
        "probability": "float64",
        "known_words": "int64",
    }
    BLOCK_ROWS = 8192

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

    def request(self, number: int, row: SentenceRow) -> tuple[int, SentenceRow]:
        """See `RowHandler`."""
        return number, row

    def answers(self, requests: Sequence[tuple[int, SentenceRow]]) -> Iterator[Answer]:
        """See `RowHandler`."""
        ids, rows = zip(*requests, strict=True)
        predictions = self.classifier.predict([row.text for row in rows], ids=ids)
        for row, prediction in zip(rows, predictions, strict=True):
            yield {
                "answer": prediction.answer(row.unsure),
                "label": prediction.label,
                "value": prediction.value,
                "emoji": prediction.emoji,
                "probability": round(prediction.probability, 6),
                "known_words": prediction.known_words,
            }
