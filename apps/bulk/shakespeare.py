"""Poems in bulk: a row has a prompt, and perhaps length, temperature, top_k and top_p."""

from collections.abc import Iterator, Sequence

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from apps.bulk.rows import Row
from models.shakespeare import weights
from models.shakespeare.independent import IndependentPoems, PoemRequest
from models.shakespeare.poems import LENGTH

LONGEST = 100_000  # characters of a poem


class Handler(RowHandler):
    """See `RowHandler`."""

    FIELDS = ("prompt", "length", "temperature", "top_k", "top_p")
    COLUMNS = {"poem": "string"}
    BLOCK_ROWS = 512
    PRETRAINED = weights.PRETRAINED

    def __init__(self, job: Job) -> None:
        self.seed, self.poems = job.seed, IndependentPoems(job.bundle)

    def request(self, row: Row) -> PoemRequest:
        """See `RowHandler`."""
        return PoemRequest(
            row.id,
            row.text("prompt", ""),
            (self.seed, row.id),
            row.integer("length", LENGTH, 1, LONGEST) or LENGTH,
            row.number("temperature", 1.0, 0, float("inf")) or 1.0,
            row.integer("top_k", None, 1, LONGEST),
            row.number("top_p", None, 0, 1),
        )

    def answers(self, requests: Sequence[PoemRequest]) -> Iterator[Answer]:
        """See `RowHandler`."""
        return ({"poem": poem} for poem in self.poems.complete(requests))
