"""Dinosaur names in bulk: a row has perhaps a start and a temperature."""

from typing import Any

import numpy as np

from apps.bulk.handlers import Answer, RowHandler
from apps.bulk.job import Job
from apps.bulk.rows import Row
from models import dinos
from models.dinos import network


class Handler(RowHandler):
    """See `RowHandler`; a name is computed by itself, so that it depends on no other."""

    FIELDS = ("start", "temperature")
    COLUMNS = {"name": "string", "known": "bool"}
    BLOCK_ROWS = 2048
    PRETRAINED = network.PRETRAINED

    def __init__(self, job: Job) -> None:
        self.seed, self.generator = job.seed, dinos.load(job.bundle)

    def request(self, row: Row) -> dict[str, Any]:
        """See `RowHandler`."""
        return {
            "start": row.text("start", ""),
            "temperature": row.number("temperature", 1.0, 0, float("inf")),
            "seed": np.random.default_rng((self.seed, row.id)),
        }

    def answer(self, request: dict[str, Any]) -> Answer:
        """See `RowHandler`."""
        (name,) = self.generator.names(1, **request)
        return {"name": name, "known": self.generator.is_known(name)}
