"""Poems in bulk."""

from collections.abc import Iterator, Sequence

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from models.shakespeare.independent import IndependentPoems, PoemRequest
from models.shakespeare.options import PoemOptions, PoemRow


class Handler(RowHandler):
    """Poems are computed side by side; see `models.shakespeare.independent`."""

    COLUMNS = {"poem": "string"}
    BLOCK_ROWS = 512

    def __init__(self, job: Job) -> None:
        self.seed, self.poems = job.seed, IndependentPoems(job.bundle)

    def request(self, number: int, row: PoemRow) -> PoemRequest:
        """See `RowHandler`."""
        return PoemRequest(number, row.prompt, (self.seed, number), row.part(PoemOptions))

    def answers(self, requests: Sequence[PoemRequest]) -> Iterator[Answer]:
        """See `RowHandler`."""
        return ({"poem": poem} for poem in self.poems.complete(requests))
