"""Dinosaur names in bulk."""

from typing import NamedTuple

import numpy as np

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from models import dinos
from models.dinos.options import NameOptions


class NameRequest(NamedTuple):
    """A row's id, and how its name is made."""

    number: int
    options: NameOptions


class Handler(RowHandler):
    """A name is computed by itself, so that it depends on no other."""

    COLUMNS = {"name": "string", "known": "bool"}
    BLOCK_ROWS = 2048

    def __init__(self, job: Job) -> None:
        self.seed, self.generator = job.seed, dinos.load(job.bundle)

    def request(self, number: int, row: NameOptions) -> NameRequest:
        """See `RowHandler`."""
        return NameRequest(number, row)

    def answer(self, request: NameRequest) -> Answer:
        """See `RowHandler`."""
        seed = np.random.default_rng((self.seed, request.number))
        (name,) = self.generator.names(1, request.options, seed=seed)
        return {"name": name, "known": self.generator.is_known(name)}
