"""Dinosaur names in bulk: a row has perhaps a start and a temperature."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from apps.bulk.handlers import Answer
from apps.bulk.job import Job, network
from apps.bulk.rows import Row
from models import dinos
from models.dinos.network import PRETRAINED
from utils.errors import UserError

FIELDS = ("start", "temperature")
COLUMNS = {"name": "string", "known": "bool"}
BLOCK_ROWS = 2048


class NameRequest(NamedTuple):
    """What a name is made from."""

    id: int
    start: str
    temperature: float


class Names:
    """See `apps.bulk.handlers.RowHandler`."""

    def __init__(self, job: Job) -> None:
        self.seed, self.generator = job.seed, dinos.load(job.bundle)

    def request(self, row: Row) -> NameRequest:
        """See `RowHandler`."""
        temperature = row.number("temperature", 1.0, 0, float("inf"))
        return NameRequest(row.id, row.text("start", ""), temperature or 1.0)

    def answers(self, requests: Sequence[NameRequest]) -> Iterator[Answer | UserError]:
        """See `RowHandler`; a name is computed by itself, so that it depends on no other."""
        for request in requests:
            random = np.random.default_rng((self.seed, request.id))
            try:
                (name,) = self.generator.names(
                    1, start=request.start, temperature=request.temperature, seed=random
                )
                yield {"name": name, "known": self.generator.is_known(name)}
            except UserError as error:
                yield error


load = Names
checksums = partial(network, PRETRAINED)
